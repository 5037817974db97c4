"""A made-up YouTube of any size whose truth is known: the same seed gives the same bytes."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tubelake.emulator import vocabulary
from tubelake.emulator.categories import standard_categories
from tubelake.emulator.channels import channel
from tubelake.emulator.corpus import (
    CATEGORIES_FILE,
    CHANNELS_FILE,
    CHAT_FILE,
    COMMENTS_FILE,
    STREAMS_FILE,
    THUMBNAILS_FILE,
    TRANSCRIPTS_FILE,
    VIDEOS_FILE,
)
from tubelake.emulator.draw_chat import chat_messages
from tubelake.emulator.draw_comments import comments
from tubelake.emulator.draw_thumbnails import recipes
from tubelake.emulator.draw_transcripts import Talk, caption_tracks, talks, topic_segments
from tubelake.emulator.draw_video import Maker, Words, identifier, phrase, rfc3339, video
from tubelake.emulator.entries import Resource, counter, fold
from tubelake.emulator.search import matches as text_matches

GENERATOR_VERSION = 4
TRUTH_FILE = "corpus.yml"
SEGMENTS_FILE = "segments.jsonl"
_EXTRAS = (COMMENTS_FILE, TRANSCRIPTS_FILE, SEGMENTS_FILE, THUMBNAILS_FILE, CHAT_FILE, STREAMS_FILE)
DEFAULT_KEYWORDS = ("lofi", "cooking", "review")
# The share of the videos that match the first keyword, the second, and so on; the last is for all others.
_DEFAULT_SHARES = (0.10, 0.20, 0.05)
_FIRST_DAY = datetime(2006, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
_VIDEOS_A_CHANNEL = 40
# How a burst of uploads is spread, in seconds: a moment, an hour, a day, a week.
_SPREADS = (0, 3_600, 86_400, 604_800)
# More than a search can page through must never share one second: no window could part them.
_MOST_AT_ONCE = 20


def make_corpus(
    folder: Path,
    videos: int,
    seed: int,
    keywords: Sequence[str] = DEFAULT_KEYWORDS,
    *,
    matches: Mapping[str, int] | None = None,
    extras: bool = True,
) -> dict[str, int]:
    """Write a corpus into `folder` and give the number of videos that match each keyword.

    `matches` says exactly how many videos match a keyword, of `keywords` or another; the others get about a
    default share. The truth is also in `corpus.yml`. A number that cannot be had is a ValueError. Without `extras`
    there are only videos and channels: no comments, transcripts, thumbnails and live chats.
    """
    asked = dict(matches or {})
    wanted = _wanted(videos, keywords, asked)
    random = Random(seed)
    makers = _makers(random, max(3, videos // _VIDEOS_A_CHANNEL))
    made = _videos(random, videos, makers, _words(wanted))
    for keyword, count in wanted.items():
        _plant(random, keyword, random.sample(made, count))
    truth = count_matches(made, wanted)
    _check_truth(truth, asked)
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / VIDEOS_FILE, made)
    _write_lines(folder / CHANNELS_FILE, _channels(random, makers, made))
    _write_lines(folder / CATEGORIES_FILE, standard_categories())
    for name in _EXTRAS:
        (folder / name).unlink(missing_ok=True)
    counts = _write_extras(folder, made, seed) if extras else {}
    _write_truth(folder, {"videos": videos, "seed": seed, "matches": truth, **counts})
    return truth


def count_matches(videos: Iterable[Resource], keywords: Iterable[str]) -> dict[str, int]:
    """How many videos match each keyword by the rule of search."""
    needles = {keyword: tuple(fold(keyword).split()) for keyword in keywords}
    counts: dict[str, int] = dict.fromkeys(needles, 0)
    for item in videos:
        snippet = item["snippet"]
        text = fold("\n".join([snippet["title"], snippet["description"], *snippet.get("tags", [])]))
        for keyword, words in needles.items():
            counts[keyword] += text_matches(text, words)
    return counts


def _wanted(videos: int, keywords: Sequence[str], matches: Mapping[str, int]) -> dict[str, int]:
    shares = [*_DEFAULT_SHARES, *[_DEFAULT_SHARES[-1]] * len(keywords)]
    wanted = {keyword: round(videos * share) for keyword, share in zip(keywords, shares, strict=False)}
    wanted |= matches
    for keyword, count in wanted.items():
        if not keyword.strip() or not 0 <= count <= videos:
            msg = f"keyword {keyword!r} cannot match {count} of {videos} videos"
            raise ValueError(msg)
    return wanted


def _check_truth(truth: Mapping[str, int], wanted: Mapping[str, int]) -> None:
    for keyword, count in wanted.items():
        if count != truth[keyword]:
            msg = f"keyword {keyword!r} is part of other texts: {truth[keyword]} videos match it, not {count}"
            raise ValueError(msg)


def _words(keywords: Iterable[str]) -> Words:
    """The vocabulary without what would match a keyword by chance."""
    needles = [word for keyword in keywords for word in fold(keyword).split()]

    def harmless(texts: Iterable[str]) -> list[str]:
        return [text for text in texts if not any(needle in fold(text) for needle in needles)]

    kept = {language: harmless(words) for language, words in vocabulary.WORDS.items()}
    spoken = [language for language, words in kept.items() if words]
    return Words(
        by_language=kept,
        languages=spoken,
        weights=[vocabulary.LANGUAGE_WEIGHTS[language] for language in spoken],
        title_shapes=harmless(vocabulary.TITLE_SHAPES) or ["{}"],
        line_shapes=harmless(vocabulary.LINE_SHAPES) or ["{}"],
    )


def _makers(random: Random, count: int) -> list[Maker]:
    names = vocabulary.WORDS["en"]
    titles = [f"{phrase(random, names, 2).title()} {number}" for number in range(count)]
    return [Maker("UC" + identifier(random, 22), title) for title in titles]


def _videos(random: Random, count: int, makers: Sequence[Maker], words: Words) -> list[dict[str, Any]]:
    # A few channels upload most: the weight of the n-th is 1/n.
    weights = [1 / rank for rank in range(1, len(makers) + 1)]
    chosen = random.choices(makers, weights, k=count)
    ids: dict[str, None] = {}
    while len(ids) < count:
        ids[identifier(random, 11)] = None
    rows = zip(ids, chosen, _upload_times(random, count), strict=True)
    return [video(random, video_id, maker, published, words) for video_id, maker, published in rows]


def _upload_times(random: Random, count: int) -> list[datetime]:
    """Times in bursts, more of them in later years; one day has 6 % of all uploads."""
    span = int((_LAST_DAY - _FIRST_DAY).total_seconds()) - max(_SPREADS)
    sizes = _burst_sizes(random, count)
    times: list[int] = []
    for size, spread in sizes:
        start = int(span * random.betavariate(2.5, 1.2))
        times += [start + (random.randrange(spread) if spread else 0) for _ in range(size)]
    return [_FIRST_DAY + timedelta(seconds=second) for second in times]


def _burst_sizes(random: Random, count: int) -> Iterator[tuple[int, int]]:
    """Sizes and spreads of bursts that add up to `count`."""
    biggest = max(1, count * 6 // 100)
    yield min(biggest, count), 86_400
    left = count - biggest
    while left > 0:
        spread = random.choices(_SPREADS, (10, 30, 30, 30))[0]
        size = min(left, biggest, int(random.paretovariate(0.9)), left if spread else _MOST_AT_ONCE)
        left -= size
        yield size, spread


def _plant(random: Random, keyword: str, chosen: Iterable[dict[str, Any]]) -> None:
    """Put `keyword` into each of the videos: title, description or a tag, in one of its spellings."""
    spellings = (keyword, keyword, keyword.title(), keyword.upper(), _wide(keyword))
    for item in chosen:
        snippet = item["snippet"]
        spelling = random.choice(spellings)
        place = random.choices(("title", "description", "tags"), (60, 25, 15))[0]
        if place == "tags":
            snippet["tags"] = [*snippet.get("tags", []), spelling]
            continue
        old = snippet[place]
        snippet[place] = f"{spelling} {old}" if random.random() < 0.5 else f"{old} {spelling}"
        snippet["localized"][place] = snippet[place]


def _wide(text: str) -> str:
    """`text` with its ASCII letters full-width, which the matching rule folds back."""
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
    return wide if unicodedata.normalize("NFKC", wide) == unicodedata.normalize("NFKC", text) else text


def _channels(random: Random, makers: Iterable[Maker], videos: Iterable[Resource]) -> Iterator[Resource]:
    owned: dict[str, list[Resource]] = {}
    for item in videos:
        owned.setdefault(item["snippet"]["channelId"], []).append(item)
    for maker in makers:
        own = owned.get(maker.channel_id, [])
        first = min((item["snippet"]["publishedAt"] for item in own), default=rfc3339(_FIRST_DAY))
        statistics: dict[str, object] = {
            "viewCount": str(sum(int(item.get("statistics", {}).get("viewCount", 0)) for item in own)),
            "subscriberCount": str(int(random.lognormvariate(8, 2.5))),
            "hiddenSubscriberCount": False,
            "videoCount": str(len(own)),
        }
        made = dict(channel(maker.channel_id, maker.title, first, statistics))
        handle = "@" + maker.title.lower().replace(" ", "")
        made["snippet"] |= {"customUrl": handle, "country": random.choice(vocabulary.COUNTRIES)}
        yield made


def _write_extras(folder: Path, videos: Sequence[Resource], seed: int) -> dict[str, dict[str, int]]:
    """Write what belongs to `videos`, and give how much of it there is."""
    threads = _write_lines(folder / COMMENTS_FILE, comments(videos, seed))
    said = list(talks(videos, seed))
    _write_lines(folder / TRANSCRIPTS_FILE, caption_tracks(said, seed))
    segments = _write_lines(folder / SEGMENTS_FILE, topic_segments(said))
    chat = _write_lines(folder / CHAT_FILE, chat_messages(videos, seed))
    pictures = list(recipes(videos, seed))
    _write_lines(folder / THUMBNAILS_FILE, pictures)
    return {
        "comments": _comment_truth(videos, threads),
        "transcripts": _transcript_truth(said) | {"segments": segments},
        "thumbnails": _thumbnail_truth(pictures),
        "chat": {"messages": chat},
    }


def _transcript_truth(said: Sequence[Talk]) -> dict[str, int]:
    """How many videos have captions, and how many tracks of each kind there are."""
    generated = [is_generated for talk in said for _, is_generated in talk.tracks]
    return {"videos": len(said), "manual": generated.count(False), "generated": generated.count(True)}


def _thumbnail_truth(pictures: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many videos have a picture, and how many words and faces are on them all."""
    on_them = {name: sum(len(picture[name]) for picture in pictures) for name in ("words", "faces")}
    return {"pictures": len(pictures), **on_them}


def _comment_truth(videos: Iterable[Resource], threads: int) -> dict[str, int]:
    """How many comments there are, and how many videos have them turned off."""
    statistics = [item["statistics"] for item in videos if "statistics" in item]
    written = sum(counter(item, "commentCount") for item in videos)
    disabled = sum("commentCount" not in counters for counters in statistics)
    return {"threads": threads, "replies": written - threads, "videos_disabled": disabled}


def _write_lines(path: Path, resources: Iterable[Resource]) -> int:
    """Write a line for each of `resources` and give their number."""
    number = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for resource in resources:
            number += 1
            file.write(json.dumps(resource, ensure_ascii=False, separators=(",", ":")) + "\n")
    return number


def _write_truth(folder: Path, truth: Mapping[str, Any]) -> None:
    described = {"generator_version": GENERATOR_VERSION, **truth}
    text = yaml.safe_dump(described, allow_unicode=True, sort_keys=True)
    (folder / TRUTH_FILE).write_text(text, encoding="utf-8")
