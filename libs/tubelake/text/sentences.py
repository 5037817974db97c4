"""The captions of one track put together again into sentences, with the times at which they are said."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tubelake.text.words import find_words

# Thai to Myanmar, Khmer, Han, kana and their punctuation: written without spaces. Python and Java both read this.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\uff01-\uff60\uff65-\uff9f"
)
WORDS_A_PIECE = 25  # where nothing else ends a sentence, it ends after so many words
LONG = 100  # words after which a sentence without an end is cut like a track without punctuation
# Abbreviations after which a sentence goes on, and those after which it may as well end.
_INSIDE = frozenset((
    "approx", "bzw", "capt", "cf", "dr", "dra", "e.g", "eq", "fig", "gen", "gov", "i.e", "lt", "mme", "mr", "mrs", "ms",
    "mt", "prof", "rep", "rev", "sen", "sgt", "sr", "sra", "st", "ud", "uds", "vs", "z.b",
))  # fmt: skip
_PERHAPS = frozenset(["a.m", "al", "co", "corp", "dept", "etc", "inc", "jr", "ltd", "no", "p.m", "usw", "vol"])
_DOTTED = re.compile(r"(?:\w\.)+\w", re.UNICODE)  # U.S, p.m
_END = re.compile(rf"[.!?…؟۔।]+[\"'”’»)\]]*(?=\s|$|[{UNSPACED}])|[。｡！？．…]+[」』”’）)\]]*")  # noqa: RUF001
_NEXT = re.compile(r"[\s\"'“‘«(\[¿¡]*(\S?)")  # noqa: RUF001
_GLUE = re.compile(rf"[{UNSPACED}]")


class Caption(NamedTuple):
    """What one caption says (no edge of it is a space), and from when to when (s)."""

    start: float
    end: float
    text: str


class Sentence(NamedTuple):
    start: float
    end: float
    text: str


class _Track:
    """The text of all captions in one, which knows where each begins and when each letter is said."""

    def __init__(self, captions: Sequence[Caption]) -> None:
        self.captions = captions
        self.begins: list[int] = []
        parts: list[str] = []
        length = 0
        for caption in captions:
            glue = _glue(parts[-1], caption.text) if parts else ""
            self.begins.append(length + len(glue))
            parts += [glue + caption.text]
            length += len(parts[-1])
        self.text = "".join(parts)

    def time(self, at: int, behind: int = 0) -> float:
        """When the letter `at` begins, or ends with `behind=1`: inside a caption letters take equal time."""
        number = bisect_right(self.begins, at) - 1
        caption = self.captions[number]
        share = min(1.0, (at + behind - self.begins[number]) / len(caption.text))
        return caption.start + (caption.end - caption.start) * share

    def pause(self, number: int) -> float:
        """How long nothing is said before the caption (s)."""
        return self.captions[number].start - self.captions[number - 1].end


def sentences(captions: Sequence[Caption], pause_seconds: float) -> list[Sentence]:
    """The sentences of a track whose captions are in order of time; together they say all of it.

    A sentence ends at . ! ? … and what other scripts have for them, unless that is part of a number, an abbreviation or
    an initial. Where no such end is near (in the whole track, or for more than 100 words) it ends between two captions:
    at a pause of `pause_seconds`, or after 25 words.
    """
    track = _Track(captions)
    ends = list(_ends(track.text))
    bounds = sorted({0, len(track.text), *ends})
    pieces: list[int] = []
    for begin, end in pairwise(bounds):
        pieces.append(begin)
        if not ends or len(find_words(track.text[begin:end])) > LONG:
            pieces += _cuts(track, begin, end, pause_seconds)
    pieces.append(len(track.text))
    return list(_timed(track, pairwise(pieces)))


def joined(texts: Iterable[str]) -> str:
    """Texts behind each other; none of them is empty."""
    first, *others = texts
    for text in others:
        first += _glue(first, text) + text
    return first


def _glue(before: str, after: str) -> str:
    """What stands between two captions: nothing in scripts that have no spaces."""
    return "" if _GLUE.match(before[-1]) and _GLUE.match(after[0]) else " "


def _timed(track: _Track, spans: Iterable[tuple[int, int]]) -> Iterator[Sentence]:
    for begin, end in spans:
        raw = track.text[begin:end]
        text = raw.strip()
        if text:
            first = begin + len(raw) - len(raw.lstrip())
            yield Sentence(track.time(first), track.time(first + len(text) - 1, behind=1), text)


def _ends(text: str) -> Iterator[int]:
    begin = 0
    for mark in _END.finditer(text):
        if _is_end(text, begin, mark):
            begin = mark.end()
            yield begin


def _is_end(text: str, begin: int, mark: "re.Match[str]") -> bool:
    following = str(_NEXT.match(text, mark.end()).group(1))  # type: ignore[union-attr]
    if mark.group().startswith(("..", "…")):
        return not following.islower()
    if not mark.group().startswith("."):
        return True
    space = text.rfind(" ", begin, mark.start())
    last = text[max(space + 1, begin) : mark.start()].lstrip("([\"'“‘¿¡")  # noqa: RUF001
    word = last.lower()
    if word in _INSIDE or text[begin : mark.start()].strip().isdecimal():  # Dr. Who; 1. First
        return False
    if word in _PERHAPS or _DOTTED.fullmatch(word):
        return not (following.islower() or following.isdecimal())
    return not (len(last) == 1 and last.isupper() and _is_name(text[begin : max(space, begin)]))


def _is_name(before: str) -> bool:
    """Whether a letter with a dot after `before` is an initial (J. K. Rowling, John F. Kennedy), not the point P."""
    words = before.split()[-1:]
    return not words or (words[0][0].isupper() and not words[0].endswith(","))


def _cuts(track: _Track, begin: int, end: int, pause_seconds: float) -> Iterator[int]:
    """Where a stretch without punctuation is cut: at captions that begin inside of it."""
    since = begin
    for number in range(bisect_right(track.begins, begin), bisect_left(track.begins, end)):
        here = track.begins[number]
        is_pause = track.pause(number) >= pause_seconds
        if is_pause or len(find_words(track.text[since:here])) >= WORDS_A_PIECE:
            since = here
            yield here
