"""Tables of live chats -> what the report shows of each: a few questions to the lake, whatever it lacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from pyspark.sql import Column, DataFrame, Row, Window
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.report.lake import Reading, collected, first_of, grouped
from tubelake.report.people import Names, names_in
from tubelake.stats.chat import NEAR, has_words
from tubelake.stats.chat_examples import LINK, is_readable
from tubelake.text.minutes import with_minutes
from tubelake.text.words import words

MOST_CHATS = 12  # with a panel of their own
MOST_LISTED = 200
MOST_MINUTES = 240  # bars of a time line: of longer streams some minutes share one
MOST_PEAKS = 8
MOST_CHATTERS = 10
EXAMPLES = 3  # messages of a peak
_SUMS = ("message_count", "positive_count", "negative_count", "unscored_count")


@dataclass(frozen=True)
class Peak:
    """A minute in which far more was written than around it."""

    minute: int
    message_count: int
    unscored_count: int
    usual: float  # messages a minute around it
    words: Sequence[str]
    examples: Sequence[Row]  # text, seconds

    @property
    def times(self) -> float | None:
        return self.message_count / self.usual if self.usual else None


@dataclass(frozen=True)
class Chat:
    """What is known of a chat."""

    about: Row  # a row of `overview`
    minutes: Sequence[Row]  # of the time line, each of `step` minutes
    step: int
    peaks: Sequence[Peak]
    chatters: Sequence[Row]
    paid: Sequence[Row]
    examples: Sequence[Row]


def chats_of(reading: Reading) -> tuple[Sequence[Row], Sequence[Chat], Names]:
    """All chats (at most `MOST_LISTED`), those with a panel, and the names of people that stand in their texts."""
    listed = overview(reading)
    shown = [row for row in listed[:MOST_CHATS] if row["message_count"]]
    ids = [row["chat_id"] for row in shown]
    steps = {row["chat_id"]: step_of(row) for row in shown}
    if not shown:
        return listed, [], []
    minutes = _time_line(reading, steps)
    peaks = _peaks(reading, shown) if minutes else {}
    chatters, paid, examples = _chatters(reading, ids), _paid(reading, ids), _examples(reading, ids)
    chats = [
        Chat(
            row, minutes.get(row["chat_id"], []), steps[row["chat_id"]], peaks.get(row["chat_id"], []),
            chatters.get(row["chat_id"], []), paid.get(row["chat_id"], []), examples.get(row["chat_id"], []),
        )
        for row in shown
    ]  # fmt: skip
    return listed, chats, names_in(reading, _of(reading, tables.CHAT_MESSAGES, ids), _texts(chats))


def _texts(chats: Iterable[Chat]) -> Iterable[str]:
    for chat in chats:
        yield from (row["text"] for row in chat.examples)
        for peak in chat.peaks:
            yield from [*peak.words, *(row["text"] for row in peak.examples)]


def overview(reading: Reading) -> Sequence[Row]:
    """A row a chat that any table knows of, those with the most messages first."""
    followed = reading.rows(tables.CHATS).withColumnRenamed("video_id", "_followed")
    counted = _counted(reading.rows(tables.CHAT_MESSAGES))
    rated = _rated(reading.rows(tables.CHAT_MINUTES))
    every = followed.join(counted, on="chat_id", how="full").join(rated, on="chat_id", how="full")
    named = every.withColumn("video_id", F.coalesce("_followed", "_written", "_rated"))
    titles = reading.rows(tables.VIDEOS).select("video_id", "title")
    told = named.join(titles, on="video_id", how="left").withColumn(
        "message_count", F.coalesce("_messages", "rated_count", F.lit(0))
    )
    return collected(told.orderBy(F.desc("message_count"), "chat_id"), MOST_LISTED)


def _counted(messages: DataFrame) -> DataFrame:
    spoken = has_words(F.col("text"))
    return messages.groupBy("chat_id").agg(
        F.max("video_id").alias("_written"), F.count("*").alias("event_count"), F.count_if(spoken).alias("_messages"),
        F.countDistinct(F.when(spoken, F.col("author_channel_id"))).alias("author_count"),
    )  # fmt: skip


def _rated(minutes: DataFrame) -> DataFrame:
    return minutes.groupBy("chat_id").agg(
        F.max("video_id").alias("_rated"), F.min("minute").alias("first_minute"), F.max("minute").alias("last_minute"),
        F.sum("message_count").alias("rated_count"), *(F.sum(name).alias(name) for name in _SUMS[1:]),
    )  # fmt: skip


def step_of(row: Row) -> int:
    """How many minutes share a bar, so that a stream of any length has at most `MOST_MINUTES` of them."""
    if row["first_minute"] is None:
        return 1
    return max(1, ceil((int(row["last_minute"]) - int(row["first_minute"]) + 1) / MOST_MINUTES))


def _time_line(reading: Reading, steps: Mapping[str, int]) -> Mapping[str, Sequence[Row]]:
    """Of each chat its minutes, or runs of `steps` minutes: sums, and the mean polarity of the scored messages."""
    step = F.create_map(*(F.lit(each) for pair in steps.items() for each in pair))[F.col("chat_id")]
    scored = F.col("message_count") - F.col("unscored_count")
    runs = _of(reading, tables.CHAT_MINUTES, steps).groupBy(
        "chat_id", (F.floor(F.col("minute") / step) * step).cast("int").alias("minute")
    )
    summed = runs.agg(
        *(F.sum(name).alias(name) for name in _SUMS), F.max("is_peak").alias("is_peak"),
        (F.sum(F.col("mean_polarity") * scored) / F.nullif(F.sum(scored), F.lit(0))).alias("mean_polarity"),
    )  # fmt: skip
    return grouped(collected(summed.orderBy("chat_id", "minute")), "chat_id")


def _peaks(reading: Reading, shown: Sequence[Row]) -> Mapping[str, Sequence[Peak]]:
    """The greatest peaks of each chat, in the order of time, with what is usual around them."""
    minutes = _of(reading, tables.CHAT_MINUTES, [row["chat_id"] for row in shown])
    greatest = F.row_number().over(Window.partitionBy("chat_id").orderBy(F.desc("message_count"), "minute"))
    peaks = minutes.where("is_peak").withColumn("_rank", greatest).where(F.col("_rank") <= MOST_PEAKS)
    near = minutes.select("chat_id", F.col("minute").alias("_minute"), F.col("message_count").alias("_count"))
    is_near = (F.abs(F.col("_minute") - F.col("minute")) <= NEAR) & (F.col("_minute") != F.col("minute"))
    around = F.collect_list(F.when(is_near, F.col("_count"))).alias("around")
    kept = ("minute", "message_count", "unscored_count", "peak_words")
    rows = collected(peaks.join(near, on="chat_id", how="inner").groupBy("chat_id", *kept).agg(around))
    if not rows:
        return {}
    told = _peak_messages(reading, rows)
    ends = {row["chat_id"]: (row["first_minute"], row["last_minute"]) for row in shown}
    found: dict[str, list[Peak]] = {}
    for row in sorted(rows, key=lambda row: row["minute"]):
        chat, minute = row["chat_id"], row["minute"]
        usual = median_around(minute, row["around"], *ends[chat])
        peak = Peak(minute, row["message_count"], row["unscored_count"], usual, row["peak_words"] or [],
                    told.get((chat, minute), []))  # fmt: skip
        found.setdefault(chat, []).append(peak)
    return found


def median_around(minute: int, counts: Sequence[int], first: int, last: int) -> float:
    """What is usual around a minute: the median of those near it, silent ones too, as far as the chat lasted."""
    near = min(last, minute + NEAR) - max(first, minute - NEAR)
    return float(median([*counts, *[0] * (near - len(counts))])) if near else 0.0


def _peak_messages(reading: Reading, peaks: Sequence[Row]) -> Mapping[tuple[str, int], Sequence[Row]]:
    """Of each peak the messages with most of its words, each text once; those that can be read first."""
    at = reading.spark.createDataFrame(
        [(row["chat_id"], row["minute"], row["peak_words"] or []) for row in peaks],
        "chat_id string, minute int, peak_words array<string>",
    )
    spoken = _of(reading, tables.CHAT_MESSAGES, {row["chat_id"] for row in peaks}).where(has_words(F.col("text")))
    text = F.col("text")
    said = with_minutes(spoken).join(F.broadcast(at), on=["chat_id", "minute"], how="inner")
    known = F.size(F.array_intersect(words(text), F.col("peak_words")))
    order: list[Column] = [
        F.desc("_known"), text.rlike(LINK), F.desc("_readable"), F.col("published_at").asc_nulls_last(), F.col("message_id"),
    ]  # fmt: skip
    worded = F.array_join(words(text), " ")  # emoji alone are compared as they are
    same = F.when(worded != "", worded).otherwise(F.lower(F.trim(text)))
    told = said.withColumns({"_known": known, "_readable": is_readable(text), "_same": same})
    once = first_of(told, ["chat_id", "minute", "_same"], order, 1)
    rows = collected(
        first_of(once, ["chat_id", "minute"], order, EXAMPLES).select("chat_id", "minute", "seconds", "text")
    )
    found: dict[tuple[str, int], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["seconds"], row["text"])):
        found.setdefault((row["chat_id"], row["minute"]), []).append(row)
    return found


def _chatters(reading: Reading, ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    """The most talkative of each chat; who they are is not asked for."""
    rows = _of(reading, tables.CHATTERS, ids).drop("author_name", "video_id")
    best = first_of(rows, ["chat_id"], [F.desc("message_count"), F.col("first_at"), F.col("author_channel_id")],
                  MOST_CHATTERS).drop("author_channel_id")  # fmt: skip
    return grouped(collected(best.orderBy("chat_id", F.desc("message_count"), "first_at")), "chat_id")


def _paid(reading: Reading, ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    paid = _of(reading, tables.SUPER_CHATS, ids)
    return grouped(collected(paid.orderBy("chat_id", F.desc("paid_count"), "currency")), "chat_id")


def _examples(reading: Reading, ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    return grouped(collected(_of(reading, tables.CHAT_EXAMPLES, ids).orderBy("chat_id", "side", "rank")), "chat_id")


def _of(reading: Reading, table: tables.Table, ids: Iterable[str]) -> DataFrame:
    return reading.rows(table).where(F.col("chat_id").isin(*ids))
