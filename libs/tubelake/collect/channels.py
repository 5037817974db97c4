"""Channels: details, 50 a call, and uploads lists, which reach past what a search shows."""

from collections.abc import Sequence
from datetime import datetime

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from tubelake import progress, store
from tubelake.collect.lists import WANTED_DDL, Walk
from tubelake.collect.request import params_json
from tubelake.collect.rounds import Spent, collect
from tubelake.collect.videos import CHANNELS, asked_ids, due, in_vain
from tubelake.settings import Settings
from tubelake.tables import RESPONSES

UPLOADS = Walk("playlistItems.list", max_pages=100)
UPLOADS_SHOWN = 20_000  # YouTube ends an uploads list about here, however many there are
PAGE_SIZE = 50


def uploads_id(channel_id: str) -> str:
    """The playlist of all uploads of a channel; the API gives the same in relatedPlaylists.uploads."""
    return "UU" + channel_id.removeprefix("UC")


def wanted_uploads(spark: SparkSession, channel_ids: Sequence[str], newer_than: datetime) -> DataFrame:
    """The uploads lists of these channels, as WANTED_DDL; walked again when they are older than `newer_than`."""
    fixed = {"part": "snippet,contentDetails", "maxResults": str(PAGE_SIZE)}
    rows = [
        (params_json({**fixed, "playlistId": uploads_id(channel_id)}), channel_id, newer_than, 1)
        for channel_id in channel_ids
    ]
    return spark.createDataFrame(rows, WANTED_DDL)


def named(spark: SparkSession, channel_ids: Sequence[str]) -> DataFrame:
    """These channels, as `channel_id`."""
    return spark.createDataFrame([(channel_id,) for channel_id in channel_ids], "channel_id string")


def publishers(videos: DataFrame) -> DataFrame:
    """`channel_id` of the channels that published `videos`."""
    return videos.select("channel_id").where(F.col("channel_id").isNotNull()).distinct()


def fetch_details(spark: SparkSession, settings: Settings, known: DataFrame, newer_than: datetime) -> Spent:
    """Ask for the details of `known` channels that have none, or none since `newer_than`."""
    details, run_id = store.read(spark, RESPONSES.of(CHANNELS), settings.lake), str(settings.run.id)
    next_round = due(
        CHANNELS, lambda: without_details(known, details, newer_than, run_id), settings.collect.round_calls
    )  # fmt: skip
    with progress.shown("Fetching channels") as show:
        return collect(spark, settings, CHANNELS, next_round, show)


def without_details(known: DataFrame, details: DataFrame, newer_than: datetime, this_run: str) -> DataFrame:
    """Known channels that were not asked with success since `newer_than`, nor in vain in this run."""
    fresh = F.col("reason").isNull() & (F.col("fetched_at") >= F.lit(newer_than))
    asked = asked_ids(details.where(fresh | in_vain(this_run)), name="channel_id")
    return known.join(asked, on="channel_id", how="left_anti")


def notes(rows: Sequence[Row]) -> list[str]:
    """A line for each channel whose uploads list ended at YouTube's limit or was not there."""
    items: dict[str, int] = {}
    found = []
    for row in rows:
        items[row["subject"]] = items.get(row["subject"], 0) + row["item_count"]
        if row["reason"] == "playlistNotFound":
            found.append(f"{row['subject']}: no uploads list, or no such channel")
    full = [channel_id for channel_id, count in items.items() if count >= UPLOADS_SHOWN]
    return found + [
        f"{channel_id}: its uploads list ends at YouTube's limit of about {UPLOADS_SHOWN:,}; search it by keyword for more"
        for channel_id in full
    ]
