"""Sentiment by VADER: a word list and rules made for English posts (Hutto and Gilbert, ICWSM 2014)."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer, SentiText

from tubelake.backends.base import Assessment, Backend, Options, Score

GREATEST = 4.0  # the word list goes from -4 to 4
WORDS_AT_ONCE = 500  # VADER's time grows with the square of a text's words: a text of 1 MB would take minutes


def load(_options: Options) -> Backend:
    """VADER as the installed package has it."""
    analyzer = SentimentIntensityAnalyzer()
    content = json.dumps([version("vaderSentiment"), analyzer.lexicon, analyzer.emojis], sort_keys=True)
    model_hash = hashlib.sha256(content.encode()).hexdigest()[:16]
    return Backend("vader", frozenset({"en"}), model_hash, partial(_scores, analyzer))


def _scores(analyzer: SentimentIntensityAnalyzer, texts: list[str], words: list[list[str]]) -> list[Score]:
    return [_score(analyzer, text, known) for text, known in zip(texts, words, strict=True)]


def _score(analyzer: SentimentIntensityAnalyzer, text: str, words: Sequence[str]) -> Score:
    """VADER's compound as polarity. Long texts: the mean over their pieces, weighted by words, as its authors advise."""
    pieces = [(count, analyzer.polarity_scores(piece)["compound"]) for count, piece in _pieces(text)]
    if not pieces:
        return Score(None, None, [], 0)
    polarity = sum(count * compound for count, compound in pieces) / sum(count for count, _ in pieces)
    return Score(polarity, None, _assessments(analyzer.lexicon, text), sum(word in analyzer.lexicon for word in words))


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """A text cut after every so many words, with how many words each piece has; a usual one comes as it is."""
    tokens = text.split()
    if 0 < len(tokens) <= WORDS_AT_ONCE:
        yield len(tokens), text
        return
    for start in range(0, len(tokens), WORDS_AT_ONCE):
        piece = tokens[start : start + WORDS_AT_ONCE]
        yield len(piece), " ".join(piece)


def _assessments(lexicon: Mapping[str, float], text: str) -> list[Assessment]:
    """The words and emoticons of the list that the text has, with their values there, before the rules."""
    tokens = (token.lower() for token in SentiText(text).words_and_emoticons)
    return [([token], lexicon[token] / GREATEST, None) for token in tokens if token in lexicon]
