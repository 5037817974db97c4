"""The metrics of a video: its newest counts, and ratios and rates made of them."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

ALL = ""  # stands for every video in a column of keywords: no keyword is empty
COUNTS = ("view_count", "like_count", "dislike_count", "favorite_count", "comment_count")
METRICS = (*COUNTS, "duration_seconds", "likes_per_view", "comments_per_view", "views_per_day")


def metrics_by_keyword(hits: DataFrame, videos: DataFrame, snapshots: DataFrame) -> DataFrame:
    """(keyword, video_id, metric, value): one row a keyword, video and metric; value is null where missing."""
    found = hits.where("video_id IS NOT NULL").select("keyword", "video_id")
    measured = found.join(with_newest_counts(videos, snapshots), on="video_id", how="inner")
    return long(measured.select("keyword", "video_id", *(value_of(m).alias(m) for m in METRICS)), METRICS, "metric")


def long(rows: DataFrame, names: Sequence[str], called: str) -> DataFrame:
    """A row for each of these columns of each row, with its other columns, the column's name as `called`, and `value`."""
    each = F.array(*(F.struct(F.lit(n).alias(called), F.col(n).cast("double").alias("value")) for n in names))
    others = [name for name in rows.columns if name not in names]
    return rows.select(*others, F.explode(each).alias("_each")).select(*others, "_each.*")


def with_newest_counts(videos: DataFrame, snapshots: DataFrame) -> DataFrame:
    """`videos` with the counts of each one's newest snapshot, and `counted_at`, when it was taken."""
    newest = snapshots.groupBy("video_id").agg(
        F.max(F.struct("fetched_at", *COUNTS)).alias("newest")
    )  # fmt: skip
    details = videos.select("video_id", "published_at", "duration_seconds")
    return details.join(newest, on="video_id", how="left").select(
        *details.columns, *[F.col(f"newest.{count}").alias(count) for count in COUNTS],
        F.col("newest.fetched_at").alias("counted_at"),
    )  # fmt: skip


def value_of(metric: str) -> Column:
    """One of `METRICS` of rows of `with_newest_counts`; null where it is missing."""
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
