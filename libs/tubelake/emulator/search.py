"""Pure search: which resources a query finds, in which order.

The matching rule: text is NFKC-casefolded; a resource matches `q` when every whitespace-separated word of `q`
is a substring of its title, description or any tag (joined by newline). An empty or absent `q` matches
everything. There are no operators: `-word` and `one|two` are words like others.

`regionCode`, `relevanceLanguage`, `safeSearch`, `channelType` and `videoSyndicated` filter nothing. A
resource that does not tell what a filter asks about (no `contentDetails`, say) does not pass that filter.
"""

import zlib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from tubelake.emulator.corpus import Corpus
from tubelake.emulator.draws import draw
from tubelake.emulator.entries import Entry

TYPES = ("video", "channel", "playlist")
MOST_TOTAL = 1_000_000
_SHORT, _LONG = 240, 1_200


@dataclass(frozen=True)
class Query:
    """One search; times are microseconds since 1970, `filters` are video filters that are set, by name."""

    words: tuple[str, ...] = ()
    types: tuple[str, ...] = TYPES
    channel_id: str | None = None
    after: int | None = None
    before: int | None = None
    filters: tuple[tuple[str, str], ...] = ()
    order: str = "relevance"


@dataclass(frozen=True)
class Found:
    """The entries that can be paged through, and the number that matched before the cap."""

    entries: tuple[Entry, ...]
    matched: int


Search: TypeAlias = Callable[[Query], Found]
Predicate: TypeAlias = Callable[[Entry], bool]


def make_search(corpus: Corpus, cap: int, seed: int) -> Search:
    """A search over `corpus` that gives at most `cap` results a query, and remembers what it worked out."""

    @lru_cache(maxsize=128)
    def matching(kind: str, words: tuple[str, ...], channel_id: str | None) -> tuple[list[Entry], list[int]]:
        if channel_id is None:
            entries = [entry for entry in corpus.entries[kind] if matches(entry.text, words)]
        else:
            entries = [entry for entry in matching(kind, words, None)[0] if entry.channel_id == channel_id]
        return entries, [-entry.published for entry in entries]

    @lru_cache(maxsize=16)
    def relevance(words: tuple[str, ...]) -> Mapping[str, int]:
        found = (entry for kind in TYPES for entry in matching(kind, words, None)[0])
        return {entry.id: _shuffled(entry.id, words, seed) for entry in found}

    def sort(chosen: list[Entry], query: Query) -> None:
        if query.order == "relevance":
            ranks = relevance(query.words)
            chosen.sort(key=lambda entry: ranks[entry.id])
        elif query.order != "date" or len(query.types) > 1:
            # The entries of one type are in the order of date as they are.
            chosen.sort(key=_ORDERS[query.order])

    @lru_cache(maxsize=1024)
    def search(query: Query) -> Found:
        chosen: list[Entry] = []
        for kind in query.types:
            entries, keys = matching(kind, query.words, query.channel_id)
            window = entries[_first(keys, query.before) : _last(keys, query.after)]
            chosen += [entry for entry in window if passes(entry, query)] if query.filters else window
        sort(chosen, query)
        return Found(tuple(chosen[:cap]), len(chosen))

    return search


def matches(text: str, words: tuple[str, ...]) -> bool:
    """Whether folded `text` holds every one of the folded `words`."""
    return all(word in text for word in words)


def passes(entry: Entry, query: Query) -> bool:
    """Whether `entry` passes the video filters of `query`."""
    return all(FILTERS[name](value, entry) for name, value in query.filters)


def estimate(query: Query, matched: int, seed: int) -> int:
    """What `totalResults` says: off by up to half either way, the same each time a query is asked.

    Most of the error belongs to the words, so averaging over windows of a keyword does not give the truth.
    """
    lean = 0.3 * (2 * draw(seed, "words", query.words) - 1) + 0.2 * (2 * draw(seed, "query", query) - 1)
    few = int(5 * draw(seed, "few", query)) - 2
    if matched == 0:
        return max(0, few)
    guess = min(MOST_TOTAL, round(matched * (1 + lean)))
    return max(1, guess + few) if abs(guess - matched) <= abs(few) else guess


def _first(keys: list[int], before: int | None) -> int:
    return 0 if before is None else bisect_right(keys, -before)


def _last(keys: list[int], after: int | None) -> int:
    return len(keys) if after is None else bisect_right(keys, -after)


def _by_date(entry: Entry) -> tuple[int, str]:
    return (-entry.published, entry.id)


_ORDERS: Mapping[str, Callable[[Entry], tuple[int | str, str]]] = {
    "date": _by_date,
    "viewCount": lambda entry: (-entry.views, entry.id),
    "rating": lambda entry: (-entry.likes, entry.id),
    "title": lambda entry: (entry.title.casefold(), entry.id),
    "videoCount": lambda entry: (-entry.videos, entry.id),
}


def _shuffled(entry_id: str, words: tuple[str, ...], seed: int) -> int:
    """The place of an entry in the order of relevance: the same whenever the same words are asked."""
    return zlib.crc32(repr((seed, words, entry_id)).encode("utf-8", "surrogatepass"))


def _detail(entry: Entry, part: str, name: str) -> object:
    return entry.resource.get(part, {}).get(name)


def _duration(value: str, entry: Entry) -> bool:
    if entry.duration is None:
        return False
    return {
        "short": entry.duration < _SHORT,
        "medium": _SHORT <= entry.duration <= _LONG,
        "long": entry.duration > _LONG,
    }[value]


def _event(value: str, entry: Entry) -> bool:
    if value == "completed":
        return bool(_detail(entry, "liveStreamingDetails", "actualEndTime"))
    return _detail(entry, "snippet", "liveBroadcastContent") == value


FILTERS: Mapping[str, Callable[[str, Entry], bool]] = {
    "eventType": _event,
    "videoDuration": _duration,
    "videoCategoryId": lambda value, entry: _detail(entry, "snippet", "categoryId") == value,
    "videoDimension": lambda value, entry: _detail(entry, "contentDetails", "dimension") == value,
    "videoDefinition": lambda value, entry: (
        _detail(entry, "contentDetails", "definition") == {"high": "hd", "standard": "sd"}[value]
    ),
    "videoCaption": lambda value, entry: (
        _detail(entry, "contentDetails", "caption") == {"closedCaption": "true", "none": "false"}[value]
    ),
    "videoEmbeddable": lambda value, entry: _detail(entry, "status", "embeddable") is (value == "true"),
    "videoLicense": lambda value, entry: _detail(entry, "status", "license") == value,
    "topicId": lambda value, entry: value in entry.resource.get("topicDetails", {}).get("topicIds", ()),
}
