"""Scores of texts -> counts by kind of text: what is scored, what is not and why, and how the scores spread."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, Row, Window
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.report.lake import Reading, collected, grouped
from tubelake.stats.sentiment import only_counted

BINS = 10  # from 0 to 1
MOST_EXTREME = 8  # videos at either end
MOST_TITLES = 5  # examples of a kind
MOST_ASPECTS = 100
SIDES = ("negative", "neither", "positive", "unscored")


def counted_texts(reading: Reading) -> DataFrame:
    """The scores that count: of captions one track, cut one way; without `caption_windows` captions are left out."""
    scores, windows, videos = (
        reading.rows(table) for table in (tables.TEXT_SCORES, tables.CAPTION_WINDOWS, tables.VIDEOS)
    )
    kept = (
        "source",
        "source_id",
        "video_id",
        "language",
        "word_count",
        "is_scored",
        "polarity",
        "subjectivity",
        "backend",
    )
    return only_counted(scores.select(*kept), windows, videos)


def side_of_text() -> Column:
    """Which of `SIDES` a row of `text_scores` is on."""
    polarity = F.col("polarity")
    return (
        F.when(~F.col("is_scored"), "unscored")
        .when(polarity > 0, "positive")
        .when(polarity < 0, "negative")
        .otherwise("neither")
    )


def counts_of(texts: DataFrame) -> Sequence[Row]:
    """(source, side, why, polarity, subjectivity, texts, backend): how many texts are alike in all of these.

    `why` a text is unscored is `no words`, `no language` or its language. The scores are numbers of bins of a tenth; null
    where a text is unscored or has no word that the backend knows: such have 0 and 0, which would hide all others.
    """
    why = F.when(F.col("word_count") == 0, "no words").otherwise(F.coalesce("language", F.lit("no language")))
    is_felt = F.col("is_scored") & ((F.col("polarity") != 0) | (F.coalesce("subjectivity", F.lit(0)) != 0))
    bins = {name: F.when(is_felt, bin_of(F.col(name))) for name in ("polarity", "subjectivity")}
    told = texts.withColumn("side", side_of_text()).withColumn("why", F.when(F.col("side") == "unscored", why))
    alike = told.withColumns(bins).groupBy("source", "side", "why", "polarity", "subjectivity")
    return collected(alike.agg(F.count("*").alias("texts"), F.max("backend").alias("backend")))


def bin_of(value: Column) -> Column:
    """Number of the bin of a tenth; 1 is in the last one, with 0.9. What is 0.3 but for its last bit is rounded first."""
    return F.least(F.floor(F.round(value * BINS, 6)), F.lit(BINS - 1)).cast("int")


def kinds_of(reading: Reading) -> Mapping[str, Row]:
    """Of each kind of text how many videos have it, how many enough of it, and the middle of their means."""
    enough = F.col("has_enough_words")
    each = reading.rows(tables.VIDEO_SENTIMENT).groupBy("source").agg(
        F.count("*").alias("videos"), F.count_if(enough).alias("enough"), F.sum("word_count").alias("words"),
        (F.sum(F.col("coverage") * F.col("word_count")) / F.nullif(F.sum(F.when(F.col("coverage").isNotNull(), F.col("word_count"))), F.lit(0))).alias("coverage"),
        *(F.median(F.when(enough, F.col(name))).alias(name) for name in ("polarity", "subjectivity")),
    )  # fmt: skip
    return {row["source"]: row for row in collected(each)}


def extremes_of(reading: Reading) -> Mapping[str, Sequence[Row]]:
    """Of each kind of text the videos with the highest and the lowest polarity among those with enough words."""
    known = reading.rows(tables.VIDEO_SENTIMENT).where("has_enough_words AND polarity IS NOT NULL")
    alike = Window.partitionBy("source")
    ends = (
        F.row_number().over(alike.orderBy(order("polarity"), "video_id")) <= MOST_EXTREME for order in (F.asc, F.desc)
    )
    high, low = ends
    some = known.withColumns({"_high": high, "_low": low}).where("_high OR _low")
    titles = reading.rows(tables.VIDEOS).select("video_id", "title")
    rows = collected(
        some.join(titles, on="video_id", how="left").orderBy("source", F.desc("polarity"), "video_id"), 200
    )
    return grouped(rows, "source")


def titles_of(reading: Reading) -> Mapping[str, Sequence[Row]]:
    """The titles with the most positive and most negative scores, and the most viewed ones without a score."""
    kept = ("video_id", "language", "word_count", "polarity", "assessments", "is_scored", "backend")
    scores = (
        reading.rows(tables.TEXT_SCORES).where("source = 'videos'").select(*kept).withColumn("side", side_of_text())
    )
    known = scores.join(
        reading.rows(tables.VIDEOS).select("video_id", "title", "view_count"), on="video_id", how="inner"
    )
    rank = F.row_number().over(
        Window.partitionBy("side").orderBy(F.abs("polarity").desc(), F.desc_nulls_last("view_count"), "video_id")
    )
    first = known.where("side != 'neither'").withColumn("_rank", rank).where(F.col("_rank") <= MOST_TITLES)
    return grouped(collected(first.orderBy("side", "_rank")), "side")


def aspects_of(reading: Reading) -> Sequence[Row]:
    """A row an aspect and kind of text, over all videos; what is said best and worst of it with its video."""
    polarity, scored = F.col("polarity"), F.col("scored_count")
    each = reading.rows(tables.ASPECTS).groupBy("aspect", "source").agg(
        F.sum("text_count").alias("texts"), F.sum("scored_count").alias("scored"),
        F.sum("positive_count").alias("positive"), F.sum("negative_count").alias("negative"),
        F.countDistinct("video_id").alias("videos"),
        (F.sum(polarity * scored) / F.nullif(F.sum(F.when(polarity.isNotNull(), scored)), F.lit(0))).alias("polarity"),
        F.max_by(F.struct("video_id", "best_text"), F.when(F.col("positive_count") > 0, polarity)).alias("best"),
        F.min_by(F.struct("video_id", "worst_text"), F.when(F.col("negative_count") > 0, polarity)).alias("worst"),
    )  # fmt: skip
    return collected(each.orderBy(F.desc("texts"), "aspect", "source"), MOST_ASPECTS)
