"""Comments: every page of a video's threads, then the replies beyond those that come with a thread."""

from datetime import datetime

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from tubelake.collect.lists import Walk
from tubelake.collect.request import params_with

PAGE_SIZE = 100
THREADS = Walk("commentThreads.list", max_pages=200)  # 100 comments a page: a chain is some 30 MB in its task
REPLIES = Walk("comments.list", max_pages=200)
_THREADS_PARAMS = {
    "part": "snippet,replies", "maxResults": str(PAGE_SIZE), "order": "time", "textFormat": "plainText",
}  # fmt: skip
_REPLIES_PARAMS = {"part": "snippet", "maxResults": str(PAGE_SIZE), "textFormat": "plainText"}


def wanted_threads(videos: DataFrame, newer_than: datetime | None) -> DataFrame:
    """The threads of each video, as WANTED_DDL; read again when they are older than `newer_than` (None: never)."""
    video_id = F.col("video_id")
    pages = F.ceil(F.coalesce("comment_count", F.lit(1)) / PAGE_SIZE)  # more than it takes: replies are counted too
    return videos.where(video_id.isNotNull()).select(
        params_with("videoId", video_id, _THREADS_PARAMS).alias("params"),
        video_id.alias("subject"),
        F.lit(newer_than).cast("timestamp").alias("newer_than"),
        F.greatest(pages, F.lit(1)).cast("bigint").alias("calls"),
    )


def wanted_replies(threads: DataFrame, videos: DataFrame) -> DataFrame:
    """The replies of each thread that an answer of the log `threads` did not hold whole, as WANTED_DDL."""
    good = threads.where("reason IS NULL AND size(incomplete_ids) > 0")
    answered = good.join(videos.select(F.col("video_id").alias("subject")), on="subject", how="left_semi")
    thread = answered.select("subject", "fetched_at", F.explode("incomplete_ids").alias("thread_id"))
    newest = thread.groupBy("subject", "thread_id").agg(F.max("fetched_at").alias("newer_than"))
    return newest.select(
        params_with("parentId", F.col("thread_id"), _REPLIES_PARAMS).alias("params"),
        "subject",
        "newer_than",
        F.lit(1).cast("bigint").alias("calls"),
    )


def disabled(rows: list[Row]) -> int:
    """Videos whose comments are turned off."""
    return sum(row["reason"] == "commentsDisabled" for row in rows)
