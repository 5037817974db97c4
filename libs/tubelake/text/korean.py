"""Words of Korean texts: particles and endings are cut off, verbs and adjectives get their dictionary form."""

from functools import cache
from typing import TYPE_CHECKING

from tubelake.errors import UsageError

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

_KEPT = (
    "N",
    "V",
    "MA",
    "MM",
    "IC",
    "XR",
    "SL",
    "SN",
)  # Sejong tags: nouns, verbs, adverbs, ..., foreign words, numbers


def find_words(text: str) -> list[str]:
    """The words of a Korean text, as kiwipiepy tells them; a verb or adjective as dictionaries have it, with -다.

    Raises UsageError where kiwipiepy is not installed.
    """
    found = [(token.form, str(token.tag)) for token in _kiwi().tokenize(text)]
    return [f"{form}다" if tag.startswith("V") else form.lower() for form, tag in found if tag.startswith(_KEPT)]


@cache
def _kiwi() -> "Kiwi":
    try:
        from kiwipiepy import Kiwi
    except ImportError:
        raise UsageError("a Korean lexicon needs a package that is not installed: install tubelake[korean]") from None
    return Kiwi(num_workers=1)
