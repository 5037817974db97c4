"""The corpus: a folder of API resources, one JSON object a line, that the emulator serves as YouTube."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tubelake.emulator.categories import standard_categories
from tubelake.emulator.channels import derived_channels, uploads_id
from tubelake.emulator.entries import Entry, Resource, entry, micros

VIDEOS_FILE = "videos.jsonl"
CHANNELS_FILE = "channels.jsonl"
PLAYLISTS_FILE = "playlists.jsonl"
PLAYLIST_ITEMS_FILE = "playlist_items.jsonl"
CATEGORIES_FILE = "categories.jsonl"


class CorpusError(ValueError):
    """A corpus that cannot be read: one line that names the file and the line number."""


@dataclass(frozen=True)
class Corpus:
    """The resources of one corpus by id; what is worked out of them is worked out on first use."""

    folder: Path
    videos: Mapping[str, Resource]
    channels: Mapping[str, Resource]
    playlists: Mapping[str, Resource]
    playlist_items: Mapping[str, tuple[Resource, ...]]
    categories: Mapping[str, Resource]

    @cached_property
    def entries(self) -> Mapping[str, tuple[Entry, ...]]:
        """By type ("video", "channel", "playlist"), newest first, equal times by id."""
        kinds = {"video": self.videos, "channel": self.channels, "playlist": self.playlists}
        return {kind: _newest_first(kind, resources) for kind, resources in kinds.items()}

    @cached_property
    def uploads(self) -> Mapping[str, tuple[Resource, ...]]:
        """The videos of every channel's uploads playlist, newest first, by playlist id."""
        lists: dict[str, list[Resource]] = {uploads_id(channel_id): [] for channel_id in self.channels}
        for video in self.entries["video"]:
            lists.setdefault(uploads_id(video.channel_id), []).append(video.resource)
        return {playlist_id: tuple(videos) for playlist_id, videos in lists.items()}

    @cached_property
    def channels_by_handle(self) -> Mapping[str, str]:
        """Channel ids by handle, without the @ and without regard to case."""
        handles = {channel_id: item["snippet"].get("customUrl") for channel_id, item in self.channels.items()}
        return {handle.lstrip("@").casefold(): channel_id for channel_id, handle in handles.items() if handle}


def load_corpus(folder: Path) -> Corpus:
    """The corpus in `folder`. Missing files mean none; of two lines with one id the last counts.

    Channels that only the videos name are derived from them. Without categories there are YouTube's own.
    """
    if not folder.is_dir():
        msg = f"{folder}: no such corpus folder"
        raise CorpusError(msg)
    videos = _dated(folder / VIDEOS_FILE)
    channels = _dated(folder / CHANNELS_FILE)
    newest_first = sorted(videos.values(), key=_published, reverse=True)
    standard = {item["id"]: item for item in standard_categories()}
    return Corpus(
        folder=folder,
        videos=videos,
        channels={**channels, **derived_channels(newest_first, channels)},
        playlists=_dated(folder / PLAYLISTS_FILE),
        playlist_items=_playlist_items(folder / PLAYLIST_ITEMS_FILE),
        categories=dict(_numbered(folder / CATEGORIES_FILE)) or standard,
    )


def _published(resource: Resource) -> int:
    return micros(resource["snippet"]["publishedAt"])


def _newest_first(kind: str, resources: Mapping[str, Resource]) -> tuple[Entry, ...]:
    found = (entry(kind, resource) for resource in resources.values())
    return tuple(sorted(found, key=lambda item: (-item.published, item.id)))


def _playlist_items(path: Path) -> dict[str, tuple[Resource, ...]]:
    lists: dict[str, list[Resource]] = {}
    for item in _dated(path).values():
        lists.setdefault(str(item["snippet"].get("playlistId")), []).append(item)
    return {
        playlist_id: tuple(sorted(items, key=lambda item: int(item["snippet"].get("position", 0))))
        for playlist_id, items in lists.items()
    }


def _dated(path: Path) -> dict[str, Resource]:
    """The resources of a file by id; each must have a readable `snippet.publishedAt`."""
    return dict(_numbered(path, dated=True))


def _numbered(path: Path, *, dated: bool = False) -> Iterator[tuple[str, Resource]]:
    """The id and resource of every line of `path`; a missing file has none."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                resource = _resource(line, f"{path}:{number}", dated=dated)
                yield resource["id"], resource


def _resource(line: str, place: str, *, dated: bool) -> Resource:
    try:
        resource = json.loads(line)
    except ValueError as error:
        msg = f"{place}: not JSON ({error})"
        raise CorpusError(msg) from None
    problem = _problem(resource, dated=dated)
    if problem:
        msg = f"{place}: {problem}"
        raise CorpusError(msg)
    checked: Resource = resource
    return checked


def _problem(resource: Any, *, dated: bool) -> str | None:
    """What keeps `resource` from being served, in words; None where nothing does."""
    if not isinstance(resource, dict) or not isinstance(resource.get("id"), str) or not resource["id"]:
        return "not a resource with an id"
    if not isinstance(resource.get("snippet"), dict):
        return f"{resource['id']} has no snippet"
    if not dated:
        return None
    try:
        micros(resource["snippet"]["publishedAt"])
    except (KeyError, TypeError, ValueError):
        return f"{resource['id']} has no readable snippet.publishedAt"
    return None
