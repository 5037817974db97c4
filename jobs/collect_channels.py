"""Fetches the named channels' details and uploads lists, the cheap way past search."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.collect import channels, videos
from tubelake.collect.lists import walk_lists
from tubelake.collect.rounds import clock_of
from tubelake.errors import UsageError
from tubelake.settings import Settings

NEEDS = "channels.ids"
METHODS = (videos.CHANNELS, channels.UPLOADS.method)
READS = tuple(map(tables.RESPONSES.of, METHODS))
WRITES = READS


def run(spark: SparkSession, settings: Settings) -> job.Report:
    ids = settings.channels.ids
    if not ids:
        raise UsageError("no channel to collect: give --channel ID or --set channels.ids=ID,ID")
    old = videos.oldest_wanted(clock_of(settings)(), settings.channels.refresh_hours)
    details = channels.fetch_details(spark, settings, channels.named(spark, ids), old)
    wanted = channels.wanted_uploads(spark, ids, old)
    uploads = walk_lists(spark, settings, channels.UPLOADS, lambda: wanted)
    return details.report() + uploads.report(*channels.notes(uploads.rows))


if __name__ == "__main__":
    job.main(__file__)
