"""Tables of captions -> what the report shows of each video: one track a video, its segments and its minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Row, Window
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.report.lake import Reading, collected, first_of, grouped
from tubelake.stats.tracks import one_track

MOST_VIDEOS = 60  # with segments of their own
MOST_SEGMENTS = 100  # of a video
MOST_MINUTES = 180  # of a video's chart
MOST_KEYWORDS = 12
MOST_NOVEL = 10  # segments a keyword
MOST_RANKED = 10  # videos at either end


@dataclass(frozen=True)
class Told:
    """What is said in a video."""

    about: Row  # video_id, track_id, title, view_count, language_code, is_generated, translated_from, and counts
    segments: Sequence[Row]
    minutes: Sequence[Row]


def videos_of(reading: Reading) -> Sequence[Told]:
    """The most viewed videos with segments, each by the track that speaks for it."""
    segments = reading.rows(tables.CAPTION_SEGMENTS).withColumnRenamed("document_id", "track_id")
    shown = collected(_shown(reading, segments), MOST_VIDEOS)
    if not shown:
        return []
    is_shown = F.col("track_id").isin(*(row["track_id"] for row in shown))
    cut = grouped(_in_order(segments.where(is_shown), MOST_SEGMENTS), "track_id")
    windows = (
        reading.rows(tables.WINDOW_ENTROPY).where("source = 'captions'").withColumnRenamed("document_id", "track_id")
    )
    kept = ("track_id", "position", "word_count", "entropy", "novelty")
    minutes = grouped(_in_order(windows.where(is_shown).select(*kept), MOST_MINUTES), "track_id")
    return [Told(row, cut[row["track_id"]], minutes.get(row["track_id"], [])) for row in shown]


def _shown(reading: Reading, segments: DataFrame) -> DataFrame:
    videos = reading.rows(tables.VIDEOS)
    counted = segments.groupBy("video_id", "track_id").agg(
        F.max("language_code").alias("language_code"), F.count("*").alias("segment_count"),
        F.sum("word_count").alias("word_count"), F.max("end_seconds").alias("end_seconds"),
    )  # fmt: skip
    best = one_track(segments, videos.select("video_id", "default_audio_language", "default_language"))
    tracks = reading.rows(tables.CAPTION_TRACKS).select("track_id", "language", "is_generated", "translated_from")
    known = counted.join(best, on=["video_id", "track_id"], how="left_semi").join(tracks, on="track_id", how="left")
    named = known.join(videos.select("video_id", "title", "view_count"), on="video_id", how="left")
    return named.orderBy(F.desc_nulls_last("view_count"), F.desc("word_count"), "video_id")


def _in_order(rows: DataFrame, most: int) -> Sequence[Row]:
    """The first rows of each track."""
    return collected(first_of(rows, ["track_id"], ["position"], most).orderBy("track_id", "position"))


def novel_of(reading: Reading) -> Mapping[str, Sequence[Row]]:
    """Of the keywords with the most novel segments their first ones, with the titles of their videos."""
    first = reading.rows(tables.NOVEL_SEGMENTS).where(F.col("rank") <= MOST_NOVEL)
    strongest = F.max("novelty").over(Window.partitionBy("keyword"))
    place = F.dense_rank().over(Window.orderBy(F.desc("_strongest"), "keyword"))
    some = first.withColumn("_strongest", strongest).withColumn("_place", place).where(F.col("_place") <= MOST_KEYWORDS)
    titles = reading.rows(tables.VIDEOS).select("video_id", "title")
    rows = collected(some.join(titles, on="video_id", how="left").orderBy("_place", "rank"))
    return grouped(rows, "keyword")


def ranked_of(reading: Reading) -> Sequence[Row]:
    """The most subjective videos and the most objective ones by their captions, with titles; by subjectivity."""
    said = reading.rows(tables.VIDEO_SENTIMENT).where("source = 'caption_windows'")
    is_at_end: Column = F.least("subjectivity_rank", "objectivity_rank") <= MOST_RANKED
    titles = reading.rows(tables.VIDEOS).select("video_id", "title")
    ranked = said.where(is_at_end).join(titles, on="video_id", how="left")
    return collected(ranked.orderBy("subjectivity_rank", "video_id"), 4 * MOST_RANKED)


def tracks_of(reading: Reading) -> Sequence[Row]:
    """How many tracks there are of each language and kind, and of how many something was fetched."""
    fetched = reading.rows(tables.CAPTION_SNIPPETS).select("track_id").distinct().withColumn("_is_fetched", F.lit(1))
    kind = (
        F.when(F.col("translated_from").isNotNull(), "translated by a machine")
        .when(F.col("is_generated"), "heard by a machine").when(~F.col("is_generated"), "written").otherwise("not known")
    )  # fmt: skip
    tracks = reading.rows(tables.CAPTION_TRACKS).join(fetched, on="track_id", how="left")
    each = tracks.groupBy("language_code", kind.alias("kind")).agg(
        F.max("language").alias("language"), F.count("*").alias("tracks"), F.countDistinct("video_id").alias("videos"),
        F.count("_is_fetched").alias("fetched"),
    )  # fmt: skip
    return collected(each.orderBy(F.desc("tracks"), "language_code", "kind"), 100)
