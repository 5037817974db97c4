"""Counts and scores what messages, comments and captions say about each aspect that the settings name."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats.aspects import aspects, texts_of
from tubelake.stats.tracks import only_one_track

NEEDS = "text.aspects"
READS = (tables.TEXT_SCORES, tables.CHAT_MESSAGES, tables.COMMENTS, tables.CAPTION_WINDOWS, tables.VIDEOS)
WRITES = (tables.ASPECTS,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    scores, messages, comments, windows, videos = (store.read(spark, table, settings.lake) for table in READS)
    names = settings.text.aspects
    sentences = only_one_track(windows.where("kind = 'sentence'"), videos)
    builds = {tables.ASPECTS: lambda: aspects(texts_of(messages, comments, sentences), scores, names)}
    counts = rebuild(spark, READS, builds, settings.lake, parameters=names)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
