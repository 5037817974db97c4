"""Texts -> rows of `corrected_texts`: cut into tokens, each distinct token corrected once, put together again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake import session
from tubelake.backends.sparknlp import check_session
from tubelake.settings import Spelling
from tubelake.spelling import norvig, pyspell, rules, symspell, tokens
from tubelake.spelling.dictionary import Dictionary, counts_of, dictionary_of, general_hash

WORDS = {"symspell": symspell, "pyspellchecker": pyspell}  # backends that correct lists of words
_TOKEN, _ASKED = "token string", "token string, word string, misread string"
_GIVEN = "token string, sure string, likely string"
_ASKED_ARROW = pa.schema([("token", pa.string()), ("word", pa.string()), ("misread", pa.string())])
_GIVEN_ARROW = pa.schema([("token", pa.string()), ("sure", pa.string()), ("likely", pa.string())])
Given = tuple[str, str | None, str | None]  # a token, its correction if that is sure, and if it is likely


@dataclass(frozen=True)
class Corrector:
    """What corrects words, and the names by which rows say so."""

    backend: str
    dictionary: Dictionary
    rules: str = f"spelling {rules.VERSION}"

    @property
    def made_by(self) -> tuple[str, str, str]:
        """What all corrections depend on besides the texts."""
        return self.backend, self.dictionary.model_hash, self.rules


def corrector(videos: DataFrame, spelling: Spelling) -> Corrector:
    """The corrector that the settings ask for. Raises UsageError where the backend lacks what it needs."""
    if spelling.backend == norvig.NAME:
        check_session()
    else:
        WORDS[spelling.backend].check()
    return Corrector(spelling.backend, dictionary_of(videos, spelling.dictionary, spelling.least_videos))


def depends_on(spelling: Spelling) -> tuple[object, ...]:
    """What corrections depend on besides the texts and the videos. Raises UsageError for a dictionary that lacks."""
    return spelling.backend, spelling.least_videos, rules.VERSION, general_hash(spelling.dictionary)


def corrected(texts: DataFrame, by: Corrector) -> DataFrame:
    """One row a text, with the columns of `corrected_texts`, of (source, source_id, video_id, text, fetched_at)."""
    found = _with_pieces(texts)
    tokens_found = found.select("source", "source_id", F.explode(F.array_distinct("words")).alias("token"))
    unknown = tokens_found.join(corrections(tokens_found.select("token").distinct(), by), on="token", how="inner")
    told = unknown.groupBy("source", "source_id").agg(
        F.map_from_entries(F.collect_list(F.struct("token", F.struct("sure", "likely")))).alias("unknown")
    )
    return _put_together(found.join(told, on=["source", "source_id"], how="left"), by)


def corrections(tokens_found: DataFrame, by: Corrector) -> DataFrame:
    """(token, sure, likely) of those of distinct tokens that are in no dictionary; null where it has no such correction."""
    spread = tokens_found.repartition(session.parallelism(tokens_found.sparkSession), "token")
    if by.backend != norvig.NAME:
        return spread.mapInArrow(_correcting(by), _GIVEN)
    asked = spread.mapInArrow(_asking(by), _ASKED)
    answers = norvig.correct_frame(asked.select("word").where("word IS NOT NULL").distinct(), by.dictionary)
    return asked.join(answers, on="word", how="left").mapInArrow(_judging(by), _GIVEN)


def _with_pieces(texts: DataFrame) -> DataFrame:
    cut = texts.withColumn("pieces", tokens.pieces(F.col("text")))
    return cut.withColumn("words", F.filter("pieces", tokens.is_word))


def _put_together(found: DataFrame, by: Corrector) -> DataFrame:
    """Likely corrections count where at most a third of the words are unknown and unsure, or the one word that there is."""
    given = F.col("unknown")
    unknown = F.size(F.filter("words", lambda word: given[word].isNotNull() & given[word]["sure"].isNull()))
    is_known_text = (F.size("words") == 1) | (3 * unknown <= F.size("words"))
    may = found.withColumn(
        "right",
        F.transform_values("unknown", lambda _, told: F.when(is_known_text, told["likely"]).otherwise(told["sure"])),
    )
    changed = F.filter("pieces", lambda piece: F.col("right")[piece].isNotNull())
    changes = F.transform(
        changed, lambda piece: F.struct(piece.alias("word"), F.col("right")[piece].alias("correction"))
    )
    joined = F.array_join(F.transform("pieces", lambda piece: F.coalesce(F.col("right")[piece], piece)), "")
    rest = F.substr(F.col("text"), F.lit(tokens.MOST_CHARACTERS + 1))
    backend, model_hash, made_rules = by.made_by
    return may.select(
        "source", "source_id", "video_id", "text",
        F.concat(joined, rest).alias("corrected_text"),
        F.when(F.col("right").isNull(), F.array().cast("array<struct<word:string,correction:string>>")).otherwise(changes).alias("changes"),
        F.lit(backend).alias("backend"), F.lit(model_hash).alias("model_hash"), F.lit(made_rules).alias("rules"),
        "fetched_at",
    )  # fmt: skip


def correct_tokens(found: list[str], backend: str, dictionary: Dictionary) -> list[Given]:
    """Corrections of those tokens that the dictionary does not know, by a backend that corrects lists."""
    asked = _asked(found, dictionary)
    words = list(dict.fromkeys(word for _, word, _ in asked if word))
    answers = dict(zip(words, WORDS[backend].correct(words, dictionary), strict=True))
    return [_given(token, answers.get(word or ""), misread, dictionary) for token, word, misread in asked]


def _asked(found: list[str], dictionary: Dictionary) -> list[tuple[str, str | None, str | None]]:
    """Tokens that the dictionary does not know, the word of each that a backend is to correct, or what was misread."""
    counts = counts_of(dictionary)
    unknown = [token for token in found if tokens.is_latin(token) and not tokens.is_known(token, counts)]
    misread = [rules.misread(token, counts) for token in unknown]
    return [
        (token, None if right else tokens.plain_word(token), right)
        for token, right in zip(unknown, misread, strict=True)
    ]


def _given(token: str, answer: str | None, misread: str | None, dictionary: Dictionary) -> Given:
    if misread is not None:
        return token, misread, misread
    sure, likely = rules.judged(token, answer, dictionary) if answer else (None, None)
    return token, sure, likely


Work = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def _correcting(by: Corrector) -> Work:
    backend, dictionary = by.backend, by.dictionary

    def correct(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield _batch(correct_tokens(batch.column("token").to_pylist(), backend, dictionary), _GIVEN_ARROW)

    return correct


def _asking(by: Corrector) -> Work:
    dictionary = by.dictionary

    def ask(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield _batch(_asked(batch.column("token").to_pylist(), dictionary), _ASKED_ARROW)

    return ask


def _judging(by: Corrector) -> Work:
    dictionary = by.dictionary

    def judge(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = (batch.column(name).to_pylist() for name in ("token", "correction", "misread"))
            judged = [_given(token, answer, right, dictionary) for token, answer, right in zip(*columns, strict=True)]
            yield _batch(judged, _GIVEN_ARROW)

    return judge


def _batch(rows: list[tuple[str, str | None, str | None]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else [()] * 3
    return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], schema=schema)


def note(texts: DataFrame) -> tuple[str, ...]:
    """What was changed in rows of `corrected_texts`, with three examples."""
    told = texts.where(F.size("changes") > 0)
    words, count = told.agg(F.sum(F.size("changes")), F.count("*")).collect()[0]
    if not count:
        return ("no word was changed",)
    rows = told.orderBy("source_id").limit(3).select(F.col("changes")[0].alias("change")).collect()
    examples = ", ".join(f"{row['change']['word']} -> {row['change']['correction']}" for row in rows)
    return (f"{words:,} words are changed in {count:,} texts, such as {examples}",)
