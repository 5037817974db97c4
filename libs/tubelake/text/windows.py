"""Captions regrouped: windows of some minutes, of some words, whole sentences, paragraphs."""

from collections.abc import Callable, Iterator, Sequence

import pandas as pd
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake.tables import CAPTION_WINDOWS
from tubelake.text.cohesion import paragraph_borders
from tubelake.text.counting import content_counts
from tubelake.text.sentences import UNSPACED, Caption, Sentence, joined, sentences
from tubelake.text.words import words as words_in

Transform = Callable[[DataFrame], DataFrame]
_TRACK = ["track_id", "video_id", "language_code"]
_PIECES = (
    "track_id string, video_id string, language_code string, kind string, position int, start_seconds double, "
    "end_seconds double, text string, fetched_at timestamp"
)
_SEAM = "\u0001"  # stands between two captions until it is clear whether a space belongs there


def windows_from_snippets(snippets: DataFrame, *, minutes: float, words: int, pause_seconds: float) -> DataFrame:
    """The windows of whole tracks with the columns of `caption_windows`: all four kinds of each.

    A caption belongs to one window of minutes, by its start, and to one of words; sentences and paragraphs may begin
    inside of one. A minute without words has no window. What is not said (null, spaces) leaves no trace; a track that
    says nothing has no windows.
    """
    captions = captions_of(snippets)
    regrouped = _by_minutes(captions, minutes).unionByName(_by_words(captions, words))
    windows = regrouped.unionByName(_pieces(captions, pause_seconds))
    made = {
        "window_id": F.concat_ws("/", "track_id", "kind", F.col("position").cast("string")),
        "word_count": F.size(words_in(F.col("text"))),
    }
    return windows.withColumns(made).select(*CAPTION_WINDOWS.column_names)


def of_whole(rows: DataFrame, key: str) -> Callable[[Transform], Transform]:
    """Makes of a transform of whole documents one of their changed rows: it is given all `rows` with their `key`."""

    def widened(transform: Transform) -> Transform:
        return lambda changed: transform(rows.join(changed.select(key).distinct(), on=key, how="left_semi"))

    return widened


def documents(key: str) -> Transform:
    """Gives the documents that rows are of, as the tables of entropy and segments name them."""
    return lambda rows: rows.select(F.col(key).alias("document_id"))


def captions_of(snippets: DataFrame) -> DataFrame:
    """What is said in each track: (track_id, video_id, language_code, position, start, end, text, fetched_at).

    Of a track that was fetched twice only what came last counts: it may have fewer captions than before. A caption
    without a start begins with the one before it; it ends at the latest where the next one begins, so that captions
    do not overlap; one without a length, or with a negative one, says everything at its start.
    """
    track = Window.partitionBy("track_id")
    before = track.orderBy("position").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    start = F.coalesce(F.last("start_seconds", ignorenulls=True).over(before), F.lit(0.0))
    end = F.col("start") + F.greatest("duration_seconds", F.lit(0.0))
    following = F.lead("start").over(track.orderBy("start", "position"))
    return (
        snippets.withColumn("newest", F.max("fetched_at").over(track))
        .where("fetched_at <=> newest")
        .withColumns({"start": start, "text": _tidy(F.col("text"))})
        .where("text <> ''")
        .withColumn("end", F.least(end, following))  # of the last one there is none, and a null is not the least
        .select(*_TRACK, "position", "start", "end", "text", "fetched_at")
    )


def sentences_of(captions: DataFrame, pause_seconds: float) -> DataFrame:
    """The sentences of each track: (track_id, ..., kind, position, start_seconds, end_seconds, text, fetched_at)."""
    return _pieces(captions, pause_seconds, paragraphs=False)


def _tidy(text: Column) -> Column:
    return F.trim(F.regexp_replace(text, r"(?U)[\s\p{Cc}\x{200B}\x{FEFF}]+", " "))


def _by_minutes(captions: DataFrame, minutes: float) -> DataFrame:
    position = F.greatest(F.floor(F.col("start") / (minutes * 60)), F.lit(0))
    return _joined(captions.withColumn("window", position), "minutes")


def _by_words(captions: DataFrame, words_a_window: int) -> DataFrame:
    """A window begins with the first caption that has n, 2 n, 3 n ... words before it; the last has about n/2 or more."""
    track = Window.partitionBy("track_id")
    in_order = track.orderBy("start", "position")
    before = F.coalesce(F.sum("n").over(in_order.rowsBetween(Window.unboundedPreceding, -1)), F.lit(0))
    last = F.greatest(F.round(F.sum("n").over(track) / words_a_window), F.lit(1)) - 1
    counted = captions.withColumn("n", F.size(words_in(F.col("text"))))
    placed = counted.withColumn("place", F.least(F.floor(before / words_a_window), last))
    # A caption of more than n words makes the next window's place leap.
    return _joined(placed.withColumn("window", F.dense_rank().over(track.orderBy("place")) - 1), "words")


def _joined(captions: DataFrame, kind: str) -> DataFrame:
    """A row for each value of `window` in each track, with the captions' texts in order of time."""
    in_order = F.array_sort(F.collect_list(F.struct("start", "position", "text")))
    seams = F.array_join(F.transform(in_order, lambda caption: caption["text"]), _SEAM)
    unspaced = F.regexp_replace(seams, rf"(?<=[{UNSPACED}]){_SEAM}(?=[{UNSPACED}])", "")
    return captions.groupBy(*_TRACK, F.col("window").cast("int").alias("position")).agg(
        F.lit(kind).alias("kind"), F.min("start").alias("start_seconds"), F.max("end").alias("end_seconds"),
        F.translate(unspaced, _SEAM, " ").alias("text"), F.max("fetched_at").alias("fetched_at"),
    )  # fmt: skip


def _pieces(captions: DataFrame, pause_seconds: float, *, paragraphs: bool = True) -> DataFrame:
    def of_track(track: pd.DataFrame) -> pd.DataFrame:
        track = track.sort_values(["start", "position"])
        said = sentences([Caption(*row) for row in zip(track.start, track.end, track.text, strict=True)], pause_seconds)
        rows = [("sentence", at, *sentence) for at, sentence in enumerate(said)]
        if paragraphs:
            rows += [("paragraph", at, *paragraph) for at, paragraph in enumerate(_paragraphs(said, track))]
        pieces = pd.DataFrame(rows, columns=["kind", "position", "start_seconds", "end_seconds", "text"])
        return pieces.assign(**{name: track[name].iloc[0] for name in [*_TRACK, "fetched_at"]})

    return captions.groupBy("track_id").applyInPandas(of_track, _PIECES)


def _paragraphs(said: Sequence[Sentence], track: pd.DataFrame) -> Iterator[Sentence]:
    """Runs of sentences that hold together."""
    language = track["language_code"].iloc[0]
    firsts = paragraph_borders(content_counts([sentence.text for sentence in said], language), len(said))
    for first, end in zip(firsts, [*firsts[1:], len(said)], strict=True):
        run = said[first:end]
        yield Sentence(run[0].start, max(sentence.end for sentence in run), joined([sentence.text for sentence in run]))
