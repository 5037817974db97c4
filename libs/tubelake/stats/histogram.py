"""Histograms with bins of equal width (linear) or equal ratio (log)."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

NOT_POSITIVE = -1  # the bin of values that have no logarithm


def histograms(metrics: DataFrame, bins: int) -> DataFrame:
    """One row a keyword, metric, scale and bin with the columns of `histograms`; empty bins are rows too.

    The bins span the least to the greatest value, on the log scale the least positive one; the last bin is closed.
    Where all values are equal, they lie in bin 0 of as many bins of width 0.
    """
    values = metrics.where("value IS NOT NULL")
    linear = _histogram(values, F.col("value"), bins, "linear")
    log = _histogram(values.where("value > 0"), F.ln("value"), bins, "log")
    return linear.unionByName(log).unionByName(_not_positive(values))


def _histogram(values: DataFrame, at: Column, bins: int, scale: str) -> DataFrame:
    keys = ["keyword", "metric"]
    placed = values.select(*keys, at.alias("at"))
    spans = placed.groupBy(*keys).agg(F.min("at").alias("least"), F.max("at").alias("greatest"))
    width = (F.col("greatest") - F.col("least")) / bins
    number = F.when(width > 0, F.least(F.floor((F.col("at") - F.col("least")) / width), F.lit(bins - 1))).otherwise(0)
    counted = (
        placed.join(F.broadcast(spans), on=keys, how="inner")
        .groupBy(*keys, number.cast("int").alias("bin")).agg(F.count("*").alias("video_count"))
    )  # fmt: skip
    every = spans.withColumn("bin", F.explode(F.sequence(F.lit(0), F.lit(bins - 1))))
    return every.join(counted, on=[*keys, "bin"], how="left").select(
        *keys, F.lit(scale).alias("scale"), "bin",
        _edge(F.col("bin"), width, scale).alias("lower"),
        F.when(F.col("bin") == bins - 1, _unscaled(F.col("greatest"), scale))
        .otherwise(_edge(F.col("bin") + 1, width, scale)).alias("upper"),
        F.coalesce("video_count", F.lit(0)).cast("bigint").alias("video_count"),
    )  # fmt: skip


def _edge(number: Column, width: Column, scale: str) -> Column:
    return _unscaled(F.col("least") + number * width, scale)


def _unscaled(at: Column, scale: str) -> Column:
    return F.exp(at) if scale == "log" else at


def _not_positive(values: DataFrame) -> DataFrame:
    """Values that the log scale cannot show, so that both scales count the same videos."""
    left_out = values.where("value <= 0").groupBy("keyword", "metric").agg(
        F.min("value").alias("lower"), F.max("value").alias("upper"), F.count("*").alias("video_count")
    )  # fmt: skip
    return left_out.select(
        "keyword", "metric", F.lit("log").alias("scale"), F.lit(NOT_POSITIVE).alias("bin"),
        "lower", "upper", "video_count",
    )  # fmt: skip
