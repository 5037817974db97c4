"""The language of a text: by its script, by words that everybody who writes it uses, and by a model for the rest."""

import importlib.resources
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import regex

from tubelake.text.normalise import slang, usual_form
from tubelake.text.words import STOP_WORDS

VERSION = "1"  # raise it when texts come to have other languages
Detect = Callable[[str, Sequence[str]], tuple[str | None, float]]
# Scripts that one language writes with; Cyrillic and Arabic are left to the model, Latin to words and model.
_SCRIPTS = {
    "Hangul": "ko", "Hiragana": "ja", "Katakana": "ja", "Han": "zh", "Thai": "th", "Hebrew": "he", "Greek": "el",
    "Devanagari": "hi", "Bengali": "bn", "Tamil": "ta", "Telugu": "te", "Georgian": "ka", "Armenian": "hy",
}  # fmt: skip
# Anything but Latin letters, and the signs and emoji that stand among them.
_OTHER_SCRIPT = re.compile("[^\x00-\u024f\u2000-\u2bff\ufe0f\U0001f000-\U000e007f]")
_SYLLABLES = ("Hangul", "Hiragana", "Katakana", "Han")
LETTERS_A_SYLLABLE = 3  # a sign of these scripts says about as much as three letters
_OTHERS = ("Latin", "Cyrillic", "Arabic")
_LETTERS = regex.compile("|".join(rf"(?P<{name}>\p{{{name}}}+)" for name in (*_SCRIPTS, *_OTHERS)))
_MODEL_LANGUAGES = (
    "ar", "bg", "ca", "cs", "da", "de", "en", "es", "et", "eu", "fa", "fi", "fr", "gl", "hr", "hu", "id", "it", "lt",
    "lv", "ms", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "tl", "tr", "uk", "ur", "vi",
)  # fmt: skip
MODEL_LETTERS = 12  # the model guesses at anything shorter
SURE_SHARE = 0.6  # of a text's words known in English, and none telling of another language: no model is asked
SURE_MODEL = 0.8  # below it the model's word counts less than the share of English words
LEAST = 0.4  # a guess of the model below it is none
_ALSO_ENGLISH = ("hi", "yo", "oh", "ha", "aw", "ad", "ex", "tv", "vs", "em", "ah", "eh", "hm", "mm", "la", "pa", "ma")


class Signs(NamedTuple):
    """What a text, or a piece of one, has that tells its language."""

    words: int  # without numbers
    strange: int  # of them no English, also not as they are usually written
    tells_other: bool  # a letter or a common word of another language


def signs(text: str, words: Sequence[str]) -> Signs:
    """The signs of a text with these words."""
    numbers = sum(map(str.isdigit, words))
    strange = sum(map(_is_strange, words))
    tells_other = not _is_latin(text) or not _telling_words().keys().isdisjoint(words)
    return Signs(len(words) - numbers, strange, tells_other)


def share_if_english(pieces: Sequence[Signs]) -> float:
    """The share of English words in a text of these pieces if that shows that it is English; else 0: ask `load()`."""
    if any(piece.tells_other for piece in pieces):
        return 0.0
    words = sum([piece.words for piece in pieces])
    share = 1 - sum([piece.strange for piece in pieces]) / words if words else 0.0
    return share if share >= SURE_SHARE else 0.0


@cache
def load() -> Detect:
    """A function that gives the language of a text (ISO 639-1; None: nothing tells) and how sure that is, 0 to 1.

    It takes the text and its words. Short texts are decided by words, since a model of letters guesses there: see
    benchmarks/RESULTS.md. Without words it says None.
    """
    telling, ask = _telling_words(), _model()

    def by_words(text: str, words: Sequence[str], share: float) -> tuple[str | None, float]:
        known = 1 - sum(map(_is_strange, words)) / len(words)
        if known >= SURE_SHARE and telling.keys().isdisjoint(words):
            return "en", known * share
        language, sure = ask(text) if len(text) >= MODEL_LETTERS else (None, 0.0)
        if sure >= SURE_MODEL and (language != "en" or known >= 0.5):
            return language, sure * share
        votes = Counter(language for word in words for language in telling.get(word, ()))
        return _voted(votes, len(words), known, (language, sure))

    def detect(text: str, words: Sequence[str]) -> tuple[str | None, float]:
        plain = [word for word in words if not word.isdigit()]
        script, share = ("Latin", 1.0) if _is_latin(text) else _script(text)
        if not plain or not script:
            return None, 0.0
        if script == "Latin":
            return by_words(text, plain, share)
        return (_SCRIPTS[script], share) if script in _SCRIPTS else ask(text)

    return detect


def _voted(votes: Counter[str], count: int, known: float, guess: tuple[str | None, float]) -> tuple[str | None, float]:
    """The language by words, where the model is not sure."""
    best, hits = votes.most_common(1)[0] if votes else (None, 0)
    if best and hits / count > known / 2:
        return best, hits / count
    if known > 0.5:
        return "en", known
    return guess if guess[1] >= LEAST else (None, guess[1])


def _script(text: str) -> tuple[str, float]:
    """The script of most letters, and their share; kana tell Japanese, though most of its letters may be Han."""
    counts: Counter[str] = Counter()
    for match in _LETTERS.finditer(text):
        script = str(match.lastgroup)
        counts[script] += len(match.group()) * (LETTERS_A_SYLLABLE if script in _SYLLABLES else 1)
    if not counts:
        return "", 0.0
    if counts["Han"] and counts["Hiragana"] + counts["Katakana"]:
        counts["Hiragana"] += counts.pop("Han")
    script, most = counts.most_common(1)[0]
    return script, most / sum(counts.values())


def _is_latin(text: str) -> bool:
    return text.isascii() or not _OTHER_SCRIPT.search(text)


@lru_cache(100_000)
def _is_strange(word: str) -> bool:
    """Whether a word in small letters is no English one, also not as it is usually written; numbers are none."""
    return not word.isdigit() and word not in english_words() and usual_form(word) not in english_words()


@cache
def english_words() -> frozenset[str]:
    """Some 80,000 words of English, from symspellpy's dictionary, and those of our lists."""
    with (importlib.resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt").open(
        encoding="utf-8"
    ) as file:
        listed = {line.split(" ")[0].lstrip("\N{BYTE ORDER MARK}") for line in file}
    long = {word for word in listed if len(word) > 2}  # of two letters it has any pair that is met
    return frozenset(long | STOP_WORDS["en"] | slang().keys() | set(_ALSO_ENGLISH))


@cache
def _telling_words() -> dict[str, tuple[str, ...]]:
    """Common words of other languages that are not English, with the languages that use them. Single letters tell nothing."""
    found: dict[str, tuple[str, ...]] = {}
    for language, common in STOP_WORDS.items():
        if language != "en":
            for word in common - STOP_WORDS["en"] - set(_ALSO_ENGLISH) - set(string.ascii_lowercase):
                found[word] = (*found.get(word, ()), language)
    return found


@cache
def _model() -> Callable[[str], tuple[str, float]]:
    """py3langid's `classify`, some times as fast on short texts: it adds up 7,480 features, of which these have dozens."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_pickled_model(MODEL_FILE)
    model.set_languages(list(_MODEL_LANGUAGES))
    follow, ends = model.tk_nextmove, {state: row for row, state in enumerate(model.tk_output)}
    # What the letters that lead to a state add to the logarithm of each language's probability.
    brought = np.array([model.nb_ptc[list(features)].sum(0) for features in model.tk_output.values()])

    def ask(text: str) -> tuple[str, float]:
        state, rows = 0, []
        for byte in text[:1000].encode("utf-8", "surrogatepass"):
            state = follow[(state << 8) + byte]
            if state in ends:
                rows.append(ends[state])
        logs = brought[rows].sum(0) + model.nb_pc
        best = int(logs.argmax())
        return str(model.nb_classes[best]), float(1 / np.exp(logs - logs[best]).sum())

    return ask
