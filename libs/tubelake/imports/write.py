"""Surveyed files -> tables: what is no row first, then the rows in the one commit that counts."""

from pyspark.sql import SparkSession

from tubelake import job, store, upsert
from tubelake.errors import UsageError
from tubelake.imports import frames
from tubelake.imports.frames import Surveyed
from tubelake.imports.records import Kind
from tubelake.settings import Lake
from tubelake.tables import Table


def write(
    spark: SparkSession, surveyed: Surveyed, kind: Kind, table: Table, quarantine: Table, lake: Lake, **fixed: str
) -> job.Report:
    """Add the rows to `table` and merge the rest into `quarantine`, whose columns `fixed` have one value.

    A file is known by its rows. So a run that is killed before they are there repeats the whole, and finds its
    rejects in place.
    """
    if surveyed.bad:
        store.ensure(spark, quarantine, lake)
        upsert.merge(frames.rejects(spark, surveyed, quarantine, kind, **fixed), quarantine, lake)
    if surveyed.rows:
        store.append(frames.rows(spark, surveyed, table, kind), table, lake)
    notes = [f"{surveyed.known:,} files were imported before"] if surveyed.known else []
    if surveyed.bad:
        notes.append(f"{surveyed.bad:,} records are no rows; see them with: tubelake show {quarantine.name}")
    return job.Report(surveyed.rows + surveyed.bad, surveyed.rows, notes=tuple(notes))


def told(value: str | None, setting: str, what: str) -> str:
    """The value of a setting that a job cannot do without."""
    if value is None:
        raise UsageError(f"say what to import: --set {setting}={what}")
    return value


def also_in_other_cohorts(imported: set[tuple[str, ...]], surveyed: Surveyed, cohort: str) -> job.Report:
    """A note about new files whose content another cohort has; `imported` are pairs of SHA-256 and cohort.

    A cohort is a name for a set, and sets may overlap: such a file is imported, once for each of its cohorts.
    """
    new = {file["sha256"] for file in surveyed.files}
    others = sorted({other for sha256, other in imported if sha256 in new and other != cohort})
    return job.Report(notes=(f"some of these videos are also in the cohort {', '.join(others)}",) if others else ())
