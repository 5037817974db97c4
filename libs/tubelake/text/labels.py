"""Labels as people gave them -> negative, neutral or positive, and the texts to train and to measure with."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

Meanings = Mapping[str, tuple[str, ...]]  # a sentiment, and the labels that mean it

NAMED: Meanings = {
    "negative": ("negative", "neg"),
    "neutral": ("neutral", "neu"),
    "positive": ("positive", "pos"),
}
# What a number means can only be told from the others in its file: 0 is neutral beside -1, and negative beside 4.
THREE_SIGNS: Meanings = {"negative": ("-1",), "neutral": ("0",), "positive": ("1", "+1")}
FIVE_STEPS: Meanings = {"negative": ("0",), "neutral": ("2",), "positive": ("4",)}
TEST_PARTS = 5  # one text of five is kept for measuring
FOLDS = 3


def with_sentiment(labelled: DataFrame) -> DataFrame:
    """Adds `sentiment` to labelled texts: negative, neutral or positive; null where the label says none of them.

    Numbers are read as -1, 0, 1 in a file that has a -1 and no others, and as 0, 2, 4 in a file that has a 4 and no
    others. A file of 0 and 1 is left alone: 0 may be negative there, or neutral.
    """
    label = F.lower(F.trim("label"))
    scales = labelled.groupBy("sha256").agg(
        F.every(_is_of(label, THREE_SIGNS)).alias("has_signs"), F.bool_or(label == "-1").alias("has_minus"),
        F.every(_is_of(label, FIVE_STEPS)).alias("has_steps"), F.bool_or(label == "4").alias("has_four"),
    )  # fmt: skip
    found = F.coalesce(
        _meaning(label, NAMED),
        F.when(F.col("has_signs") & F.col("has_minus"), _meaning(label, THREE_SIGNS)),
        F.when(F.col("has_steps") & F.col("has_four"), _meaning(label, FIVE_STEPS)),
    )
    rows = labelled.join(scales, on="sha256", how="left").withColumn("sentiment", found)
    return rows.drop("has_signs", "has_minus", "has_steps", "has_four")


def _is_of(label: Column, meanings: Meanings) -> Column:
    return label.isin(*(name for names in meanings.values() for name in names))


def _meaning(label: Column, meanings: Meanings) -> Column:
    return F.coalesce(*(F.when(label.isin(*names), F.lit(meaning)) for meaning, names in meanings.items()))


def examples(labelled: DataFrame) -> DataFrame:
    """One row for each different text that has a sentiment: text, sentiment, is_test, fold.

    Texts that differ in case or blanks only are one text, so that none is in both parts. Texts that people labelled in
    different ways say nothing: their sentiment is null. `is_test` and `fold` depend on the text alone: they are the
    same in every run, and stay so when further texts are imported.
    """
    number = F.conv(F.substring(F.sha2("same", 256), 1, 8), 16, 10).cast("bigint")
    return (
        labelled.where(F.col("sentiment").isNotNull())
        .withColumn("same", F.lower(F.trim(F.regexp_replace("text", r"(?U)\s+", " "))))
        .groupBy("same")
        .agg(F.min("text").alias("text"), F.collect_set("sentiment").alias("given"))
        .select(
            "text",
            F.when(F.size("given") == 1, F.col("given")[0]).alias("sentiment"),
            (number % TEST_PARTS == 0).alias("is_test"),
            (F.floor(number / TEST_PARTS) % FOLDS).cast("int").alias("fold"),
        )
    )
