"""Puts together what is known of each video, and says how each feature goes with views."""

from pyspark.sql import DataFrame, SparkSession

from tubelake import job, store, tables
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats.associations import associations
from tubelake.stats.features import note, video_features

OPTIONAL = ("text", "captions", "comments", "chat", "pictures", "embeddings", "features")
READS = (
    tables.VIDEOS, tables.VIDEO_SNAPSHOTS, tables.SEARCH_HITS, tables.TRENDING_DAYS, tables.VIDEO_SENTIMENT,
    tables.WINDOW_ENTROPY, tables.CAPTION_WINDOWS, tables.PICTURE_TEXT, tables.CORRECTED_TEXTS, tables.PICTURE_FACES,
    tables.EMBEDDINGS,
)  # fmt: skip
WRITES = (tables.VIDEO_FEATURES, tables.FEATURE_ASSOCIATIONS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    lake = settings.lake

    def features() -> DataFrame:
        """The first table, which is made when the second one asks for it."""
        return store.read(spark, tables.VIDEO_FEATURES, lake)

    builds = (
        lambda: video_features({table: store.read(spark, table, lake) for table in READS}),
        lambda: associations(features()),
    )
    counts = rebuild(spark, READS, dict(zip(WRITES, builds, strict=True)), lake)
    notes = (note(features()),) if counts.rows_out else ()
    return job.Report(counts.rows_in, counts.rows_out, notes=notes)


if __name__ == "__main__":
    job.main(__file__)
