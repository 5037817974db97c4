"""Texts and their scores -> what is said about each aspect that the user named."""

import re
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

SHOWN = 1_000  # characters of an example: a message can be as long as a book
# Scripts that write words without a space between them, and Hangul, where particles follow the word.
_JOINED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_LETTER = r"[\p{L}\p{M}\p{N}_]"


def aspects(texts: DataFrame, scores: DataFrame, names: Sequence[str]) -> DataFrame:
    """One row an aspect, video and source, with the columns of `aspects`; none for aspects that nobody speaks of.

    `texts` has source, source_id, video_id, text.
    """
    spoken = [F.when(speaks_of(F.col("text"), name), F.lit(name)) for name in names]
    named = F.filter(F.array(F.lit(None).cast("string"), *spoken), F.isnotnull)
    about = texts.where("text IS NOT NULL").withColumn("aspect", F.explode(named))
    known = scores.where("is_scored").select("source", "source_id", "polarity", "subjectivity")
    scored = about.join(known, on=["source", "source_id"], how="left")
    polarity = F.col("polarity")
    # The longer one of two that are equally strong says more.
    best, worst = (F.struct(sign * polarity, F.length("text"), "source_id") for sign in (F.lit(1), F.lit(-1)))
    return scored.groupBy("aspect", "video_id", "source").agg(
        F.count("*").alias("text_count"),
        F.count(polarity).alias("scored_count"),
        F.mean(polarity).alias("polarity"),
        F.mean("subjectivity").alias("subjectivity"),
        F.count_if(polarity > 0).alias("positive_count"),
        F.count_if(polarity < 0).alias("negative_count"),
        *(
            F.max_by(F.substring("text", 1, SHOWN), F.when(polarity.isNotNull(), order)).alias(name)
            for name, order in (("best_text", best), ("worst_text", worst))
        ),
    )


def speaks_of(text: Column, aspect: str) -> Column:
    """Whether the word, or the words in this order, stand in a text, also in the plural and in capitals."""
    return text.rlike(pattern(aspect))


def pattern(aspect: str) -> str:
    """The regular expression (Java's) for an aspect: its words with any space or hyphen between, as whole words."""
    *first, last = re.split(r"[\s-]+", aspect.strip())
    said = r"[\s\p{Pd}]+".join([*map(re.escape, first), f"(?:{'|'.join(map(re.escape, forms(last)))})"])
    start = "" if _JOINED.match(aspect) else f"(?<!{_LETTER})"
    end = "" if _JOINED.match(aspect[-1]) or _HANGUL.match(aspect[-1]) else f"(?!{_LETTER})"
    return f"(?iU){start}{said}{end}"


def forms(word: str) -> list[str]:
    """An English word and its plural, the longest first; a word of another script only as it is."""
    if not re.fullmatch(r"[A-Za-z'\u2019]+", word):
        return [word]
    found = {word, f"{word}s"}
    if re.search(r"(?i)(s|x|z|ch|sh|o)$", word):
        found.add(f"{word}es")
    if re.search(r"(?i)[^aeiou]y$", word):
        found.add(f"{word[:-1]}ies")
    if re.search(r"(?i)fe?$", word):
        found.add(re.sub(r"(?i)fe?$", "ves", word))
    return sorted(found, key=lambda form: (-len(form), form))


def texts_of(messages: DataFrame, comments: DataFrame, sentences: DataFrame) -> DataFrame:
    """(source, source_id, video_id, text) of messages, comments, and sentences of captions (one track a video)."""
    parts = (
        ("chat_messages", "message_id", messages), ("comments", "comment_id", comments),
        ("caption_windows", "window_id", sentences),
    )  # fmt: skip
    first, *others = (
        rows.select(F.lit(source).alias("source"), F.col(key).alias("source_id"), "video_id", "text")
        for source, key, rows in parts
    )
    for other in others:
        first = first.unionByName(other)
    return first
