"""Fetches details of the channels that published the known videos."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.collect import channels, videos
from tubelake.collect.rounds import clock_of
from tubelake.collect.selection import selected
from tubelake.settings import Settings

OPTIONAL = "channels"
DETAILS = tables.RESPONSES.of(videos.CHANNELS)
READS = (tables.VIDEOS, tables.SEARCH_HITS, DETAILS)
WRITES = (DETAILS,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    known, hits = (store.read(spark, table, settings.lake) for table in READS[:2])
    old = videos.oldest_wanted(clock_of(settings)(), settings.channels.refresh_hours)
    publishers = channels.publishers(selected(known, hits, settings))
    return channels.fetch_details(spark, settings, publishers, old).report()


if __name__ == "__main__":
    job.main(__file__)
