"""Searches the keywords, as far as the log says that something is missing."""

from functools import cache

from pyspark.sql import SparkSession

from tubelake import job, progress, store, tables
from tubelake.collect import search
from tubelake.collect.rounds import clock_of, collect
from tubelake.errors import UsageError
from tubelake.settings import Settings

PAGES = tables.RESPONSES.of(search.METHOD)
NEEDS = "search.keywords"
READS = WRITES = (PAGES,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    keywords, wanted, run_id = settings.search.keywords, settings.search.max_videos, str(settings.run.id)
    if not keywords:
        raise UsageError("no keyword to search: give --keyword WORD or --set search.keywords=WORD,WORD")
    # Read when `collect` asks what is due: by then no other run adds to the log, and what a killed run left is in it.
    before = cache(lambda: search.logged(store.read(spark, PAGES, settings.lake), keywords))
    queries = cache(lambda: search.queries(settings.search, before(), clock_of(settings)()))
    with progress.shown("Searching") as show:
        spent = collect(
            spark, settings, search.METHOD,
            lambda rows: search.due(queries(), [*before(), *rows], wanted, run_id), show,
        )  # fmt: skip
    notes = tuple(search.summary(query, [*before(), *spent.rows], wanted) for query in queries())
    return job.Report(len(before()), len(spent.rows), spent.calls, spent.units, spent.failed, notes)


if __name__ == "__main__":
    job.main(__file__)
