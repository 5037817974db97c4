"""Sentiment by TextBlob's lexicon of adjectives: exactly `TextBlob(text).sentiment_assessments`, some times as fast."""

import hashlib
import re
from functools import partial
from importlib.metadata import version
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from textblob._text import ABBREVIATIONS, EMOTICONS, RE_ABBR1, RE_ABBR2, RE_ABBR3, Sentiment
from textblob.en import sentiment

from tubelake.backends.base import Assessment, Backend, Options, Score
from tubelake.text.words import CURLY

LETTERS = re.compile("[a-z]+")
# Whatever an emoticon or (!) may be part of. An odd text with none of these, and no letters of a word of the lexicon,
# says nothing to TextBlob. Taking too many texts for telling costs time, too few would change scores.
SIGNS = re.compile(r"[:;=<♥°*>]|x ?-?d|8 ?-? ?[)d]|o ?[_.] ?o|\( ?!")
# What makes a text more than plain, among it every emoticon but faces of letters. A plain text is cut into TextBlob's
# tokens without its two dozen passes; a stop in it is a token unless it ends an abbreviation.
ODD = re.compile(rf"[^A-Za-z0-9 .!?,'{CURLY}]|[.!?,](?=[A-Za-z0-9.])|(?<![A-Za-z0-9])\.")
FACE = re.compile(r"[Xx8] ?[Dd]")
TOKEN = re.compile(rf"[a-z0-9]+|[.!?,'{CURLY}]")
STOPPED = re.compile(r"[A-Za-z0-9]+\.")
NOTHING = Score(0.0, 0.0, [], 0)


class Lexicon(dict[str, dict[str | None, list[float]]]):
    """TextBlob's lexicon once it is loaded: its own look-ups ask each time whether it is."""

    labeler, negations, modifiers = sentiment.labeler, sentiment.negations, sentiment.modifiers
    modifier = staticmethod(sentiment.modifier)


class Known(NamedTuple):
    """What is looked up of each text."""

    lexicon: Lexicon
    heads: frozenset[str]
    telling: frozenset[str]  # tokens without which no text has a score
    alone: dict[str, Assessment]  # what a token brings that changes nothing in those after it


def load(_options: Options) -> Backend:
    """TextBlob as the installed package has it."""
    sentiment.load()
    lexicon = Lexicon(sentiment)
    content = Path(sentiment.path).read_bytes() + version("textblob").encode()
    telling = frozenset({*lexicon, *lexicon.negations})
    score = partial(_scores, Known(lexicon, _heads(lexicon), telling, _alone(lexicon)))
    return Backend("textblob", frozenset({"en"}), hashlib.sha256(content).hexdigest()[:16], score)


def _alone(lexicon: Lexicon) -> dict[str, Assessment]:
    """Most words: neither negations, which turn what follows, nor modifiers, which strengthen it."""
    found: dict[str, Assessment] = {}
    for word, kinds in lexicon.items():
        if word not in lexicon.negations and None in kinds and not any(map(kinds.__contains__, lexicon.modifiers)):
            polarity, subjectivity, _ = kinds[None]
            found[word] = ([word], polarity, subjectivity)
    return found


def _heads(lexicon: Lexicon) -> frozenset[str]:
    """The first letters of every form, up to the first sign: a text without any of them has no word of the lexicon."""
    # A token has neither spaces nor apostrophes, so forms that have them are never met.
    forms = [form for form in lexicon if " " not in form and "'" not in form]
    odd = [form for form in forms if not LETTERS.search(form)]
    faces = [form for group in EMOTICONS.values() for form in group]
    emoticons = [
        form for form in faces if not SIGNS.search(form.lower()) or not (ODD.search(form) or FACE.search(form))
    ]
    if odd or emoticons:
        raise ImportError(f"textblob {version('textblob')} has forms that would be overlooked: {odd + emoticons}")
    return frozenset(match[0] for form in forms if (match := LETTERS.search(form)))


def _scores(known: Known, texts: list[str], words: list[list[str]]) -> list[Score]:
    return [_score(known, text, found) for text, found in zip(texts, words, strict=True)]


def _score(known: Known, text: str, words: list[str]) -> Score:
    if not _is_plain(text):
        return _by_textblob(known, text, words)
    # The words of a plain text are its tokens, but for marks and what stands around an apostrophe.
    if "'" in text or CURLY in text:
        telling = [token for token in _tokens(text) if token in known.telling]
    else:
        telling = [word for word in words if word in known.telling]
    if not telling:
        return NOTHING
    if "!" not in text and known.alone.keys() >= set(telling):
        assessments = [known.alone[token] for token in telling]
    else:
        assessments = _assessments(known, _tokens(text))
    return _summed(known, assessments, words)


def _tokens(text: str) -> list[str]:
    """TextBlob's tokens of a plain text, in small letters."""
    return TOKEN.findall(_cut_not(text).lower())


def _cut_not(text: str) -> str:
    return text.replace("n't", " n't")  # TextBlob's first step


def _is_plain(text: str) -> bool:
    if ODD.search(text) or FACE.search(text):
        return False
    return "." not in text or not any(map(_is_abbreviation, STOPPED.findall(text)))


def _by_textblob(known: Known, text: str, words: list[str]) -> Score:
    """The score of a text that only TextBlob's own tokenizer can cut."""
    small = _cut_not(text).lower()
    if not SIGNS.search(small) and known.heads.isdisjoint(LETTERS.findall(small)):
        return NOTHING
    return _summed(known, _assessments(known, " ".join(sentiment.tokenizer(text)).lower().split()), words)


def _assessments(known: Known, tokens: list[str]) -> list[Assessment]:
    found = Sentiment.assessments(known.lexicon, zip(tokens, repeat(None)))
    return [(said, polarity, subjectivity) for said, polarity, subjectivity, _ in found]


def _summed(known: Known, assessments: list[Assessment], words: list[str]) -> Score:
    polarity = subjectivity = 0.0
    for _, one, other in assessments:  # as TextBlob adds up: one after the other
        polarity += one
        subjectivity += other or 0.0
    count = len(assessments) or 1
    return Score(polarity / count, subjectivity / count, assessments, sum(map(known.lexicon.__contains__, words)))


def _is_abbreviation(chunk: str) -> bool:
    return chunk in ABBREVIATIONS or any(form.match(chunk) for form in (RE_ABBR1, RE_ABBR2, RE_ABBR3))
