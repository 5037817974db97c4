"""What search needs of a resource, worked out once: its time, its folded text, its counters."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

Resource: TypeAlias = Mapping[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_DURATION_UNITS = (604_800, 86_400, 3_600, 60, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource that search can find; `duration` is None where the resource does not tell."""

    kind: str
    id: str
    published: int
    channel_id: str
    title: str
    text: str
    views: int
    likes: int
    videos: int
    duration: int | None
    resource: Resource


def fold(text: str) -> str:
    """`text` as the matching rule compares it."""
    return unicodedata.normalize("NFKC", text).casefold()


def micros(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 time, however many digits its seconds have."""
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def duration_seconds(text: str | None) -> int | None:
    """The seconds of an ISO 8601 duration; null and anything else stay None."""
    match = _DURATION.fullmatch(text or "")
    if match is None:
        return None
    return sum(int(amount or 0) * unit for amount, unit in zip(match.groups(), _DURATION_UNITS, strict=True))


def counter(resource: Resource, name: str) -> int:
    """A counter of `resource.statistics`; a hidden one is 0."""
    value = str(resource.get("statistics", {}).get(name, "0"))
    return int(value) if value.isdecimal() else 0


def entry(kind: str, resource: Resource) -> Entry:
    """The entry of one resource, which must have an id and `snippet.publishedAt`."""
    snippet = resource["snippet"]
    title = str(snippet.get("title", ""))
    texts = [title, str(snippet.get("description", "")), *snippet.get("tags", [])]
    return Entry(
        kind=kind,
        id=resource["id"],
        published=micros(snippet["publishedAt"]),
        channel_id=resource["id"] if kind == "channel" else str(snippet.get("channelId", "")),
        title=title,
        text=fold("\n".join(texts)),
        views=counter(resource, "viewCount"),
        likes=counter(resource, "likeCount"),
        videos=counter(resource, "videoCount"),
        duration=duration_seconds(resource.get("contentDetails", {}).get("duration")),
        resource=resource,
    )
