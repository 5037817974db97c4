"""search.list: parameters to a query, the found entries to a page, tokens that may get lost."""

import re
from typing import Any

from tubelake.emulator import errors, params, resources
from tubelake.emulator.draws import draw
from tubelake.emulator.entries import fold, micros
from tubelake.emulator.paging import Page, looping, page
from tubelake.emulator.params import Params
from tubelake.emulator.search import FILTERS, TYPES, Query, estimate
from tubelake.emulator.tokens import query_mark
from tubelake.emulator.world import World

METHOD = "search.list"
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_NO_FILTER = ("any", "videoDurationUnspecified", "videoCaptionUnspecified", "videoEmbeddableUnspecified")
_UNSUPPORTED = ("location", "locationRadius", "videoType", "videoPaidProductPlacement")


def search_list(world: World, asked: Params) -> dict[str, Any]:
    """A page of search hits; at most the cap of the options can be reached by paging."""
    parts = params.parts(asked, "SearchResult")
    size = params.max_results(asked)
    query = query_from(asked)
    found = world.search(query)
    here = page(METHOD, asked, found.entries, size)
    answer = resources.listing(
        "searchListResponse",
        [resources.search_result(entry, parts) for entry in here.rows],
        regionCode=asked.get("regionCode", "US"),
        pageInfo={"totalResults": estimate(query, found.matched, world.options.seed), "resultsPerPage": size},
        **here.tokens,
    )
    return _with_fate(world, asked, here, answer)


def query_from(asked: Params) -> Query:
    """The query that the parameters of search.list describe; wrong ones are the real 400."""
    for name in _UNSUPPORTED:
        if name in asked:
            raise errors.ApiError(501, "notImplemented", f"The emulator has no {name}.", location=name)
    types = _types(asked)
    if types != ("video",):
        _refuse_video_filters(asked)
    order = asked.get("order", "relevance")
    return Query(
        words=tuple(fold(asked.get("q", "")).split()),
        types=types,
        channel_id=asked.get("channelId") or None,
        after=_time(asked, "publishedAfter"),
        before=_time(asked, "publishedBefore"),
        filters=_filters(asked),
        order="relevance" if order == "searchSortUnspecified" else order,
    )


def _types(asked: Params) -> tuple[str, ...]:
    name = "type"
    types = params.words(asked, name) or TYPES
    for kind in types:
        if kind not in TYPES:
            raise errors.invalid_value(name, kind, f"Allowed values: [{', '.join(TYPES)}]")
    return types


def _refuse_video_filters(asked: Params) -> None:
    for name in asked:
        if name == "eventType" or (name.startswith("video") and name in FILTERS) or name == "videoSyndicated":
            message = "The request contains an invalid combination of search filters and/or restrictions."
            raise errors.ApiError(400, "invalidSearchFilter", message, domain="youtube.search", location=name)


def _filters(asked: Params) -> tuple[tuple[str, str], ...]:
    chosen = ((name, asked[name]) for name in sorted(FILTERS) if name in asked)
    return tuple(
        (name, value) for name, value in chosen if value not in _NO_FILTER and (name, value) != ("eventType", "none")
    )


def _time(asked: Params, name: str) -> int | None:
    text = asked.get(name)
    if not text:
        return None
    try:
        if _TIME.fullmatch(text):
            return micros(text.upper())
    except ValueError:
        pass
    raise errors.invalid_value(name, text, "An RFC 3339 date-time is expected.")


def _with_fate(world: World, asked: Params, here: Page[Any], answer: dict[str, Any]) -> dict[str, Any]:
    """`answer` with its next token lost or looping, by a draw that asking the same page again repeats."""
    if "nextPageToken" not in answer:
        return answer
    mark = query_mark(METHOD, asked)
    times = world.pages_asked[mark, here.offset]
    world.pages_asked[mark, here.offset] += 1
    options = world.options
    if draw(options.seed, "loop", mark, here.offset, times) < options.loop_token_rate:
        return looping(METHOD, asked, answer)
    if draw(options.seed, "lost", mark, here.offset, times) < options.lost_token_rate:
        return {name: value for name, value in answer.items() if name != "nextPageToken"}
    return answer
