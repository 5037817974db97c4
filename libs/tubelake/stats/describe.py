"""describe() of each metric: count, mean, standard deviation, quartiles."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def statistics(metrics: DataFrame, *more: Column) -> DataFrame:
    """One row a keyword and metric with the columns of `keyword_statistics`, as pandas' describe() counts them.

    `more` are further aggregates of `value`.
    """
    quartiles = F.expr("percentile(value, array(0.25D, 0.5D, 0.75D))")
    described = metrics.groupBy("keyword", "metric").agg(
        F.count("*").alias("video_count"),
        F.count("value").alias("value_count"),
        F.count_if(F.col("value").isNull()).alias("missing_count"),
        F.mean("value").alias("mean"),
        F.stddev_samp("value").alias("sd"),
        F.min("value").alias("min"),
        quartiles.alias("quartiles"),
        F.max("value").alias("max"),
        *more,
    )
    named = {"q1": 0, "median": 1, "q3": 2}
    return described.withColumns({name: F.col("quartiles")[at] for name, at in named.items()}).drop("quartiles")
