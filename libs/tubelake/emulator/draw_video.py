"""One synthetic `video` resource: what a person sees of it and what it counts, drawn from a seeded source."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tubelake.emulator import vocabulary
from tubelake.emulator.recipes import SIZES

ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NEW_PICTURES_SINCE = datetime(2026, 9, 11, tzinfo=UTC)
# What the API calls the sizes of a thumbnail.
_PICTURES = ("default", "medium", "high", "standard", "maxres", "fhd", "qhd", "uhd")
_ALWAYS, _STANDARD, _MAXRES = 3, 4, 5
_CATEGORIES = ("10", "20", "22", "24", "26", "27", "28", "1", "17", "25")
_MOST_VIEWS = 15_000_000_000
_MOST_COMMENTS = 2_000
# YouTube takes 100 characters; the rest is room for a planted keyword.
_LONGEST_TITLE = 75


@dataclass(frozen=True)
class Words:
    """The words and shapes that texts may use, and how often each language speaks."""

    by_language: Mapping[str, Sequence[str]]
    languages: Sequence[str]
    weights: Sequence[int]
    title_shapes: Sequence[str]
    line_shapes: Sequence[str]


@dataclass(frozen=True)
class Maker:
    """Who uploads: a channel's id and title."""

    channel_id: str
    title: str


def identifier(random: Random, length: int) -> str:
    """A random id of `length` letters as YouTube's are."""
    return "".join(random.choices(ID_LETTERS, k=length))


def rfc3339(moment: datetime) -> str:
    """`moment` as the API writes it, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def video(random: Random, video_id: str, maker: Maker, published: datetime, words: Words) -> dict[str, Any]:
    """A whole `video` resource without any planted keyword."""
    broadcast = random.choices(("none", "live", "upcoming"), (978, 12, 10))[0]
    views = view_count(random) if broadcast != "upcoming" else 0
    resource: dict[str, Any] = {
        "kind": "youtube#video",
        "id": video_id,
        "snippet": _snippet(random, video_id, maker, published, words) | {"liveBroadcastContent": broadcast},
        "contentDetails": _content_details(random, broadcast),
        "status": _status(random),
        "statistics": _statistics(random, views),
    }
    if random.random() < 0.01:
        del resource["statistics"]
    if random.random() < 0.3:
        topics = random.sample(vocabulary.TOPICS, random.randint(1, 2))
        pages = [f"https://en.wikipedia.org/wiki/{topic}" for topic in topics]
        resource["topicDetails"] = {"topicCategories": pages}
    if broadcast != "none" or random.random() < 0.03:
        resource["liveStreamingDetails"] = _live_details(random, broadcast, published)
    return resource


def phrase(random: Random, words: Sequence[str], most: int = 4) -> str:
    """One to `most` words in a row."""
    return " ".join(random.choices(words, k=random.randint(1, most)))


def view_count(random: Random) -> int:
    """A long-tailed count: log-normal, with a Pareto tail of hits."""
    if random.random() < 0.03:
        return min(_MOST_VIEWS, int(100_000 * random.paretovariate(0.9)))
    return int(random.lognormvariate(7.5, 2.2))


def iso_duration(seconds: int) -> str:
    """`seconds` as YouTube writes durations: days apart, no leading zeros, PT0S for nothing."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    date = f"{day}D" if day else ""
    time = "".join(f"{amount}{unit}" for amount, unit in ((hour, "H"), (minute, "M"), (second, "S")) if amount)
    return f"P{date}T{time}" if time else f"P{date or 'T0S'}"


def _snippet(random: Random, video_id: str, maker: Maker, published: datetime, words: Words) -> dict[str, Any]:
    language = random.choices(words.languages, words.weights)[0]
    own = words.by_language[language]
    title = _filled(random, random.choice(words.title_shapes), own)[:_LONGEST_TITLE]
    lines = random.choices(words.line_shapes, k=random.randint(0, 5))
    description = "\n".join(_filled(random, line, own) for line in lines)
    snippet: dict[str, Any] = {
        "publishedAt": rfc3339(published),
        "channelId": maker.channel_id,
        "title": title,
        "description": description,
        "thumbnails": _thumbnails(random, video_id, published),
        "channelTitle": maker.title,
        "categoryId": random.choice(_CATEGORIES),
        "localized": {"title": title, "description": description},
    }
    if random.random() < 0.7:
        snippet["tags"] = list(dict.fromkeys(phrase(random, own, 2) for _ in range(random.randint(1, 8))))
    if random.random() < 0.4:
        snippet["defaultLanguage"] = language
    if random.random() < 0.6:
        snippet["defaultAudioLanguage"] = language
    return snippet


def _filled(random: Random, shape: str, words: Sequence[str]) -> str:
    return shape.format(*(phrase(random, words) for _ in range(shape.count("{}"))))


def _thumbnails(random: Random, video_id: str, published: datetime) -> dict[str, Any]:
    sizes = random.choices((_ALWAYS, _STANDARD, _MAXRES), (20, 20, 60))[0]
    if sizes == _MAXRES and published >= NEW_PICTURES_SINCE:
        sizes = random.randint(_MAXRES, len(_PICTURES))
    return {
        name: {"url": f"https://i.ytimg.com/vi/{video_id}/{file}.jpg", "width": width, "height": height}
        for name, (file, (width, height)) in zip(_PICTURES[:sizes], SIZES.items(), strict=False)
    }


def _content_details(random: Random, broadcast: str) -> dict[str, Any]:
    return {
        "duration": iso_duration(_seconds(random) if broadcast == "none" else 0),
        "dimension": "3d" if random.random() < 0.01 else "2d",
        "definition": "hd" if random.random() < 0.85 else "sd",
        "caption": "true" if random.random() < 0.3 and broadcast == "none" else "false",
        "licensedContent": random.random() < 0.5,
        "contentRating": {},
        "projection": "rectangular",
    }


def _seconds(random: Random) -> int:
    """Shorts, ordinary videos, long ones, and now and then a stream of more than a day."""
    lowest, highest = random.choices(((5, 60), (60, 1_300), (1_200, 14_400), (86_400, 300_000)), (250, 600, 145, 5))[0]
    return round(math.exp(random.uniform(math.log(lowest), math.log(highest))))


def _status(random: Random) -> dict[str, Any]:
    return {
        "uploadStatus": "processed",
        "privacyStatus": "public",
        "license": "creativeCommon" if random.random() < 0.03 else "youtube",
        "embeddable": random.random() < 0.95,
        "publicStatsViewable": random.random() < 0.9,
        "madeForKids": random.random() < 0.04,
    }


def _statistics(random: Random, views: int) -> dict[str, str]:
    """Counters as strings; each may be hidden by itself."""
    likes = int(views * min(0.2, random.lognormvariate(-3.6, 0.6)))
    comments = _comment_count(int(likes * min(1.0, random.lognormvariate(-2.5, 0.8))))
    hidden = {"viewCount": 0.005, "likeCount": 0.04, "commentCount": 0.04}
    counters = {"viewCount": views, "likeCount": likes, "commentCount": comments}
    shown = {name: str(count) for name, count in counters.items() if random.random() >= hidden[name]}
    return shown | {"favoriteCount": "0"}


def _comment_count(plausible: int) -> int:
    """Fewer comments than are plausible, because every one that is counted is also written."""
    return min(_MOST_COMMENTS, round(math.sqrt(plausible)))


def _live_details(random: Random, broadcast: str, published: datetime) -> dict[str, str]:
    start = published + timedelta(minutes=random.randint(0, 600))
    if broadcast == "upcoming":
        return {"scheduledStartTime": rfc3339(start)}
    details = {"actualStartTime": rfc3339(start), "scheduledStartTime": rfc3339(published)}
    if broadcast == "none":
        return details | {"actualEndTime": rfc3339(start + timedelta(minutes=random.randint(10, 600)))}
    viewers = str(random.randint(1, 90_000))
    return details | {"concurrentViewers": viewers, "activeLiveChatId": identifier(random, 40)}
