"""Vectors of a video's texts -> how near its title, captions and thumbnail text are to each other in meaning."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

SOURCES: Mapping[str, str] = {"title": "videos", "caption": "caption_windows", "picture": "picture_text"}
PAIRS = (("title", "caption"), ("title", "picture"), ("caption", "picture"))
_WORDS = r"/words/\d+$"  # ids of windows of some words, as build_windows makes them
_MODEL = ("backend", "model_hash", "rules")


def agreements(embeddings: DataFrame, windows: DataFrame) -> DataFrame:
    """(video_id, title_caption_similarity, title_picture_similarity, caption_picture_similarity): cosines, -1 to 1.

    `windows` are those of some words of one caption track a video: captions are the mean of their vectors, each of
    which stands for about as many words. Null where a text has no vector. Only vectors of one model are compared.
    """
    told = embeddings.where(F.col("source").isin(*SOURCES.values()) & F.col("vector").isNotNull())
    # Most rows are sentences and windows of other kinds: their vectors need not be moved to be left out.
    captions = told.where((F.col("source") == SOURCES["caption"]) & F.col("source_id").rlike(_WORDS)).join(
        windows.select(F.col("window_id").alias("source_id")), on="source_id", how="left_semi"
    )
    texts = told.where(F.col("source") != SOURCES["caption"]).unionByName(captions.select(*told.columns))
    # A video whose texts are being embedded anew has vectors of two models, which have nothing to do with each other.
    sums = texts.groupBy("video_id", *_MODEL).agg(*(_sum_of(name) for name in SOURCES))
    pairs = sums.select("video_id", *(cosine(F.col(a), F.col(b)).alias(f"{a}_{b}_similarity") for a, b in PAIRS))
    return pairs.groupBy("video_id").agg(*(F.max(name).alias(name) for name in pairs.columns[1:]))


def _sum_of(part: str) -> Column:
    vectors = F.collect_list(F.when(F.col("source") == SOURCES[part], F.col("vector")))
    return vector_sum(vectors).alias(part)


def vector_sum(vectors: Column) -> Column:
    """The sum of vectors of one length, which points where their mean does; null where there are none."""
    first = F.transform(F.get(vectors, 0), lambda number: number.cast("double"))
    others = F.slice(vectors, 2, F.greatest(F.size(vectors) - 1, F.lit(0)))
    return F.aggregate(others, first, lambda total, vector: F.zip_with(total, vector, lambda a, b: a + b))


def cosine(a: Column, b: Column) -> Column:
    """The cosine of two vectors, -1 to 1; null where one is null or all zeros, or their lengths differ."""
    lengths = F.sqrt(_dot(a, a)) * F.sqrt(_dot(b, b))
    near = F.try_divide(_dot(a, b), lengths)  # equal vectors miss 1 by a last digit
    return F.when(near.isNotNull(), F.greatest(F.lit(-1.0), F.least(F.lit(1.0), near)))


def _dot(a: Column, b: Column) -> Column:
    """Null where one is null or their lengths differ."""
    products = F.zip_with(a, b, lambda x, y: x.cast("double") * y.cast("double"))
    return F.aggregate(products, F.lit(0.0), lambda total, product: total + product)
