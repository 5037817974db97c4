"""Asks again for details that have become old, and brings the tables that follow the answers up to date."""

from datetime import datetime, timedelta
from types import ModuleType

from pyspark.sql import SparkSession

from tubelake import job, pipeline, progress, store
from tubelake.collect import videos
from tubelake.collect.rounds import collect
from tubelake.errors import QuotaSpent
from tubelake.settings import Settings
from tubelake.tables import RESPONSES

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
    """The jobs that keep this lake's tables up to date with bronze, and those that build small tables of results.

    Each comes after those that feed it. Those that have never run are left out, but for where they alone read answers.
    """
    modules = [job.load(name) for name in pipeline.in_order(pipeline.writers())]
    derive = [module for module in modules if _is_builder(module)]
    have_run = [m for m in derive if all(store.exists(spark, table, settings.lake) for table in m.WRITES)]
    unread = _methods(spark, settings) - {part for module in have_run for part in _parts(module)}
    return [module for module in derive if module in have_run or _parts(module) & unread]


def _is_builder(module: ModuleType) -> bool:
    """Whether the job derives: typed rows from bronze, or results. What is enriched by models is not for maintenance."""
    reads, writes = ({table.layer for table in tables} for tables in (module.READS, module.WRITES))
    return writes == {"gold"} or (reads == {"bronze"} and not writes & {"bronze", "control"})


def _methods(spark: SparkSession, settings: Settings) -> set[str]:
    """Methods that there are bodies of."""
    if not store.exists(spark, RESPONSES, settings.lake):
        return set()
    with_body = spark.table(store.name(RESPONSES, settings.lake)).where("body IS NOT NULL")
    return {row["method"] for row in with_body.select("method").distinct().collect()}


def _parts(module: ModuleType) -> set[str | None]:
    """Methods whose bodies the job reads."""
    return {table.part for table in module.READS if table.name == RESPONSES.name}
