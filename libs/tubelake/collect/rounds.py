"""The driver's loop: lease units, fetch a bounded round on executors, log it once, look at what is due next."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from tubelake import job, session, store
from tubelake.collect import ledger, told
from tubelake.collect.callers import Access
from tubelake.collect.fetch import Round, fetch
from tubelake.collect.gate import Pace
from tubelake.collect.request import DEFERRED, REQUEST_COLUMNS, REQUEST_DDL, Price, Request
from tubelake.errors import Blocked, TubeLakeError, UsageError
from tubelake.progress import Progress
from tubelake.settings import Collect, Settings
from tubelake.tables import RESPONSES
from tubelake.youtube import client, quota
from tubelake.youtube.outcomes import Outcome, outcome

RETRY_SLACK = 1.1  # units leased above the pages due, for tries that fail
LONGEST_WAIT_SECONDS = 600.0
BARREN_ROUNDS = 5  # in a row without an answer, after which a run ends
ROUNDS_A_LOOK = 50  # at the log's files: each round adds a few small ones, a day of live chat tens of thousands
MANY_FILES = 100


@dataclass(frozen=True)
class Work:
    """What is due: the requests of the next round, and about how many calls the whole rest takes."""

    requests: Sequence[Request] = ()
    calls: int = 0  # 0: nobody knows
    ahead: int = 1  # rounds like this one whose units are leased at once
    note: str = ""
    units_an_hour: float = 0.0  # at which a run without an end spends


Due = Callable[[Sequence[Row]], Work]


@dataclass
class Spent:
    """What a run has asked so far, and the facts of each answer."""

    rows: list[Row] = field(default_factory=list)
    answers: int = 0
    calls: int = 0
    units: int = 0
    failed: int = 0

    def report(self, *notes: str) -> job.Report:
        """What a job says of it."""
        return job.Report(self.answers, self.answers, self.calls, self.units, self.failed, notes)


def collect(
    spark: SparkSession, settings: Settings, method: str, due: Due, progress: Progress, access: Access | None = None,
    *, forget: bool = False,
) -> Spent:  # fmt: skip
    """Fetch what `due(answers of this run)` asks of `method`, round by round, until nothing is due.

    `access` is how to reach what answers; not given: the Data API, with the key of the settings. A run that may last
    for days is told to `forget`: `due` then gets the answers of the last round only.

    Raises QuotaSpent when the bucket is empty, Blocked when YouTube blocks this address, and UsageError for a refused
    key or request; all after everything fetched was logged. Requests that failed are rows, counted in `Spent.failed`; the next run asks them again.
    """
    access, clock = access or _access(settings), clock_of(settings)
    spent, rounds, barren = Spent(), 0, 0
    with store.exclusive(f"collect-{method}", settings.lake):
        store.ensure(spark, RESPONSES, settings.lake)
        wallet = ledger.Wallet(_account(settings, method, clock()))
        try:
            while (work := due(spent.rows)).requests:
                if rounds % ROUNDS_A_LOOK == 0:
                    store.compact(spark, RESPONSES, settings.lake, MANY_FILES)
                now = clock()
                if quota.quota_day(now) != wallet.account.day:
                    wallet.close(spark, settings.lake)
                    wallet = ledger.Wallet(_account(settings, method, now))
                _show(progress, spent, work, wallet)
                rows = _round(spark, settings, access, wallet, work, now)
                if forget:
                    spent.rows.clear()
                _add(spent, rows)
                _raise_fatal(spark, settings, wallet, rows, now)
                barren = barren + 1 if all(row["reason"] == DEFERRED for row in rows) else 0
                _raise_if_in_vain(barren)
                _wait_as_told(rows)
                rounds += 1
        except TubeLakeError as error:
            error.calls, error.units = spent.calls, spent.units
            raise
        finally:
            wallet.close(spark, settings.lake)
    return spent


def _show(progress: Progress, spent: Spent, work: Work, wallet: ledger.Wallet) -> None:
    left = f", {wallet.left:,} {wallet.account.bucket} units left today" if wallet.known else ""
    if left and work.units_an_hour:
        left += f", enough for {wallet.left / work.units_an_hour:.1f} h"
    progress(spent.calls, spent.calls + work.calls if work.calls else None, f"calls{work.note}{left}")


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The run's clock: the real one, or one that was set and runs on from there."""
    started, pretended = time.monotonic(), settings.run.now
    if pretended is None:
        return lambda: datetime.now(UTC)
    base = pretended.timestamp()
    return lambda: datetime.fromtimestamp(base + time.monotonic() - started, UTC)


def _days_ahead(now: datetime) -> timedelta:
    """How far a clock that was set is before the real one. By whole days: runs that set it alike stay in order."""
    return timedelta(days=int((now - datetime.now(UTC)) / timedelta(days=1)))


def _access(settings: Settings) -> client.Access:
    key = settings.youtube.api_key
    if key is None or not key.get_secret_value():
        raise UsageError(
            "no API key: create one at https://console.cloud.google.com/apis/credentials (YouTube Data API v3), then "
            "export YOUTUBE_API_KEY=...; or try `tubelake demo`, which needs none"
        )
    return client.Access(settings.youtube.endpoint, key.get_secret_value(), settings.youtube.timeout_seconds)


def _account(settings: Settings, method: str, now: datetime) -> ledger.Account:
    return ledger.account(quota.cost(method, quota.quota_day(now)).bucket, settings.quota, now)


def _round(
    spark: SparkSession, settings: Settings, access: Access, wallet: ledger.Wallet, work: Work, now: datetime
) -> list[Row]:
    """Fetch and log as much of the work as the day's units and `collect.round_calls` allow; gives the answers' facts."""
    requests = work.requests[: settings.collect.round_calls]
    price = Price(wallet.account.bucket, quota.cost(requests[0].method, wallet.account.day).units, wallet.account.day)
    pages = min(sum(request.max_pages for request in requests), max(work.calls, len(requests)))
    calls = int(pages * RETRY_SLACK + 1)
    if price.units:
        calls = min(calls, wallet.refill(spark, settings.lake, calls * price.units, work.ahead) // price.units)
    if not calls:
        raise ledger.spent_error(wallet.account, now)
    asked = requests[:calls]
    tasks = min(settings.collect.tasks or session.parallelism(spark), len(asked))
    run_id = str(settings.run.id)
    this = Round(
        run_id,
        id_of_round(run_id, requests[0].method),
        access,
        _pace(settings.collect, tasks),
        price,
        _shares(calls, tasks),
        _days_ahead(now),
    )
    rows = _fetch_and_log(spark, settings, this, asked)
    wallet.pay(sum(row["units"] for row in rows))
    return rows


def id_of_round(run_id: str, method: str) -> str:
    """An id that begins with the real time: jobs of one run may ask the same method, also in several processes.

    Delta keeps the first 32 characters of the least and the greatest text of a file: with the time among them, a look
    for one answer reads the files of its round.
    """
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{method}-{run_id}"


def _pace(collect: Collect, tasks: int) -> Pace:
    return Pace(
        collect.threads, collect.requests_per_second / tasks, collect.round_seconds,
        collect.attempts, collect.retry_base_seconds, collect.retry_max_seconds,
    )  # fmt: skip


def _shares(calls: int, tasks: int) -> tuple[int, ...]:
    """`calls` cut into whole shares, one a task."""
    return tuple(calls // tasks + (task < calls % tasks) for task in range(tasks))


def _fetch_and_log(spark: SparkSession, settings: Settings, this: Round, asked: Sequence[Request]) -> list[Row]:
    """One commit logs the answers and gives their facts, as many as `collect.round_calls` allows."""
    import pandas as pd  # takes 2 s, and the session loads it beside the first queries

    numbered = [request.row(f"{this.round_id}-{number:04d}") for number, request in enumerate(asked)]
    frame = spark.createDataFrame(pd.DataFrame(numbered, columns=REQUEST_COLUMNS), REQUEST_DDL)
    answers = fetch(_in_partitions(frame, len(this.calls)), this)
    fetched = told.append(answers, RESPONSES, settings.lake, without=["body"])
    return sorted(fetched, key=lambda row: str(row["request_id"]))


def _in_partitions(requests: DataFrame, tasks: int) -> DataFrame:
    """At most one partition a task. Spark cuts local rows into one a core, so that usually nothing need be shuffled."""
    few = tasks <= session.parallelism(requests.sparkSession)
    return requests.coalesce(tasks) if few else requests.repartition(tasks)


def _add(spent: Spent, rows: Sequence[Row]) -> None:
    answered = [row for row in rows if row["reason"] != DEFERRED]
    spent.rows += answered
    spent.answers += len(answered)
    spent.calls += sum(row["attempt"] for row in rows)
    spent.units += sum(row["units"] for row in rows)
    spent.failed += sum(has_failed(row) for row in rows)


def has_failed(row: Row) -> bool:
    """Whether the answer is one that a later run should ask for again."""
    return row["reason"] != DEFERRED and _outcome(row) in (Outcome.RETRY, Outcome.SLOW_DOWN)


def _outcome(row: Row) -> Outcome:
    return outcome(row["status"], row["reason"])


def _raise_fatal(
    spark: SparkSession, settings: Settings, wallet: ledger.Wallet, rows: Sequence[Row], now: datetime
) -> None:
    """End the run on an answer that no further request can change."""
    found = {_outcome(row): row for row in rows if row["reason"] != DEFERRED}
    if Outcome.QUOTA in found:
        wallet.exhaust(spark, settings.lake)
        raise ledger.spent_error(wallet.account, now)
    if Outcome.BLOCKED in found:
        raise Blocked(
            f"YouTube blocks this address ({found[Outcome.BLOCKED]['reason']}); everything fetched is kept: run the same "
            "command again in some hours with a lower captions.requests_per_second, or set captions.proxy"
        )
    for kind, remedy in (
        (Outcome.CREDENTIALS, "check YOUTUBE_API_KEY and that YouTube Data API v3 is enabled for its project"),
        (Outcome.BUG, "check the settings that became parameters of the call"),
    ):
        if kind in found:
            row = found[kind]
            said = _said(spark, settings, row) or row["reason"]
            raise UsageError(f"YouTube refused {row['method']} ({row['status']} {row['reason']}): {said}; {remedy}")


def _raise_if_in_vain(barren: int) -> None:
    """Calls that their round cut short are due again, but not for ever."""
    if barren >= BARREN_ROUNDS:
        raise TubeLakeError(f"{barren} rounds in a row brought no answer; everything fetched is kept: run again later")


def _said(spark: SparkSession, settings: Settings, row: Row) -> str:
    bodies = store.read(spark, RESPONSES.of(row["method"]), settings.lake)
    return client.message(bodies.where(F.col("request_id") == row["request_id"]).select("body").collect()[0]["body"])


def _wait_as_told(rows: Sequence[Row]) -> None:
    """A Retry-After longer than a task may wait has ended the round; the next one starts after it."""
    asked_for = max((row["retry_after_seconds"] or 0.0 for row in rows), default=0.0)
    if asked_for > LONGEST_WAIT_SECONDS:
        raise TubeLakeError(f"YouTube asks to wait {asked_for:.0f} s; everything fetched is kept: run again after that")
    time.sleep(asked_for)
