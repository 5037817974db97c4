"""Shannon entropy of the words of windows, in Spark SQL or as a pandas UDF; rows of `window_entropy`.

Windows are minutes, of captions as of chats: at about 150 words a minute of speech is enough for an entropy, and it
lies near the moment that it is about, where five minutes would leave most videos two or three windows.
"""

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.functions import pandas_udf

from tubelake.tables import WINDOW_ENTROPY
from tubelake.text.counting import word_counts
from tubelake.text.minutes import with_minutes
from tubelake.text.novelty import novelty_of_windows
from tubelake.text.windows import captions_of
from tubelake.text.words import words

MINUTE = 60.0
_WINDOW = ["document_id", "position"]


def entropy_of_captions(snippets: DataFrame, backend: str = "sql") -> DataFrame:
    """The rows of `window_entropy` of whole tracks."""
    return _window_entropy(minutes_of_captions(snippets), "captions", backend)


def entropy_of_chats(messages: DataFrame, backend: str = "sql") -> DataFrame:
    """The rows of `window_entropy` of whole chats."""
    return _window_entropy(minutes_of_chats(messages), "chat", backend)


def minutes_of_captions(snippets: DataFrame) -> DataFrame:
    """What is said in each minute of whole tracks, a row a caption: it belongs to the minute in which it begins."""
    return captions_of(snippets).select(
        F.col("track_id").alias("document_id"), "video_id", "language_code", _minute(F.col("start")).alias("position"),
        "text", "fetched_at",
    )  # fmt: skip


def minutes_of_chats(messages: DataFrame) -> DataFrame:
    """What is written in each minute of whole chats, a row a message or super chat with words.

    Minutes are those of `with_minutes`; what comes before the stream's start is in minute 0.
    """
    written = messages.where("event IN ('text', 'super_chat') AND text IS NOT NULL")
    return with_minutes(written).select(
        F.col("chat_id").alias("document_id"), "video_id", F.lit(None).cast("string").alias("language_code"),
        F.greatest("minute", F.lit(0)).alias("position"), "text", "fetched_at",
    )  # fmt: skip


def _window_entropy(texts: DataFrame, source: str, backend: str) -> DataFrame:
    worded = texts.select("document_id", "position", words(F.col("text")).alias("words"))
    windows = texts.groupBy("document_id", "video_id", "position").agg(F.max("fetched_at").alias("fetched_at"))
    minutes = {
        "source": F.lit(source),
        "start_seconds": F.col("position") * MINUTE,
        "end_seconds": (F.col("position") + 1) * MINUTE,
    }
    return (
        windows.join(entropy_of_windows(worded, backend), on=_WINDOW, how="inner")
        .join(novelty_of_windows(word_counts(worded)), on=_WINDOW, how="left")
        .withColumns(minutes)
        .select(*WINDOW_ENTROPY.column_names)
    )


def entropy_of_windows(texts: DataFrame, backend: str = "sql") -> DataFrame:
    """(document_id, position, word_count, distinct_count, entropy): a row a window.

    `texts` are (document_id, position, words), any number of them a window. The entropy is H = -sum p log2 p over the
    shares p of the different words (C. E. Shannon, "A mathematical theory of communication", 1948) in bits: 0 for one
    word, null for none. It grows with the number of words as long as new ones come: compare windows of one length.
    `backend` sql and pandas give the same numbers; for another measure of the same counts, change the pandas one.
    """
    counts = word_counts(texts).groupBy(*_WINDOW)
    about = F.sum("count").alias("word_count"), F.count("word").alias("distinct_count")
    if backend == "pandas":
        listed = counts.agg(*about, F.collect_list("count").alias("counts"))
        entropies = pandas_udf(_entropies, T.DoubleType())  # type: ignore[call-overload]  # classic or of Connect, as the session
        return listed.withColumn("entropy", entropies(F.col("counts"))).drop("counts")
    return counts.agg(*about, _entropy().alias("entropy"))


def _minute(seconds: Column) -> Column:
    return F.greatest(F.floor(seconds / MINUTE), F.lit(0)).cast("int")


def _entropy() -> Column:
    """log2 n - (sum of c log2 c) / n: the sum over words in one pass, without n known before."""
    total = F.sum("count")
    entropy = F.log2(total) - F.sum(F.col("count") * F.log2("count")) / total
    return F.when(total > 0, F.greatest(entropy, F.lit(0.0)))  # equal words miss 0 by a last digit


def _entropies(windows: pd.Series) -> pd.Series:
    return windows.map(_entropy_of)


def _entropy_of(counts: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float | None:
    shares = counts[counts > 0] / counts.sum() if counts.sum() else counts[:0]
    return max(0.0, float(-(shares * np.log2(shares)).sum())) if len(shares) else None
