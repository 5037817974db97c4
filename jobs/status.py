"""Says how far each keyword is, what quota is left today and when it resets. Spends nothing."""

from pyspark.sql import SparkSession

from tubelake import console, job, store, tables
from tubelake.collect import ledger, search
from tubelake.collect.rounds import clock_of
from tubelake.settings import Settings
from tubelake.youtube import quota

READS = (tables.RESPONSES.of(search.METHOD), tables.QUOTA_BUCKETS)
WRITES = ()


def run(spark: SparkSession, settings: Settings) -> job.Report:
    now = clock_of(settings)()
    responses = store.read(spark, READS[0], settings.lake)
    wanted = search.or_all_searched(settings.search, responses)
    rows = search.logged(responses, wanted.keywords)
    progress = [(query.keyword, search.progress(query, rows)) for query in search.queries(wanted, rows, now)]
    console.show(
        "Keywords", ["keyword", "results", "pages", "shards done", "of", "about calls to go", "state"],
        [(k, p.ids, p.pages, p.spans_done, p.spans, p.remaining_calls, "done" if p.done else "open") for k, p in progress],
    )  # fmt: skip
    buckets = [ledger.account(bucket, settings.quota, now) for bucket in quota.buckets(quota.quota_day(now))]
    balances = zip(buckets, ledger.balances(spark, buckets, settings.lake), strict=True)
    console.show(
        "Quota today", ["bucket", "limit", "leased", "spent", "left"],
        [(a.bucket, a.limit, b.leased, b.settled, b.left(a.limit)) for a, b in balances],
    )  # fmt: skip
    console.say(f"the quota resets at {quota.resets_at(now).astimezone():%Y-%m-%d %H:%M %Z}")
    return job.Report(rows_in=len(rows))


if __name__ == "__main__":
    job.main(__file__)
