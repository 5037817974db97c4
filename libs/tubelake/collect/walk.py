"""How far one span of a search has come: a replay of its pages in the log. Used by the frontier only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from tubelake.collect.spans import SECOND, Span

PAGE_SIZE = 50
# A token lost inside a crowded second stops a query there; the next ask gets deeper 19 times in 20.
MAX_ASKS = 3

# How a query ended. ended: by itself. full: without a token, but on a full page: the end, or a lost token.
# looping, refused: by a bad token. capped: by the page cap. open: it goes on. failed: it brought nothing.
End = Literal["ended", "full", "looping", "refused", "capped", "open", "failed"]
State = Literal["due", "done", "halved", "failed", "handed over"]


@dataclass(frozen=True)
class Page:
    """One page in the log, in the order of fetching: answered, or failed."""

    shard: str
    published_before: datetime  # of the query that this page belongs to
    page_token: str | None = None
    next_page_token: str | None = None
    ok: bool = True
    final: bool = False  # a failure that is not to be tried again; any other failed page is due again
    item_ids: tuple[str, ...] = ()
    oldest: datetime | None = None
    newest: datetime | None = None
    descending: bool = True


@dataclass(frozen=True)
class Step:
    """One query of a span, and what its pages brought together."""

    cursor: datetime
    end: End
    token: str | None
    pages: int
    new: int  # ids that the span had not seen before
    oldest: datetime | None
    newest: datetime | None
    ordered: bool


@dataclass(frozen=True)
class Place:
    """Where a walk stands between two queries; everything from the cursor up is seen."""

    cursor: datetime
    state: State = "due"
    crowded: tuple[datetime, ...] = ()  # seconds with more results than one query yields
    stalls: tuple[int, ...] = ()  # pages of each query in a row that showed nothing older


@dataclass(frozen=True)
class Walk:
    """Where a span stands, and what its pages brought in all."""

    span: Span
    cursor: datetime
    state: State = "due"
    crowded: tuple[datetime, ...] = ()
    token: str | None = None  # the page to go on with; None: a fresh query
    step_pages: int = 0  # pages of the query that goes on
    found: int = 0
    newest: datetime | None = None
    capped: bool = False
    looping: bool = False


def replay(span: Span, pages: Sequence[Page], *, page_cap: int, sample: bool) -> Walk:
    """Where the span stands after these pages of it; a sample is one query, all else walks back in time."""
    place, steps = Place(span.hi), list(_steps(span, pages, page_cap))
    if not steps:
        return Walk(span, cursor=span.hi)
    for step in steps:
        place = _after_sample(place, step) if sample else _after_step(span, place, step)
    is_open = step.end == "open"
    return Walk(
        span,
        # What is done is seen to its bottom.
        cursor=span.lo if place.state == "done" else place.cursor,
        state=place.state,
        crowded=place.crowded,
        token=step.token if is_open else None,
        step_pages=step.pages if is_open else 0,
        found=sum(step.new for step in steps),
        newest=max((step.newest for step in steps if step.newest), default=None),
        capped=step.end == "capped",
        looping=any(step.end == "looping" for step in steps),
    )


def _steps(span: Span, pages: Sequence[Page], page_cap: int) -> Iterator[Step]:
    seen: set[str] = set()
    queries: list[list[Page]] = []
    for page in pages:
        if not page.ok and not page.final:
            continue  # the span stands as before, so that the same page is due again
        if page.page_token is None or not queries:
            queries.append([])
        queries[-1].append(page)
    for query in queries:
        before = len(seen)
        for page in query:
            seen.update(page.item_ids)
        yield _step(span, query, page_cap, new=len(seen) - before)


def _step(span: Span, pages: Sequence[Page], page_cap: int, *, new: int) -> Step:
    oldest = min((page.oldest for page in pages if page.oldest), default=None)
    return Step(
        cursor=pages[0].published_before,
        end=_end(pages, page_cap),
        token=pages[-1].next_page_token,
        pages=len(pages),
        new=new,
        oldest=oldest and oldest.replace(microsecond=0),
        newest=max((page.newest for page in pages if page.newest), default=None),
        ordered=_in_order(span, pages),
    )


def _end(pages: Sequence[Page], page_cap: int) -> End:
    last, tokens = pages[-1], {page.page_token for page in pages}
    if not last.ok:
        return "failed" if last.page_token is None else "refused"
    if len(tokens) < len(pages) or (last.next_page_token and last.next_page_token in tokens):
        return "looping"
    if last.next_page_token is None and len(last.item_ids) < PAGE_SIZE:
        return "ended"
    if len(pages) >= page_cap:
        return "capped"
    return "full" if last.next_page_token is None else "open"


def _in_order(span: Span, pages: Sequence[Page]) -> bool:
    """Whether the newest results came first, so that nothing is left between the cursor and the oldest."""
    limit = pages[0].published_before
    for page in pages:
        if page.oldest is None or page.newest is None:
            continue
        if not page.descending or page.newest > limit or page.oldest < span.lo:
            return False
        limit = page.oldest
    return True


def _after_sample(place: Place, step: Step) -> Place:
    if step.end == "open":
        return place
    if step.end == "refused" and len(place.stalls) < MAX_ASKS:
        return Place(step.cursor, stalls=(*place.stalls, step.pages))
    return Place(step.cursor, "failed" if step.end == "failed" else "done")


def _after_step(span: Span, place: Place, step: Step) -> Place:
    if step.end == "open":
        return replace(place, state="due", cursor=step.cursor)
    if step.end == "failed":
        return Place(step.cursor, "failed", place.crowded)
    if not step.ordered and step.cursor - span.lo > SECOND:
        return Place(step.cursor, "done" if step.end == "ended" else "halved", place.crowded)
    # One second has no order, so what is out of order in it says nothing about what is older.
    if step.oldest is None or not step.ordered or step.oldest + SECOND >= step.cursor:
        return _after_stall(span, place, step)
    return Place(step.oldest + SECOND, "due", place.crowded)


def _after_stall(span: Span, place: Place, step: Step) -> Place:
    """After a query that showed nothing older: the end, or due again, or on below this second."""
    if step.end == "ended" and not step.new:
        return Place(step.cursor, "done", place.crowded)
    complete = step.end == "ended" or _ends_alike(place, step)
    if not complete and step.end != "capped" and len(place.stalls) < MAX_ASKS:
        return Place(step.cursor, "due", place.crowded, (*place.stalls, step.pages))
    if step.oldest is None:
        return Place(step.cursor, "done", place.crowded)
    second = step.cursor - SECOND
    crowded = place.crowded if complete else (*place.crowded, second)
    return Place(second, "due" if second > span.lo else "done", crowded)


def _ends_alike(place: Place, step: Step) -> bool:
    """Whether three queries in a row end on the same full page, which lost tokens hardly ever do."""
    return step.end == "full" and not step.new and place.stalls[-2:] == (step.pages, step.pages)
