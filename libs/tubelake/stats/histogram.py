"""Histograms with bins of equal width (linear) or equal ratio (log)."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

NOT_POSITIVE = -1  # the bin of values that have no logarithm


def histograms(metrics: DataFrame, bins: int) -> DataFrame:
    """One row a keyword, metric, scale and bin with the columns of `histograms`; empty bins are rows too.

    The bins span the least to the greatest value, on the log scale the least positive one; the last bin is closed.
    Where all values are equal they lie in bin 0, and all bins have width 0. What the log scale cannot show is in
    bin -1, so that both scales count the same videos.
    """
    placed = _on_both_scales(metrics.where("value IS NOT NULL"))
    spans = placed.groupBy(*_KEYS).agg(F.min("at").alias("least"), F.max("at").alias("greatest"))
    counted = (
        placed.join(F.broadcast(spans), on=_KEYS, how="inner")
        .groupBy(*_KEYS, _bin(bins).alias("bin"))
        .agg(F.count("*").alias("counted"), F.min("value").alias("lowest"), F.max("value").alias("highest"))
    )
    grid = spans.where("least IS NOT NULL").withColumn("bin", F.explode(F.sequence(F.lit(0), F.lit(bins - 1))))
    return grid.join(counted, on=[*_KEYS, "bin"], how="full").select(
        *_KEYS, "bin",
        F.coalesce(_edge(F.col("bin"), bins), "lowest").alias("lower"),
        F.coalesce(_edge(F.col("bin") + 1, bins), "highest").alias("upper"),
        F.coalesce("counted", F.lit(0)).cast("bigint").alias("video_count"),
    )  # fmt: skip


_KEYS = ["keyword", "metric", "scale"]


def _on_both_scales(values: DataFrame) -> DataFrame:
    """Each value twice: with `at`, where it lies on the scale; null on the log scale if it is not positive."""
    scales = F.array(
        F.struct(F.lit("linear").alias("scale"), F.col("value").alias("at")),
        F.struct(F.lit("log").alias("scale"), F.when(F.col("value") > 0, F.ln("value")).alias("at")),
    )
    return values.select("keyword", "metric", "value", F.explode(scales).alias("s")).select(
        "keyword", "metric", "s.scale", "s.at", "value"
    )


def _bin(bins: int) -> Column:
    at, last = F.col("at"), F.lit(bins - 1)
    share = (at - F.col("least")) / (F.col("greatest") - F.col("least"))
    near = F.least(F.floor(share * bins), last)
    # The division may miss by a last digit: as in numpy, the edges decide, or 29 of 0..100 were in the bin of 28.
    above = (at >= _place(near + 1, bins)) & (near < last)
    inside = near + F.when(above, 1).when(at < _place(near, bins), -1).otherwise(0)
    return (F.when(at.isNull(), NOT_POSITIVE).when(F.col("greatest") > F.col("least"), inside).otherwise(0)).cast("int")


def _place(number: Column, bins: int) -> Column:
    """Where a bin begins on its scale."""
    return F.col("least") + (F.col("greatest") - F.col("least")) * number / bins


def _edge(number: Column, bins: int) -> Column:
    at = _place(number, bins)
    # exp(ln(x)) may miss x by a last digit: good enough for the edge of a bin.
    return F.when(F.col("scale") == "log", F.exp(at)).otherwise(at)
