"""The metrics of a video: its newest counts, and ratios and rates made of them."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_COUNTS = ("view_count", "like_count", "dislike_count", "favorite_count", "comment_count")
METRICS = (*_COUNTS, "duration_seconds", "likes_per_view", "comments_per_view", "views_per_day")


def metrics_by_keyword(hits: DataFrame, videos: DataFrame, snapshots: DataFrame) -> DataFrame:
    """(keyword, video_id, metric, value): one row a keyword, video and metric; value is null where missing."""
    found = hits.where("video_id IS NOT NULL").select("keyword", "video_id")
    measured = found.join(with_newest_counts(videos, snapshots), on="video_id", how="inner")
    pairs = F.explode(F.array(*[F.struct(F.lit(m).alias("metric"), _value(m).alias("value")) for m in METRICS]))
    return measured.select("keyword", "video_id", pairs.alias("pair")).select("keyword", "video_id", "pair.*")


def with_newest_counts(videos: DataFrame, snapshots: DataFrame) -> DataFrame:
    """`videos` with the counts of each one's newest snapshot, and `counted_at`, when it was taken."""
    newest = snapshots.groupBy("video_id").agg(
        F.max(F.struct("fetched_at", *_COUNTS)).alias("newest")
    )  # fmt: skip
    details = videos.select("video_id", "published_at", "duration_seconds")
    return details.join(newest, on="video_id", how="left").select(
        *details.columns, *[F.col(f"newest.{count}").alias(count) for count in _COUNTS],
        F.col("newest.fetched_at").alias("counted_at"),
    )  # fmt: skip


def _value(metric: str) -> Column:
    days = (F.unix_timestamp("counted_at") - F.unix_timestamp("published_at")) / 86_400
    derived = {
        "likes_per_view": _ratio(F.col("like_count"), F.col("view_count")),
        "comments_per_view": _ratio(F.col("comment_count"), F.col("view_count")),
        "views_per_day": _ratio(F.col("view_count"), days),
    }
    return derived.get(metric, F.col(metric)).cast("double")


def _ratio(part: Column, whole: Column) -> Column:
    """Null where there is no whole to divide by."""
    return F.when(whole > 0, part / whole)
