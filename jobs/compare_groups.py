"""Says how each video feels, and whether keywords, categories and cohorts differ."""

from pyspark.sql import DataFrame, SparkSession

from tubelake import job, store, tables
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats.groups import comparisons, memberships, metrics, with_keyword_sizes
from tubelake.stats.keep import keeping
from tubelake.stats.sentiment import video_sentiment

OPTIONAL = ("text", "captions", "comments", "chat")
READS = (
    tables.TEXT_SCORES, tables.CAPTION_WINDOWS, tables.VIDEOS, tables.VIDEO_SNAPSHOTS, tables.SEARCH_HITS,
    tables.TRENDING_DAYS,
)  # fmt: skip
WRITES = (tables.VIDEO_SENTIMENT, tables.COMPARISONS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    scores, windows, videos, snapshots, hits, days = (store.read(spark, table, settings.lake) for table in READS)

    def values() -> DataFrame:
        """Of the first table, which is made by then."""
        return metrics(videos, snapshots, store.read(spark, tables.VIDEO_SENTIMENT, settings.lake))

    with keeping() as keep:
        members = keep(lambda: with_keyword_sizes(memberships(hits, videos, days)))
        builds = (
            lambda: video_sentiment(scores, windows, videos),
            lambda: comparisons(members(), values()),
        )
        counts = rebuild(spark, READS, dict(zip(WRITES, builds, strict=True)), settings.lake)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
