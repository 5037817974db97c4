"""Entropy of 1,000,000 chat messages in minutes, on one core, from their texts. Baselines: grouped pandas UDFs.

Messages are made from the words of real chats: as long as real ones, with words that come as often as there. Some words
are stretched (sooo), so that about half of the messages are distinct, as there. 50 come in a minute, as in the median of
those chats.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from benchmarks.chat_texts import real_messages
from benchmarks.common import computed, result, settings_for, warm_session
from tubelake.text.entropy import entropy_of_windows
from tubelake.text.words import find_words, words

MESSAGES, SHARE_OF_BASELINES = 1_000_000, 5  # the baselines run on a fifth of them
A_MINUTE, MINUTES = 50, 170  # messages; minutes of each chat
STRETCHED = 0.3  # of the words


def make_messages(count: int, random: np.random.Generator) -> list[str]:
    real = real_messages()
    frequencies = Counter(word for text in real for word in text.split())
    lengths = random.choice([len(text.split()) for text in real], count)
    shares = np.array([*frequencies.values()]) / frequencies.total()
    drawn = random.choice(np.array([*frequencies], dtype=object), lengths.sum(), p=shares)
    stretched = np.where(random.random(len(drawn)) < STRETCHED, random.integers(1, 9, len(drawn)), 0)
    words = iter([word + word[-1] * more for word, more in zip(drawn, stretched, strict=True)])
    return [" ".join(next(words) for _ in range(length)) for length in lengths]


def write(spark: SparkSession, folder: Path) -> str:
    texts = make_messages(MESSAGES, np.random.default_rng(6))
    minute = np.arange(MESSAGES) // A_MINUTE
    rows = pd.DataFrame(
        {
            "document_id": np.char.add("chat-", (minute // MINUTES).astype(str)),
            "position": (minute % MINUTES).astype(np.int32),
            "text": texts,
        }
    )
    print(f"{MESSAGES:,} messages, {rows['text'].nunique() / MESSAGES:.0%} distinct, {minute[-1] + 1:,} minutes")
    path = str(folder / "messages")
    spark.createDataFrame(rows).write.format("delta").save(path)
    return path


def worded(messages: DataFrame) -> DataFrame:
    return messages.select("document_id", "position", words(F.col("text")).alias("words"))


def entropy(said: pd.Series) -> float:
    shares = said.value_counts(normalize=True)
    return float(-(shares * np.log2(shares)).sum())


def by_apply(messages: DataFrame) -> DataFrame:
    """All of it in pandas, a minute at a time, as one writes it first."""

    def of_minute(said: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"entropy": [entropy(said["text"].map(find_words).explode())]})

    return messages.groupBy("document_id", "position").applyInPandas(of_minute, "entropy double")


def by_aggregate(messages: DataFrame) -> DataFrame:
    """Only the entropy in pandas: an aggregate over words that Spark has found."""
    each = worded(messages).select("document_id", "position", F.explode("words").alias("word"))
    return each.groupBy("document_id", "position").agg(F.pandas_udf(entropy, "double")("word").alias("entropy"))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = settings_for(folder, "http://127.0.0.1:1", "spark.master=local[1]", "spark.compile_queries=true")
        spark = warm_session(wanted)
        messages = spark.read.format("delta").load(write(spark, folder))
        some = messages.where(F.xxhash64("document_id", "position") % SHARE_OF_BASELINES == 0)
        times = MESSAGES / some.count()
        five_times = messages.crossJoin(spark.range(5)).withColumn("document_id", F.concat_ws("-", "document_id", "id"))
        for _ in range(2):  # compiles what is measured
            computed(entropy_of_windows(worded(messages)))
        native = min(computed(entropy_of_windows(worded(messages))) for _ in range(3))
        udf = computed(entropy_of_windows(worded(messages), "pandas"))
        applied, aggregated = (computed(grouped(some)) * times for grouped in (by_apply, by_aggregate))
        more = computed(entropy_of_windows(worded(five_times))) / 5
        only_words = computed(worded(messages))
    print(
        f"native {native:.1f} s, of that the words {only_words:.1f} s; backend pandas {udf:.1f} s; applyInPandas "
        f"{applied:.0f} s, {applied / native:.1f} times as long; aggregate UDF {aggregated:.0f} s, "
        f"{aggregated / native:.1f} times as long"
    )
    reached = [
        result("messages a second on one core", MESSAGES / native, 150_000, at_least=True),
        result("times as fast as a grouped pandas UDF (applyInPandas)", applied / native, 8, at_least=True),
        result("seconds a message with five times the messages, in those of 1,000,000", more / native, 1.3),
    ]
    if not all(reached):
        sys.exit(1)


if __name__ == "__main__":
    main()
