"""Texts of people -> the same without the names of others: mentions, addresses, and who else wrote in the lake."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

import regex
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.report.lake import Reading, collected
from tubelake.text.words import is_content

SOMEBODY = "[name]"
LONGEST_NAME = 4  # words; longer names are slogans
MOST_NAMES = 2_000  # that the shown texts may hold
_MAIL = regex.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MENTION = regex.compile(r"@[\p{L}\p{M}\p{N}_.\-·]+")
_NO_WORD = r"[^\p{L}\p{M}\p{N}]+"
_JOINT = r"[^\p{L}\p{M}\p{N}]+"

Names = Sequence[str]


def without_names(text: str | None, names: Names = ()) -> str:
    """The text with `[name]` in the place of e-mail addresses, mentions and these names; null is empty.

    A name that is one plain word is looked for as it is written: whoever is called Fire leaves "fire" a word.
    """
    told: str = _MENTION.sub(SOMEBODY, _MAIL.sub("[address]", text or ""))
    for name in names:
        told = _pattern(name).sub(SOMEBODY, told)
    return told


def _pattern(name: str) -> regex.Pattern[str]:
    parts = _parts(name)
    is_word = len(parts) == 1 and name.isalpha()
    joined = _JOINT.join(map(regex.escape, parts))
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}]){joined}(?![\p{{L}}\p{{N}}])", 0 if is_word else regex.IGNORECASE)


def names_in(reading: Reading, writings: DataFrame, texts: Iterable[str | None]) -> Names:
    """Which names of authors (`author_name` of `writings`) stand in these texts, the longest first.

    The texts go to the names, as rows of one to four words each, and only names that match come back.
    """
    spoken = sorted({run for text in texts for run in _runs(text or "")})
    if not spoken:
        return []
    runs = reading.spark.createDataFrame([(run,) for run in spoken], "run string")
    named = writings.where("author_name IS NOT NULL").select("author_name", _plain(F.col("author_name")).alias("run"))
    found = named.join(F.broadcast(runs), on="run", how="left_semi").select("author_name").distinct()
    names = (row["author_name"] for row in collected(found.orderBy("author_name"), MOST_NAMES))
    return sorted(filter(_is_telling, names), key=lambda name: (-len(name), name))


def _plain(name: Column) -> Column:
    """A name as its words in small letters, separated by single spaces."""
    return F.lower(F.trim(F.regexp_replace(name, _NO_WORD, " ")))


def _runs(text: str) -> Iterable[str]:
    words = _parts(text.lower())
    for size in range(1, LONGEST_NAME + 1):
        yield from (" ".join(run) for run in zip(*(islice(words, at, None) for at in range(size)), strict=False))


def _parts(text: str) -> list[str]:
    return str(regex.sub(_NO_WORD, " ", text)).split()


def _is_telling(name: str) -> bool:
    """Whether it can be told from a word: `the` as a name would empty every text."""
    parts = _parts(name)
    return len(re.sub(r"\s", "", name)) > 1 and (len(parts) > 1 or is_content(parts[0].lower()))
