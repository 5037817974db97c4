"""What is live now: of keywords and channels by search, of ids, or else of what is known, by details. Each with its chat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from tubelake import console, progress, store
from tubelake.collect import chats, search, videos
from tubelake.collect.chats import Stream
from tubelake.collect.request import Request, params_json
from tubelake.collect.rounds import Due, Work, collect
from tubelake.errors import QuotaSpent
from tubelake.parse.columns import items
from tubelake.parse.videos import videos_from_answers
from tubelake.settings import Settings
from tubelake.tables import RESPONSES

METHODS = (search.METHOD, videos.DETAILS)
REMEMBERED = timedelta(days=7)  # for so long a live video belongs to the keyword or channel whose look has found it
_LIVE = {"part": "snippet", "type": "video", "eventType": "live", "order": "date", "maxResults": str(search.PAGE_SIZE)}


@dataclass
class Looks:
    """What looks for live streams have cost, and how many streams the last of them found announced."""

    calls: int = 0
    units: int = 0
    announced: int = 0


def find(spark: SparkSession, settings: Settings, since: datetime, looks: Looks) -> list[Stream]:
    """The streams that are live and have a chat, of what the settings name, or else of what the log knows.

    Costs a search a keyword and channel, but for those that the log has an answer of from after `since`: there are 100
    a day; and details of the videos that may be live by what the log says. What it did cost is added to `looks`.
    """
    ids = list(dict.fromkeys([*_named(spark, settings), *_searched(spark, settings, since, looks)]))
    over = _over(spark, settings, ids, since)
    return _with_chats(spark, settings, [video_id for video_id in ids if video_id not in over], looks)


def asked_ids(spark: SparkSession, settings: Settings, now: datetime) -> list[str]:
    """The videos that `find` looks at, with those that looks for the same keywords and channels have found lately."""
    texts = [params_json(request.params) for request in _searches(settings)]
    named = _named(spark, settings)
    if not texts:
        return named
    looks = store.read(spark, RESPONSES.of(search.METHOD), settings.lake)
    of_these = F.col("params").isin(*texts) & (F.col("fetched_at") >= F.lit(now - REMEMBERED))
    found = looks.where(of_these).select(F.explode("item_ids").alias("video_id")).distinct()
    return [*named, *(row["video_id"] for row in found.collect())]


def _named(spark: SparkSession, settings: Settings) -> list[str]:
    """The videos that the settings name; those that the log knows as live or announced where they name nothing at all."""
    ids = [*settings.chat.video_ids, *settings.videos.ids]
    if ids or settings.search.keywords or settings.channels.ids:
        return ids
    known = _states(spark, settings).where("state IN ('live', 'upcoming')").orderBy("id").collect()
    return [row["id"] for row in known]


def _states(spark: SparkSession, settings: Settings) -> DataFrame:
    """Whether each video (id) is live, upcoming or none (state), by its newest details in the log."""
    details = store.read(spark, RESPONSES.of(videos.DETAILS), settings.lake)
    told = items(details, "struct<id:string,snippet:struct<liveBroadcastContent:string>>")
    return told.groupBy("item.id").agg(F.max_by("item.snippet.liveBroadcastContent", "fetched_at").alias("state"))


def _searches(settings: Settings) -> list[Request]:
    of_keywords = [Request(search.METHOD, {**_LIVE, "q": word}, word, "") for word in settings.search.keywords]
    of_channels = [Request(search.METHOD, {**_LIVE, "channelId": name}, None, "") for name in settings.channels.ids]
    return [*of_keywords, *of_channels]


def _searched(spark: SparkSession, settings: Settings, since: datetime, looks: Looks) -> list[str]:
    """Ids of the newest 50 live videos of each keyword and channel. A spent search quota finds nothing, and says so."""
    wanted = {params_json(request.params): request for request in _searches(settings)}
    rows = _answered(spark, settings, list(wanted), since)
    answered = {row["params"] for row in rows}
    try:
        asked = [request for text, request in wanted.items() if text not in answered]
        rows += _ask(spark, settings, search.METHOD, asked, looks)
    except QuotaSpent as error:
        console.complain(f"no look for new streams: {error}")
    return [video_id for row in rows for video_id in row["item_ids"] or ()]


def _answered(spark: SparkSession, settings: Settings, texts: Sequence[str], since: datetime) -> list[Row]:
    """The good answers in the log to searches with these parameters, from after `since`."""
    if not texts:
        return []
    log = store.read(spark, RESPONSES.of(search.METHOD), settings.lake)
    is_good = F.col("reason").isNull() & (F.col("fetched_at") > F.lit(since))
    return log.where(is_good & F.col("params").isin(*texts)).select("params", "item_ids").collect()


def _over(spark: SparkSession, settings: Settings, ids: Sequence[str], since: datetime) -> set[str]:
    """Those of the videos that are not live by the log: never were, have ended, or their chat has ended after `since`.

    A video that is neither live nor announced stays so. An ended chat may be followed by a second one of its stream.
    """
    if not ids:
        return set()
    polls = store.read(spark, RESPONSES.of(chats.METHOD), settings.lake)
    ended = polls.where(chats.is_the_end() & (F.col("fetched_at") > F.lit(since)))
    over = _states(spark, settings).where("state = 'none'").select("id").union(ended.select("subject"))
    return {row["id"] for row in over.where(F.col("id").isin(*ids)).collect()}


def _with_chats(spark: SparkSession, settings: Settings, ids: Sequence[str], looks: Looks) -> list[Stream]:
    rows, looks.announced = _ask(spark, settings, videos.DETAILS, videos.requests(videos.DETAILS, ids), looks), 0
    if not rows:
        return []
    bodies = store.read(spark, RESPONSES.of(videos.DETAILS), settings.lake)
    answers = bodies.where(F.col("request_id").isin(*(row["request_id"] for row in rows)))
    told = videos_from_answers(answers).where("live_broadcast_content IN ('live', 'upcoming')")
    started = F.date_format("live_started_at", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").alias("started_at")
    found = told.select("video_id", "live_chat_id", "live_broadcast_content", started).orderBy("video_id").collect()
    live = [row for row in found if row["live_broadcast_content"] == "live"]
    looks.announced = len(found) - len(live)
    return [Stream(row["video_id"], row["live_chat_id"], row["started_at"]) for row in live if row["live_chat_id"]]


def _ask(
    spark: SparkSession, settings: Settings, method: str, requests: Sequence[Request], looks: Looks
) -> Sequence[Row]:
    """The answers to one page of each request."""
    if not requests:
        return ()
    spent = collect(spark, settings, method, _once(requests), progress.silent)
    looks.calls, looks.units = looks.calls + spent.calls, looks.units + spent.units
    return spent.rows


def _once(requests: Iterable[Request]) -> Due:
    wanted = {params_json(request.params): request for request in requests}

    def due(rows: Sequence[Row]) -> Work:
        answered = {row["params"] for row in rows}
        left = [request for text, request in wanted.items() if text not in answered]
        return Work(left, len(left))

    return due
