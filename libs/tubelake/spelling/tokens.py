"""What of a text is a token that may be misspelt, and how a corrected word takes on the token's form."""

import re
from collections.abc import Callable, Container
from typing import NamedTuple

import regex
from pyspark.sql import Column
from pyspark.sql import functions as F

MOST_CHARACTERS = 20_000  # the rest of a longer text stays as it is: no picture shows so many
FEWEST_LETTERS, MOST_LETTERS = 3, 30  # of a token that may be corrected
_SIGNS = r"[\p{L}\p{M}\p{N}]"
_TOKEN = rf"{_SIGNS}++(?:['\u2019]{_SIGNS}++){{0,3}}+"
# What stands together with one of these is an address, a name, a tag, a price, a censored word or a formula.
_KEPT = r"[^\s]*(?:[@#_$€£¥%+=*^~|\\<>&]|://|www\.)[^\s]*|" + rf"{_SIGNS}++(?:\.{_SIGNS}++)++"
PIECE = rf"(?s){_KEPT}|{_TOKEN}|[^\p{{L}}\p{{M}}\p{{N}}@#_$€£¥%+=*^~|\\<>&]++|."
_LATIN = r"\p{IsLatin}\p{IsLatin}"  # what makes a token a word of a language with Latin letters
_LATIN_PYTHON = regex.compile(r"\p{Latin}\p{Latin}")
_WORD, _WITH_DIGITS = re.compile(r"[a-z]+"), re.compile(r"[0158]?[a-z]+(?:[0158][a-z]+)*[0158]?")
_POSSESSIVE = re.compile(r"(?<=.)['\u2019]s$", re.IGNORECASE)
# What looks alike in print, as an OCR engine takes one for the other.
_DIGITS = (("0", "o"), ("1", "l"), ("1", "i"), ("5", "s"), ("8", "b"))
_LOOKALIKES = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("l", "i"), ("i", "l"))


class Parts(NamedTuple):
    """A token that may be misspelt: its word in small letters, the form that it has, and what follows the word."""

    word: str
    form: Callable[[str], str]
    tail: str


def pieces(text: Column) -> Column:
    """A text cut into tokens and what is between; joined they are the text (its first MOST_CHARACTERS). Null stays null."""
    return F.regexp_extract_all(F.substring(text, 1, MOST_CHARACTERS), F.lit(PIECE), 0)


def is_word(piece: Column) -> Column:
    """Whether a piece is a word in Latin letters, and no address, name, tag or number."""
    return piece.rlike(_LATIN) & piece.rlike(rf"^{_TOKEN}$")


def is_latin(token: str) -> bool:
    """Whether a token has two Latin letters together."""
    return _LATIN_PYTHON.search(token) is not None


def parts(token: str) -> Parts | None:
    """The parts of a token; None where it is none that may be corrected: of mixed case, of another script, with marks."""
    tail = found.group() if (found := _POSSESSIVE.search(token)) else ""
    stem = token[: len(token) - len(tail)]
    form = _form(stem)
    word = stem.lower()
    if form is None or not FEWEST_LETTERS <= len(word) <= MOST_LETTERS or not _WITH_DIGITS.fullmatch(word):
        return None
    return Parts(word, form, tail)


def plain_word(token: str) -> str | None:
    """The word in small letters of a token that may be corrected, if it has no digits; else None."""
    found = parts(token)
    return found.word if found and is_plain(found.word) else None


def is_known(token: str, known: Container[str]) -> bool:
    """Whether a token is in the dictionary, as it is or without its 's."""
    small = token.lower().replace("\u2019", "'")
    return small in known or small.removesuffix("'s") in known


def is_plain(word: str) -> bool:
    """Whether a word has letters alone."""
    return _WORD.fullmatch(word) is not None


def lookalikes(word: str) -> list[str]:
    """What a word may be whose print was misread: digits for letters, or a letter for one or two that look like it."""
    if not is_plain(word):
        return _without_digits(word)
    return [
        word[: found.start()] + right + word[found.end() :]
        for wrong, right in _LOOKALIKES
        for found in re.finditer(wrong, word)
    ]


def _without_digits(word: str) -> list[str]:
    """Letters for the digits of a word. A digit at the end is a number more often: part1, top10."""
    if len(word) < 4 or word[-1] in "158" or word[-2:].isdigit():
        return []
    found = [word]
    for digit, letter in _DIGITS:
        found += [other.replace(digit, letter) for other in found if digit in other]
    return [other for other in found if is_plain(other)]


def _form(stem: str) -> Callable[[str], str] | None:
    """How a word takes on the case of a stem; None for mixed case. Digits have none, and may stand for letters."""
    letters = "".join(filter(str.isalpha, stem))
    if letters.islower():
        return str
    if letters.isupper() and len(stem) > 1:
        return str.upper
    return str.capitalize if stem[0].isupper() and letters[1:].islower() else None
