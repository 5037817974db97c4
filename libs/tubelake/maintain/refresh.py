"""Asks again for details that have become old, and brings the tables that follow the answers up to date."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import ModuleType

from pyspark.sql import SparkSession

from tubelake import job, progress, store
from tubelake.collect import videos
from tubelake.collect.rounds import collect
from tubelake.errors import QuotaSpent
from tubelake.settings import Settings
from tubelake.tables import RESPONSE_BODIES, RESPONSES, Table

DETAILS = RESPONSES.of(videos.DETAILS)


def due_before(now: datetime, refresh_days: int) -> datetime:
    """Details that were asked for before this moment are old."""
    return now - timedelta(days=refresh_days)


def old_details(spark: SparkSession, settings: Settings, now: datetime) -> tuple[job.Report, QuotaSpent | None]:
    """Fetch old details again; gives what was done, and the error where the quota did not last."""
    if not settings.retention.refresh_days or not store.exists(spark, RESPONSES, settings.lake):
        return job.Report(), None
    details, run_id = store.read(spark, DETAILS, settings.lake), str(settings.run.id)
    before = due_before(now, settings.retention.refresh_days)
    if videos.with_old_details(details, before, run_id).isEmpty():  # without work no key is needed
        return job.Report(), None
    due = videos.due(
        videos.DETAILS, lambda: videos.with_old_details(details, before, run_id), settings.collect.round_calls
    )
    try:
        with progress.shown("Refreshing details") as show:
            spent = collect(spark, settings, videos.DETAILS, due, show)
    except QuotaSpent as error:
        return job.Report(calls=error.calls, units=error.units), error
    found = sum(row["item_count"] for row in spent.rows)
    notes = (f"refreshed the details of {found:,} videos; {videos.gone(spent.rows):,} are gone",)
    return job.Report(len(spent.rows), found, spent.calls, spent.units, spent.failed, notes), None


def builders(spark: SparkSession, settings: Settings) -> list[ModuleType]:
    """The jobs that keep this lake's tables up to date with the answers, and those that build small tables of results.

    Each comes after those that feed it. Left out are jobs that have nothing to read and have written nothing.
    """
    methods: set[str] = set()
    if store.exists(spark, RESPONSE_BODIES, settings.lake):
        rows = store.read(spark, RESPONSE_BODIES, settings.lake).select("method").distinct().collect()
        methods = {row["method"] for row in rows}

    def has_work(module: ModuleType) -> bool:
        reads = any(_is(table, RESPONSE_BODIES) and table.part in {None, *methods} for table in module.READS)
        return (reads and bool(methods)) or any(store.exists(spark, t, settings.lake) for t in module.WRITES)

    return [module for module in _in_order(_is_builder) if has_work(module)]


def _in_order(wanted: Callable[[ModuleType], bool]) -> list[ModuleType]:
    modules = {name: job.load(name) for name in job.find_all()}
    return [modules[name] for name in job.in_order([name for name, module in modules.items() if wanted(module)])]


def _is_builder(module: ModuleType) -> bool:
    """Whether the job derives: it follows the answers and asks nothing, or all that it writes are results."""
    writes: Sequence[Table] = module.WRITES
    if not writes or any(_is(table, RESPONSE_BODIES) for table in writes):
        return False
    return any(_is(table, RESPONSE_BODIES) for table in module.READS) or {table.layer for table in writes} == {"gold"}


def _is(table: Table, other: Table) -> bool:
    return (table.layer, table.name) == (other.layer, other.name)
