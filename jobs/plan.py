"""Says what a collection will cost: calls a bucket, quota days, storage. Spends nothing."""

from pyspark.sql import SparkSession

from tubelake import console, job, store, tables
from tubelake.collect import plan, search, videos
from tubelake.collect.rounds import clock_of
from tubelake.errors import UsageError
from tubelake.settings import Settings

READS = (tables.RESPONSES.of(search.METHOD), tables.RESPONSES.of(videos.DETAILS), tables.QUOTA_BUCKETS)
WRITES = ()


def run(spark: SparkSession, settings: Settings) -> job.Report:
    wanted, now = settings.search, clock_of(settings)()
    if not wanted.keywords:
        raise UsageError("no keyword to plan for: give --keyword WORD")
    searches, details = (store.read(spark, table, settings.lake) for table in READS[:2])
    rows = search.logged(searches, wanted.keywords)
    to_come = {
        query.keyword: plan.videos_to_come(query, rows, wanted.max_videos)
        for query in search.queries(wanted, rows, now)
    }
    known = videos.wanted_ids(searches, details, wanted.keywords, ())
    to_search = sum(to_come.values())
    to_detail = to_search + videos.without_details(known, details, str(settings.run.id)).count()
    costs = plan.costs(spark, settings.lake, settings.quota, now, to_search, to_detail)
    console.show("Videos yet to find (a guess until the first search)", ["keyword", "videos"], list(to_come.items()))
    console.show(
        "What it will cost", ["method", "calls", "bucket", "units", "a day", "left today", "quota days"],
        [(c.method, c.calls, c.bucket, c.units, c.limit, c.left_today, c.days) for c in costs],
    )  # fmt: skip
    console.say(f"storage: about {plan.storage_bytes(to_search, to_detail) / 1e6:,.1f} MB")
    return job.Report(rows_in=len(rows))


if __name__ == "__main__":
    job.main(__file__)
