"""What a collection will cost before anything is spent, from the log and the quota table alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import Row, SparkSession

from tubelake.collect import ledger, search, videos
from tubelake.collect.frontier import Query
from tubelake.settings import Lake, Quota
from tubelake.youtube import quota

GUESSED_VIDEOS = 10_000  # what a keyword is taken to have until its first search says more
BYTES_A_SEARCH_RESULT = 700  # measured on answers of the API: bodies of search.list, Parquet with Snappy
BYTES_A_VIDEO = 1_900  # likewise videos.list with the parts that are asked for, and its row in silver


@dataclass(frozen=True)
class Cost:
    """Calls of one method, and the days that its bucket's limit makes of them."""

    method: str
    bucket: str
    calls: int
    units: int
    limit: int
    left_today: int

    @property
    def days(self) -> int:
        """Quota days from today on, today counted; 0 where nothing is to be done."""
        if not self.units:
            return 0
        beyond = max(0, self.units - self.left_today)
        return (1 if self.left_today else 0) + -(-beyond // max(1, self.limit))


def videos_to_come(query: Query, rows: Sequence[Row], max_videos: int | None) -> int:
    """Results that the query has yet to find: by its density so far, else a guess."""
    at = search.progress(query, rows)
    if at.done:
        return 0
    expected = at.remaining_calls * search.PAGE_SIZE if at.pages else GUESSED_VIDEOS
    return expected if max_videos is None else max(0, min(expected, max_videos - at.ids))


def costs(
    spark: SparkSession, lake: Lake, settings: Quota, now: datetime, to_search: int, to_detail: int
) -> list[Cost]:
    """The calls for `to_search` results yet to find and `to_detail` videos yet to fetch details of."""
    day = quota.quota_day(now)
    calls = {search.METHOD: -(-to_search // search.PAGE_SIZE), videos.DETAILS: -(-to_detail // videos.IDS_A_CALL)}
    prices = {method: quota.cost(method, day) for method in calls}
    accounts = [ledger.account(price.bucket, settings, now) for price in prices.values()]
    left = [b.left(a.limit) for a, b in zip(accounts, ledger.balances(spark, accounts, lake), strict=True)]
    return [
        Cost(method, account.bucket, calls[method], calls[method] * prices[method].units, account.limit, units)
        for method, account, units in zip(calls, accounts, left, strict=True)
    ]


def storage_bytes(to_search: int, to_detail: int) -> int:
    return to_search * BYTES_A_SEARCH_RESULT + to_detail * BYTES_A_VIDEO
