"""Corrections by SymSpell (Garbe 2012, symmetric deletes): edit distance 2, prefixes of 7, the likeliest of the nearest."""

from functools import lru_cache
from typing import TYPE_CHECKING

from tubelake.backends.libraries import need
from tubelake.garbage import no_garbage
from tubelake.spelling import rules
from tubelake.spelling.dictionary import Dictionary, counts_of

if TYPE_CHECKING:
    from symspellpy import SymSpell

DISTANCE, PREFIX = 2, 7


def check() -> None:
    """Raises UsageError where the package is missing."""
    need(["symspellpy"], "spelling.backend=symspell", "nlp")


def correct(words: list[str], dictionary: Dictionary) -> list[str]:
    """The likeliest correction of each word (small letters); itself where none is near."""
    if not words:
        return []
    from symspellpy import Verbosity

    index = _index(dictionary)
    found = [index.lookup(word, Verbosity.CLOSEST, DISTANCE) for word in words]
    return [
        rules.likeliest(word, {item.term: item.count for item in items}) or word
        for word, items in zip(words, found, strict=True)
    ]


@lru_cache(maxsize=1)
def _index(dictionary: Dictionary) -> "SymSpell":
    """Built once a process, 2 s; none in one that meets no unknown word."""
    from symspellpy import SymSpell

    index = SymSpell(DISTANCE, PREFIX)
    with no_garbage():
        for word, count in counts_of(dictionary).items():
            index.create_dictionary_entry(word, count)
    return index
