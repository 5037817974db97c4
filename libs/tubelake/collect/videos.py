"""Which videos need details, and which a newer count: asked of the log, answered as requests of 50 ids."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from tubelake.collect.request import DEFERRED, Request
from tubelake.collect.rounds import Work

DETAILS = "videos.list"
COUNTS = "videos.batchGetStats"
IDS_A_CALL = 50
_PARTS = {
    DETAILS: "snippet,contentDetails,statistics,status,topicDetails,liveStreamingDetails",
    COUNTS: "snippet,statistics",
}


def wanted_ids(searches: DataFrame, details: DataFrame, keywords: Sequence[str], ids: Sequence[str]) -> DataFrame:
    """`video_id` of what to collect: what `keywords` found and the `ids`; with neither, every id that is known."""
    if not keywords and not ids:
        return _found(searches).union(_asked(details)).distinct()
    named = searches.sparkSession.createDataFrame([(video_id,) for video_id in ids], "video_id string")
    return _found(searches.where(F.col("subject").isin(*keywords))).union(named).distinct()


def _found(searches: DataFrame) -> DataFrame:
    videos = searches.where("get_json_object(params, '$.type') = 'video'")
    return videos.select(F.explode("item_ids").alias("video_id"))


def _asked(answers: DataFrame, *columns: str) -> DataFrame:
    return answers.select(F.explode(F.split(F.get_json_object("params", "$.id"), ",")).alias("video_id"), *columns)


def without_details(known: DataFrame, details: DataFrame, this_run: str) -> DataFrame:
    """Known ids that were never asked with success, nor in vain in this run."""
    asked = details.where(F.col("reason").isNull() | _in_vain(this_run))
    return known.join(_asked(asked), on="video_id", how="left_anti")


def with_old_counts(
    known: DataFrame, details: DataFrame, counts: DataFrame, before: datetime, this_run: str
) -> DataFrame:
    """Known ids of videos that once were there, whose counts were last asked for before this moment."""
    answered = details.unionByName(counts).where("reason IS NULL")
    there = answered.select(F.explode("item_ids").alias("video_id"))
    # When it was asked, not when it was answered: a video that is gone by now is not asked for in every run.
    newest = _asked(answered, "fetched_at").groupBy("video_id").agg(F.max("fetched_at").alias("fetched_at"))
    return (
        known.join(newest.where(F.col("fetched_at") < F.lit(before)), on="video_id", how="left_semi")
        .join(there, on="video_id", how="left_semi")
        .join(_asked(counts.where(_in_vain(this_run))), on="video_id", how="left_anti")
    )  # fmt: skip


def _in_vain(this_run: str) -> Column:
    """Asked in this run; what its round had no time for is still to be asked."""
    return (F.col("run_id") == this_run) & ~F.col("reason").eqNullSafe(DEFERRED)


def due(method: str, ids: Callable[[], DataFrame], round_calls: int) -> Callable[[Sequence[Row]], Work]:
    """What is due of `ids()`, in rounds of `round_calls` requests: so many ids are all that the driver holds."""
    most = round_calls * IDS_A_CALL
    total: int | None = None

    def next_round(rows: Sequence[Row]) -> Work:
        nonlocal total
        left = None if total is None else total - len(rows) * IDS_A_CALL
        if left is not None and left <= 0:
            return Work()
        batch = [row["video_id"] for row in ids().orderBy("video_id").limit(most).collect()]
        total = total or (len(batch) if len(batch) < most else ids().count())
        chunks = [batch[start : start + IDS_A_CALL] for start in range(0, len(batch), IDS_A_CALL)]
        requests = [Request(method, {"id": ",".join(chunk), "part": _PARTS[method]}) for chunk in chunks]
        return Work(requests, -(-(left or total) // IDS_A_CALL))

    return next_round


def oldest_wanted(now: datetime, refresh_hours: float) -> datetime:
    return now - timedelta(hours=refresh_hours)


def gone(rows: Sequence[Row]) -> int:
    """How many of the asked videos were not in the good answers: deleted, private, or never there."""
    good = [row for row in rows if row["reason"] is None]
    return sum(len(json.loads(row["params"])["id"].split(",")) - row["item_count"] for row in good)
