"""Videos that are deleted while the emulator runs: what is left of a corpus without them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from tubelake.emulator.comments import Comments, Thread
from tubelake.emulator.corpus import Corpus
from tubelake.emulator.entries import Resource

_Value = TypeVar("_Value")


def without(corpus: Corpus, video_ids: Collection[str]) -> Corpus:
    """`corpus` without some videos and all that is about them. Their channels stay, as they are."""
    gone = frozenset(video_ids)
    return replace(
        corpus,
        videos=_kept(corpus.videos, gone),
        playlist_items={name: _items(items, gone) for name, items in corpus.playlist_items.items()},
        comments=_comments(corpus.comments, gone),
        transcripts=_kept(corpus.transcripts, gone),
        thumbnails=_kept(corpus.thumbnails, gone),
    )


def _kept(by_video: Mapping[str, _Value], gone: frozenset[str]) -> dict[str, _Value]:
    return {video_id: value for video_id, value in by_video.items() if video_id not in gone}


def _items(items: tuple[Resource, ...], gone: frozenset[str]) -> tuple[Resource, ...]:
    return tuple(item for item in items if item["snippet"].get("resourceId", {}).get("videoId") not in gone)


def _comments(comments: Comments, gone: frozenset[str]) -> Comments:
    def of_others(threads: Mapping[str, Thread]) -> dict[str, Thread]:
        return {key: thread for key, thread in threads.items() if thread.video_id not in gone}

    return Comments(
        by_video=_kept(comments.by_video, gone),
        threads=of_others(comments.threads),
        thread_of_reply=of_others(comments.thread_of_reply),
    )
