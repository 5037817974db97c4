"""Turns new readings of charts into ranks."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.follow import follow
from tubelake.parse.channels import entries_from_answers
from tubelake.settings import Settings

NEEDS = "charts.regions"
METHODS = ("videos.list",)
READS = tuple(map(tables.RESPONSES.of, METHODS))
WRITES = (tables.CHART_ENTRIES,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    parts = {tables.CHART_ENTRIES: METHODS}
    counts = follow(spark, tables.RESPONSES, {tables.CHART_ENTRIES: entries_from_answers}, settings.lake, parts=parts)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
