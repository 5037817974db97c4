"""Segments of captions -> for each keyword those that say what its other videos do not."""

from functools import cache
from math import exp, log, log2, sqrt

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake.text.words import content_words

TOP = 20
FEWEST_WORDS = 30  # that carry meaning: fewer are an aside
KEYWORDS = 8
UNSEEN = 0.5  # times that a word counts as seen before: one that no other video has is possible too
EXACT, RATIO = 50, 1.05  # counts up to the first each are a class, larger ones within the second share one
_STEP = 1 / 32  # of the table of `expected_log`, in log2: linear steps between err by less than 0.0001
_SPAN = 24  # log2 of the largest mean in it
# Segments are compared with others of the keyword in their own language: in another one every word would be new.
_SET = ["keyword", "language"]
_VIDEO = [*_SET, "video_id"]
_SEGMENT = [*_VIDEO, "document_id", "position"]


def words_of_segments(hits: DataFrame, segments: DataFrame, sentences: DataFrame) -> DataFrame:
    """A row a keyword, segment and word: how often it is `in_segment`, `in_video`, and `in_keyword` in this language.

    `segments` are rows of `caption_segments`, `sentences` of `caption_windows` of that kind, one track a video. Common
    words are left out.
    """
    found = hits.where("video_id IS NOT NULL").select("keyword", "video_id").distinct()
    totals = {"in_video": [*_VIDEO, "word"], "in_keyword": [*_SET, "word"]}
    sums = {name: F.sum("in_segment").over(Window.partitionBy(*keys)) for name, keys in totals.items()}
    return found.join(_words(segments, sentences), on="video_id", how="inner").withColumns(sums)


def novel_segments(words: DataFrame, segments: DataFrame, limit: int = TOP) -> DataFrame:
    """The most novel segments of each keyword, of `words_of_segments`; with the columns of `novel_segments`.

    How novel is the Kullback-Leibler divergence (bits) of the segment's words from those of the keyword's other videos,
    less what a random sample of those words would have that is as long: short texts diverge by chance. A keyword with
    one video in a language has none. `words` are read more than once.
    """
    # Where nobody else says anything there is nothing to compare with.
    known = _gathered(words).join(_others(words).where("_said > 0"), on=_VIDEO, how="inner")
    measured = known.select(*_SEGMENT, _divergence().alias("divergence"), _expected().alias("expected"), _keywords())
    novelty = F.col("divergence") - F.col("expected")
    rank = F.row_number().over(
        Window.partitionBy("keyword").orderBy(F.desc("novelty"), "video_id", "document_id", "position")
    )
    top = measured.withColumn("novelty", novelty).withColumn("rank", rank).where(F.col("rank") <= limit)
    facts = segments.select("document_id", "position", "start_seconds", "end_seconds", "word_count", "url")
    return top.join(facts, on=["document_id", "position"], how="inner").select(
        "keyword", "rank", "video_id", F.col("document_id").alias("track_id"), "position", "start_seconds",
        "end_seconds", "word_count", "novelty", "keywords", "url",
    )  # fmt: skip


def _words(segments: DataFrame, sentences: DataFrame) -> DataFrame:
    """(video_id, document_id, position, language, word, in_segment): a sentence is of the segment in which it begins."""
    order = Window.partitionBy("document_id").orderBy("start_seconds", "position")
    first, after = F.row_number().over(order) == 1, F.lead("start_seconds").over(order)
    never = F.lit(float("inf"))
    spans = segments.select(
        "document_id", "position", F.when(first, -never).otherwise(F.col("start_seconds")).alias("_from"),
        F.coalesce(after, never).alias("_until"),
    )  # fmt: skip
    said = sentences.select(
        "video_id", F.col("track_id").alias("document_id"), "start_seconds",
        F.coalesce(F.lower(F.substring_index("language_code", "-", 1)), F.lit("")).alias("language"),
        F.explode(content_words(F.col("text"), F.col("language_code"))).alias("word"),
    )  # fmt: skip
    placed = said.join(spans, on="document_id", how="inner").where("start_seconds >= _from AND start_seconds < _until")
    return placed.groupBy("video_id", "document_id", "position", "language", "word").agg(
        F.count("*").alias("in_segment")
    )


def _gathered(words: DataFrame) -> DataFrame:
    """A row a segment with its `length` and what is `_told`: each word with its count and bits, but for the sizes."""
    count = F.col("in_segment")
    bits = F.log2(count / (F.col("in_keyword") - F.col("in_video") + UNSEEN))
    told = F.collect_list(F.struct("word", count.alias("count"), bits.alias("bits")))
    gathered = words.groupBy(*_SEGMENT).agg(F.sum(count).alias("length"), told.alias("_told"))
    return gathered.where(F.col("length") >= FEWEST_WORDS)


def _others(words: DataFrame) -> DataFrame:
    """A row a video with what its keyword's other videos say: `_said` words, and `_classes` of how often they say which.

    A class has `many` words that are said `mass` times in all. The keyword has a table of them, and each video changes
    in it only its own words: they stand lower.
    """
    whole, own = F.col("in_keyword"), F.col("in_video")
    by_word = words.groupBy(*_SET, "word").agg(F.first(whole).alias("in_keyword"))
    table = by_word.groupBy(*_SET, _class(whole).alias("_class")).agg(
        F.count("*").alias("many"), F.sum(whole).alias("mass")
    )  # fmt: skip
    everywhere = words.select(*_VIDEO).distinct().join(table, on=_SET, how="inner")
    changed = words.groupBy(*_VIDEO, "word").agg(F.first(whole).alias("in_keyword"), F.first(own).alias("in_video"))
    moves = F.explode(F.array(_move(whole, -1), _move(whole - own, 1))).alias("_each")
    moved = changed.select(*_VIDEO, moves).select(*_VIDEO, "_each.*")
    summed = everywhere.unionByName(moved).groupBy(*_VIDEO, "_class").agg(
        F.sum("many").alias("many"), F.sum("mass").alias("mass")
    )  # fmt: skip
    return summed.where("many > 0").groupBy(*_VIDEO).agg(
        F.sum("mass").alias("_said"), F.sum(F.col("mass") + UNSEEN * F.col("many")).alias("_smoothed"),
        F.collect_list(F.struct("many", "mass")).alias("_classes"),
    )  # fmt: skip


def _divergence() -> Column:
    """Of a segment from what other videos say: sum p log2 (p / q), in bits."""
    bits = F.aggregate("_told", F.lit(0.0), lambda total, each: total + each["count"] * each["bits"])
    return bits / F.col("length") + F.log2("_smoothed") - F.log2("length")


def _keywords() -> Column:
    """The words that add most to it."""
    usual = F.log2("length") - F.log2("_smoothed")
    adding = F.transform(
        "_told",
        lambda each: F.struct((each["count"] * (usual - each["bits"])).alias("order"), each["word"].alias("word")),
    )
    return F.slice(F.array_sort(adding), 1, KEYWORDS).getField("word").alias("keywords")


def _expected() -> Column:
    """What as many words drawn at random from those of the other videos diverge from them on average (bits).

    Of a sample X of n words with the shares q it is H(q) - log2 n + sum(q E[log2(1 + X')]), X' being binomial with n - 1
    and q: E[X log2 X] = n q E[log2(1 + X')]. For rare words X' is Poisson with the mean (n - 1) q.
    """
    length = F.col("length")

    def added(total: Column, each: Column) -> Column:
        share = (each["mass"] / each["many"] + UNSEEN) / F.col("_smoothed")
        return total + each["many"] * share * (expected_log((length - 1) * share) - F.log2(share))

    return F.aggregate("_classes", F.lit(0.0), added) - F.log2(length)


def _move(count: Column, sign: int) -> Column:
    return F.struct(
        _class(count).alias("_class"), F.lit(sign).cast("bigint").alias("many"), (count * sign).alias("mass")
    )


def _class(count: Column) -> Column:
    """Small counts each are a class; larger ones of nearly the same size share one."""
    return F.when(count <= EXACT, count).otherwise(EXACT + F.ceil(F.ln(count / EXACT) / log(RATIO))).cast("int")


def expected_log(mean: Column) -> Column:
    """E[log2(1 + X)] for X with a Poisson distribution of that mean; from a table."""
    at = F.log2(1 + mean) / _STEP
    low = F.floor(at).cast("int")
    values = F.array(*map(F.lit, _table()))
    start, end = F.get(values, low), F.get(values, low + 1)
    return start + (end - start) * (at - low)


@cache
def _table() -> tuple[float, ...]:
    return tuple(_expected_log(2 ** (number * _STEP) - 1) for number in range(int(_SPAN / _STEP)))


def _expected_log(mean: float) -> float:
    if mean > 500:  # the second term of its series; what is left is under 0.00001
        return log2(1 + mean) - mean / (2 * log(2) * (1 + mean) ** 2)
    total, chance = 0.0, exp(-mean)
    for number in range(int(mean + 12 * sqrt(mean) + 30)):
        total += chance * log2(1 + number)
        chance *= mean / (number + 1)
    return total
