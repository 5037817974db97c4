"""From keywords to the requests that are due: the search frontier over the log, for many keywords at once."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from tubelake.collect import frontier
from tubelake.collect.frontier import Chain, Page, Query
from tubelake.collect.request import Request
from tubelake.collect.rounds import Work, has_failed
from tubelake.collect.spans import span_from_name
from tubelake.errors import UsageError
from tubelake.settings import Search
from tubelake.youtube.outcomes import is_final

METHOD = "search.list"
PAGE_SIZE = 50  # the API's largest; a page costs the same whatever it holds
FIRST_VIDEO = datetime(2005, 4, 23, tzinfo=UTC)  # nothing on YouTube is older
_COLUMNS = (
    "subject", "run_id", "params", "shard", "page_token", "next_page_token", "status", "reason",
    "item_ids", "oldest_published_at", "newest_published_at", "is_descending", "request_id",
)  # fmt: skip
_OF_THE_SPAN = ("publishedAfter", "publishedBefore")
REPEAT = "again:"  # begins the shard of what was searched a second time, which the frontier leaves out


def logged(responses: DataFrame, keywords: Sequence[str]) -> list[Row]:
    """The log's pages of these keywords, oldest first. A quota of 100 searches a day bounds how many there are."""
    pages = responses.where(F.col("subject").isin(*keywords)).select(*_COLUMNS, "fetched_at")
    return sorted(pages.collect(), key=lambda row: (row["fetched_at"], row["request_id"]))


def or_all_searched(search: Search, responses: DataFrame) -> Search:
    """`search` with its keywords, or with every keyword of the log where it names none."""
    if search.keywords:
        return search
    subjects = (
        responses.where("subject IS NOT NULL").select("subject").distinct().orderBy("subject").limit(1_000).collect()
    )
    return search.model_copy(update={"keywords": tuple(row["subject"] for row in subjects)})


def queries(search: Search, rows: Sequence[Row], now: datetime) -> list[Query]:
    """One query a keyword; its end moves on only when the last search is older than `search.refresh_hours`."""
    filters = _filters(search)
    by_keyword = _by_keyword(rows, filters)
    return [
        Query(
            keyword=keyword,
            since=search.since or FIRST_VIDEO,
            until=search.until or _until(by_keyword[keyword], now, timedelta(hours=search.refresh_hours)),
            filters=tuple(sorted(filters.items())),
            shards=search.shards,
        )
        for keyword in dict.fromkeys(search.keywords)
    ]


def _until(rows: Sequence[Row], now: datetime, refresh: timedelta) -> datetime:
    newest = max((span_from_name(row["shard"]).hi for row in rows), default=None)
    return newest if newest and now - newest < refresh else now.replace(microsecond=0)


def due(asked: Sequence[Query], rows: Sequence[Row], max_videos: int | None, this_run: str) -> Work:
    """The chains that are due, the keywords taking turns so that a small quota serves all of them.

    A chain that failed in this run is left to the next one: its tries are used up.
    """
    by_keyword = _by_keyword(rows, dict(asked[0].filters)) if asked else {}
    turns, calls = [], 0
    for query in asked:
        of_query = by_keyword[query.keyword]
        pages = [_page(row) for row in of_query]
        at = frontier.progress(query, pages)
        wanted = None if max_videos is None else max_videos - at.ids
        failed = {_place(row) for row in of_query if row["run_id"] == this_run and has_failed(row)}
        chains = [found for found in frontier.due_chains(query, pages) if _asked_at(found) not in failed]
        turns.append([_request(query, found) for found in _enough(chains, wanted)])
        calls += _calls_to_come(at, turns[-1])
    return Work([request for request in chain.from_iterable(zip_longest(*turns)) if request], calls)


def _calls_to_come(at: frontier.Progress, requests: Sequence[Request]) -> int:
    """By the density seen; before the first page nothing is known, and a whole query is reckoned with."""
    return at.remaining_calls if at.pages and requests else sum(request.max_pages for request in requests)


def _enough(chains: Sequence[Chain], wanted: int | None) -> list[Chain]:
    """The first chains, cut short where fewer results are wanted than they could bring."""
    if wanted is None:
        return list(chains)
    pages, kept = -(-wanted // PAGE_SIZE), []
    for found in chains:
        if pages > 0:
            kept.append(replace(found, max_pages=min(found.max_pages, pages)))
            pages -= found.max_pages
    return kept


def progress(query: Query, rows: Sequence[Row]) -> frontier.Progress:
    """How far the query has come by the log."""
    return frontier.progress(query, pages_of(query, rows))


def summary(query: Query, rows: Sequence[Row], max_videos: int | None = None) -> str:
    """One line about what a keyword's searches have found so far, of `max_videos` wanted."""
    at = progress(query, rows)
    found = f"{query.keyword}: {at.ids:,} results" if at.ids else f"{query.keyword}: no results"
    has_enough = max_videos is not None and at.ids >= max_videos
    to_go = f"no more wanted than {max_videos:,}" if has_enough else f"about {at.remaining_calls:,} calls to go"
    open_ends = [
        f"{len(at.saturated)} seconds hold more than YouTube lists" if at.saturated else "",
        f"{len(at.failed)} time shards refused" if at.failed else "",
        "" if at.done else to_go,
    ]
    return ", ".join([found, *filter(None, open_ends)])


def _filters(search: Search) -> dict[str, str]:
    """The parameters that every call of a query has, besides its keyword and times."""
    if search.fields and not {"nextPageToken", "items"} <= {part.split("(")[0].split("/")[0].strip() for part in search.fields.split(",")}:  # fmt: skip
        raise UsageError(
            "search.fields must ask for nextPageToken and items(id,snippet/publishedAt), or no page follows"
        )
    if search.duration and search.type != "video":
        raise UsageError("search.duration only works with search.type=video")
    given = {
        "part": "snippet",
        "maxResults": str(PAGE_SIZE),
        "type": search.type,
        "order": search.order,
        "regionCode": search.region,
        "relevanceLanguage": search.language,
        "videoDuration": search.duration,
        "videoDefinition": search.definition,
        "fields": search.fields,
    }
    return {name: value for name, value in given.items() if value is not None}


def _request(query: Query, found: Chain) -> Request:
    params = params_of(query, found.published_after, found.published_before)
    if found.video_duration:
        params["videoDuration"] = found.video_duration
    return Request(METHOD, params, query.keyword, found.shard, found.page_token, found.max_pages)


def params_of(query: Query, after: datetime, before: datetime) -> dict[str, str]:
    """The parameters of a call for what was published in [after, before)."""
    times = {"publishedAfter": _text(after), "publishedBefore": _text(before)}
    return {"q": query.keyword, **dict(query.filters), **times}


def _text(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _by_keyword(rows: Sequence[Row], filters: Mapping[str, str]) -> defaultdict[str, list[Row]]:
    """Rows of queries with exactly these filters, by keyword; not those of a second look."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not is_repeat(row["shard"]) and filters_of(row) == filters:
            found[row["subject"]].append(row)
    return found


def filters_of(row: Row) -> dict[str, str]:
    """The parameters of an answer's call, without keyword and times."""
    dropped = {"q", *_OF_THE_SPAN, *(["videoDuration"] if "#" in row["shard"] else [])}
    return {name: value for name, value in json.loads(row["params"]).items() if name not in dropped}


def is_repeat(shard: str) -> bool:
    """Whether an answer with this shard is of a second look (`recall`)."""
    return shard.startswith(REPEAT)


def pages_of(query: Query, rows: Sequence[Row]) -> list[Page]:
    """The pages of the query that are in these rows."""
    return [_page(row) for row in _by_keyword(rows, dict(query.filters))[query.keyword]]


def _page(row: Row) -> Page:
    return Page(
        shard=row["shard"],
        published_before=_before(row),
        page_token=row["page_token"],
        next_page_token=row["next_page_token"],
        ok=row["reason"] is None,
        final=is_final(row["status"], row["reason"]),
        item_ids=tuple(row["item_ids"] or ()),
        oldest=_aware(row["oldest_published_at"]),
        newest=_aware(row["newest_published_at"]),
        descending=bool(row["is_descending"]),
    )


def _place(row: Row) -> tuple[Any, ...]:
    return (row["shard"], _before(row), row["page_token"])


def _asked_at(found: Chain) -> tuple[Any, ...]:
    return (found.shard, found.published_before, found.page_token)


def _before(row: Row) -> datetime:
    return datetime.fromisoformat(json.loads(row["params"])["publishedBefore"])


def _aware(moment: datetime | None) -> datetime | None:
    """Spark gives times without a zone, in the zone of the driver's machine."""
    return moment.astimezone(UTC) if moment else None
