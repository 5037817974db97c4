"""Counts of videos -> how long their tails are: `power_laws`, and `ccdf`, which draws them."""

import pandas as pd
from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from tubelake import session
from tubelake.stats.metrics import ALL, COUNTS, long, with_newest_counts
from tubelake.stats.power_law import ROUNDS
from tubelake.stats.tail_fit import NOT_KEPT, TAIL_DDL, tail_row
from tubelake.tables import CCDF

MOST_VALUES = 100_000  # different values of a group that are fitted, the largest; there a tail begins anyway
POINTS = 200
_KEYS = ["keyword", "metric"]


def value_counts(hits: DataFrame, videos: DataFrame, snapshots: DataFrame) -> DataFrame:
    """(keyword, metric, value, times): how many videos of a keyword have which newest count.

    Under the keyword `ALL` all videos count, each once. 0 stands for values that are not above 0, null for none.
    """
    found = hits.where("video_id IS NOT NULL").select("keyword", "video_id")
    everything = videos.select(F.lit(ALL).alias("keyword"), "video_id")
    counted = found.unionByName(everything).join(with_newest_counts(videos, snapshots), on="video_id", how="inner")
    values = long(counted.select("keyword", "video_id", *COUNTS), COUNTS, "metric")
    # A lake without videos has rows too, which say so.
    none = videos.sparkSession.range(1).select(
        F.lit(ALL).alias("keyword"), F.lit(None).cast("string").alias("video_id"),
        F.explode(F.array(*map(F.lit, COUNTS))).alias("metric"), F.lit(None).cast("double").alias("value"),
    )  # fmt: skip
    value = F.greatest("value", F.when(F.col("value").isNotNull(), 0.0)).alias("value")
    return values.unionByName(none).groupBy(*_KEYS, value).agg(F.count("video_id").alias("times"))


def power_laws(counts: DataFrame, most: int = MOST_VALUES, rounds: int = ROUNDS) -> DataFrame:
    """One row a keyword and metric of `value_counts`, with the columns of `power_laws`.

    Of more than `most` different values the largest are looked at.
    """
    largest = Window.partitionBy(*_KEYS).orderBy(F.desc_nulls_last("value"))
    kept = F.when((F.col("value") <= 0) | (F.row_number().over(largest) <= most), F.col("value"))
    value = F.when(F.col("value").isNotNull(), F.coalesce(kept, F.lit(NOT_KEPT))).alias("value")
    bounded = counts.select(*_KEYS, value, "times").groupBy(*_KEYS, "value").agg(F.sum("times").alias("times"))

    def tail(rows: pd.DataFrame) -> pd.DataFrame:  # Spark warns of a `partial`, which tells no types
        return tail_row(rows, rounds=rounds)

    spread = bounded.repartition(session.parallelism(counts.sparkSession), *_KEYS)
    return spread.groupBy(*_KEYS).applyInPandas(tail, TAIL_DDL)


def ccdf(counts: DataFrame, points: int = POINTS) -> DataFrame:
    """(keyword, metric, value, share_at_or_above): the share of videos with a value that have so much or more.

    Of each of `points` steps of equal ratio the least value that occurs, and the greatest of all; exact there. Shares
    are of all videos with a value, also 0.
    """
    group = Window.partitionBy(*_KEYS)
    above = group.orderBy(F.desc("value")).rowsBetween(Window.unboundedPreceding, Window.currentRow)
    known = counts.where("value IS NOT NULL").withColumn(
        "share_at_or_above", F.sum("times").over(above) / F.sum("times").over(group)
    )
    positive = known.where("value > 0").withColumn("_step", _step(group, points))
    least = Window.partitionBy(*_KEYS, "_step").orderBy("value")
    first = positive.withColumn("_rank", F.row_number().over(least)).where("_rank = 1")
    return first.select(*CCDF.column_names)


def _step(group: WindowSpec, points: int) -> Column:
    """The step of a value, the first one being 0; the greatest value has the last one for itself."""
    low, high = F.min("value").over(group), F.max("value").over(group)
    share = F.ln(F.col("value") / low) / F.ln(high / low)
    return F.when(high > low, F.floor(share * (points - 1))).otherwise(0)
