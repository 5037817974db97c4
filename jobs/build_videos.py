"""Turns new answers into rows: videos, snapshots of their counts, and what each keyword found."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.follow import follow
from tubelake.parse.search import hits_from_answers
from tubelake.parse.videos import snapshots_from_answers, videos_from_answers
from tubelake.settings import Settings

PARTS = {
    tables.SEARCH_HITS: ("search.list",),
    tables.VIDEOS: ("videos.list",),
    tables.VIDEO_SNAPSHOTS: ("videos.list", "videos.batchGetStats"),
}
READS = tuple(map(tables.RESPONSES.of, sorted({method for methods in PARTS.values() for method in methods})))
WRITES = tuple(PARTS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    transforms = (hits_from_answers, videos_from_answers, snapshots_from_answers)
    targets = dict(zip(WRITES, transforms, strict=True))
    counts = follow(spark, tables.RESPONSES, targets, settings.lake, parts=PARTS)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
