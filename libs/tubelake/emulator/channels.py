"""Channel resources made from what the videos say, for a corpus that does not bring its own."""

from collections.abc import Iterable, Mapping

from tubelake.emulator.entries import Resource, counter

_PICTURE_SIDES = {"default": 88, "medium": 240, "high": 800}


def uploads_id(channel_id: str) -> str:
    """The playlist of all uploads of a channel."""
    return "UU" + channel_id[2:]


def channel(channel_id: str, title: str, published_at: str, statistics: Mapping[str, object]) -> Resource:
    """One `channel` resource with the parts that the emulator knows."""
    picture = f"https://yt3.ggpht.com/{channel_id}"
    pictures = {
        name: {"url": f"{picture}=s{side}", "width": side, "height": side} for name, side in _PICTURE_SIDES.items()
    }
    return {
        "kind": "youtube#channel",
        "id": channel_id,
        "snippet": {
            "title": title,
            "description": "",
            "publishedAt": published_at,
            "thumbnails": pictures,
            "localized": {"title": title, "description": ""},
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_id(channel_id)}},
        "statistics": dict(statistics),
    }


def derived_channels(newest_first: Iterable[Resource], known: Mapping[str, Resource]) -> dict[str, Resource]:
    """A channel for every `channelId` of the videos that `known` lacks, as old as its oldest video."""
    videos_by_channel: dict[str, list[Resource]] = {}
    for video in newest_first:
        channel_id = video["snippet"].get("channelId")
        if channel_id and channel_id not in known:
            videos_by_channel.setdefault(channel_id, []).append(video)
    return {channel_id: _derived(channel_id, videos) for channel_id, videos in videos_by_channel.items()}


def _derived(channel_id: str, newest_first: list[Resource]) -> Resource:
    statistics = {
        "viewCount": str(sum(counter(video, "viewCount") for video in newest_first)),
        "hiddenSubscriberCount": True,
        "videoCount": str(len(newest_first)),
    }
    title = newest_first[0]["snippet"].get("channelTitle", "")
    return channel(channel_id, title, newest_first[-1]["snippet"]["publishedAt"], statistics)
