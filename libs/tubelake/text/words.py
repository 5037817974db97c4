"""What a word is, in Spark and in Python alike, and the words that say nothing about a topic."""

import importlib.resources
import re
from collections.abc import Iterable, Mapping

import regex
import yaml
from pyspark.sql import Column
from pyspark.sql import functions as F

LISTS = importlib.resources.files("tubelake.text") / "lists"
COMMON_WORDS_VERSION = "1"  # raise it with the file: what was derived with the words is then derived anew
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
# Letters, marks and digits of any script, with apostrophes inside. Java's and Python's `regex` read the same.
_SIGNS = r"[\p{L}\p{M}\p{N}]+"
WORD = f"{_SIGNS}(?:'{_SIGNS})*"
URL = r"(?:https?://|www\.)\S+"
MENTION = r"@[\p{L}\p{M}\p{N}_.-]+"
_NUMBER, _LETTER = r"[\p{N}]+", r"[\p{IsLatin}\p{IsCyrillic}\p{IsGreek}]"
_NO_CONTENT = regex.compile(rf"{_NUMBER}|[\p{{Latin}}\p{{Cyrillic}}\p{{Greek}}]")
_LEFT_OUT, _WORD = regex.compile(f"{URL}|{MENTION}"), regex.compile(WORD)
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")  # the same for plain text, four times as fast


def words(text: Column) -> Column:
    """The words of `text` in small letters, in order, without addresses and mentions; null stays null."""
    small = F.lower(text)
    # Most texts have none of these signs, and then two of three passes are spared. They are looked for in the text as it
    # is: Spark would put it into small letters again for each look.
    may_name = text.contains("@") | text.contains("/") | text.contains(".")
    plain = F.when(may_name, F.regexp_replace(small, f"{URL}|{MENTION}", " ")).otherwise(small)
    straight = F.when(text.contains(CURLY), F.translate(plain, CURLY, "'")).otherwise(plain)
    return F.regexp_extract_all(straight, F.lit(WORD), 0)


def find_words(text: str) -> list[str]:
    """The same words of a text in Python."""
    small = text.lower()
    if "@" in small or "www." in small or "://" in small:
        small = _LEFT_OUT.sub(" ", small)
    if small.isascii():
        return _ASCII_WORD.findall(small)
    return list(_WORD.findall(small.replace(CURLY, "'")))


def content_words(text: Column, language: Column | None = None) -> Column:
    """The words of `text` that may be about something: no common words of its language, no numbers, no single letters.

    Without a language, or one that has no list, the common words are those of English.
    """
    return only_content(words(text), language)


def only_content(found: Column, language: Column | None = None) -> Column:
    """Those of an array of words that may be about something."""
    telling = F.filter(found, lambda word: ~word.rlike(rf"^({_NUMBER}|{_LETTER})$"))
    if language is None:
        return _without(telling, STOP_WORDS["en"])
    code = F.lower(F.substring_index(language, "-", 1))
    prefix = F.concat(F.when(code.isin(*STOP_WORDS), code).otherwise("en"), F.lit(":"))
    marked = F.transform(telling, lambda word: F.concat(prefix, word))
    every = [f"{of}:{word}" for of, common in STOP_WORDS.items() for word in common]
    return F.transform(_without(marked, every), lambda word: F.substring_index(word, ":", -1))


def is_content(word: str, language: str | None = None) -> bool:
    """Whether a word may be about something, in Python."""
    code = (language or "en").split("-")[0].lower()
    return word not in STOP_WORDS.get(code, STOP_WORDS["en"]) and not _NO_CONTENT.fullmatch(word)


def _without(found: Column, left_out: Iterable[str]) -> Column:
    # As text: a Column would be told each word by itself, which takes a second for 2,000.
    listed = ", ".join("'" + word.replace("'", "\\'") + "'" for word in sorted(left_out))
    return F.call_function("filter", found, F.expr(f"word -> word NOT IN ({listed})"))


def _read_common_words() -> dict[str, frozenset[str]]:
    listed = yaml.safe_load((LISTS / "common_words.yml").read_text(encoding="utf-8"))
    return {str(language): frozenset(str(common).split()) for language, common in listed.items()}


STOP_WORDS: Mapping[str, frozenset[str]] = _read_common_words()
