"""commentThreads.list and comments.list, newest first as in reality."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from tubelake.emulator import errors, params, resources
from tubelake.emulator.channels import uploads_id
from tubelake.emulator.comment_text import as_html
from tubelake.emulator.comments import Thread, newest_first
from tubelake.emulator.entries import Resource, fold
from tubelake.emulator.paging import Page, page
from tubelake.emulator.params import Params
from tubelake.emulator.search import matches
from tubelake.emulator.world import World

_INLINE_REPLIES = 5
_PAGE, _LARGEST_PAGE = 20, 100
_Shown: TypeAlias = Callable[[Resource, Mapping[str, str]], dict[str, Any]]


def comment_threads_list(world: World, asked: Params) -> dict[str, Any]:
    """A page of the threads of a video or of all videos of a channel, or threads by id; five replies each."""
    parts = params.parts(asked, "CommentThread")
    size = params.max_results(asked, default=_PAGE, lowest=1, highest=_LARGEST_PAGE)
    here = page("commentThreads.list", asked, _threads(world, asked), size)
    shown = _comment_maker(asked)
    items = [_thread(thread, _owner(world, thread), parts, shown) for thread in here.rows]
    about = {"totalResults": len(items), "resultsPerPage": size}
    return resources.listing("commentThreadListResponse", items, **_next(here), pageInfo=about)


def comments_list(world: World, asked: Params) -> dict[str, Any]:
    """A page of the replies of a thread, or comments by id; neither tells the video, as in reality."""
    parts = params.parts(asked, "Comment")
    size = params.max_results(asked, default=_PAGE, lowest=1, highest=_LARGEST_PAGE)
    shown = _comment_maker(asked)
    if params.one_filter(asked, ("id", "parentId")) == "id":
        found = [pair for comment_id in params.ids(asked) for pair in _comment(world, comment_id)]
        return resources.listing("commentListResponse", [_alone(world, *pair, parts, shown) for pair in found])
    thread = world.corpus.comments.threads.get(asked["parentId"])
    if thread is None:
        raise errors.comment_not_found("parentId")
    here = page("comments.list", asked, thread.replies, size)
    items = [_alone(world, thread, reply, parts, shown) for reply in here.rows]
    return resources.listing("commentListResponse", items, **_next(here), pageInfo={"resultsPerPage": size})


def _next(here: Page[Any]) -> dict[str, str]:
    """The token of the next page alone: comments cannot be paged back."""
    return {name: token for name, token in here.tokens.items() if name == "nextPageToken"}


def _threads(world: World, asked: Params) -> Sequence[Thread]:
    by = params.one_filter(asked, ("videoId", "id", "allThreadsRelatedToChannelId"))
    comments = world.corpus.comments
    if by == "id":
        return [comments.threads[thread_id] for thread_id in params.ids(asked) if thread_id in comments.threads]
    found = _of_video(world, asked[by]) if by == "videoId" else _of_channel(world, asked[by])
    words = tuple(fold(asked.get("searchTerms", "")).split())
    if words:
        found = [thread for thread in found if matches(fold(_text(thread.comment)), words)]
    if asked.get("order") == "relevance":
        return sorted(found, key=lambda thread: (-_weight(thread), -thread.published, thread.id))
    return found


def _of_video(world: World, video_id: str) -> Sequence[Thread]:
    video = world.corpus.videos.get(video_id)
    if video is None:
        raise errors.video_not_found("commentThread", "commentThreads/list")
    if _disabled(video):
        raise errors.comments_disabled()
    return world.corpus.comments.by_video.get(video_id, ())


def _of_channel(world: World, channel_id: str) -> Sequence[Thread]:
    if channel_id not in world.corpus.channels:
        raise errors.comment_channel_not_found()
    videos = world.corpus.uploads.get(uploads_id(channel_id), ())
    by_video = world.corpus.comments.by_video
    open_ids = [video["id"] for video in videos if not _disabled(video)]
    return newest_first(thread for video_id in open_ids for thread in by_video.get(video_id, ()))


def _disabled(video: Resource) -> bool:
    """Whether comments are turned off: the video has counters, but none of comments."""
    return "statistics" in video and "commentCount" not in video["statistics"]


def _weight(thread: Thread) -> int:
    return int(thread.comment["snippet"].get("likeCount", 0)) + 2 * len(thread.replies)


def _text(comment: Resource) -> str:
    snippet = comment["snippet"]
    return str(snippet.get("textOriginal", snippet.get("textDisplay", "")))


def _comment(world: World, comment_id: str) -> list[tuple[Thread, Resource]]:
    """The comment of an id with its thread; none where there is no such comment."""
    comments = world.corpus.comments
    if comment_id in comments.threads:
        thread = comments.threads[comment_id]
        return [(thread, thread.comment)]
    of_reply = comments.thread_of_reply.get(comment_id)
    return [(of_reply, reply) for reply in of_reply.replies if reply["id"] == comment_id] if of_reply else []


def _owner(world: World, thread: Thread) -> dict[str, str]:
    """The channel and the video that a thread is about."""
    video = world.corpus.videos.get(thread.video_id, {"snippet": {}})
    channel_id = video["snippet"].get("channelId")
    return ({"channelId": channel_id} if channel_id else {}) | {"videoId": thread.video_id}


def _comment_maker(asked: Params) -> _Shown:
    """How a comment is shown with the text format that the call asks for."""
    plain = asked.get("textFormat") == "plainText"

    def shown(comment: Resource, about: Mapping[str, str]) -> dict[str, Any]:
        own = comment["snippet"]
        text = _text(comment)
        display = text if plain else own.get("textDisplay") or as_html(text, about.get("videoId", ""))
        standard = {"canRate": True, "viewerRating": "none", "likeCount": 0, "updatedAt": own["publishedAt"]}
        snippet = {**about, **standard, **own, "textDisplay": display, "textOriginal": text}
        return resources.with_parts({**comment, "snippet": snippet}, "comment", {"snippet"})

    return shown


def _thread(thread: Thread, about: Mapping[str, str], parts: frozenset[str], shown: _Shown) -> dict[str, Any]:
    snippet = {
        "canReply": True,
        "isPublic": True,
        **about,
        **thread.snippet,
        "topLevelComment": shown(thread.comment, about),
        "totalReplyCount": len(thread.replies),
    }
    whole: dict[str, Any] = {"id": thread.id, "snippet": snippet}
    if thread.replies and "replies" in parts:
        inline = [shown(reply, {**about, "parentId": thread.id}) for reply in thread.replies[:_INLINE_REPLIES]]
        whole["replies"] = {"comments": inline}
    return resources.with_parts(whole, "commentThread", parts)


def _alone(world: World, thread: Thread, comment: Resource, parts: frozenset[str], shown: _Shown) -> dict[str, Any]:
    """A comment outside its thread: without `videoId`."""
    parent = {} if comment is thread.comment else {"parentId": thread.id}
    whole = shown(comment, _owner(world, thread) | parent)
    del whole["snippet"]["videoId"]
    return resources.with_parts(whole, "comment", parts)
