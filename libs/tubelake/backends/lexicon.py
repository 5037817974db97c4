"""Sentiment by a word list of the user's, in any language: the mean of the values of the words that a text has.

The list is a CSV file in UTF-8 (a byte order mark may stand before it) whose first line names the columns `word` and
`polarity` (-1 to 1) and perhaps `subjectivity` (0 to 1), in any order; other columns are not looked at. An entry may be
a phrase of several words: the longest one that fits counts. An entry without letters and digits, such as ^^, is looked
for in the text itself. Korean entries are cut into words as Korean texts are, so that 행복하다 fits 행복해요. Negation is
not understood: list "not good" as a phrase.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tubelake.backends.base import Backend, Options, Score
from tubelake.errors import UsageError
from tubelake.text import korean
from tubelake.text.words import find_words

Phrase = tuple[str, ...]


class Entry(NamedTuple):
    polarity: float
    subjectivity: float | None


class Lexicon(NamedTuple):
    phrases: Mapping[Phrase, Entry]
    lengths: Mapping[str, Sequence[int]]  # of the phrases that begin with a word, the longest first
    symbols: Mapping[str, Entry]
    any_symbol: re.Pattern[str] | None


def load(options: Options) -> Backend:
    """The word list of `text.lexicon`. Raises UsageError, with the line, for a file that is none."""
    if not options.lexicon:
        raise UsageError("the backend lexicon needs a word list: set text.lexicon to a CSV file of word,polarity")
    data = _bytes(options.lexicon)
    also = korean.find_words if options.lexicon_language == "ko" else find_words
    lexicon = read(data, options.lexicon, also)
    model_hash = hashlib.sha256(data).hexdigest()[:16]
    return Backend("lexicon", frozenset({options.lexicon_language}), model_hash, partial(_scores, lexicon))


def _bytes(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise UsageError(f"text.lexicon: cannot read {path} ({error.strerror})") from None


def read(data: bytes, path: str, also: Callable[[str], list[str]]) -> Lexicon:
    """The entries of the file; `path` names it in errors. Raises UsageError for the first line that is wrong.

    An entry also counts where a text has the words that `also` finds in it, if the file says nothing else of them.
    """
    phrases: dict[Phrase, Entry] = {}
    symbols: dict[str, Entry] = {}
    forms: dict[Phrase, Entry] = {}
    for line, word, entry in _entries(data, path):
        phrase = tuple(find_words(word))
        known = phrases.setdefault(phrase, entry) if phrase else symbols.setdefault(word, entry)
        if known != entry:
            raise UsageError(f"{path}, line {line}: {word!r} is there twice, with different values")
        if form := tuple(also(word)):
            forms.setdefault(form, entry)
    if not phrases and not symbols:
        raise UsageError(f"{path} has no words")
    phrases = forms | phrases
    return Lexicon(phrases, _lengths(phrases), symbols, _any_of(symbols))


def _entries(data: bytes, path: str) -> Iterator[tuple[int, str, Entry]]:
    """Line, word in lower case, and values of each record."""
    try:
        records = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        names = [name.strip().lower() for name in next(records, [])]
        if not {"word", "polarity"} <= set(names):
            raise UsageError(f"{path}, line 1: the first line must name the columns word and polarity, not: {names}")
        for record in filter(None, records):
            try:
                yield records.line_num, *_entry(dict(zip(names, record, strict=True)))
            except ValueError as error:
                raise UsageError(
                    f"{path}, line {records.line_num}: {_reason(error, len(record), len(names))}"
                ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}, line {line}: it must be in UTF-8, and is not") from None
    except csv.Error as error:
        raise UsageError(f"{path}, line {records.line_num}: {error}") from None


def _reason(error: ValueError, fields: int, columns: int) -> str:
    return str(error) if fields == columns else f"{fields} fields instead of {columns}"


def _entry(record: Mapping[str, str]) -> tuple[str, Entry]:
    word = record["word"].strip().lower()
    if not word:
        raise ValueError("no word")
    subjectivity = record.get("subjectivity", "").strip()
    return word, Entry(
        _number("polarity", record["polarity"], -1.0),
        _number("subjectivity", subjectivity, 0.0) if subjectivity else None,
    )


def _number(name: str, text: str, least: float) -> float:
    """The number in `text`. Raises ValueError for what is none from `least` to 1."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= 1:
        raise ValueError(f"{name} must be a number from {least:g} to 1, not {text.strip()!r}")
    return number


def _lengths(phrases: Mapping[Phrase, Entry]) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    for phrase in phrases:
        found.setdefault(phrase[0], set()).add(len(phrase))
    return {word: sorted(lengths, reverse=True) for word, lengths in found.items()}


def _any_of(symbols: Mapping[str, Entry]) -> re.Pattern[str] | None:
    longest_first = sorted(symbols, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if symbols else None


def _scores(lexicon: Lexicon, texts: list[str], words: list[list[str]]) -> list[Score]:
    return [_score(lexicon, text, known) for text, known in zip(texts, words, strict=True)]


def _score(lexicon: Lexicon, text: str, words: Sequence[str]) -> Score:
    """The mean of what was found; without anything the text is neutral to this list, and `known` says so."""
    if not text.strip():
        return Score(None, None, [], 0)
    phrases = list(_found(lexicon, words))
    symbols = lexicon.any_symbol.findall(text) if lexicon.any_symbol else []
    found = [*((list(phrase), lexicon.phrases[phrase]) for phrase in phrases),
             *(([symbol], lexicon.symbols[symbol]) for symbol in symbols)]  # fmt: skip
    subjectivities = [entry.subjectivity for _, entry in found if entry.subjectivity is not None]
    return Score(
        _mean([entry.polarity for _, entry in found]) or 0.0,
        _mean(subjectivities),
        [(words, entry.polarity, entry.subjectivity) for words, entry in found],
        sum(map(len, phrases)),
    )


def _found(lexicon: Lexicon, words: Sequence[str]) -> Iterator[Phrase]:
    """The phrases in the words, from left to right, each as long as can be, none within another."""
    at = 0
    while at < len(words):
        spans = (tuple(words[at : at + length]) for length in lexicon.lengths.get(words[at], ()))
        phrase = next((span for span in spans if span in lexicon.phrases), None)
        if phrase:
            yield phrase
        at += len(phrase) if phrase else 1


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
