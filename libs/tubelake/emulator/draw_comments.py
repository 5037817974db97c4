"""The comments under synthetic videos: threads with all their replies, drawn from a seeded source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from tubelake.emulator import vocabulary
from tubelake.emulator.comment_phrases import COMMENTS, REPLIES
from tubelake.emulator.draw_video import identifier, rfc3339
from tubelake.emulator.entries import Resource

_NOBODY_WRITES_AFTER = datetime(2026, 11, 20, tzinfo=UTC)
_FEWEST_AUTHORS = 50
_MOST_LIKES = 900_000
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_PICTURE = "https://yt3.ggpht.com/ytc/{}=s48-c-k-c0x00ffffff-no-rj"


@dataclass(frozen=True)
class Author:
    """Who writes: a channel's id and handle."""

    channel_id: str
    handle: str


@dataclass(frozen=True)
class Crowd:
    """All who write, and the running total of how much each of them does."""

    authors: Sequence[Author]
    totals: Sequence[float]


def comments(videos: Sequence[Resource], seed: int) -> Iterator[dict[str, Any]]:
    """All threads under `videos`: under each as many comments, replies included, as its `commentCount` says."""
    # A source of its own: the videos of a seed stay the same when comments change.
    random = Random(f"comments {seed}")
    crowd = _crowd(random, 2 * len(videos))
    for video in videos:
        yield from _threads(random, video, crowd)


def _crowd(random: Random, wanted: int) -> Crowd:
    """Authors of whom the n-th most active one writes 1/n as much as the first."""
    size = max(_FEWEST_AUTHORS, wanted)
    names = vocabulary.WORDS["en"]
    authors = [
        Author("UC" + identifier(random, 22), f"@{random.choice(names)}{random.choice(names)}{number}")
        for number in range(size)
    ]
    return Crowd(authors, list(accumulate(1 / rank for rank in range(1, size + 1))))


def _threads(random: Random, video: Resource, crowd: Crowd) -> Iterator[dict[str, Any]]:
    """The threads of a video; a hidden `commentCount` gives none."""
    left = int(video.get("statistics", {}).get("commentCount", 0))
    start = datetime.fromisoformat(video["snippet"]["publishedAt"])
    while left > 0:
        replies = min(left - 1, _reply_count(random))
        left -= 1 + replies
        yield _thread(random, video, start, crowd, replies)


def _reply_count(random: Random) -> int:
    """Mostly none, now and then a quarrel: 4 % of threads have 6 to 45 replies."""
    few, quarrel = (1, 5), (6, 45)
    kind = random.random()
    if kind < 0.7:
        return 0
    return random.randint(*(quarrel if kind > 0.96 else few))


def _thread(random: Random, video: Resource, start: datetime, crowd: Crowd, replies: int) -> dict[str, Any]:
    thread_id = f"Ug{identifier(random, 17)}4AaABAg"
    about = {"channelId": video["snippet"]["channelId"], "videoId": video["id"]}
    at = _later(random, start, 20 * _DAY)
    language = _language(random, video)
    first = _comment(random, (thread_id, _pick(random, crowd), at), _text(random, COMMENTS[language], language))
    thread: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "id": thread_id,
        "snippet": about
        | {"topLevelComment": _with(first, about), "canReply": True, "totalReplyCount": replies, "isPublic": True},
    }
    if replies:
        made = _replies(random, (thread_id, at, language), crowd, replies)
        thread["replies"] = {"comments": [_with(reply, about | {"parentId": thread_id}) for reply in made]}
    return thread


def _replies(random: Random, thread: tuple[str, datetime, str], crowd: Crowd, count: int) -> Iterator[dict[str, Any]]:
    """Replies to a thread (its id, time and language) by a few people who talk to each other."""
    thread_id, at, language = thread
    people = [_pick(random, crowd) for _ in range(1 + count // 3)]
    for _ in range(count):
        text = _text(random, REPLIES[language], language)
        if random.random() < 0.3:
            text = f"{random.choice(people).handle} {text}"
        reply_id = f"{thread_id}.{identifier(random, 22)}"
        yield _comment(random, (reply_id, random.choice(people), _later(random, at, 6 * _HOUR)), text)


def _comment(random: Random, facts: tuple[str, Author, datetime], text: str) -> dict[str, Any]:
    """A comment of which `facts` are the id, the author and the time; 5 % were edited later."""
    comment_id, author, at = facts
    edited = random.random() < 0.05
    snippet = {
        "textOriginal": text,
        "authorDisplayName": author.handle,
        "authorProfileImageUrl": _PICTURE.format(author.channel_id),
        "authorChannelUrl": f"http://www.youtube.com/{author.handle}",
        "authorChannelId": {"value": author.channel_id},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": min(_MOST_LIKES, int(random.paretovariate(0.8)) - 1),
        "publishedAt": rfc3339(at),
        "updatedAt": rfc3339(_later(random, at, 30 * _MINUTE) if edited else at),
    }
    return {"kind": "youtube#comment", "id": comment_id, "snippet": snippet}


def _with(comment: dict[str, Any], about: dict[str, str]) -> dict[str, Any]:
    return comment | {"snippet": about | comment["snippet"]}


def _pick(random: Random, crowd: Crowd) -> Author:
    return random.choices(crowd.authors, cum_weights=crowd.totals)[0]


def _later(random: Random, moment: datetime, typical: int) -> datetime:
    """A time after `moment`, typically by `typical` seconds, sometimes by very much more."""
    left = int((_NOBODY_WRITES_AFTER - moment).total_seconds())
    delay = int(typical * random.lognormvariate(0, 1.5))
    return moment + timedelta(seconds=1 + (delay if delay < left else random.randrange(max(1, left))))


def _language(random: Random, video: Resource) -> str:
    """The video's own language where it tells one, in three of four comments."""
    own = video["snippet"].get("defaultAudioLanguage")
    if own in COMMENTS and random.random() < 0.75:
        return str(own)
    return random.choices(tuple(vocabulary.LANGUAGE_WEIGHTS), tuple(vocabulary.LANGUAGE_WEIGHTS.values()))[0]


def _text(random: Random, phrases: Sequence[str], language: str) -> str:
    time = f"{random.randint(0, 12)}:{random.randint(0, 59):02d}"
    words = vocabulary.WORDS[language]
    text = random.choice(phrases).replace("{time}", time)
    while "{word}" in text:
        text = text.replace("{word}", random.choice(words), 1)
    return text
