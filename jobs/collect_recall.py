"""Searches some time windows of the keywords a second time, in another order, to tell how complete the first search is."""

from functools import cache

from pyspark.sql import SparkSession

from tubelake import job, progress, store, tables
from tubelake.collect import recall, search
from tubelake.collect.rounds import clock_of, collect
from tubelake.settings import Settings

OPTIONAL = "recall"
AFTER = ("collect_search",)
PAGES = tables.RESPONSES.of(search.METHOD)
READS = WRITES = (PAGES,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    wanted, now, run_id = settings.recall, clock_of(settings)(), str(settings.run.id)
    asked = search.or_all_searched(settings.search, store.read(spark, PAGES, settings.lake))
    # Read when `collect` asks what is due: by then no other run adds to the log.
    before = cache(lambda: search.logged(store.read(spark, PAGES, settings.lake), asked.keywords))
    with progress.shown("Searching again") as show:
        spent = collect(spark, settings, search.METHOD, recall.due(asked, wanted, before, run_id, now), show)
    pages = [*before(), *spent.rows]
    notes = tuple(recall.summary(query, wanted, pages) for query in search.queries(asked, pages, now))
    return job.Report(len(before()), len(spent.rows), spent.calls, spent.units, spent.failed, notes)


if __name__ == "__main__":
    job.main(__file__)
