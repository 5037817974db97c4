"""The second look of a search: time windows that were searched are searched again in another order, a few of them.

Which windows, and which pages of them are still due, is read off the log alone, as the frontier does. Answers are marked
in the log by their shard, so that the frontier never takes them for its own.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from pyspark.sql import Row

from tubelake.collect import frontier, search
from tubelake.collect.frontier import Query
from tubelake.collect.request import Request
from tubelake.collect.rounds import Work, has_failed
from tubelake.collect.spans import SECOND, Span, gaps, shard_name, span_from_name
from tubelake.settings import Recall, Search
from tubelake.youtube.outcomes import is_final

CALLS_A_WINDOW = 2  # one window is as long as a page of the first search: it has a few more results, or none more
PAGE_CAP = 10  # pages after which one query yields nothing more
Log = Sequence[Row]


def due(asked: Search, wanted: Recall, log: Callable[[], Log], this_run: str, now: datetime) -> Callable[[Log], Work]:
    """What `rounds.collect` asks next: pages of windows that were begun, then further windows, as long as calls are left."""

    def next_round(rows: Log) -> Work:
        pages = [*log(), *rows]
        requests = [
            request
            for query in search.queries(asked, pages, now)
            for request in due_requests(query, wanted, pages, this_run)
        ]
        return Work(requests, sum(request.max_pages for request in requests))

    return next_round


def due_requests(query: Query, wanted: Recall, rows: Log, this_run: str) -> list[Request]:
    """The chains of one keyword that are due. After a failure the whole keyword is left to the next run."""
    begun = windows(query, rows)
    left = _left(wanted, begun)
    if any(row["run_id"] == this_run and has_failed(row) for of_window in begun.values() for row in of_window):
        return []
    requests: list[Request] = []
    for window, of_window in begun.items():
        answered = [row for row in of_window if _is_answer(row)]
        if left > 0 and not _is_over(answered):
            token = answered[-1]["next_page_token"] if answered else None
            requests.append(_request(query, wanted, window, token, min(left, PAGE_CAP - len(answered))))
            left -= requests[-1].max_pages
    if not requests and left > 0:
        fresh = _fresh(query, rows, list(begun))[: -(-left // CALLS_A_WINDOW)]
        for window in fresh:
            requests.append(_request(query, wanted, window, None, min(left, CALLS_A_WINDOW)))
            left -= requests[-1].max_pages
    return requests


def calls_due(query: Query, wanted: Recall, rows: Log, this_run: str) -> int:
    """How many calls of a keyword are due, at most; all that are wanted where its first search is yet to come."""
    is_searched = any(row["subject"] == query.keyword for row in rows)
    if is_searched and not due_requests(query, wanted, rows, this_run):
        return 0
    return _left(wanted, windows(query, rows))


def _left(wanted: Recall, begun: Mapping[Span, Log]) -> int:
    """The calls of a keyword that are not answered yet."""
    return max(0, wanted.calls - sum(_is_answer(row) for of_window in begun.values() for row in of_window))


def windows(query: Query, rows: Log) -> dict[Span, list[Row]]:
    """The windows of the query that the log has, and what was answered in each, in the order of asking."""
    found: defaultdict[Span, list[Row]] = defaultdict(list)
    for row in rows:
        if row["subject"] == query.keyword and search.is_repeat(row["shard"]) and _filters(row) == _own(query):
            found[span_from_name(row["shard"].removeprefix(search.REPEAT))].append(row)
    return dict(found)


def _filters(row: Row) -> dict[str, str]:
    return {name: value for name, value in search.filters_of(row).items() if name != "order"}


def _own(query: Query) -> dict[str, str]:
    return {name: value for name, value in query.filters if name != "order"}


def _is_answer(row: Row) -> bool:
    return row["reason"] is None or is_final(row["status"], row["reason"])


def _is_over(answered: Log) -> bool:
    """Whether a window has no page left: a refused token, or one that came before, ends it too."""
    if not answered:
        return False
    last, tokens = answered[-1], {row["page_token"] for row in answered}
    return last["reason"] is not None or last["next_page_token"] in {None, *tokens} or len(answered) >= PAGE_CAP


def _fresh(query: Query, rows: Log, begun: Sequence[Span]) -> list[Span]:
    """Windows that were not begun, in the order in which they are taken.

    The first is the oldest: a search that ends too early leaves out what is oldest. The others come by lot, the same
    lot each time.
    """
    pages = search.pages_of(query, rows)
    searched = frontier.searched(query, pages)
    if dict(query.filters).get("order") != "date" or not searched:
        return []
    edges = {page.oldest.replace(microsecond=0) for page in pages if page.ok and page.oldest}
    free = [window for window in _tiles(searched, edges) if gaps(window, begun) == [window]]
    oldest = [window for window in free if window.lo == searched[0].lo]
    return [*oldest, *sorted((window for window in free if window not in oldest), key=lambda w: _lot(query, w))]


def _tiles(searched: Sequence[Span], edges: set[datetime]) -> list[Span]:
    """What was searched, cut where a page of results ended: about as many results in each."""
    tiles = []
    for span in searched:
        cuts = [span.lo, *sorted(edge for edge in edges if span.lo < edge < span.hi), span.hi]
        tiles += [Span(lo, hi) for lo, hi in pairwise(cuts) if hi - lo >= SECOND]
    return tiles


def _lot(query: Query, window: Span) -> str:
    return hashlib.sha256(f"{query.keyword} {shard_name(window)}".encode()).hexdigest()


def _request(query: Query, wanted: Recall, window: Span, token: str | None, pages: int) -> Request:
    params = search.params_of(query, window.lo, window.hi) | {"order": wanted.order}
    return Request(search.METHOD, params, query.keyword, search.REPEAT + shard_name(window), token, pages)


def summary(query: Query, wanted: Recall, rows: Log) -> str:
    """One line about what was searched again of a keyword, or why nothing was."""
    begun = windows(query, rows)
    calls = sum(_is_answer(row) for of_window in begun.values() for row in of_window)
    if begun:
        return f"{query.keyword}: {len(begun)} windows searched again in {calls} of {wanted.calls} calls"
    if dict(query.filters).get("order") != "date":
        return f"{query.keyword}: not searched again, as only a search by search.order=date is to be complete"
    return f"{query.keyword}: not searched again, as it was not searched before"
