"""Lists that YouTube gives page by page: how far each is, by the log, and the requests that are due next.

A list is its parameters without the page token. A walk goes from a first page to one that names no next page; a
later walk refreshes the list.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from tubelake import progress, store
from tubelake.collect.callers import Access
from tubelake.collect.request import DEFERRED, Request
from tubelake.collect.rounds import Due, Spent, Work, collect
from tubelake.parse.columns import is_final
from tubelake.settings import Settings
from tubelake.tables import RESPONSES

WANTED_DDL = "params string, subject string, newer_than timestamp, calls bigint"
STALE_TOKEN = "invalidPageToken"  # a token of a former day: the walk starts again  # noqa: S105 - no password


@dataclass(frozen=True)
class Walk:
    """How lists of one method are walked."""

    method: str
    max_pages: int  # of one chain: what a task holds in memory, and a kill can lose
    is_resumable: bool = True  # False: what the pages show moves on, so a broken walk starts again at the first


def walk_lists(
    spark: SparkSession, settings: Settings, walk: Walk, wanted: Callable[[], DataFrame], access: Access | None = None
) -> Spent:
    """Fetch every page that is due of the lists `wanted()` (WANTED_DDL), which is read anew as the log grows."""
    responses, run_id = store.read(spark, RESPONSES.of(walk.method), settings.lake), str(settings.run.id)
    next_round = due(walk, lambda: due_lists(wanted(), responses, run_id), settings.collect.round_calls)
    with progress.shown(f"Fetching {walk.method}") as show:
        return collect(spark, settings, walk.method, next_round, show, access)


def list_progress(responses: DataFrame) -> DataFrame:
    """How far each list is by its pages in the log: one row a `params`.

    `next_token` is null where the newest walk is complete (or goes in circles); `last` is the newest answer, good or
    not; `walked_at` when the newest good page came, null where none ever did.
    """
    good = F.col("reason").isNull()
    pages = responses.where(~F.col("reason").eqNullSafe(DEFERRED))
    first = F.max(F.when(good & F.col("page_token").isNull(), F.col("request_id")))
    page = F.struct("request_id", "page_token", "next_page_token", "fetched_at")
    by_list = pages.groupBy("params").agg(
        first.alias("first"),
        F.collect_list(F.when(good, F.struct("request_id", "page_token"))).alias("asked"),
        F.max(F.when(good, page)).alias("page"),
        F.max(F.struct("request_id", "run_id", "status", "reason")).alias("last"),
    )
    return by_list.select(
        "params",
        F.when(~_is_circle(), F.col("page.next_page_token")).alias("next_token"),
        F.col("page.fetched_at").alias("walked_at"),
        "last",
    )


def _is_circle() -> Column:
    """Whether the newest walk already asked for the page that would be next."""
    of_walk = F.filter("asked", lambda page: page["request_id"] >= F.col("first"))
    tokens = F.transform(of_walk, lambda page: page["page_token"])
    return F.coalesce(F.array_contains(tokens, F.col("page.next_page_token")), F.lit(False))


def due_lists(wanted: DataFrame, responses: DataFrame, this_run: str) -> DataFrame:
    """The lists of `wanted` (WANTED_DDL) that have pages to ask for: those columns and `page_token`.

    Due are lists without a good page, with a next page, and complete ones last walked before `newer_than` (null: those
    never). A list that failed in this run is left to the next one; a final failure is never asked again.
    """
    last = F.col("last")
    failed_here = last["reason"].isNotNull() & (last["run_id"] == this_run)
    is_stale_token = last["reason"].eqNullSafe(STALE_TOKEN)
    is_over = last["reason"].isNotNull() & (failed_here | (is_final(last["status"], last["reason"]) & ~is_stale_token))
    is_open = F.col("walked_at").isNull() | F.col("next_token").isNotNull() | is_stale_token
    is_old = F.coalesce(F.col("walked_at") < F.col("newer_than"), F.lit(False))
    known = wanted.join(list_progress(responses), on="params", how="left")
    return known.where(~F.coalesce(is_over, F.lit(False)) & (is_open | is_old)).select(
        "params", "subject", "newer_than", "calls", F.when(~is_stale_token, F.col("next_token")).alias("page_token")
    )


def due(walk: Walk, lists: Callable[[], DataFrame], most: int) -> Due:
    """Rounds over `lists()`, the frame of `due_lists` read anew: at most `most` lists are held by the driver."""
    held: dict[str, _Open] = {}
    read, total, is_last = 0, 0, False

    def next_round(rows: Sequence[Row]) -> Work:
        nonlocal read, total, is_last
        _go_on(held, rows[read:], walk)
        read = len(rows)
        if not held and not is_last:
            batch = lists().orderBy("subject", "params").limit(most).collect()
            is_last = len(batch) < most
            total = total or (_calls(batch) if is_last else all_calls(lists()))
            held.update({row["params"]: _opened(row, walk) for row in batch})
        return Work(
            [entry.request for entry in held.values()],
            max(sum(entry.expected for entry in held.values()), total - len(rows)),
        )

    return next_round


@dataclass(frozen=True)
class _Open:
    request: Request
    tokens: frozenset[str | None]  # asked in this walk, by this run, and the one that is next

    @property
    def expected(self) -> int:
        """Pages to come: of a list that goes on, as many again as it has had, for nobody knows how long it is."""
        return max(1, len(self.tokens) - 1)


def _opened(row: Row, walk: Walk) -> _Open:
    token = row["page_token"] if walk.is_resumable else None
    params = json.loads(row["params"])
    return _Open(
        Request(walk.method, params, row["subject"], page_token=token, max_pages=walk.max_pages), frozenset([token])
    )


def _go_on(held: dict[str, _Open], rows: Iterable[Row], walk: Walk) -> None:
    """Move each list to the page after the last answer, and drop those that ended or failed."""
    for row in rows:
        entry, token = held.get(row["params"]), row["next_page_token"]
        if entry is None:
            continue
        if row["reason"] or token is None or token in entry.tokens:
            del held[row["params"]]
            continue
        tokens = entry.tokens | {row["page_token"], token}
        asked = replace(entry.request, page_token=token if walk.is_resumable else None)
        held[row["params"]] = _Open(asked, tokens)


def _calls(rows: Iterable[Row]) -> int:
    return sum(row["calls"] for row in rows)


def all_calls(lists: DataFrame) -> int:
    """About how many calls these lists (WANTED_DDL) take."""
    return int(lists.agg(F.sum("calls")).collect()[0][0] or 0)
