"""Which videos need details, and which a newer count: asked of the log, answered as requests of 50 ids."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from tubelake.collect.request import DEFERRED, Request
from tubelake.collect.rounds import Work
from tubelake.collect.tombstones import is_tombstone, tombstone
from tubelake.settings import Settings

DETAILS = "videos.list"
COUNTS = "videos.batchGetStats"
CHANNELS = "channels.list"
IDS_A_CALL = 50
PARTS = {
    DETAILS: "snippet,contentDetails,statistics,status,topicDetails,liveStreamingDetails",
    COUNTS: "snippet,statistics",
    CHANNELS: "snippet,contentDetails,statistics,topicDetails,status,brandingSettings",
}


def wanted_ids(
    searches: DataFrame, uploads: DataFrame, details: DataFrame, settings: Settings, imported: DataFrame | None = None
) -> DataFrame:
    """`video_id` of what to collect: what the keywords found, what the channels uploaded and the ids.

    With none of these, every id that is known; those `imported` too, but for a run that imports, which asks nobody.
    """
    keywords, channels, ids = settings.search.keywords, settings.channels.ids, settings.videos.ids
    if keywords or channels or ids:
        named = searches.sparkSession.createDataFrame([(video_id,) for video_id in ids], "video_id string")
        of_keywords = _found(searches.where(F.col("subject").isin(*keywords)))
        known = of_keywords.union(_listed(uploads.where(F.col("subject").isin(*channels)))).union(named)
    else:
        known = _found(searches).union(_listed(uploads)).union(asked_ids(details))
        if imported is not None and settings.import_.path is None:
            known = known.union(imported.select("video_id"))
    return known.where(~is_tombstone(F.col("video_id"))).distinct()


def _found(searches: DataFrame) -> DataFrame:
    videos = searches.where("get_json_object(params, '$.type') = 'video'")
    return _listed(videos)


def _listed(answers: DataFrame) -> DataFrame:
    return answers.select(F.explode("item_ids").alias("video_id"))


def asked_ids(answers: DataFrame, *columns: str, name: str = "video_id") -> DataFrame:
    """`name` of each id that answers were asked for, with `columns` of the answer.

    A chart is asked for without ids: it answers about those that it holds.
    """
    named = F.split(F.get_json_object("params", "$.id"), ",")
    return answers.select(F.explode(F.coalesce(named, F.col("item_ids"))).alias(name), *columns)


def without_details(known: DataFrame, details: DataFrame, this_run: str) -> DataFrame:
    """Known ids that were never asked with success, nor in vain in this run."""
    asked = details.where(F.col("reason").isNull() | in_vain(this_run))
    answered = asked_ids(asked).select(tombstone(F.col("video_id")).alias("answered"))
    return known.join(answered, on=tombstone(F.col("video_id")) == F.col("answered"), how="left_anti")


def with_old_counts(
    known: DataFrame, details: DataFrame, counts: DataFrame, before: datetime, this_run: str
) -> DataFrame:
    """Known ids of videos that once were there, whose counts were last asked for before this moment."""
    old = _last_asked(details.unionByName(counts), before)
    due = known.join(old, on="video_id", how="left_semi")
    return due.join(asked_ids(counts.where(in_vain(this_run))), on="video_id", how="left_anti")


def with_old_details(details: DataFrame, before: datetime, this_run: str) -> DataFrame:
    """Ids of videos that once were there, whose details were last asked for before this moment."""
    old = _last_asked(details, before)
    return old.join(asked_ids(details.where(in_vain(this_run))), on="video_id", how="left_anti")


def _last_asked(answers: DataFrame, before: datetime) -> DataFrame:
    """`video_id` of videos that once were there, last asked for with success before this moment."""
    good = answers.where("reason IS NULL")
    there = good.select(F.explode("item_ids").alias("video_id")).where(~is_tombstone(F.col("video_id")))
    # When it was asked, not when it was answered: a video that is gone by now is not asked for in every run.
    newest = asked_ids(good, "fetched_at").groupBy("video_id").agg(F.max("fetched_at").alias("fetched_at"))
    old = newest.where(F.col("fetched_at") < F.lit(before)).select("video_id")
    return old.join(there, on="video_id", how="left_semi")


def in_vain(this_run: str) -> Column:
    """Asked in this run; what its round had no time for is still to be asked."""
    return (F.col("run_id") == this_run) & ~F.col("reason").eqNullSafe(DEFERRED)


def due(method: str, ids: Callable[[], DataFrame], round_calls: int) -> Callable[[Sequence[Row]], Work]:
    """What is due of `ids()`, a frame of one column, in rounds of `round_calls` requests: so many ids are all that the driver holds."""
    most = round_calls * IDS_A_CALL
    total: int | None = None

    def next_round(rows: Sequence[Row]) -> Work:
        nonlocal total
        left = None if total is None else total - len(rows) * IDS_A_CALL
        if left is not None and left <= 0:
            return Work()
        known = ids()
        batch = [row[0] for row in known.orderBy(*known.columns).limit(most).collect()]
        total = total or (len(batch) if len(batch) < most else known.count())
        return Work(requests(method, batch), -(-(left or total) // IDS_A_CALL))

    return next_round


def requests(method: str, ids: Sequence[str]) -> list[Request]:
    """A request for every 50 ids."""
    chunks = (ids[start : start + IDS_A_CALL] for start in range(0, len(ids), IDS_A_CALL))
    return [Request(method, {"id": ",".join(chunk), "part": PARTS[method]}) for chunk in chunks]


def oldest_wanted(now: datetime, refresh_hours: float) -> datetime:
    return now - timedelta(hours=refresh_hours)


def gone(rows: Sequence[Row]) -> int:
    """How many of the asked videos were not in the good answers: deleted, private, or never there."""
    good = [row for row in rows if row["reason"] is None]
    return sum(len(json.loads(row["params"])["id"].split(",")) - row["item_count"] for row in good)
