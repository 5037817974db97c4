"""Describes the videos of each keyword: statistics and histograms of every metric."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats.describe import statistics
from tubelake.stats.histogram import histograms
from tubelake.stats.keep import keeping
from tubelake.stats.metrics import metrics_by_keyword

READS = (tables.SEARCH_HITS, tables.VIDEOS, tables.VIDEO_SNAPSHOTS)
WRITES = (tables.KEYWORD_STATISTICS, tables.HISTOGRAMS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    # Kept while both tables are made: the histograms alone would join the videos three times.
    bins = settings.statistics.bins
    with keeping() as keep:
        metrics = keep(lambda: metrics_by_keyword(*(store.read(spark, table, settings.lake) for table in READS)))
        builds = (lambda: statistics(metrics()), lambda: histograms(metrics(), bins))
        counts = rebuild(spark, READS, dict(zip(WRITES, builds, strict=True)), settings.lake, parameters=bins)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
