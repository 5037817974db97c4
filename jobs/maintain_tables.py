"""Refreshes or deletes what is too old, deletes videos that are gone from YouTube, and tidies the tables' files."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.collect.rounds import clock_of
from tubelake.maintain import preview, upkeep
from tubelake.settings import Settings

OPTIONAL = "maintenance"
READS = tables.ALL
WRITES = tables.ALL


def run(spark: SparkSession, settings: Settings) -> job.Report:
    now = clock_of(settings)()
    if settings.retention.dry_run:
        return job.Report(rows_in=preview.show(spark, settings, now))
    return upkeep.maintain(spark, settings, now)


if __name__ == "__main__":
    job.main(__file__)
