"""Says whether views, likes and comments of each keyword are long-tailed: power laws, and the curves that show them."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats.keep import keeping
from tubelake.stats.tails import ccdf, power_laws, value_counts

READS = (tables.SEARCH_HITS, tables.VIDEOS, tables.VIDEO_SNAPSHOTS)
WRITES = (tables.POWER_LAWS, tables.CCDF)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    with keeping() as keep:
        counts = keep(lambda: value_counts(*(store.read(spark, table, settings.lake) for table in READS)))
        builds = (lambda: power_laws(counts()), lambda: ccdf(counts()))
        done = rebuild(spark, READS, dict(zip(WRITES, builds, strict=True)), settings.lake)
    return job.Report(done.rows_in, done.rows_out)


if __name__ == "__main__":
    job.main(__file__)
