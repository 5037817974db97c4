"""How a resource of the corpus looks in an answer: the parts asked for, with kind and etag."""

import base64
import hashlib
import html
from collections.abc import Iterable, Sequence
from typing import Any

from tubelake.emulator.entries import Entry, Resource, duration_seconds

_DESCRIPTION_SHOWN = 160
_SEARCH_PICTURES = ("default", "medium", "high")
_SHARED_WITH_ITEM = ("publishedAt", "title", "description", "thumbnails")
_STATISTICS_SHOWN = ("viewCount", "likeCount", "commentCount")


def etag(*about: object) -> str:
    """An opaque tag that is the same as long as `about` is."""
    digest = hashlib.blake2b(repr(about).encode("utf-8", "surrogatepass"), digest_size=20).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def listing(kind: str, items: Sequence[Resource], **rest: Any) -> dict[str, Any]:
    """The answer of a list method: `kind` without its "youtube#" prefix, then `rest`, then the items."""
    tag = etag(kind, [item["etag"] for item in items], sorted(rest.items()))
    return {"kind": f"youtube#{kind}", "etag": tag, **rest, "items": list(items)}


def with_parts(resource: Resource, kind: str, parts: Iterable[str]) -> dict[str, Any]:
    """`resource` with only `parts`, of which the ones it lacks stay absent."""
    own_tag = resource.get("etag") or etag(kind, resource["id"])
    shown = {"kind": f"youtube#{kind}", "etag": own_tag, "id": resource["id"]}
    return shown | {part: resource[part] for part in resource if part in parts and part != "id"}


def video_stat(video: Resource, parts: Iterable[str]) -> dict[str, Any]:
    """The `videoStat` of a video: times and durations as protobuf writes them ("90s")."""
    seconds = duration_seconds(video.get("contentDetails", {}).get("duration"))
    statistics = video.get("statistics", {})
    details = {
        "snippet": {"publishTime": video["snippet"]["publishedAt"]},
        "statistics": {name: statistics[name] for name in _STATISTICS_SHOWN if name in statistics},
        "contentDetails": {} if seconds is None else {"duration": f"{seconds}s"},
    }
    return with_parts({"id": video["id"], **details}, "videoStats", parts)


def search_result(entry: Entry, parts: Iterable[str]) -> dict[str, Any]:
    """A search hit. Its title is HTML-escaped and its description cut, as in reality."""
    id_field = f"{entry.kind}Id"
    hit: dict[str, Any] = {
        "kind": "youtube#searchResult",
        "etag": etag("searchResult", entry.kind, entry.id),
        "id": {"kind": f"youtube#{entry.kind}", id_field: entry.id},
    }
    return hit | {"snippet": _search_snippet(entry)} if "snippet" in parts else hit


def playlist_item(video: Resource, playlist_id: str, position: int) -> dict[str, Any]:
    """The `playlistItem` of `video` in an uploads playlist, with all its parts."""
    snippet = video["snippet"]
    owner = {"channelId": snippet.get("channelId", ""), "channelTitle": snippet.get("channelTitle", "")}
    shared = {name: snippet[name] for name in _SHARED_WITH_ITEM if name in snippet}
    return {
        "id": item_id(playlist_id, video["id"]),
        "snippet": shared
        | owner
        | {
            "playlistId": playlist_id,
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": video["id"]},
            "videoOwnerChannelId": owner["channelId"],
            "videoOwnerChannelTitle": owner["channelTitle"],
        },
        "contentDetails": {"videoId": video["id"], "videoPublishedAt": snippet["publishedAt"]},
        "status": {"privacyStatus": "public"},
    }


def item_id(playlist_id: str, video_id: str) -> str:
    """The id of a video's entry in a playlist, from which both can be read back."""
    return base64.urlsafe_b64encode(f"{playlist_id}.{video_id}".encode("utf-8", "surrogatepass")).decode().rstrip("=")


def _search_snippet(entry: Entry) -> dict[str, Any]:
    snippet = entry.resource["snippet"]
    pictures = snippet.get("thumbnails", {})
    return {
        "publishedAt": snippet["publishedAt"],
        "channelId": entry.channel_id,
        "title": html.escape(entry.title).replace("&#x27;", "&#39;"),
        "description": _shortened(str(snippet.get("description", ""))),
        "thumbnails": {name: pictures[name] for name in _SEARCH_PICTURES if name in pictures},
        "channelTitle": entry.title if entry.kind == "channel" else snippet.get("channelTitle", ""),
        "liveBroadcastContent": snippet.get("liveBroadcastContent", "none"),
    }


def _shortened(description: str) -> str:
    """The first line's worth of a description, cut at a word."""
    text = " ".join(description[: 2 * _DESCRIPTION_SHOWN].split())
    if len(text) <= _DESCRIPTION_SHOWN:
        return text
    return text[:_DESCRIPTION_SHOWN].rpartition(" ")[0] + " ..."
