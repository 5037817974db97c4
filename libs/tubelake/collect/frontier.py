"""The search frontier: which `search.list` chains are due next, from the log of responses alone.

There is no other state: each round takes all pages of a query in the log, fetches the due chains, appends
their pages to the log, and asks again, until nothing is due.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tubelake.collect.spans import (
    SECOND,
    Span,
    fill,
    gaps,
    nest,
    shard_name,
    span_from_name,
    whole_seconds,
)
from tubelake.collect.walk import PAGE_SIZE, Page, Walk, replay

__all__ = ["Chain", "Page", "Progress", "Query", "due_chains", "progress", "searched"]

DURATIONS = ("short", "medium", "long")
DEEP_RESULTS = 250
MOST_RESULTS = 1_000_000  # YouTube counts no further: a burst of uploads is not how dense all of the past is


@dataclass(frozen=True)
class Query:
    """What the user asked for: a keyword in [since, until), UTC."""

    keyword: str
    since: datetime
    until: datetime
    filters: tuple[tuple[str, str], ...] = (("order", "date"), ("type", "video"))  # sent with every call
    shards: int = 8  # spans that run side by side, at most
    page_cap: int = 10  # pages after which one query yields nothing more


@dataclass(frozen=True)
class Chain:
    """One thing to fetch: a page, and the pages that follow it by token, `max_pages` in all."""

    shard: str
    published_after: datetime  # inclusive
    published_before: datetime  # exclusive
    page_token: str | None
    video_duration: str | None
    max_pages: int


@dataclass(frozen=True)
class Progress:
    """How far a query has come; `remaining_calls` is an estimate from the density seen."""

    spans: int
    spans_done: int
    ids: int
    pages: int
    saturated: tuple[str, ...]  # seconds with more results than can be asked for
    looping: tuple[str, ...]  # spans where a page token came back
    failed: tuple[str, ...]  # spans that a final failure closed
    remaining_calls: int
    done: bool


def due_chains(query: Query, pages: Sequence[Page]) -> list[Chain]:
    """The chains to fetch now, newest first; none when the query is done."""
    due = [walk for walk in _walks(query, pages) if _is_due(walk, query)]
    due.sort(key=lambda walk: (walk.cursor, walk.span.duration or ""), reverse=True)
    return [
        Chain(
            shard=shard_name(walk.span),
            published_after=walk.span.lo,
            published_before=walk.cursor,
            page_token=walk.token,
            video_duration=walk.span.duration,
            max_pages=query.page_cap - walk.step_pages,
        )
        for walk in due
    ]


def progress(query: Query, pages: Sequence[Page]) -> Progress:
    """How far the query has come by these pages."""
    walks = _walks(query, pages)
    due = [walk for walk in walks if _is_due(walk, query)]
    ids = len({item_id for page in pages for item_id in page.item_ids})
    return Progress(
        spans=len(walks),
        spans_done=len(walks) - len(due),
        ids=ids,
        pages=sum(page.ok for page in pages),
        saturated=tuple(shard_name(second) for walk in walks for second in _saturated(walk, query)),
        looping=tuple(shard_name(walk.span) for walk in walks if walk.looping),
        failed=tuple(shard_name(walk.span) for walk in walks if walk.state == "failed"),
        remaining_calls=_remaining_calls(query, walks, ids),
        done=not due,
    )


def searched(query: Query, pages: Sequence[Page]) -> list[Span]:
    """The times that the walks of the query have been through, oldest first."""
    walks = [walk for walk in _walks(query, pages) if walk.span.duration is None]
    spans = [Span(walk.span.lo if walk.state == "done" else walk.cursor, walk.span.hi) for walk in walks]
    return sorted((span for span in spans if span.lo < span.hi), key=lambda span: span.lo)


def _walks(query: Query, pages: Sequence[Page]) -> list[Walk]:
    """All spans of the query, in the log or not yet, and where each of them stands."""
    by_span = _pages_by_span(pages)
    inside = nest(span for span in by_span if span.duration is None)
    roots = {*inside[None], *gaps(whole_seconds(query.since, query.until), inside[None])}
    todo, walks = sorted(roots, key=lambda span: span.lo), []
    while todo:
        span = todo.pop()
        walk = replay(span, by_span.get(span, ()), page_cap=query.page_cap, sample=_is_sample(query))
        parts = _parts(query, walk, is_root=span in roots)
        rest = Span(span.lo, walk.cursor)
        heirs = fill(rest, parts, inside.get(span, ())) if parts > 1 or span in inside else []
        walks.append(replace(walk, state="handed over") if heirs else walk)
        todo += [*heirs, *_duration_spans(walk, query)]
    return walks


def _pages_by_span(pages: Sequence[Page]) -> dict[Span, list[Page]]:
    by_shard: defaultdict[str, list[Page]] = defaultdict(list)
    for page in pages:
        by_shard[page.shard].append(page)
    return {span_from_name(shard): list(of_shard) for shard, of_shard in by_shard.items()}


def _is_sample(query: Query) -> bool:
    """Whether results come by something else than date (`search.list` orders by relevance if not told)."""
    return dict(query.filters).get("order", "relevance") != "date"


def _is_due(walk: Walk, query: Query) -> bool:
    """Whether the walk has more to fetch that is still wanted: the log may reach beyond [since, until)."""
    return walk.state == "due" and walk.span.lo < query.until and walk.cursor > query.since


def _parts(query: Query, walk: Walk, *, is_root: bool) -> int:
    """Into how many spans the rest below the cursor is to be cut; 1: the walk goes on itself.

    Only a root is cut, and only when it ran deep: a small keyword must not pay for many spans. A span must
    promise a whole query of results, by the density seen, as each costs a call or two to find its end.
    """
    if walk.state == "halved":
        return 2
    deep = walk.capped or walk.found >= DEEP_RESULTS
    if not is_root or not deep or walk.state != "due" or walk.token or walk.cursor >= walk.span.hi:
        return 1
    promised = walk.found * _seconds_left(walk) / max(1.0, _seconds_walked(walk))
    return max(1, min(query.shards, int(promised / (PAGE_SIZE * query.page_cap))))


def _seconds_left(walk: Walk) -> float:
    return (walk.cursor - walk.span.lo) / SECOND


def _seconds_walked(walk: Walk) -> float:
    """From the newest result down: the quiet time before it says nothing about how dense the results lie."""
    newest = walk.span.hi if walk.newest is None else walk.newest + SECOND
    return (max(newest, walk.cursor) - walk.cursor) / SECOND


def _duration_spans(walk: Walk, query: Query) -> list[Span]:
    """The crowded seconds of a walk, each as one span a duration class; none where that is impossible."""
    if not _can_split(walk, query):
        return []
    return [Span(second, second + SECOND, duration) for second in walk.crowded for duration in DURATIONS]


def _saturated(walk: Walk, query: Query) -> list[Span]:
    """The crowded seconds of a walk that cannot be split further."""
    if _can_split(walk, query):
        return []
    return [Span(second, second + SECOND, walk.span.duration) for second in walk.crowded]


def _can_split(walk: Walk, query: Query) -> bool:
    filters = dict(query.filters)
    return walk.span.duration is None and filters.get("type") == "video" and "videoDuration" not in filters


def _remaining_calls(query: Query, walks: Sequence[Walk], ids: int) -> int:
    """Pages that the rest holds by the density seen, and a call for each span to see its end; 0 when done."""
    due = [walk for walk in walks if _is_due(walk, query)]
    if _is_sample(query):
        return sum(query.page_cap - walk.step_pages for walk in due)
    plain = [walk for walk in walks if not walk.span.duration]
    walked = sum(_seconds_walked(walk) for walk in plain)
    left = sum(_seconds_left(walk) for walk in plain if _is_due(walk, query))
    promised = min(left * ids / max(1.0, walked), max(0, MOST_RESULTS - ids))
    return len(due) + math.ceil(promised / PAGE_SIZE)
