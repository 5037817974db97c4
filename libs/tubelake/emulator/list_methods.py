"""The list methods beside search: videos, statistics, channels, playlists, their items, categories."""

import base64
import re
from collections.abc import Sequence
from typing import Any

from tubelake.emulator import errors, params, resources
from tubelake.emulator.charts import ALL_CATEGORIES
from tubelake.emulator.chats import as_it_is_now
from tubelake.emulator.entries import Resource
from tubelake.emulator.paging import page
from tubelake.emulator.params import Params
from tubelake.emulator.world import World

_REGION = re.compile("[A-Z]{2}")


def videos_list(world: World, asked: Params) -> dict[str, Any]:
    """The videos of up to 50 ids, unknown ones silently missing, or a page of a chart."""
    parts = params.parts(asked, "Video")
    size = params.max_results(asked, lowest=1)
    if params.one_filter(asked, ("id", "chart")) == "chart":
        chart = _chart(world, asked)
        return _paged(("videos.list", "video", "videoListResponse"), asked, chart, parts, size)
    videos = world.corpus.videos
    found = [videos[video_id] for video_id in params.ids(asked) if video_id in videos]
    items = [resources.with_parts(as_it_is_now(world.corpus, world.stage, each), "video", parts) for each in found]
    about = {"totalResults": len(items), "resultsPerPage": len(items)}
    return resources.listing("videoListResponse", items, pageInfo=about)


def batch_get_stats(world: World, asked: Params) -> dict[str, Any]:
    """The statistics of up to 50 ids, unknown ones silently missing."""
    parts = params.parts(asked, "VideoStat")
    params.one_filter(asked, ("id",))
    videos = world.corpus.videos
    items = [resources.video_stat(videos[video_id], parts) for video_id in params.ids(asked) if video_id in videos]
    return resources.listing("batchGetStatsResponse", items)


def channels_list(world: World, asked: Params) -> dict[str, Any]:
    """A page of the channels asked for; where there are none the answer has no `items`, as in reality."""
    parts = params.parts(asked, "Channel")
    size = params.max_results(asked)
    by = params.one_filter(asked, ("id", "forHandle", "forUsername"))
    found = params.ids(asked) if by == "id" else _named(world, asked[by])
    known = world.corpus.channels
    channels = [known[channel_id] for channel_id in found if channel_id in known]
    answer = _paged(("channels.list", "channel", "channelListResponse"), asked, channels, parts, size)
    return answer if channels else {name: value for name, value in answer.items() if name != "items"}


def playlists_list(world: World, asked: Params) -> dict[str, Any]:
    """A page of the playlists asked for by id, or of those of a channel; an unknown channel is 404."""
    parts = params.parts(asked, "Playlist")
    size = params.max_results(asked)
    if params.one_filter(asked, ("id", "channelId")) == "id":
        playlists = world.corpus.playlists
        found = [playlists[playlist_id] for playlist_id in params.ids(asked) if playlist_id in playlists]
    else:
        found = _playlists_of(world, asked["channelId"])
    return _paged(("playlists.list", "playlist", "playlistListResponse"), asked, found, parts, size)


def playlist_items_list(world: World, asked: Params) -> dict[str, Any]:
    """A page of a playlist. Uploads run newest first and stop at the cap; an unknown playlist is 404."""
    parts = params.parts(asked, "PlaylistItem")
    size = params.max_results(asked)
    if params.one_filter(asked, ("playlistId", "id")) == "id":
        chosen = [item for item_id in params.ids(asked) for item in _item_by_id(world, item_id)]
        return _answer("playlistItemListResponse", _shown(chosen, parts), len(chosen), size, {})
    playlist_id = asked["playlistId"]
    rows = _rows(world, playlist_id)
    if asked.get("videoId"):
        rows = [row for row in rows if _video_id(row[1]) == asked["videoId"]]
    here = page("playlistItems.list", asked, rows, size)
    items = [_item(playlist_id, position, resource) for position, resource in here.rows]
    return _answer("playlistItemListResponse", _shown(items, parts), len(rows), size, here.tokens)


def video_categories_list(world: World, asked: Params) -> dict[str, Any]:
    """The categories of a region (every region has the same), or those asked for by id."""
    parts = params.parts(asked, "VideoCategory")
    table = world.corpus.categories
    by_id = params.one_filter(asked, ("regionCode", "id")) == "id"
    wanted = params.ids(asked) if by_id else tuple(table)
    found = [table[number] for number in wanted if number in table]
    items = [resources.with_parts(category, "videoCategory", parts) for category in found]
    return resources.listing("videoCategoryListResponse", items)


def _paged(
    names: tuple[str, str, str], asked: Params, found: Sequence[Resource], parts: frozenset[str], size: int
) -> dict[str, Any]:
    """A page of `found`; `names` are the method, the kind of an item and the kind of the answer."""
    method, kind, answer_kind = names
    here = page(method, asked, found, size)
    items = [resources.with_parts(resource, kind, parts) for resource in here.rows]
    return _answer(answer_kind, items, len(found), size, here.tokens)


def _answer(kind: str, items: Sequence[Resource], total: int, size: int, tokens: dict[str, str]) -> dict[str, Any]:
    return resources.listing(kind, items, pageInfo={"totalResults": total, "resultsPerPage": size}, **tokens)


def _chart(world: World, asked: Params) -> Sequence[Resource]:
    name = "regionCode"
    region = asked.get(name, "").upper()
    if region and not _REGION.fullmatch(region):
        raise errors.invalid_value(name, asked[name], "An ISO 3166-1 alpha-2 country code is expected.")
    return world.chart(region, asked.get("videoCategoryId") or ALL_CATEGORIES)


def _named(world: World, name: str) -> tuple[str, ...]:
    """The channel of a handle or user name; the corpus knows no user names but the handles."""
    channel_id = world.corpus.channels_by_handle.get(name.lstrip("@").casefold())
    return (channel_id,) if channel_id else ()


def _playlists_of(world: World, channel_id: str) -> list[Resource]:
    if channel_id not in world.corpus.channels:
        message = "The channel specified in the <code>channelId</code> parameter cannot be found."
        raise errors.ApiError(404, "channelNotFound", message, domain="youtube.playlist", location="channelId")
    return [entry.resource for entry in world.corpus.entries["playlist"] if entry.channel_id == channel_id]


def _rows(world: World, playlist_id: str) -> list[tuple[int, Resource]]:
    """What is in a playlist, with positions: the videos of an uploads playlist, the items of another."""
    corpus = world.corpus
    if playlist_id in corpus.uploads:
        return list(enumerate(corpus.uploads[playlist_id][: world.options.uploads_cap]))
    if playlist_id in corpus.playlists or playlist_id in corpus.playlist_items:
        return list(enumerate(corpus.playlist_items.get(playlist_id, ())))
    message = "The playlist identified with the request's <code>playlistId</code> parameter cannot be found."
    domain = "youtube.playlistItem"
    raise errors.ApiError(404, "playlistNotFound", message, domain=domain, location="playlistId")


def _video_id(resource: Resource) -> Any:
    return resource["snippet"].get("resourceId", {}).get("videoId", resource["id"])


def _item(playlist_id: str, position: int, resource: Resource) -> Resource:
    if "resourceId" in resource["snippet"]:
        return resource
    return resources.playlist_item(resource, playlist_id, position)


def _shown(items: Sequence[Resource], parts: frozenset[str]) -> list[dict[str, Any]]:
    return [resources.with_parts(item, "playlistItem", parts) for item in items]


def _item_by_id(world: World, item_id: str) -> list[Resource]:
    """The item of an id that an earlier page gave; an id from elsewhere finds none."""
    try:
        decoded = base64.urlsafe_b64decode(item_id + "=" * (-len(item_id) % 4)).decode()
        playlist_id = decoded.rpartition(".")[0]
        rows = _rows(world, playlist_id)
    except (ValueError, errors.ApiError):
        rows = [row for items in world.corpus.playlist_items.values() for row in enumerate(items)]
        playlist_id = ""
    items = (_item(playlist_id, position, resource) for position, resource in rows)
    return [item for item in items if item["id"] == item_id]
