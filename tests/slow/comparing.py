"""What the tables of a lake say: the same, whoever filled them, but for when, where and by which request that was."""

from collections import Counter

from pyspark.sql import SparkSession

from tubelake import store
from tubelake.settings import Lake
from tubelake.tables import Table

# Times of fetches and of streams that are played now, polls until their end, what is counted until then, the process that
# read a picture.
OF_THE_RUN = (
    "fetched_at", "first_seen_at", "request_id", "first_polled_at", "last_polled_at", "poll_count", "units", "offline_at",
    "counted_at", "age_days", "views_per_day", "process",
)  # fmt: skip
# A text in a picture may read differently by a letter beside other pictures, and which stand together is not laid down.
OF_NEIGHBOURS = {
    "picture_text": ("text", "words"),
    "corrected_texts": ("text", "corrected_text"),
    "thumbnail_features": ("thumbnail_ocr_text", "thumbnail_ocr_text_corrected"),
    "video_features": ("picture_text", "picture_text_corrected"),
}
# Topics are found by samples of each partition, and which rows stand in one is not laid down either.
OF_CHANCE = {"metric": "views_per_day", "kind": "topic"}
Contents = Counter[tuple[str, ...]]


def contents(spark: SparkSession, table: Table, lake: Lake) -> Contents:
    """The rows of a table, without what is of the run or of chance."""
    rows = store.read(spark, table, lake)
    for column, value in OF_CHANCE.items():
        if column in rows.columns:
            rows = rows.where(~rows[column].eqNullSafe(value))
    return Counter(
        tuple(map(_shown, row)) for row in rows.drop(*OF_THE_RUN, *OF_NEIGHBOURS.get(table.name, ())).collect()
    )


def _shown(value: object) -> str:
    """A value as text; without the last digits of a sum, which are those of the order of its rows."""
    return f"{value:.12g}" if isinstance(value, float) else repr(value)
