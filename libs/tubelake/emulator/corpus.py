"""The corpus: a folder of API resources, one JSON object a line, that the emulator serves as YouTube."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tubelake.emulator.categories import standard_categories
from tubelake.emulator.channels import derived_channels, uploads_id
from tubelake.emulator.chat_files import load_chats, load_streams
from tubelake.emulator.comments import Comments, load_comments
from tubelake.emulator.entries import Entry, Resource, entry, micros
from tubelake.emulator.lines import CorpusError, json_lines, resource_problem
from tubelake.emulator.recipes import Recipe, load_recipes
from tubelake.garbage import no_garbage

VIDEOS_FILE = "videos.jsonl"
CHANNELS_FILE = "channels.jsonl"
PLAYLISTS_FILE = "playlists.jsonl"
PLAYLIST_ITEMS_FILE = "playlist_items.jsonl"
CATEGORIES_FILE = "categories.jsonl"
COMMENTS_FILE = "comments.jsonl"
TRANSCRIPTS_FILE = "transcripts.jsonl"
THUMBNAILS_FILE = "thumbnails.jsonl"
CHAT_FILE = "chat.jsonl"
STREAMS_FILE = "streams.jsonl"
PICTURES_FOLDER = "thumbnails"
_NUMBER = (int, float)


@dataclass(frozen=True)
class Corpus:
    """The resources of one corpus by id; what is worked out of them is worked out on first use."""

    folder: Path
    videos: Mapping[str, Resource]
    channels: Mapping[str, Resource]
    playlists: Mapping[str, Resource]
    playlist_items: Mapping[str, tuple[Resource, ...]]
    categories: Mapping[str, Resource]
    comments: Comments
    transcripts: Mapping[str, tuple[Resource, ...]]
    thumbnails: Mapping[str, Recipe]
    chats: Mapping[str, tuple[Resource, ...]]
    streams: Mapping[str, tuple[str, ...]]

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
    def live(self) -> tuple[str, ...]:
        """Ids of the videos that have a live chat."""
        chats = ((i, video.get("liveStreamingDetails", {}).get("activeLiveChatId")) for i, video in self.videos.items())
        return tuple(video_id for video_id, chat in chats if chat)

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
    with no_garbage():
        return _corpus(folder)


def _corpus(folder: Path) -> Corpus:
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
        comments=load_comments(folder / COMMENTS_FILE),
        transcripts=_transcripts(folder / TRANSCRIPTS_FILE),
        thumbnails=load_recipes(folder / THUMBNAILS_FILE),
        chats=load_chats(folder / CHAT_FILE),
        streams=load_streams(folder / STREAMS_FILE),
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


def _transcripts(path: Path) -> dict[str, tuple[Resource, ...]]:
    """The caption tracks of every video, in the order of the file."""
    tracks: dict[str, list[Resource]] = {}
    for place, track in json_lines(path):
        problem = _track_problem(track)
        if problem:
            msg = f"{place}: {problem}"
            raise CorpusError(msg)
        tracks.setdefault(track["video_id"], []).append(track)
    return {video_id: tuple(found) for video_id, found in tracks.items()}


def _track_problem(track: Any) -> str | None:
    """What keeps a caption track from being served, in words; None where nothing does."""
    names = ("video_id", "language_code")
    if not isinstance(track, dict) or not all(isinstance(track.get(name), str) for name in names):
        return "not a caption track with video_id and language_code"
    snippets = track.get("snippets")
    if not isinstance(snippets, list) or not all(map(_is_timed, snippets)):
        return f"{track['video_id']} has a snippet without text, start and duration"
    return None


def _is_timed(snippet: Any) -> bool:
    # Written out: there are hundreds of thousands of them, and a loop over names takes three times as long.
    return (
        isinstance(snippet, dict)
        and isinstance(snippet.get("text"), str)
        and isinstance(snippet.get("start"), _NUMBER)
        and isinstance(snippet.get("duration"), _NUMBER)
    )


def _dated(path: Path) -> dict[str, Resource]:
    """The resources of a file by id; each must have a readable `snippet.publishedAt`."""
    return dict(_numbered(path, dated=True))


def _numbered(path: Path, *, dated: bool = False) -> Iterator[tuple[str, Resource]]:
    """The id and resource of every line of `path`; a missing file has none."""
    for place, resource in json_lines(path):
        problem = resource_problem(resource, dated=dated)
        if problem:
            msg = f"{place}: {problem}"
            raise CorpusError(msg)
        yield resource["id"], resource
