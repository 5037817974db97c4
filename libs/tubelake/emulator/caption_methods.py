"""captions.list and captions.download: the tracks of a video, which only its owner may download."""

import base64
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tubelake.emulator import errors, params, resources
from tubelake.emulator.caption_formats import FORMATS
from tubelake.emulator.entries import Resource, micros
from tubelake.emulator.params import Params
from tubelake.emulator.replies import Download
from tubelake.emulator.world import World

_NO_FORMAT = "sbv"
_FLAGS = ("isCC", "isLarge", "isEasyReader", "isDraft", "isAutoSynced")


def may_list(_world: World, _asked: Params, _channel_id: str) -> None:
    """Everybody who has a channel may list the tracks of any video."""


def may_download(world: World, asked: Params, channel_id: str) -> None:
    """Raise the real 403 for a track of a video that is not of `channel_id`."""
    video = world.corpus.videos.get(_video_id(asked["id"]))
    if video is not None and video["snippet"].get("channelId") != channel_id:
        raise errors.caption_forbidden()


def captions_list(world: World, asked: Params) -> dict[str, Any]:
    """All tracks of a video, or those of them that are asked for by id; an unknown video is 404."""
    parts = params.parts(asked, "Caption")
    name = "videoId"
    if not asked.get(name):
        raise errors.missing_parameter(name)
    video = world.corpus.videos.get(asked[name])
    if video is None:
        raise errors.video_not_found("caption", "captions/list")
    wanted = params.ids(asked)
    items = [
        resources.with_parts(_caption(track_id, track, video), "caption", parts)
        for track_id, track in _tracks(world, video["id"])
        if not wanted or track_id in wanted
    ]
    return resources.listing("captionListResponse", items)


def captions_download(world: World, asked: Params) -> Download:
    """The file of one track in the format `tfmt`, translated into `tlang`; an unknown track is 404."""
    tracks = dict(_tracks(world, _video_id(asked["id"])))
    if asked["id"] not in tracks:
        raise errors.caption_not_found()
    track = tracks[asked["id"]]
    language = asked.get("tlang")
    if language:
        track = translated(track, language)
    file_format = asked.get("tfmt") or _NO_FORMAT
    if file_format not in FORMATS:
        raise errors.caption_not_convertible()
    return Download(FORMATS[file_format](track).encode("utf-8", "replace"), "application/octet-stream")


def _tracks(world: World, video_id: str) -> Iterator[tuple[str, Resource]]:
    """The tracks of a video with their ids, which stay the same as long as the video has them."""
    seen: Counter[str] = Counter()
    for track in world.corpus.transcripts.get(video_id, ()):
        sort = f"{track['language_code']}.{_kind(track)}"
        seen[sort] += 1
        yield _encoded(f"{video_id}/{sort}.{seen[sort]}"), track


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def _video_id(track_id: str) -> str:
    """The video whose track has this id; an id from elsewhere gives one that no video has."""
    try:
        return base64.urlsafe_b64decode(track_id + "=" * (-len(track_id) % 4)).decode().rpartition("/")[0]
    except ValueError:
        return ""


def _kind(track: Resource) -> str:
    return "ASR" if track.get("is_generated") else "standard"


def _caption(track_id: str, track: Resource, video: Resource) -> dict[str, Any]:
    uploaded = datetime.fromtimestamp(micros(video["snippet"]["publishedAt"]) // 1_000_000, UTC)
    snippet = {
        "videoId": video["id"],
        "lastUpdated": f"{uploaded + timedelta(hours=1):%Y-%m-%dT%H:%M:%S.000Z}",
        "trackKind": _kind(track),
        "language": track["language_code"],
        "name": "",
        "audioTrackType": "unknown",
        **dict.fromkeys(_FLAGS, False),
        "status": "serving",
    }
    return {"id": track_id, "snippet": snippet}


def translated(track: Resource, language: str) -> Resource:
    """`track` as a machine would translate it: every text marked with the language; the real 400 where it may not."""
    if not track.get("is_translatable"):
        raise errors.caption_not_convertible()
    texts = [{**snippet, "text": f"[{language}] {snippet['text']}"} for snippet in track["snippets"]]
    return {**track, "language_code": language, "snippets": texts}
