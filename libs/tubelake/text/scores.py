"""Texts to rows of `text_scores`: cleaned, their language told, spelled out, scored. One pass over Arrow batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake import backends
from tubelake.backends import Backend, Options, Score, sparknlp
from tubelake.garbage import no_garbage
from tubelake.settings import Text
from tubelake.text import korean, language, normalise, pieces
from tubelake.text.pieces import Piece
from tubelake.text.words import COMMON_WORDS_VERSION, find_words

KEPT = 200_000  # distinct texts whose scores a worker remembers: half of a chat is said again and again
UNSCORED = Score(None, None, [], 0)
_ASSESSMENTS = "array<struct<words:array<string>,polarity:double,subjectivity:double>>"
_READ = "source string, source_id string, video_id string, fetched_at timestamp"
_TOLD = "language string, language_confidence double, scored_text string"
_SCORED = "word_count int, known int, is_scored boolean, polarity double, subjectivity double"
SCHEMA = f"{_READ}, {_TOLD}, {_SCORED}, assessments {_ASSESSMENTS}"


@dataclass(frozen=True)
class Scorer:
    """How texts are scored, and the names by which rows say so."""

    options: Options
    spells_out: bool
    languages: frozenset[str] | None
    model_hash: str

    @property
    def rules(self) -> str:
        told = f"words {COMMON_WORDS_VERSION}, language {language.VERSION}"
        return f"{told}, normalise {normalise.VERSION}" if self.spells_out else told

    @property
    def made_by(self) -> tuple[str, str, str]:
        """What all scores depend on besides the texts."""
        return self.options.backend, self.model_hash, self.rules


def scorer(text: Text, threads: int) -> Scorer:
    """The scorer that the settings ask for. Raises UsageError where the backend lacks what it needs."""
    lexicon = str(Path(text.lexicon).expanduser().absolute()) if text.lexicon else None  # workers run elsewhere
    model = str(Path(text.model).expanduser().absolute())
    options = Options(text.sentiment_backend, lexicon, text.lexicon_language, model, threads)
    backend = backends.load(options)
    if _is_korean(options):
        korean.find_words("")  # a package that is missing is said before anything is run
    return Scorer(options, text.normalise, backend.languages, backend.model_hash)


def scores(texts: DataFrame, by: Scorer) -> DataFrame:
    """One row a text, with the columns of `text_scores`, of (source, source_id, video_id, text, fetched_at)."""
    if by.options.backend == sparknlp.NAME:
        read = texts.mapInArrow(_reading(by), f"{_READ}, {_TOLD}, words array<string>, may_score boolean")
        scored = _by_frame(read, by.options)
    else:
        scored = texts.mapInArrow(_scoring(by), SCHEMA)
    return with_made_by(scored, *by.made_by)


def with_made_by(scored: DataFrame, backend: str, model_hash: str, rules: str) -> DataFrame:
    """Adds what made the scores, and the share of words that it knew."""
    coverage = F.when(F.col("word_count") > 0, F.col("known") / F.col("word_count"))
    made_by = {"backend": F.lit(backend), "model_hash": F.lit(model_hash), "rules": F.lit(rules)}
    return scored.withColumns({"coverage": coverage, **made_by})


class Readings(NamedTuple):
    """Texts made ready, and what was found out about them."""

    languages: Sequence[str | None]
    confidences: Sequence[float]
    texts: Sequence[str]
    words: Sequence[list[str]]
    may_score: Sequence[bool]  # whether the backend reads the language


def _readings(texts: Sequence[str], by: Scorer) -> Readings:
    """Step by step, each for all texts, which is a fourth faster than text by text."""
    detect, is_korean = language.load(), _is_korean(by.options)
    read = [pieces.pieces_of(text) for text in texts]
    told = [_told(each, detect) for each in read]
    # What has no words in any language may still have emoji and emotes, whose names are English.
    english = [by.spells_out and (code == "en" or (code is None and sure == 0)) for code, sure in told]
    shown = [
        pieces.spelled_out(each) if is_english else pieces.cleaned(each) if by.spells_out else text
        for text, each, is_english in zip(texts, read, english, strict=True)
    ]
    words = [
        [word for piece in each for word in piece.spelled_words] if is_english
        else korean.find_words(text) if is_korean and code == "ko" else find_words(text)
        for text, each, is_english, (code, _) in zip(shown, read, english, told, strict=True)
    ]  # fmt: skip
    may_score = [by.languages is None or (code or "en") in by.languages for code, _ in told]
    return Readings([code for code, _ in told], [sure for _, sure in told], shown, words, may_score)


def _told(read: Sequence[Piece], detect: language.Detect) -> tuple[str | None, float]:
    if share := language.share_if_english([piece.signs for piece in read]):
        return "en", share
    return detect(pieces.plain(read), [word for piece in read for word in piece.words])


def _is_korean(options: Options) -> bool:
    return options.backend == "lexicon" and options.lexicon_language == "ko"


def _scored(texts: Sequence[str], by: Scorer, backend: Backend) -> list[tuple[Any, ...]]:
    """Of each text: language, confidence, scored text, words, known, is scored, polarity, subjectivity, assessments."""
    read = _readings(texts, by)
    asked = [at for at, may in enumerate(read.may_score) if may and read.texts[at]]
    answers = backend.score([read.texts[at] for at in asked], [read.words[at] for at in asked])
    given = dict(zip(asked, answers, strict=True))
    scores = [given.get(at, UNSCORED) for at in range(len(texts))]
    return list(map(_row, read.languages, read.confidences, read.texts, read.words, scores))


def _row(language: str | None, confidence: float, text: str, words: list[str], score: Score) -> tuple[Any, ...]:
    # Without a language only something that the backend knows, such as :-), makes it more than silence.
    is_telling = bool(words if language else score.assessments)
    is_scored = score.polarity is not None and is_telling
    told = (language, confidence, text, len(words), min(score.known, len(words)), is_scored)
    return (*told, score.polarity, score.subjectivity, score.assessments) if is_scored else (*told, None, None, None)


ARROW = (
    pa.string(), pa.float64(), pa.string(), pa.int32(), pa.int32(), pa.bool_(), pa.float64(), pa.float64(),
    pa.list_(pa.struct({"words": pa.list_(pa.string()), "polarity": pa.float64(), "subjectivity": pa.float64()})),
)  # fmt: skip
NAMES = (
    "language", "language_confidence", "scored_text", "word_count", "known", "is_scored", "polarity", "subjectivity",
    "assessments",
)  # fmt: skip
_GIVEN = ("source", "source_id", "video_id", "fetched_at")


def _scoring(by: Scorer) -> Any:
    """What each task does: texts that it has met before are not scored again."""

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        backend = _same_backend(by)
        known: dict[str, tuple[Any, ...]] = {}
        for batch in batches:
            texts = batch.column("text").to_pylist()
            if len(known) > KEPT:
                known.clear()
            with no_garbage():
                fresh = [text for text in dict.fromkeys(texts) if text not in known]
                known.update(zip(fresh, _scored(fresh, by, backend), strict=True))
                scored = filled(batch, ARROW, NAMES, [known[text] for text in texts])
            yield scored

    return score


def _same_backend(by: Scorer) -> Backend:
    """The scorer's backend, loaded where it scores."""
    backend = backends.load(by.options)
    if backend.model_hash != by.model_hash:
        raise RuntimeError(
            "text.model or text.lexicon is another here than on the driver, or has just changed: run again"
        )
    return backend


def _reading(by: Scorer) -> Any:
    """The same without a score, for a backend that works on frames."""
    types = (*ARROW[:3], pa.list_(pa.string()), pa.bool_())
    names = (*NAMES[:3], "words", "may_score")

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield filled(batch, types, names, list(zip(*_readings(batch.column("text").to_pylist(), by), strict=True)))

    return read


def filled(
    batch: pa.RecordBatch, types: Sequence[pa.DataType], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> pa.RecordBatch:
    """What comes of a batch: its own columns, and those of `names` from as many rows."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.RecordBatch.from_arrays([*map(batch.column, _GIVEN), *arrays], [*_GIVEN, *names])


def _by_frame(read: DataFrame, options: Options) -> DataFrame:
    """Scores of a backend that works on frames: it reads every text, and what it must not score loses its score."""
    scored = sparknlp.score_frame(read, options)
    is_scored = F.col("may_score") & F.col("polarity").isNotNull() & (F.size("words") > 0)
    return scored.select(
        *_GIVEN, "language", "language_confidence", "scored_text",
        F.size("words").alias("word_count"),
        F.coalesce("known", F.lit(0)).alias("known"),
        is_scored.alias("is_scored"),
        *(F.when(is_scored, F.col(name)).alias(name) for name in ("polarity", "subjectivity")),
        F.when(is_scored, F.array().cast(_ASSESSMENTS)).alias("assessments"),
    )  # fmt: skip
