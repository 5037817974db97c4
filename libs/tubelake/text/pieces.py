"""Texts read by their pieces: what stands between two blanks is cleaned, spelled out and understood once a worker.

None of these steps looks beyond a blank, and people write the same pieces again and again, in new texts too.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tubelake.text.language import Signs, signs
from tubelake.text.normalise import LONGEST, clean, spell_out, without_emotes
from tubelake.text.words import find_words

KEPT = 50_000  # pieces, 40 MB
LONG = 50  # characters; what is longer than words are comes once


class Piece(NamedTuple):
    cleaned: str
    plain: str  # without the names of the chat's own pictures
    words: list[str]  # of that
    spelled_out: str
    spelled_words: list[str]
    signs: Signs


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a text, up to its 20,000th character."""
    return [_known(chunk) if len(chunk) <= LONG else _piece(chunk) for chunk in text[:LONGEST].split()]


def _piece(chunk: str) -> Piece:
    cleaned = clean(chunk)
    plain = without_emotes(cleaned).strip()
    words = find_words(plain)
    spelled_out = spell_out(cleaned)
    return Piece(cleaned, plain, words, spelled_out, find_words(spelled_out), signs(plain, words))


_known = lru_cache(KEPT)(_piece)


def cleaned(pieces: Sequence[Piece]) -> str:
    """The cleaned text."""
    return _joined([piece.cleaned for piece in pieces])


def plain(pieces: Sequence[Piece]) -> str:
    """The cleaned text without emotes."""
    return _joined([piece.plain for piece in pieces])


def spelled_out(pieces: Sequence[Piece]) -> str:
    """The cleaned text spelled out."""
    return _joined([piece.spelled_out for piece in pieces])


def _joined(texts: Sequence[str]) -> str:
    return " ".join(filter(None, texts))
