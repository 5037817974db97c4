"""Scores of texts -> the sentiment of a video, a row for each kind of text."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake.stats.tracks import only_one_track

ENOUGH_WORDS = 200  # TextBlob's lexicon knows about one word in ten: 20 of them make a mean
NORMAL_95 = 1.959964


def video_sentiment(scores: DataFrame, windows: DataFrame, videos: DataFrame) -> DataFrame:
    """One row a video and source of `text_scores`, with the columns of `video_sentiment`; means are weighted by words.

    Of captions one track counts, cut into windows of about as many words (else of minutes).
    """
    counted = only_counted(scores, windows, videos)
    words = F.when(F.col("is_scored"), F.col("word_count"))
    means = counted.groupBy("video_id", "source").agg(
        F.count("*").alias("text_count"),
        F.count_if("is_scored").alias("scored_count"),
        F.coalesce(F.sum(words), F.lit(0)).alias("word_count"),
        F.try_divide(F.sum(words * F.col("coverage")), F.sum(words)).alias("coverage"),
        *_mean_and_interval("polarity", words, -1.0),
        *_mean_and_interval("subjectivity", words, 0.0),
    )  # fmt: skip
    return with_ranks(means.withColumn("has_enough_words", F.col("word_count") >= ENOUGH_WORDS))


def only_counted(scores: DataFrame, windows: DataFrame, videos: DataFrame) -> DataFrame:
    """`scores` without those of caption windows that tell again what others tell."""
    kinds = only_one_track(windows.where("kind IN ('words', 'minutes')"), videos)
    told = kinds.select(F.col("window_id").alias("source_id"), "kind")
    captions = scores.where("source = 'caption_windows'").join(told, on="source_id", how="inner")
    best = captions.groupBy("video_id").agg(F.max("kind").alias("kind"))  # words, where there are any
    captions = captions.join(best, on=["video_id", "kind"], how="left_semi")
    others = scores.where("source != 'caption_windows'")
    return others.unionByName(captions.select(*others.columns))


def _mean_and_interval(name: str, words: Column, least: float) -> list[Column]:
    """The mean of a score weighted by words, and the ends of its 95 % interval, cut to what the score can be.

    By the normal approximation, with the standard error n / ((n - 1) W^2) * sum(w^2 (x - mean)^2) of a weighted mean,
    W being the sum of the weights w (Cochran 1977, Sampling Techniques; that it fits bootstrapped ones best:
    Gatz, Smith 1995, Atmospheric Environment 29(11)).
    """
    value = F.col(name)
    weight = F.when(value.isNotNull(), words)
    count, total = F.count(weight), F.sum(weight)
    mean = F.try_divide(F.sum(weight * value), total)
    squares = [F.sum(weight * weight * each) for each in (value * value, value, F.lit(1.0))]
    scatter = F.greatest(squares[0] - 2 * mean * squares[1] + mean * mean * squares[2], F.lit(0.0))
    error = F.when(count > 1, F.sqrt(count / (count - 1) * scatter) / total)
    low, high = mean - NORMAL_95 * error, mean + NORMAL_95 * error
    return [
        mean.alias(name),
        # greatest and least pass over null: an interval that is not known would become its limit.
        F.when(error.isNotNull(), F.greatest(low, F.lit(least))).alias(f"{name}_low"),
        F.when(error.isNotNull(), F.least(high, F.lit(1.0))).alias(f"{name}_high"),
    ]


def with_ranks(means: DataFrame) -> DataFrame:
    """With the ranks by subjectivity among those of the same source with enough words; equal ones share a rank."""
    ranked = F.col("has_enough_words") & F.col("subjectivity").isNotNull()
    alike = Window.partitionBy("source", ranked)
    ranks = {
        "subjectivity_rank": F.rank().over(alike.orderBy(F.desc("subjectivity"))),
        "objectivity_rank": F.rank().over(alike.orderBy(F.asc("subjectivity"))),
    }
    return means.withColumns({name: F.when(ranked, rank.cast("bigint")) for name, rank in ranks.items()})
