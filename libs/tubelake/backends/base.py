"""What a sentiment backend is: texts in, a score for each out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

# Words, and the polarity and subjectivity that they bring.
Assessment = tuple[list[str], float, float | None]


class Score(NamedTuple):
    """What a backend says of one text."""

    polarity: float | None  # -1 to 1; None: it cannot score this text
    subjectivity: float | None  # 0 to 1; None: the backend has none
    assessments: list[Assessment]
    known: int  # how many of the text's words it knows


@dataclass(frozen=True)
class Options:
    """All that a backend is loaded with; it travels to the executors."""

    backend: str
    lexicon: str | None = None
    lexicon_language: str = "en"
    model: str = ""
    threads: int = 1  # that a model may use: the cores of a Spark task


@dataclass(frozen=True)
class Backend:
    name: str
    languages: frozenset[str] | None  # ISO 639-1 codes that it reads; None: any
    model_hash: str  # first 16 hex digits of SHA-256 over its words or weights
    # Scores of texts, given with the words of each; as many, in the same order. A text that it cannot read has no polarity.
    score: Callable[[list[str], list[list[str]]], list[Score]]
