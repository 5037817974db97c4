"""Turns new answers about captions into tracks and what they say."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.follow import follow
from tubelake.parse.captions import snippets_from_answers, tracks_from_answers
from tubelake.settings import Settings

OPTIONAL = "captions"
METHODS = ("transcripts", "captions.list", "captions.download")
READS = tuple(map(tables.RESPONSES.of, METHODS))
WRITES = (tables.CAPTION_TRACKS, tables.CAPTION_SNIPPETS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    transforms = (tracks_from_answers, snippets_from_answers)
    targets, parts = dict(zip(WRITES, transforms, strict=True)), dict.fromkeys(WRITES, METHODS)
    counts = follow(spark, tables.RESPONSES, targets, settings.lake, parts=parts)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
