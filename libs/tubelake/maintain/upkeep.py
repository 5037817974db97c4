"""The order of maintenance: refresh, derive, delete, tidy the files while followers catch up, vacuum."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pyspark.sql import SparkSession

from tubelake import console, job
from tubelake.maintain import files, purge, refresh
from tubelake.settings import Settings
from tubelake.tables import Table


def maintain(spark: SparkSession, settings: Settings, now: datetime) -> job.Report:
    """Keep the lake to the policy, as of this moment; what was done is in the report's notes.

    Raises QuotaSpent after all that needs no quota is done. Each step may be killed and is done again by the next run.
    """
    purge.aging((), settings.retention.keep)  # a wrong name ends the run before it spends anything
    refreshed, spent = refresh.old_details(spark, settings, now)
    for module in refresh.builders(spark, settings):  # bodies go below: what they hold must be in the tables
        module.run(spark, settings)
    purged = [one for one in _purge(spark, settings, now) if one.rows]
    notes = (*(one.line for one in purged), *tidy(spark, settings))
    report = refreshed + job.Report(0, sum(one.rows for one in purged), notes=notes)
    if spent is None:
        return report
    for note in report.notes:
        console.say(note)
    raise spent


def _purge(spark: SparkSession, settings: Settings, now: datetime) -> Iterable[purge.Purged]:
    present, retention = purge.existing(spark, settings.lake), settings.retention
    aged = purge.aging(present, retention.keep)
    yield from purge.delete_gone(spark, present, settings.lake)
    before = now - timedelta(days=retention.days)
    yield from purge.delete_old(spark, aged, before, retention.days, settings.lake)


def tidy(spark: SparkSession, settings: Settings) -> list[str]:
    """Compact and vacuum the tables that need it; gives a line about each that was held up, and how many there were.

    Followers catch up in between. So VACUUM takes nothing that one has yet to read, and no commit comes after them
    that would make them run again for nothing.
    """
    lake, hours = settings.lake, settings.retention.vacuum_hours
    present = {(table.layer, table.name): table for table in purge.existing(spark, lake)}
    jobs, untidy = refresh.builders(spark, settings), list[Table]()

    def prepare(tables: Iterable[tuple[str, str]]) -> None:
        found = [present[key] for key in tables if key in present]
        untidy.extend(table for table in found if files.prepare(spark, table, lake, hours))

    written = [[(table.layer, table.name) for table in module.WRITES] for module in jobs]
    prepare(sorted(present.keys() - {key for keys in written for key in keys}))
    for module, keys in zip(jobs, written, strict=True):
        module.run(spark, settings)
        prepare(keys)
    return [*_vacuum(spark, settings, untidy, list(present.values()))]


def _vacuum(spark: SparkSession, settings: Settings, untidy: list[Table], present: list[Table]) -> Iterable[str]:
    lake, hours = settings.lake, settings.retention.vacuum_hours
    for table in untidy:
        line = files.vacuum(spark, table, lake, hours, files.followers(spark, table, present, lake))
        if line:
            yield line
    if untidy:
        yield f"files that {len(untidy)} tables have not used for {hours:,} hours were deleted"
