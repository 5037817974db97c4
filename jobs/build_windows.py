"""Regroups captions: windows of minutes and of words, whole sentences, paragraphs."""

from functools import partial

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import follow
from tubelake.settings import Settings
from tubelake.text.windows import of_whole, windows_from_snippets
from tubelake.text.words import COMMON_WORDS_VERSION

OPTIONAL = "captions"
READS = (tables.CAPTION_SNIPPETS,)
WRITES = (tables.CAPTION_WINDOWS,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    wanted, lake = settings.text, settings.lake
    minutes, words, pause = wanted.window_minutes, wanted.window_words, wanted.pause_seconds
    regroup = partial(windows_from_snippets, minutes=minutes, words=words, pause_seconds=pause)
    tracks = of_whole(store.read(spark, tables.CAPTION_SNIPPETS, lake), "track_id")
    counts = follow(
        spark, tables.CAPTION_SNIPPETS, {tables.CAPTION_WINDOWS: tracks(regroup)}, lake,
        parameters=(minutes, words, pause, COMMON_WORDS_VERSION), keys=lambda rows: rows.select("track_id"),
    )  # fmt: skip
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
