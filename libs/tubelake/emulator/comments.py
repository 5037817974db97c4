"""The comments of a corpus: threads by video and replies by thread, each newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tubelake.emulator.entries import Resource, micros
from tubelake.emulator.lines import CorpusError, json_lines, resource_problem

_THREAD = "youtube#commentThread"


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread: its first comment, all its replies, and what the corpus says of the thread itself."""

    id: str
    video_id: str
    published: int
    comment: Resource
    replies: tuple[Resource, ...]
    snippet: Mapping[str, Any]


@dataclass(frozen=True)
class Comments:
    """All threads of a corpus by video and by id, and the thread of every reply."""

    by_video: Mapping[str, tuple[Thread, ...]]
    threads: Mapping[str, Thread]
    thread_of_reply: Mapping[str, Thread]


def published(resource: Resource) -> int:
    """When a comment was written, in microseconds since 1970."""
    return micros(resource["snippet"]["publishedAt"])


def load_comments(path: Path) -> Comments:
    """The threads and comments of `path`, in any order; of two with one id the last counts."""
    tops: dict[str, Resource] = {}
    replies: dict[str, dict[str, Resource]] = {}
    places: dict[str, str] = {}
    for place, resource in json_lines(path):
        _check(resource, place)
        parent = resource["snippet"].get("parentId")
        if parent is None:
            tops[resource["id"]] = _without_replies(resource)
        else:
            places[parent] = place
        thread_id = parent or resource["id"]
        for reply in _replies(resource):
            replies.setdefault(thread_id, {})[reply["id"]] = reply
    for parent in places.keys() - tops.keys():
        msg = f"{places[parent]}: no line has the comment {parent} that this one replies to"
        raise CorpusError(msg)
    return _indexed(_thread(top, replies.get(top_id, {})) for top_id, top in tops.items())


def _is_thread(resource: Resource) -> bool:
    return resource.get("kind") == _THREAD or "topLevelComment" in resource["snippet"]


def _without_replies(resource: Resource) -> Resource:
    """The thread of a line without its replies; a comment of its own becomes the thread that it begins."""
    if _is_thread(resource):
        return {"id": resource["id"], "snippet": resource["snippet"]}
    about = {"videoId": resource["snippet"]["videoId"], "topLevelComment": resource}
    return {"id": resource["id"], "snippet": about}


def _replies(resource: Resource) -> Iterable[Resource]:
    """The replies that a line brings: those of a thread, or the comment itself where it is one."""
    if _is_thread(resource):
        found: list[Resource] = resource.get("replies", {}).get("comments", [])
        return found
    return [resource] if resource["snippet"].get("parentId") else []


def _thread(top: Resource, replies: Mapping[str, Resource]) -> Thread:
    snippet = dict(top["snippet"])
    comment = snippet.pop("topLevelComment")
    newest_first = sorted(replies.values(), key=lambda reply: (-published(reply), reply["id"]))
    return Thread(top["id"], snippet["videoId"], published(comment), comment, tuple(newest_first), snippet)


def _indexed(threads: Iterable[Thread]) -> Comments:
    by_video: dict[str, list[Thread]] = {}
    for thread in threads:
        by_video.setdefault(thread.video_id, []).append(thread)
    ordered = {video_id: newest_first(found) for video_id, found in by_video.items()}
    by_id = {thread.id: thread for found in ordered.values() for thread in found}
    of_reply = {reply["id"]: thread for thread in by_id.values() for reply in thread.replies}
    return Comments(ordered, by_id, of_reply)


def newest_first(threads: Iterable[Thread]) -> tuple[Thread, ...]:
    """`threads` in the order of time, equal times by id."""
    return tuple(sorted(threads, key=lambda thread: (-thread.published, thread.id)))


def _check(resource: Any, place: str) -> None:
    problem = _problem(resource)
    if problem:
        msg = f"{place}: {problem}"
        raise CorpusError(msg)


def _problem(resource: Any) -> str | None:
    """What keeps a line from being served, in words; None where nothing does."""
    problem = resource_problem(resource, dated=False)
    if problem:
        return problem
    snippet = resource["snippet"]
    if not isinstance(snippet.get("parentId"), str) and not isinstance(snippet.get("videoId"), str):
        return f"{resource['id']} has neither snippet.videoId nor snippet.parentId"
    if not _is_thread(resource):
        return resource_problem(resource, dated=True)
    return _thread_problem(resource)


def _thread_problem(thread: Resource) -> str | None:
    held = thread.get("replies", {})
    replies = held.get("comments", []) if isinstance(held, dict) else None
    if not isinstance(replies, list):
        return f"{thread['id']} has no list in replies.comments"
    for comment in (thread["snippet"].get("topLevelComment"), *replies):
        problem = resource_problem(comment, dated=True)
        if problem:
            return f"{thread['id']}: {problem}"
    return None
