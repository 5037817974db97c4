"""What is said in synthetic videos: talks that change their topic at known times, and their caption tracks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tubelake.emulator.entries import Resource, duration_seconds
from tubelake.emulator.transcript_phrases import LANGUAGES, MUSIC, SENTENCES, TOPIC_WORDS

# Milliseconds.
_LONGEST_TALK = 3_600_000
_SHORTEST_SEGMENT, _LONGEST_SEGMENT = 20_000, 90_000
_SHORTEST_CUE, _LONGEST_CUE = 1_800, 4_800
_LONGEST_PAUSE = 700
# A recognised caption stays on the screen while the next one comes.
_OVERLAP = 2_000
# A longer text has two lines.
_LINE = 42


@dataclass(frozen=True)
class Segment:
    """A part of a talk with one topic; times are milliseconds from the start of the video."""

    start: int
    end: int
    topic: str


@dataclass(frozen=True)
class Talk:
    """What is said in one video: the same segments in every track, a track being a language and whether generated."""

    video_id: str
    segments: tuple[Segment, ...]
    tracks: tuple[tuple[str, bool], ...]


def talks(videos: Iterable[Resource], seed: int) -> Iterator[Talk]:
    """A talk for every video that says it has captions, and for some that only have generated ones."""
    random = Random(f"talks {seed}")
    for video in videos:
        length = 1_000 * (duration_seconds(video["contentDetails"]["duration"]) or 0)
        tracks = _tracks(random, video) if length else ()
        if tracks:
            yield Talk(video["id"], tuple(_segments(random, length)), tracks)


def caption_tracks(said: Iterable[Talk], seed: int) -> Iterator[dict[str, Any]]:
    """The tracks of all talks as lines of `transcripts.jsonl`, times in seconds."""
    random = Random(f"captions {seed}")
    for talk in said:
        for language, is_generated in talk.tracks:
            kind = " (auto-generated)" if is_generated else ""
            yield {
                "video_id": talk.video_id,
                "language_code": language,
                "language": LANGUAGES[language] + kind,
                "is_generated": is_generated,
                "is_translatable": random.random() < 0.95,
                "snippets": list(_snippets(random, talk.segments, language, is_generated=is_generated)),
            }


def topic_segments(said: Iterable[Talk]) -> Iterator[dict[str, Any]]:
    """The truth as lines of `segments.jsonl`, times in seconds."""
    for talk in said:
        for part in talk.segments:
            times = {"start": part.start / 1_000, "end": part.end / 1_000}
            yield {"video_id": talk.video_id, **times, "topic": part.topic}


def _tracks(random: Random, video: Resource) -> tuple[tuple[str, bool], ...]:
    """Manual tracks where the video says that it has captions, translations of some, and one that was recognised."""
    spoken = str(video["snippet"].get("defaultAudioLanguage", "en"))
    has_manual = video["contentDetails"]["caption"] == "true"
    manual = [spoken] if has_manual else []
    if has_manual and random.random() < 0.35:
        others = [language for language in LANGUAGES if language != spoken]
        manual += random.sample(others, random.randint(1, 3))
    is_recognised = random.random() < (0.8 if has_manual else 0.4)
    return (*((language, False) for language in manual), *([(spoken, True)] if is_recognised else []))


def _segments(random: Random, length: int) -> Iterator[Segment]:
    """Segments without gaps from the start of the video; neighbours differ in topic."""
    end = min(length, _LONGEST_TALK, int(60_000 * random.paretovariate(1.5)))
    at, topic = 0, ""
    while at < end:
        following = at + random.randint(_SHORTEST_SEGMENT, _LONGEST_SEGMENT)
        if end - following < _SHORTEST_SEGMENT:
            following = end
        topic = random.choice([other for other in TOPIC_WORDS if other != topic])
        yield Segment(at, following, topic)
        at = following


def _snippets(
    random: Random, segments: Sequence[Segment], language: str, *, is_generated: bool
) -> Iterator[dict[str, Any]]:
    """Timed captions; the first one of every segment starts with it."""
    say = _recognised if is_generated else _written
    for part in segments:
        words = TOPIC_WORDS[part.topic][language]
        for start, end in _cue_times(random, part):
            text = random.choice(SENTENCES[language]).format(*random.choices(words, k=2))
            if is_generated and random.random() < 0.02:
                text = MUSIC[language]
            shown = end - start + (random.randint(0, _OVERLAP) if is_generated else 0)
            yield {"text": say(text), "start": start / 1_000, "duration": shown / 1_000}


def _cue_times(random: Random, part: Segment) -> Iterator[tuple[int, int]]:
    at = part.start
    while at < part.end:
        end = min(part.end, at + random.randint(_SHORTEST_CUE, _LONGEST_CUE))
        if part.end - end < _SHORTEST_CUE:
            end = part.end
        yield at, end
        at = end + random.choice((0, 0, _LONGEST_PAUSE))


def _recognised(text: str) -> str:
    """`text` as speech recognition writes it: small letters, no marks."""
    return text if text.startswith("[") else text.lower().strip(".!?¿。؟").replace(",", "")


def _written(text: str) -> str:
    """`text` as a person writes captions: a long one in two lines."""
    cut = text.rfind(" ", 0, len(text) // 2 + 1)
    return f"{text[:cut]}\n{text[cut + 1 :]}" if len(text) > _LINE and cut > 0 else text
