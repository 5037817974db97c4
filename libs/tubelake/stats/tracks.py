"""Which caption track speaks for a video, so that nothing that is said counts twice."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F


def one_track(windows: DataFrame, videos: DataFrame) -> DataFrame:
    """(video_id, track_id): of each video that has `caption_windows` the track that counts for it.

    What was said itself before a translation, the video's own language before others, what a person wrote before what a
    machine heard; of equals the first by track_id. The ids say how a track was made (youtube/transcripts.py); those of
    the API do not, and never name a translation.
    """
    own = videos.select("video_id", _base(F.coalesce("default_audio_language", "default_language")).alias("_own"))
    tracks = windows.groupBy("video_id", "track_id").agg(_base(F.max("language_code")).alias("_language"))
    order = [
        F.col("track_id").contains("/from-"),
        ~F.coalesce(F.col("_language") == F.col("_own"), F.lit(False)),
        F.col("track_id").endswith("/generated"),
        F.col("track_id"),
    ]
    rank = F.row_number().over(Window.partitionBy("video_id").orderBy(*order))
    ranked = tracks.join(own, on="video_id", how="left").withColumn("_rank", rank)
    return ranked.where("_rank = 1").select("video_id", "track_id")


def only_one_track(windows: DataFrame, videos: DataFrame) -> DataFrame:
    """The rows of `caption_windows` that are of that track."""
    return windows.join(one_track(windows, videos), on=["video_id", "track_id"], how="left_semi")


def _base(language: Column) -> Column:
    """The language without its country: en of en-GB."""
    return F.lower(F.substring_index(language, "-", 1))
