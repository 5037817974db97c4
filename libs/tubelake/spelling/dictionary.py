"""Titles and descriptions -> the words that are spelled right, merged with those of English in general."""

import hashlib
import importlib.resources
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.errors import UsageError
from tubelake.text.words import words

FEWEST_LETTERS, MOST_LETTERS = 3, 14  # of a word that is learned from the corpus
MOST_WORDS = 200_000  # learned ones, the most common: what the driver holds, about 5 MB, and each task is sent
# A video's word weighs as much as so many in the general dictionary, which is of 10^12 words of web pages. Between 3e4
# and 1e6 the accuracy on misspelt words stayed within 1 %.
VIDEO_COUNTS = 300_000
GENERAL = "frequency_dictionary_en_82_765.txt"


@dataclass(frozen=True)
class Dictionary:
    """Words and how common they are, packed to travel to the executors; equal where the words and counts are."""

    model_hash: str  # SHA-256 of words and counts, the first 16 digits
    packed: bytes = field(repr=False, compare=False)


def corpus_words(videos: DataFrame, least_videos: int) -> DataFrame:
    """(word, videos) of the words of Latin letters in titles and descriptions of at least so many videos.

    At most MOST_WORDS, the most common ones. A null title or description has no words.
    """
    texts = videos.select(F.array_distinct(words(F.concat_ws(" ", "title", "description"))).alias("words"))
    found = texts.select(F.explode("words").alias("word"))
    letters = found.where(F.col("word").rlike(rf"^\p{{IsLatin}}{{{FEWEST_LETTERS},{MOST_LETTERS}}}$"))
    counts = letters.groupBy("word").agg(F.count("*").alias("videos")).where(F.col("videos") >= least_videos)
    return counts.orderBy(F.desc("videos"), "word").limit(MOST_WORDS)


def dictionary_of(videos: DataFrame, file: str | None, least_videos: int) -> Dictionary:
    """The dictionary of a corpus. Raises UsageError where the general one cannot be read."""
    return merged(
        general_words(file), {row["word"]: row["videos"] for row in corpus_words(videos, least_videos).collect()}
    )


def merged(general: Mapping[str, int], videos: Mapping[str, int]) -> Dictionary:
    """Both together. How many videos have a word is rounded down to a power of two.

    So a new video makes another dictionary, and all texts be corrected anew, only where a word comes to be known or
    twice as common.
    """
    weights = {word: 2 ** (count.bit_length() - 1) for word, count in videos.items()}
    entries = ((word, general.get(word, 0), weights.get(word, 0)) for word in sorted({*general, *weights}))
    lines = "\n".join(f"{word} {count} {weight}" for word, count, weight in entries).encode()
    return Dictionary(hashlib.sha256(lines).hexdigest()[:16], zlib.compress(lines, 1))


def general_words(file: str | None) -> dict[str, int]:
    """Words and counts of a file that has a word and a count a line; without one of the file that comes with SymSpell.

    Words are in small letters. Raises UsageError, naming the line, for a file that is not so.
    """
    place, text = _general(file)
    lines = text.splitlines()
    counts = dict[str, int]()
    for number, line in enumerate(lines, 1):
        match line.split():
            case [word, count] if count.isdecimal():
                counts[word.lower()] = counts.get(word.lower(), 0) + int(count)
            case []:
                continue
            case _:
                raise UsageError(
                    f"line {number} of {place} is not a word, a blank and a count; see spelling.dictionary"
                )
    if not counts:
        raise UsageError(
            f"the dictionary {place} has no words; set spelling.dictionary to a file with a word and a count a line"
        )
    return counts


def general_hash(file: str | None) -> str:
    """SHA-256 of that file's text, the first 16 digits. Raises UsageError where it cannot be read."""
    return hashlib.sha256(_general(file)[1].encode()).hexdigest()[:16]


def _general(file: str | None) -> tuple[Path, str]:
    place = Path(file).expanduser() if file else _symspells()
    try:
        return place, place.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read the dictionary {place} ({error}); set spelling.dictionary to a UTF-8 file"
        ) from None


def _symspells() -> Path:
    if find_spec("symspellpy") is None:
        raise UsageError("spelling needs the package symspellpy: install tubelake[nlp], or set spelling.dictionary")
    return Path(str(importlib.resources.files("symspellpy") / GENERAL))


@lru_cache(maxsize=2)
def counts_of(dictionary: Dictionary) -> dict[str, int]:
    """Words and counts, unpacked once a process (0.1 s for 90,000)."""
    return {word: int(count) + VIDEO_COUNTS * int(weight) for word, count, weight in _entries(dictionary)}


@lru_cache(maxsize=2)
def learned_of(dictionary: Dictionary) -> frozenset[str]:
    """The words that the corpus has."""
    return frozenset(word for word, _, weight in _entries(dictionary) if weight != "0")


def _entries(dictionary: Dictionary) -> Iterator[tuple[str, str, str]]:
    for line in zlib.decompress(dictionary.packed).decode().split("\n"):
        word, count, weight = line.split(" ")
        yield word, count, weight
