"""Turns imported rows of trending videos into their counts by day, videos, and snapshots."""

from dataclasses import replace

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import follow
from tubelake.parse.trending import days_from_rows, latest_details, snapshots_from_rows
from tubelake.settings import Settings

NEEDS = "import.path"
ROWS = tables.TRENDING_ROWS
READS = (ROWS,)
# Charts of one day were read at different hours: the highest counts are the latest.
SNAPSHOTS = replace(tables.VIDEO_SNAPSHOTS, newest_by="view_count")
WRITES = (tables.TRENDING_DAYS, tables.VIDEOS, SNAPSHOTS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    transforms = (days_from_rows, latest_details(store.read(spark, ROWS, settings.lake)), snapshots_from_rows)
    counts = follow(spark, ROWS, dict(zip(WRITES, transforms, strict=True)), settings.lake)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
