"""Where a new topic begins in captions and chats, the words that tell each segment, and how new it is."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.stats.log_odds import odds_in_deviations
from tubelake.tables import CAPTION_SEGMENTS
from tubelake.text.cohesion import Counts, Floats, regrouped, segment_borders
from tubelake.text.counting import is_telling, word_counts
from tubelake.text.entropy import MINUTE, minutes_of_chats
from tubelake.text.novelty import novelties
from tubelake.text.windows import captions_of, sentences_of
from tubelake.text.words import words

METHOD = "dirichlet-multinomial-1"  # raise it, and the rule of both tables, when the rule changes
SHORTEST_CAPTIONS = 30.0  # s; thanks at the end of a video are no topic
SHORTEST_CHAT = 180.0
MOST_UNITS = 1500  # of longer documents neighbours are put together: the table of all runs has the square of this
MOST_KEYWORDS = 8
_CUT = ", ".join(f"{c.name} {c.type}" for c in CAPTION_SEGMENTS.columns if c.name not in ("url", "method"))


def segments_of_captions(snippets: DataFrame, pause_seconds: float) -> DataFrame:
    """The rows of `caption_segments` of whole tracks: a segment begins with a sentence."""
    sentences = sentences_of(captions_of(snippets), pause_seconds)
    return _segments(sentences.withColumnRenamed("track_id", "document_id"), SHORTEST_CAPTIONS)


def segments_of_chats(messages: DataFrame) -> DataFrame:
    """The rows of `chat_segments` of whole chats: a segment begins with a minute."""
    start = F.col("position") * MINUTE
    minutes = minutes_of_chats(messages).withColumns({"start_seconds": start, "end_seconds": start + MINUTE})
    return _segments(minutes, SHORTEST_CHAT)


def link(video_id: Column, seconds: Column) -> Column:
    """Where to see that second of a video; null for null."""
    at = F.greatest(F.floor(seconds), F.lit(0)).cast("string")
    return F.concat(F.lit("https://www.youtube.com/watch?v="), video_id, F.lit("&t="), at, F.lit("s"))


def _segments(texts: DataFrame, shortest: float) -> DataFrame:
    """A row a segment; each document is cut in one Python call, from its counts and not from its texts."""
    units = texts.groupBy("document_id", "video_id", "language_code", "position").agg(
        F.min("start_seconds").alias("start"),
        F.max("end_seconds").alias("end"),
        F.max("fetched_at").alias("fetched_at"),
    )
    counts = word_counts(texts.select("document_id", "position", words(F.col("text")).alias("words")))

    def of_document(counted: pd.DataFrame, unit: pd.DataFrame) -> pd.DataFrame:
        return _of_document(counted.dropna(subset="word"), unit.sort_values("position"), shortest)

    # Both have columns of `texts`, which Spark 4 takes for one and the same: named anew, they are others.
    both = counts.groupBy("document_id").cogroup(units.toDF(*units.columns).groupBy("document_id"))
    made = {"url": link(F.col("video_id"), F.col("start_seconds")), "method": F.lit(METHOD)}
    return both.applyInPandas(of_document, _CUT).withColumns(made).select(*CAPTION_SEGMENTS.column_names)


def _of_document(counted: pd.DataFrame, units: pd.DataFrame, shortest: float) -> pd.DataFrame:
    """The segments of one document, from (position, word, count) and its units (position, start, end, ...) in order."""
    document = units.iloc[0]
    word, vocabulary = pd.factorize(counted["word"], sort=True)
    unit = np.searchsorted(units["position"], counted["position"])
    counts = Counts(unit, word, counted["count"].to_numpy())
    tells = np.array([is_telling(each, document["language_code"]) for each in vocabulary], dtype=bool)[word]
    telling = Counts(*(values[tells] for values in counts))
    firsts = np.array(_borders(telling, units["start"].to_numpy(), units["end"].to_numpy(), shortest))
    said = regrouped(counts, np.searchsorted(firsts, unit, side="right") - 1)
    told = regrouped(telling, np.searchsorted(firsts, unit[tells], side="right") - 1)
    same = {name: document[name] for name in ("document_id", "video_id", "language_code")}
    return pd.DataFrame(
        {
            "position": np.arange(len(firsts)),
            "start_seconds": units["start"].to_numpy()[firsts],
            "end_seconds": np.maximum.reduceat(units["end"].to_numpy(), firsts),
            "word_count": np.bincount(said.unit, said.times, len(firsts)).astype(np.int64),
            "novelty": novelties(said, len(firsts), document["document_id"]),
            "keywords": list(_keywords(told, vocabulary, len(firsts))),
            "fetched_at": units["fetched_at"].max(),
        }
    ).assign(**same)


def _borders(counts: Counts, starts: Floats, ends: Floats, shortest: float) -> list[int]:
    step = -(-len(starts) // MOST_UNITS)
    firsts = np.arange(0, len(starts), step)
    coarse = regrouped(counts, counts.unit // step)
    return [
        first * step for first in segment_borders(coarse, starts[firsts], np.maximum.reduceat(ends, firsts), shortest)
    ]


def _keywords(counts: Counts, vocabulary: "pd.Index[str]", segments: int) -> Iterator[list[str]]:
    """The words of each segment that tell it from the others, the strongest first; of a single segment its commonest."""
    strength = _log_odds(counts, segments) if segments > 1 else counts.times.astype(np.float64)
    order = np.lexsort((counts.word, -strength))
    for segment in range(segments):
        here = order[(counts.unit[order] == segment) & (strength[order] > 0)]
        yield vocabulary[counts.word[here[:MOST_KEYWORDS]]].tolist()


def _log_odds(counts: Counts, segments: int) -> Floats:
    """How much more each word is used in its segment than in the rest of the document (z).

    The prior is the document's own shares, as heavy as a segment of mean length.
    """
    here = counts.times.astype(np.float64)
    of_word = np.bincount(counts.word, here).astype(np.float64)[counts.word]
    of_segment = np.bincount(counts.unit, here, segments).astype(np.float64)[counts.unit]
    total = np.full_like(here, here.sum())
    with np.errstate(divide="ignore"):  # a word that is all of a segment
        return odds_in_deviations(here, of_segment, of_word, total, 1 / segments, np.log, np.sqrt)
