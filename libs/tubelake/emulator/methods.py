"""The table of methods that the emulator answers: path, quota bucket, price, and who answers."""

from collections.abc import Callable
from dataclasses import dataclass

from tubelake.emulator import caption_methods, chat_methods, comment_methods, list_methods
from tubelake.emulator.params import Params
from tubelake.emulator.replies import Answer
from tubelake.emulator.search_method import search_list
from tubelake.emulator.world import World


@dataclass(frozen=True)
class Method:
    """One API method; `answer` gives the JSON or file of a good call and raises `ApiError` for a bad one.

    Where there is an `authorize` a key is not enough: it gets the channel whose owner calls and raises `ApiError`
    for a call that this owner may not make.
    """

    name: str
    path: str
    bucket: str
    cost: int
    answer: Callable[[World, Params], Answer]
    authorize: Callable[[World, Params, str], None] | None = None


METHODS = (
    Method("search.list", "search", "search", 1, search_list),
    Method("videos.list", "videos", "common", 1, list_methods.videos_list),
    Method("videos.batchGetStats", "videos:batchGetStats", "stats", 1, list_methods.batch_get_stats),
    Method("channels.list", "channels", "common", 1, list_methods.channels_list),
    Method("playlists.list", "playlists", "common", 1, list_methods.playlists_list),
    Method("playlistItems.list", "playlistItems", "common", 1, list_methods.playlist_items_list),
    Method("videoCategories.list", "videoCategories", "common", 1, list_methods.video_categories_list),
    Method("commentThreads.list", "commentThreads", "common", 1, comment_methods.comment_threads_list),
    Method("comments.list", "comments", "common", 1, comment_methods.comments_list),
    Method(chat_methods.METHOD, "liveChat/messages", "common", 5, chat_methods.live_chat_messages_list),
    Method("captions.list", "captions", "common", 50, caption_methods.captions_list, caption_methods.may_list),
    Method(
        "captions.download",
        "captions/{id}",
        "common",
        200,
        caption_methods.captions_download,
        caption_methods.may_download,
    ),
)
