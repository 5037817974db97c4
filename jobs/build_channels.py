"""Turns new answers about channels into rows."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.follow import follow
from tubelake.parse.channels import channels_from_answers
from tubelake.settings import Settings

OPTIONAL = "channels"
NEEDS = "channels.ids"
METHODS = ("channels.list",)
READS = tuple(map(tables.RESPONSES.of, METHODS))
WRITES = (tables.CHANNELS,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    parts = {tables.CHANNELS: METHODS}
    counts = follow(spark, tables.RESPONSES, {tables.CHANNELS: channels_from_answers}, settings.lake, parts=parts)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
