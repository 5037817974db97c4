"""The table of methods that the emulator answers: path, quota bucket, price, and who answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tubelake.emulator import list_methods
from tubelake.emulator.params import Params
from tubelake.emulator.search_method import search_list
from tubelake.emulator.world import World


@dataclass(frozen=True)
class Method:
    """One API method; `answer` gives the JSON of a good call and raises `ApiError` for a bad one."""

    name: str
    path: str
    bucket: str
    cost: int
    answer: Callable[[World, Params], dict[str, Any]]


METHODS = (
    Method("search.list", "search", "search", 1, search_list),
    Method("videos.list", "videos", "common", 1, list_methods.videos_list),
    Method("videos.batchGetStats", "videos:batchGetStats", "stats", 1, list_methods.batch_get_stats),
    Method("channels.list", "channels", "common", 1, list_methods.channels_list),
    Method("playlists.list", "playlists", "common", 1, list_methods.playlists_list),
    Method("playlistItems.list", "playlistItems", "common", 1, list_methods.playlist_items_list),
    Method("videoCategories.list", "videoCategories", "common", 1, list_methods.video_categories_list),
)
