"""What people write, spelled out so that lexicons can read it; the text itself is kept beside it.

Two steps, since slang needs the language and the language needs clean text: `clean` for every text, `spell_out` for
English. One pass in Python: names of emoji and the choice between stretched forms are look-ups, which Spark SQL has not.
"""

import html
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import product

import regex
import yaml

from tubelake.text.words import CURLY, LISTS, MENTION, URL

VERSION = "2"  # raise it with the rules or with the list of slang: texts are then scored anew
LONGEST = 20_000  # characters that are read of a text: a book in a chat message is spam
_URL, _MENTION = regex.compile(URL, regex.IGNORECASE), regex.compile(MENTION)
_EMOTE = re.compile(r":[_-]*([A-Za-z][A-Za-z0-9_-]*):")  # the chat's own pictures, as `:hand-pink-waving:`
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u00ad\x00-\x08\x0e-\x1f]")
_LONE = re.compile("[\ud800-\udfff]")
_SIGNS = re.compile("[#*0-9]?[\u00a9-\u00ae\u200d\u203c-\u3299\ufe0f\U0001f000-\U000e007f]+")  # emoji are made of these
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(rf"[A-Za-z0-9][A-Za-z0-9'{CURLY}/]*")
_STRETCHED = re.compile(r"([a-z])\1{2,}|([a-z])\2\Z")
_RUN = re.compile(r"([a-z])\1+")
_LAUGH = re.compile(r"(?:a*(?:ha|he|hi|ho){2,}h*a*|a*h*(?:haha)+h*a*|l+o+l+(?:o+l+)*|l+m+a+o+|x+d+|k*e*k+w*)\Z")
_PLAIN = re.compile(r"[A-Za-z0-9 .,!?'\"()\-]*\Z")  # nothing in it that `clean` would change


def clean(text: str) -> str:
    """The text without addresses, mentions and what is not seen, in plain letters.

    HTML entities become characters, letters in fancy dress (fullwidth, mathematical) plain ones, half surrogate pairs
    nothing. What is longer than 20,000 characters is cut there.
    """
    text = text[:LONGEST]
    if _PLAIN.match(text):
        return text.strip()
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _UNSEEN.sub("", _LONE.sub("", text)))
    elif not text.isprintable():
        text = _UNSEEN.sub("", text)
    if "://" in text or "www." in text.lower():
        text = _URL.sub(" ", text)
    if "@" in text:
        text = _MENTION.sub(" ", text)
    return _SPACES.sub(" ", text).strip()


def without_emotes(text: str) -> str:
    """The text without the names of the chat's own pictures, which are English in any language."""
    return _EMOTE.sub(" ", text) if text.count(":") > 1 else text


def spell_out(text: str) -> str:
    """An English text with slang, abbreviations and stretched words spelled out, emoji and emotes named."""
    if not text.isascii():
        text = _SIGNS.sub(lambda signs: _named(signs[0]), text)
    if text.count(":") > 1:
        text = _EMOTE.sub(lambda emote: f" {_CAMEL.sub(' ', emote[1]).lower()} ", text)
    return _SPACES.sub(" ", _TOKEN.sub(lambda token: _meaning(token[0]), text)).strip()


@lru_cache(10_000)
def _named(signs: str) -> str:
    """A run of signs with each emoji among them replaced by its name, in words."""
    import emoji

    return emoji.replace_emoji(signs, lambda _, data: f" {re.sub('[:_-]+', ' ', str(data['en'])).lower()} ")


@lru_cache(100_000)
def _meaning(token: str) -> str:
    small = token.lower().replace(CURLY, "'")
    usual = usual_form(small)
    return slang().get(small) or slang().get(usual) or (token if usual == small else usual)


@lru_cache(100_000)
def usual_form(word: str) -> str:
    """A word in small letters as it is usually written: laughter as `laughing`, and nothing stretched."""
    if _LAUGH.match(word):
        return "laughing"
    return _shrunk(word) if _STRETCHED.search(word) else word


def _shrunk(word: str) -> str:
    """Each run of a letter once or twice, whichever gives a word."""
    from tubelake.text.language import english_words

    if word in english_words():
        return word
    runs = list(_RUN.finditer(word))
    known = english_words() if len(runs) <= 4 else frozenset[str]()
    for lengths in product((2, 1), repeat=len(runs)) if known else ():
        shorter = _with_runs(word, runs, lengths)
        if shorter in known:
            return shorter
    return _RUN.sub(r"\1", word)


def _with_runs(word: str, runs: list[re.Match[str]], lengths: tuple[int, ...]) -> str:
    pieces, at = [], 0
    for run, length in zip(runs, lengths, strict=True):
        pieces += [word[at : run.start()], run[1] * length]
        at = run.end()
    return "".join([*pieces, word[at:]])


@cache
def slang() -> Mapping[str, str]:
    """What each word of slang means, from a list of ours."""
    listed = yaml.load((LISTS / "slang.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - ours; all stay text
    return {str(form): str(meaning) for form, meaning in listed.items()}
