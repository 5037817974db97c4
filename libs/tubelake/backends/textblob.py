"""Sentiment by TextBlob's lexicon of adjectives: exactly `TextBlob(text).sentiment_assessments`, some times as fast."""

import hashlib
import re
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from itertools import repeat
from pathlib import Path

from textblob._text import ABBREVIATIONS, EMOTICONS, RE_ABBR1, RE_ABBR2, RE_ABBR3, Sentiment
from textblob.en import sentiment

from tubelake.backends.base import Backend, Options, Score

LETTERS = re.compile("[a-z]+")
# Whatever an emoticon or (!) may be part of. A text with none of these, and no letters of a word of the lexicon, says
# nothing to TextBlob: most messages. Taking too many texts for telling costs time, too few would change scores.
SIGNS = re.compile(r"[:;=<♥°*>]|x ?-?d|8 ?-? ?[)d]|o ?[_.] ?o|\( ?!|n't")
NOTHING = Score(0.0, 0.0, [], 0)
# What a word of a plain text looks like: such texts are cut into TextBlob's tokens without its two dozen passes.
PLAIN = re.compile(r"([A-Za-z0-9]*)(?:([!?,]*)|\.)")


class Lexicon(dict[str, dict[str | None, list[float]]]):
    """TextBlob's lexicon once it is loaded: its own look-ups ask each time whether it is."""

    labeler, negations, modifiers = sentiment.labeler, sentiment.negations, sentiment.modifiers
    modifier = staticmethod(sentiment.modifier)


def load(_options: Options) -> Backend:
    """TextBlob as the installed package has it."""
    sentiment.load()
    lexicon = Lexicon(sentiment)
    content = Path(sentiment.path).read_bytes() + version("textblob").encode()
    score = partial(_scores, lexicon, _heads(lexicon))
    return Backend("textblob", frozenset({"en"}), hashlib.sha256(content).hexdigest()[:16], score)


def _heads(lexicon: Lexicon) -> frozenset[str]:
    """The first letters of every form, up to the first sign: a text without any of them has no word of the lexicon."""
    # A token has neither spaces nor apostrophes, so forms that have them are never met.
    forms = [form for form in lexicon if " " not in form and "'" not in form]
    odd = [form for form in forms if not LETTERS.search(form)]
    emoticons = [form for group in EMOTICONS.values() for form in group if not SIGNS.search(form.lower())]
    if odd or emoticons:
        raise ImportError(f"textblob {version('textblob')} has forms that would be overlooked: {odd + emoticons}")
    return frozenset(match[0] for form in forms if (match := LETTERS.search(form)))


def _scores(lexicon: Lexicon, heads: frozenset[str], texts: list[str], words: list[list[str]]) -> list[Score]:
    return [_score(lexicon, heads, text, found) for text, found in zip(texts, words, strict=True)]


def _score(lexicon: Lexicon, heads: frozenset[str], text: str, words: list[str]) -> Score:
    small = text.lower()
    has_signs = SIGNS.search(small) is not None
    if not has_signs and heads.isdisjoint(LETTERS.findall(small)):
        return NOTHING
    tokens = None if has_signs else _tokens(text)
    if tokens is None:
        tokens = " ".join(sentiment.tokenizer(text)).split()
    found = Sentiment.assessments(lexicon, zip(map(str.lower, tokens), repeat(None)))
    assessments = [(said, polarity, subjectivity) for said, polarity, subjectivity, _ in found]
    known = sum(map(lexicon.__contains__, words))
    return Score(_mean([one[1] for one in assessments]), _mean([one[2] for one in assessments]), assessments, known)


def _tokens(text: str) -> list[str] | None:
    """TextBlob's tokens of a plain text without emoticons; None for one that only its own tokenizer can cut."""
    tokens = []
    for chunk in text.split():
        if chunk.isalnum() and chunk.isascii():
            tokens.append(chunk)
            continue
        plain = PLAIN.fullmatch(chunk)
        if not plain:
            return None
        word, marks = plain.groups()
        if marks is None and (not word or _is_abbreviation(chunk)):
            return None
        tokens += [word] if word else []
        tokens += marks if marks is not None else "."
    return tokens


def _is_abbreviation(chunk: str) -> bool:
    return chunk in ABBREVIATIONS or any(form.match(chunk) for form in (RE_ABBR1, RE_ABBR2, RE_ABBR3))


def _mean(values: Sequence[float]) -> float:
    """As TextBlob adds up: one after the other."""
    total = 0.0
    for value in values:
        total += value
    return total / (len(values) or 1)
