"""Says what a collection will cost: calls a bucket, quota days, storage. Spends nothing."""

from pyspark.sql import SparkSession

from tubelake import console, job, store, tables
from tubelake.collect import captions, channels, comments, plan, search, videos
from tubelake.collect.rounds import clock_of
from tubelake.collect.selection import selected
from tubelake.settings import Settings

LOGS = (search.METHOD, channels.UPLOADS.method, videos.DETAILS, comments.THREADS.method, captions.OF_ANYBODY.method)
READS = (*map(tables.RESPONSES.of, LOGS), tables.VIDEOS, tables.SEARCH_HITS, tables.PICTURES, tables.QUOTA_BUCKETS)
WRITES = ()


def run(spark: SparkSession, settings: Settings) -> job.Report:
    now, run_id = clock_of(settings)(), str(settings.run.id)
    searches, uploads, details, threads, transcripts, known, hits, pictures = (
        store.read(spark, table, settings.lake) for table in READS[:-1]
    )
    rows = search.logged(searches, settings.search.keywords)
    queries = search.queries(settings.search, rows, now)
    to_come = {query.keyword: plan.videos_to_come(query, rows, settings.search.max_videos) for query in queries}
    to_search = sum(to_come.values())
    found = videos.wanted_ids(searches, uploads, details, settings)
    to_detail = to_search + videos.without_details(found, details, run_id).count()
    detailed = plan.Known(selected(known, hits, settings), threads, transcripts, pictures)
    steps = plan.basic_steps(to_search, to_detail) + plan.further_steps(detailed, to_detail, settings, now)
    steps += [*plan.recall_steps(queries, rows, settings), *plan.chat_steps(settings)]
    if to_come:
        console.show(
            "Videos yet to find (a guess until the first search)", ["keyword", "videos"], list(to_come.items())
        )
    columns = ["what", "method", "calls", "bucket", "units", "a day", "left today", "quota days", "hours", "MB"]
    costs = plan.costs(spark, settings.lake, settings.quota, now, steps)
    console.show(
        "What it will cost; search and details always, the others with --with", columns, [cost.row() for cost in costs]
    )
    return job.Report(rows_in=len(rows))


if __name__ == "__main__":
    job.main(__file__)
