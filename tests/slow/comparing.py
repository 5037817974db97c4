"""What the tables of a lake say: the same, whoever filled them, but for when and by which request it was fetched."""

from collections import Counter

from pyspark.sql import SparkSession

from tubelake import store
from tubelake.settings import Lake
from tubelake.tables import Table

OF_THE_RUN = ("fetched_at", "first_seen_at", "request_id")
Contents = Counter[tuple[str, ...]]


def contents(spark: SparkSession, table: Table, lake: Lake) -> Contents:
    """The rows of a table, without what is of the run: neither views per day until the fetch."""
    rows = store.read(spark, table, lake)
    if "metric" in rows.columns:
        rows = rows.where("metric <> 'views_per_day'")
    return Counter(tuple(map(_shown, row)) for row in rows.drop(*OF_THE_RUN).collect())


def _shown(value: object) -> str:
    """A value as text; without the last digits of a sum, which are those of the order of its rows."""
    return f"{value:.12g}" if isinstance(value, float) else repr(value)
