"""Caption tracks of a video, in the one form that every way to them gives: the items of an answer."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from tubelake.youtube.client import Answer

KIND = "tubelake#transcripts"


class Snippet(TypedDict):
    """One caption; `start` and `duration` are seconds."""

    text: str
    start: float
    duration: float


class Track(TypedDict):
    """One track. `snippets` is None where it was listed and not fetched; None elsewhere is unknown."""

    id: str
    videoId: str
    languageCode: str
    language: str | None
    isGenerated: bool
    isTranslatable: bool | None
    translationLanguages: list[str]
    translatedFrom: str | None
    snippets: list[Snippet] | None


@dataclass(frozen=True)
class Wanted:
    """Which tracks of a video to fetch.

    `languages` are codes as YouTube writes them, the best first; only tracks in them are wanted, of each language the
    manual one first. Without any, a manual track comes before a generated one, and one in the video's
    `default_language` before others. `tracks` takes the first of these, or all. `translate` adds a translation of the
    first into that language, if it can be translated and is not in that language.
    """

    languages: tuple[str, ...] = ()
    tracks: Literal["preferred", "all"] = "preferred"
    translate: str | None = None
    default_language: str | None = None


def wanted_tracks(tracks: Iterable[Track], wanted: Wanted) -> list[Track]:
    """The tracks to fetch, the best first; none where none is in a wanted language."""
    by_kind = sorted(tracks, key=lambda track: track["isGenerated"])
    if wanted.languages:
        found = [track for code in wanted.languages for track in by_kind if track["languageCode"] == code]
    else:
        found = sorted(by_kind, key=lambda track: (track["isGenerated"], _distance(track, wanted.default_language)))
    return found if wanted.tracks == "all" else found[:1]


def answer(tracks: Sequence[Track], status: int = 200, reason: str | None = None, message: str = "") -> Answer:
    """An answer with these tracks; a failed one keeps what was fetched before it failed, and says why."""
    content = {"kind": KIND, "items": list(tracks), **({"error": {"message": message}} if reason else {})}
    return Answer(status, reason, json.dumps(content, ensure_ascii=False), content)


def _distance(track: Track, language: str | None) -> int:
    """How far a track is from a language: 0 the same, 1 another region's (en-GB for en), 2 any other."""
    if language is None or track["languageCode"] == language:
        return 0
    return 1 if track["languageCode"].partition("-")[0] == language.partition("-")[0] else 2
