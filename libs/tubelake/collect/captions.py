"""Captions: the transcripts of any video off its page, and the tracks of one's own videos through the API."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from tubelake.collect.callers import OWN_DOWNLOAD, OWN_LIST, TRANSCRIPTS, Access, params_from_wanted
from tubelake.collect.lists import WANTED_DDL, Walk
from tubelake.collect.request import params_json, params_with
from tubelake.errors import UsageError
from tubelake.settings import Captions, Settings, changed
from tubelake.youtube import captions, transcripts
from tubelake.youtube.outcomes import is_final
from tubelake.youtube.tracks import Track, Wanted, wanted_tracks

OF_ANYBODY = Walk(TRANSCRIPTS, max_pages=1)
OWN_TRACKS = Walk(OWN_LIST, max_pages=1)
OWN_FILES = Walk(OWN_DOWNLOAD, max_pages=1)
WALKS = (OF_ANYBODY, OWN_TRACKS, OWN_FILES)


def wanted(asked: Captions) -> Wanted:
    """What the settings want of a video's tracks."""
    return Wanted(asked.languages, asked.tracks, asked.translate)


def paced(settings: Settings) -> Settings:
    """The settings with the slow rate that YouTube's pages bear, in the place of the API's."""
    asked = settings.captions
    return changed(
        settings,
        "collect",
        requests_per_second=asked.requests_per_second,
        threads=asked.threads,
        round_seconds=asked.round_seconds,
    )


def access(settings: Settings) -> transcripts.Access:
    """How to reach YouTube's pages."""
    proxy = settings.captions.proxy
    return transcripts.Access(
        settings.youtube.endpoint, settings.youtube.timeout_seconds, proxy.get_secret_value() if proxy else None
    )


def owner(settings: Settings) -> captions.Owner | None:
    """Whose captions the API gives; None where no credentials are set. Raises UsageError for unusable ones."""
    own = settings.captions
    if own.credentials is None:
        return None
    if own.own_channel is None:
        raise UsageError(
            "captions.credentials need captions.own_channel: the id of the channel whose owner they are of"
        )
    credentials = captions.read_credentials(Path(own.credentials).expanduser())
    return captions.Owner(settings.youtube.endpoint, credentials, settings.youtube.timeout_seconds)


@dataclass(frozen=True)
class Source:
    """One way to captions: who answers, how its lists are walked, which are wanted (WANTED_DDL)."""

    walk: Walk
    access: Access
    wanted: Callable[[], DataFrame]


def sources(settings: Settings, videos: DataFrame, own_lists: DataFrame) -> list[Source]:
    """The ways to the captions of `videos`: pages, and for one's own videos the API; `own_lists` is its log."""
    what, own = wanted(settings.captions), owner(settings)
    is_own = F.col("channel_id").eqNullSafe((own and settings.captions.own_channel) or "")
    others, mine = videos.where(~is_own), videos.where(is_own)
    pages = Source(OF_ANYBODY, access(settings), lambda: wanted_transcripts(others, what))
    if own is None:
        return [pages]
    return [
        pages,
        Source(OWN_TRACKS, own, lambda: wanted_own_lists(mine)),
        Source(OWN_FILES, own, lambda: wanted_own_files(own_lists, mine, what)),
    ]


def without(rows: Sequence[Row]) -> int:
    """Videos that have no captions, or none that may be read."""
    return sum(is_final(row["status"], row["reason"]) for row in rows)


def wanted_transcripts(videos: DataFrame, what: Wanted) -> DataFrame:
    """The transcripts of each video, as WANTED_DDL: asked once, and again where other tracks are wanted."""
    language = F.coalesce("default_audio_language", "default_language")
    params = params_from_wanted(what)
    by_language = not what.languages  # only then is the video's own language a tie-break
    return _once(videos, _transcript_params(params, language if by_language else F.lit(None)))


def _transcript_params(params: dict[str, str], language: Column) -> Column:
    """Sorted keys, as `params_json` has them: defaultLanguage comes first and videoId last."""
    mark = "@id@"
    before, after = params_json({**params, "videoId": mark}).split(mark)
    is_code = language.rlike(r"^[A-Za-z0-9-]{2,20}$")
    first = F.when(is_code, F.concat(F.lit('"defaultLanguage": "'), language, F.lit('", '))).otherwise(F.lit(""))
    return F.concat(F.lit("{"), first, F.lit(before.removeprefix("{")), F.col("video_id"), F.lit(after))


def wanted_own_lists(videos: DataFrame) -> DataFrame:
    """The list of tracks of each of these videos of one's own, as WANTED_DDL."""
    return _once(videos, params_with("videoId", F.col("video_id"), {}))


def wanted_own_files(lists: DataFrame, videos: DataFrame, what: Wanted) -> DataFrame:
    """The wanted tracks of each of these videos, as WANTED_DDL, chosen from the bodies of `lists`.

    The driver chooses: a list costs 50 units, so a day adds at most 200 of them.
    """
    answered = lists.where("reason IS NULL").withColumnRenamed("subject", "video_id")
    newest = answered.join(videos.select("video_id"), on="video_id", how="left_semi").groupBy("video_id")
    bodies = newest.agg(F.max_by("body", "request_id").alias("body")).where("body IS NOT NULL").collect()
    rows = [
        (params_json({"track": json.dumps(track, ensure_ascii=False), **translation}), row["video_id"], None, 1)
        for row in bodies
        for track, translation in _own_choice(json.loads(row["body"])["items"], what)
    ]
    return videos.sparkSession.createDataFrame(rows, WANTED_DDL)


def _own_choice(tracks: Sequence[Track], what: Wanted) -> list[tuple[Track, dict[str, str]]]:
    """The tracks to download, the first of them also translated where a translation is wanted."""
    chosen: list[tuple[Track, dict[str, str]]] = [(track, {}) for track in wanted_tracks(tracks, what)]
    if chosen and what.translate and what.translate not in {track["languageCode"] for track, _ in chosen}:
        chosen.append((chosen[0][0], {"translate": what.translate}))
    return chosen


def _once(videos: DataFrame, params: Column) -> DataFrame:
    return videos.select(
        params.alias("params"),
        F.col("video_id").alias("subject"),
        F.lit(None).cast("timestamp").alias("newer_than"),
        F.lit(1).cast("bigint").alias("calls"),
    )
