"""Puts together what was read off each thumbnail, with statistics and histograms by keyword and of all."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats.keep import keeping
from tubelake.stats.thumbnails import (
    thumbnail_features,
    thumbnail_histograms,
    thumbnail_metrics,
    thumbnail_statistics,
)

OPTIONAL = ("pictures", "embeddings", "features")
READS = (tables.PICTURES, tables.PICTURE_TEXT, tables.PICTURE_FACES, tables.EMBEDDINGS, tables.SEARCH_HITS)
WRITES = (tables.THUMBNAIL_FEATURES, tables.THUMBNAIL_STATISTICS, tables.THUMBNAIL_HISTOGRAMS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    lake = settings.lake
    pictures, texts, faces, embeddings, hits = (store.read(spark, table, lake) for table in READS)
    with keeping() as keep:
        # Of the first table, which is made by then.
        metrics = keep(lambda: thumbnail_metrics(store.read(spark, tables.THUMBNAIL_FEATURES, lake), hits))
        builds = (
            lambda: thumbnail_features(pictures, texts, faces, embeddings), lambda: thumbnail_statistics(metrics()),
            lambda: thumbnail_histograms(metrics()),
        )  # fmt: skip
        counts = rebuild(spark, READS, dict(zip(WRITES, builds, strict=True)), lake)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
