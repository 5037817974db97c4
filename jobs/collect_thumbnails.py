"""Fetches the largest thumbnail that there is of each known video that has none yet."""

from pyspark.sql import SparkSession

from tubelake import job, progress, store, tables
from tubelake.collect import pictures
from tubelake.collect.selection import selected
from tubelake.settings import Settings

OPTIONAL = "thumbnails"
READS = (tables.VIDEOS, tables.SEARCH_HITS, tables.PICTURES)
WRITES = (tables.PICTURES,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    known, hits, log = (store.read(spark, table, settings.lake) for table in READS)
    due = pictures.without_picture(selected(known, hits, settings), log, str(settings.run.id))
    with progress.shown("Fetching thumbnails") as show:
        got = pictures.collect(spark, settings, due, show)
    notes = (f"thumbnails: {got.pictures:,} pictures, {got.without:,} videos without",) if got.videos else ()
    return job.Report(got.videos, got.videos, got.calls, 0, got.failed, notes)


if __name__ == "__main__":
    job.main(__file__)
