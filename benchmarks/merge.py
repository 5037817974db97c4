"""A day's 10,000 messages into 10,000,000 rows of `chat_messages`, against the same into 100,000 rows.

Baseline, in the same run: Delta's MERGE by the key alone, which must look for each key in every file. Of the day's
messages a fifth is known already, as after a restart. Every table has the same 10,000 messages a day.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import store, tables, upsert
from tubelake.parse.columns import with_missing
from tubelake.settings import Lake

DAY = 10_000  # messages
SIZES = (100_000, 1_000_000, 10_000_000)
KNOWN = 2_000  # of an increment, which the table has already
TIMES = 5
FIRST_DAY = 1_700_006_400  # s since 1970, midnight UTC


def messages(spark: SparkSession, first: int, end: int) -> DataFrame:
    """Messages number `first` to `end`, 10,000 a day."""
    numbers = spark.range(first, end, numPartitions=max(1, (end - first) // 1_000_000) * 2)
    at = F.timestamp_seconds(F.lit(FIRST_DAY) + F.col("id") * (86_400 / DAY))
    chat = F.concat(F.lit("chat"), (F.col("id") / DAY).cast("bigint").cast("string"))
    rows = numbers.select(
        F.sha2(F.col("id").cast("string"), 256).alias("message_id"), chat.alias("chat_id"), chat.alias("video_id"),
        F.lit("text").alias("event"), F.concat(F.lit("UC"), F.sha1((F.col("id") % 5_000).cast("string"))).alias("author_channel_id"),
        F.concat_ws(" ", F.lit("what a stream"), F.sha1(F.col("id").cast("string"))).alias("text"),
        at.alias("published_at"), at.alias("fetched_at"),
    )  # fmt: skip
    return with_missing(rows, tables.CHAT_MESSAGES).select(*tables.CHAT_MESSAGES.column_names)


def fill(spark: SparkSession, lake: Lake, size: int) -> int:
    """A table with so many rows, a file for each ten days; gives its files."""
    store.ensure(spark, tables.CHAT_MESSAGES, lake)
    rows = messages(spark, 0, size).repartitionByRange(size // (10 * DAY), "published_at")
    store.append(rows, tables.CHAT_MESSAGES, lake)
    return len(store.read(spark, tables.CHAT_MESSAGES, lake).inputFiles())


def increment(spark: SparkSession, size: int, number: int) -> DataFrame:
    """10,000 messages after the `size` first, of which the table has the first after the increments before."""
    first = size + number * (DAY - KNOWN) - KNOWN
    return messages(spark, first, first + DAY)


def merged(spark: SparkSession, lake: Lake, size: int) -> float:
    """Seconds of a day's upsert, the median of some, one after the other."""
    taken = []
    for number in range(TIMES):
        with stopwatch() as seconds:
            changed = upsert.merge(increment(spark, size, number), tables.CHAT_MESSAGES, lake)
        assert changed == DAY - KNOWN, changed
        taken.append(seconds[0])
    return statistics.median(taken)


def merged_by_key(spark: SparkSession, lake: Lake, size: int) -> float:
    """Seconds of Delta's own MERGE of the next day, by the key alone."""
    increment(spark, size, TIMES).createOrReplaceTempView("day")
    name = store.name(tables.CHAT_MESSAGES, lake)
    with stopwatch() as seconds:
        spark.sql(f"MERGE INTO {name} t USING day s ON t.message_id = s.message_id WHEN NOT MATCHED THEN INSERT *")
    return seconds[0]


def main() -> bool:
    ours, plain = {}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = settings_for(folder, "http://127.0.0.1:1", "spark.master=local[2]", "spark.driver_memory=4g")
        spark = warm_session(wanted)
        for number, size in enumerate((SIZES[0], *SIZES)):  # the first round warms up
            lake = Lake(root=str(folder / f"lake-{number}"))
            with stopwatch() as filling:
                files = fill(spark, lake, size)
            ours[size], plain[size] = merged(spark, lake, size), merged_by_key(spark, lake, size)
            print(
                f"{size:,} rows in {files} files ({filling[0]:.0f} s to fill): a day in {ours[size]:.2f} s, "
                f"by the key alone {plain[size]:.2f} s, {plain[size] / ours[size]:.1f} times as long", flush=True,
            )  # fmt: skip
    return result("a day into 10,000,000 rows, in times of into 100,000", ours[SIZES[-1]] / ours[SIZES[0]], 1.3)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
