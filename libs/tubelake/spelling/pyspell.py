"""Corrections by pyspellchecker (after Norvig, "How to write a spelling corrector", 2007): all edits of a word are looked up."""

from functools import lru_cache
from typing import TYPE_CHECKING

from tubelake.backends.libraries import need
from tubelake.spelling.dictionary import Dictionary, counts_of

if TYPE_CHECKING:
    from spellchecker import SpellChecker


def check() -> None:
    """Raises UsageError where the package is missing."""
    need(["spellchecker"], "spelling.backend=pyspellchecker", "nlp")


def correct(words: list[str], dictionary: Dictionary) -> list[str]:
    """The most common word within one edit, or else two, of each word (small letters); itself where there is none."""
    checker = _checker(dictionary)
    return [checker.correction(word) or word for word in words]


@lru_cache(maxsize=1)
def _checker(dictionary: Dictionary) -> "SpellChecker":
    from spellchecker import SpellChecker

    checker = SpellChecker(language=None)
    checker.word_frequency.load_json(counts_of(dictionary))
    return checker
