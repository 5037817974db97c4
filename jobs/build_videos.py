"""Turns new answers into rows: videos, snapshots of their counts, and what each keyword found."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.follow import follow
from tubelake.parse.search import hits_from_answers
from tubelake.parse.videos import snapshots_from_answers, videos_from_answers
from tubelake.settings import Settings

METHODS = ("search.list", "videos.list", "videos.batchGetStats")
READS = tuple(map(tables.RESPONSES.of, METHODS))
WRITES = (tables.SEARCH_HITS, tables.VIDEOS, tables.VIDEO_SNAPSHOTS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    transforms = (hits_from_answers, videos_from_answers, snapshots_from_answers)
    counts = follow(spark, tables.RESPONSES, dict(zip(WRITES, transforms, strict=True)), settings.lake, parts=METHODS)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
