"""Tables about videos, their texts and pictures -> one row a video with all that is known of it as columns."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.stats.agreement import agreements
from tubelake.stats.groups import category_name
from tubelake.stats.metrics import value_of, with_newest_counts
from tubelake.stats.thumbnails import emotion_counts
from tubelake.stats.tracks import only_one_track
from tubelake.tables import VIDEO_FEATURES, Table

KINDS = {"title": "videos", "caption": "caption_windows", "comment": "comments", "chat": "chat_messages"}
SCORES = ("polarity", "subjectivity")
RATIOS = ("likes_per_view", "comments_per_view", "views_per_day")
PARTS = {
    "counts": "view_count", "scored titles": "title_polarity", "captions": "caption_word_count",
    "scored comments": "comment_polarity", "scored chats": "chat_polarity", "entropy": "caption_entropy",
    "words read off thumbnails": "picture_word_count", "faces": "face_count", "cohorts": "cohorts",
    "vectors of titles and captions": "title_caption_similarity",
}  # fmt: skip


def video_features(lake: Mapping[Table, DataFrame]) -> DataFrame:
    """One row a video with the columns of `video_features`, of the tables of the lake that it is made of.

    What an empty table would tell is null.
    """
    videos = lake[tables.VIDEOS]
    # Windows of some words say all that a track says once, as do those of other kinds.
    windows = only_one_track(lake[tables.CAPTION_WINDOWS].where("kind = 'words'"), videos)
    parts = (
        counts(videos, lake[tables.VIDEO_SNAPSHOTS]),
        groups(lake[tables.SEARCH_HITS], "keyword"),
        groups(lake[tables.TRENDING_DAYS], "cohort"),
        sentiments(lake[tables.VIDEO_SENTIMENT]),
        entropies(lake[tables.WINDOW_ENTROPY], windows),
        transcripts(windows),
        picture_texts(lake[tables.PICTURE_TEXT], lake[tables.CORRECTED_TEXTS]),
        lake[tables.PICTURE_FACES].select("video_id", "face_count", *emotion_counts()),
        agreements(lake[tables.EMBEDDINGS], windows),
    )
    category = category_name(F.col("category_id")).alias("category")
    details = videos.select("video_id", "title", "channel_id", "channel_title", category)
    joined = reduce(lambda rows, part: rows.join(part, on="video_id", how="left"), parts, details)
    return joined.select(*VIDEO_FEATURES.column_names)


def counts(videos: DataFrame, snapshots: DataFrame) -> DataFrame:
    """Newest counts of each video and what follows from them, with its length and age."""
    age = (F.unix_micros("counted_at") - F.unix_micros("published_at")) / 86_400e6
    return with_newest_counts(videos, snapshots).select(
        "video_id", "published_at", "duration_seconds", "counted_at", age.alias("age_days"), "view_count", "like_count",
        "comment_count", *(value_of(name).alias(name) for name in RATIOS),
    )  # fmt: skip


def groups(members: DataFrame, name: str) -> DataFrame:
    """The groups that a video is in, such as keywords, in the order of the alphabet; none: no row."""
    named = members.where(F.col("video_id").isNotNull() & F.col(name).isNotNull())
    return named.groupBy("video_id").agg(F.array_sort(F.collect_set(name)).alias(f"{name}s"))


def sentiments(scores: DataFrame) -> DataFrame:
    """A column for each kind of text and score of `video_sentiment`."""
    is_kind = {kind: F.col("source") == source for kind, source in KINDS.items()}
    each = [
        F.max(F.when(is_kind[kind], F.col(score))).alias(f"{kind}_{score}") for kind in KINDS for score in SCORES
    ]  # one row a video and source: the greatest is the only one
    return scores.groupBy("video_id").agg(*each)


def entropies(minutes: DataFrame, windows: DataFrame) -> DataFrame:
    """Mean entropy of the minutes of a video's captions, those of the track in `windows`, and of its chat."""
    track = windows.select("video_id", F.col("track_id").alias("document_id")).distinct()  # a track has many windows
    captions = minutes.where("source = 'captions'").join(track, on=["video_id", "document_id"], how="left_semi")
    both = minutes.where("source = 'chat'").unionByName(captions.select(*minutes.columns))
    return both.groupBy("video_id").agg(_mean_of("captions").alias("caption_entropy"), _mean_of("chat").alias("chat_entropy"))  # fmt: skip


def _mean_of(source: str) -> Column:
    return F.mean(F.when(F.col("source") == source, F.col("entropy")))


def transcripts(windows: DataFrame) -> DataFrame:
    """Language and words of the track in `windows`."""
    return windows.groupBy("video_id").agg(
        F.max("language_code").alias("caption_language"), F.sum("word_count").alias("caption_word_count")
    )


def picture_texts(texts: DataFrame, corrected: DataFrame) -> DataFrame:
    """Words on each video's thumbnail, as they were read and with their spelling corrected."""
    right = corrected.where("source = 'picture_text'").select(
        F.col("source_id").alias("video_id"), F.col("corrected_text").alias("picture_text_corrected")
    )
    read = texts.select(
        "video_id", F.col("text").alias("picture_text"), F.col("word_count").alias("picture_word_count")
    )
    return read.join(right, on="video_id", how="left")


def note(features: DataFrame) -> str:
    """One line: how many videos there are, how many have what, and what none has."""
    told = features.agg(F.count("*"), *(F.count(column) for column in PARTS.values())).collect()[0]
    have = dict(zip(PARTS, told[1:], strict=True))
    present = [f"{count:,} with {part}" for part, count in have.items() if count]
    missing = ", ".join(part for part, count in have.items() if not count)
    return f"features of {told[0]:,} videos: {', '.join(present + ([f'none with {missing}'] if missing else []))}"
