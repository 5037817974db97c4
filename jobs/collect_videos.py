"""Fetches details of videos that have none, then newer counts of those whose counts are old."""

from pyspark.sql import SparkSession

from tubelake import job, progress, store, tables
from tubelake.collect import channels, search, videos
from tubelake.collect.rounds import clock_of, collect
from tubelake.settings import Settings

SEARCHES = tables.RESPONSES.of(search.METHOD)
UPLOADS = tables.RESPONSES.of(channels.UPLOADS.method)
DETAILS = tables.RESPONSES.of(videos.DETAILS)
COUNTS = tables.RESPONSES.of(videos.COUNTS)
READS = (SEARCHES, UPLOADS, DETAILS, COUNTS, tables.TRENDING_DAYS)
WRITES = (DETAILS, COUNTS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    searches, uploads, details, counts = (store.read(spark, table, settings.lake) for table in READS[:-1])
    has_imports = store.exists(spark, tables.TRENDING_DAYS, settings.lake)
    imported = store.read(spark, tables.TRENDING_DAYS, settings.lake) if has_imports else None
    known = videos.wanted_ids(searches, uploads, details, settings, imported)
    run_id, most = str(settings.run.id), settings.collect.round_calls
    old = videos.oldest_wanted(clock_of(settings)(), settings.videos.refresh_hours)
    due = {
        videos.DETAILS: lambda: videos.without_details(known, details, run_id),
        videos.COUNTS: lambda: videos.with_old_counts(known, details, counts, old, run_id),
    }
    report = job.Report()
    for method, ids in due.items():
        with progress.shown(f"Fetching {method}") as show:
            spent = collect(spark, settings, method, videos.due(method, ids, most), show)
        gone = videos.gone(spent.rows)
        notes = (f"{method}: {gone:,} videos are deleted or private",) if gone else ()
        report += job.Report(len(spent.rows), len(spent.rows), spent.calls, spent.units, spent.failed, notes)
    return report


if __name__ == "__main__":
    job.main(__file__)
