"""Scored messages of a chat -> those that a person would show for its best and its worst mood."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake.text.words import words

EACH_SIDE = 5
FEWEST_WORDS, MOST_WORDS = 4, 40  # "nice!" shows no mood, and nobody reads a novel
MOST_CHARACTERS = 400  # twice what YouTube lets people write
EMOTE = r":[\p{L}\p{N}_-]+:"
LINK = r"(?i)https?://|www\.|\b[a-z0-9-]+\.(com|net|org|tv|gg|ly|be|io|me|co|ru|xyz|live|shop|link|site)\b"
STRETCHED = r"(\S)\1{4}|\S{30}"  # nooooo, and what cats type


def examples(messages: DataFrame, each_side: int = EACH_SIDE) -> DataFrame:
    """The strongest readable messages of each chat and side, of `scored_messages`; the columns of `chat_examples`.

    What was written again and again is shown once, and each author once a side.
    """
    told = messages.where("polarity != 0").where(is_readable(F.col("text")))
    told = told.withColumns({
        "side": F.when(F.col("polarity") > 0, "positive").otherwise("negative"),
        "_words": F.size(words(F.col("text"))),
        "_same": F.array_join(words(F.col("text")), " "),
    })  # fmt: skip
    first = _ranked(told, ["chat_id", "_same"], [F.col("published_at").asc_nulls_last(), F.col("message_id")])
    strongest = [
        F.abs("polarity").desc(), F.col("subjectivity").desc_nulls_last(), F.col("_words").desc(),
        F.col("published_at").asc_nulls_last(), F.col("message_id"),
    ]  # fmt: skip
    author = F.coalesce("author_channel_id", "message_id")
    best = _ranked(first.where("rank = 1").withColumn("_author", author), ["chat_id", "side", "_author"], strongest)
    ranked = _ranked(best.where("rank = 1"), ["chat_id", "side"], strongest).where(F.col("rank") <= each_side)
    return ranked.select(
        "chat_id", "side", "rank", "message_id", "video_id", F.col("seconds").alias("offset_seconds"), "text",
        "polarity", "subjectivity",
    )  # fmt: skip


def _ranked(rows: DataFrame, keys: list[str], order: list[Column]) -> DataFrame:
    return rows.withColumn("rank", F.row_number().over(Window.partitionBy(*keys).orderBy(*order)))


def is_readable(text: Column) -> Column:
    """Whether a person would quote it: a sentence or two, no link, no shouting, not one word over and over."""
    plain = F.regexp_replace(text, EMOTE, " ")
    letters, capitals = _length(plain, r"[^\p{L}\p{M}\p{N}]"), _length(plain, r"[^\p{Lu}]")
    count, different = F.size(words(text)), F.size(F.array_distinct(words(text)))
    return (
        (F.length(text) <= MOST_CHARACTERS)
        & count.between(FEWEST_WORDS, MOST_WORDS) & (different >= 0.7 * count)
        & ~text.rlike(LINK) & ~text.rlike(STRETCHED)
        & (letters >= 0.6 * _length(text, r"(?U)\s")) & (capitals <= 0.5 * letters)
    )  # fmt: skip


def _length(text: Column, but: str) -> Column:
    """Characters of the text without what matches `but`."""
    return F.length(F.regexp_replace(text, but, ""))
