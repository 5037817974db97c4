"""Estimates how complete the search of each keyword is, from what a second search of some time windows found."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.collect import search
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats.recall import search_recall

OPTIONAL = "recall"
READS = (tables.RESPONSES.of(search.METHOD), tables.SEARCH_HITS)
WRITES = (tables.SEARCH_RECALL,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    sources = [store.read(spark, table, settings.lake) for table in READS]
    counts = rebuild(spark, READS, {tables.SEARCH_RECALL: lambda: search_recall(*sources)}, settings.lake)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
