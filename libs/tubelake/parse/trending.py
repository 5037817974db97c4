"""Imported rows of trending videos -> rows of `trending_days`, `videos` and `video_snapshots`.

Details and counts are as old as the chart's day: those that the API gave later win. Rows that Excel took the video's
id from, and rows without a day, stay in `trending_rows`.
"""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.parse.columns import with_missing

METHOD = "import_trending"  # who gave the counts of a snapshot; else a method of the API
UNKNOWN_COUNTRY = "ZZ"
_DETAILS = (
    "title", "description", "tags", "category_id", "channel_id", "channel_title", "published_at", "thumbnail_url",
)  # fmt: skip
_COUNTS = ("view_count", "like_count", "dislike_count", "favorite_count", "comment_count")


def days_from_rows(rows: DataFrame) -> DataFrame:
    """One row a video, country, day and cohort, with the columns of `trending_days`."""
    return only_usable(rows).select(
        "video_id", F.coalesce("country", F.lit(UNKNOWN_COUNTRY)).alias("country"), "trending_date", "cohort",
        "category_id", "category", *_counts(),
    )  # fmt: skip


def snapshots_from_rows(rows: DataFrame) -> DataFrame:
    """One row a video and day, with the columns of `video_snapshots`: where charts differ, the highest counts."""
    most = Window.partitionBy("video_id", "fetched_at").orderBy(*(F.col(name).desc_nulls_last() for name in _COUNTS))
    counted = only_usable(rows).select("video_id", _at(), *_counts(), F.lit(METHOD).alias("method"))
    return counted.withColumn("_rank", F.row_number().over(most)).where("_rank = 1").drop("_rank")


def latest_details(all_rows: DataFrame) -> Callable[[DataFrame], DataFrame]:
    """A transform of new rows to one row a video of theirs, with the columns of `videos`.

    Files have different columns. So each detail is the latest that any of the video's rows has, also of `all_rows`,
    which were imported before: the order of imports makes no difference.
    """

    def videos(rows: DataFrame) -> DataFrame:
        changed = only_usable(rows).select("video_id").distinct()
        found = only_usable(all_rows).join(changed, on="video_id", how="left_semi")
        return _videos(found.select("video_id", _at(), "sha256", "record_number", *_details(), *_counts()))

    return videos


def _videos(rows: DataFrame) -> DataFrame:
    order = F.struct("fetched_at", "view_count", "sha256", "record_number")
    details = [F.max_by(name, F.when(F.col(name).isNotNull(), order)).alias(name) for name in _DETAILS]
    counts = [F.max_by(name, order).alias(name) for name in _COUNTS]
    latest = rows.groupBy("video_id").agg(*details, *counts, F.max("fetched_at").alias("fetched_at"))
    return with_missing(latest, tables.VIDEOS).withColumn("method", F.lit(METHOD))


def only_usable(rows: DataFrame) -> DataFrame:
    """Those that say which video and which day they are about."""
    return rows.where(F.col("video_id").rlike(r"^[0-9A-Za-z_-]{11}$") & F.col("trending_date").isNotNull())


def _at() -> Column:
    """The day's first moment: nothing tells the hour at which a chart was read."""
    return F.col("trending_date").cast("timestamp").alias("fetched_at")


def _details() -> list[Column]:
    made = {"tags": tag_list(F.col("tags")), "description": with_line_ends(F.col("description"))}
    return [made.get(name, F.col(name)).alias(name) for name in _DETAILS]


def _counts() -> list[Column]:
    """The files write 0 for what is turned off, and so hidden: here it is null. They know no favourites."""
    no_ratings, no_comments = (
        F.coalesce(flag, F.lit(False)) for flag in ("is_ratings_disabled", "is_comments_disabled")
    )
    return [
        F.col("view_count"),
        F.when(~no_ratings, F.col("like_count")).alias("like_count"),
        F.when(~no_ratings, F.col("dislike_count")).alias("dislike_count"),
        F.lit(None).cast("bigint").alias("favorite_count"),
        F.when(~no_comments, F.col("comment_count")).alias("comment_count"),
    ]


def tag_list(text: Column) -> Column:
    """The tags of a|"b"|"c"; null for [none], as for a video without tags."""
    tags = F.transform(F.split(text, r"\|"), lambda tag: F.regexp_replace(tag, '^"|"$', ""))
    return F.when(F.lower(text) != "[none]", F.filter(tags, lambda tag: tag != ""))


def with_line_ends(text: Column) -> Column:
    r"""The text with line ends where the files have the two characters \n."""
    return F.replace(F.replace(text, F.lit(r"\r"), F.lit("")), F.lit(r"\n"), F.lit("\n"))
