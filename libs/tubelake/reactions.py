"""How a live chat reacted to a moment of its stream: messages before and after it, their mood, their words."""

import re
from typing import NamedTuple

from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from tubelake import console, job, store
from tubelake.errors import UsageError
from tubelake.settings import Settings
from tubelake.stats.chat import scored_messages
from tubelake.stats.log_odds import SIGN, log_odds
from tubelake.tables import CHAT_MESSAGES, TEXT_SCORES

BIN_SECONDS = 10.0
WORDS, EXAMPLES = 10, 5
SECONDS = 60.0  # before and after the moment
_TIME = re.compile(r"(?:(?:(\d+):(?=\d\d:))?(\d+):(?=\d\d(?:\.|$)))?(\d+(?:\.\d+)?)")


class Reactions(NamedTuple):
    """Frames of a few rows each, and how much of the chat there is."""

    bins: DataFrame  # start_seconds from the moment, message_count, mean_polarity: each of BIN_SECONDS
    moods: DataFrame  # side (before or after), message_count, scored_count, mean_polarity
    words: DataFrame  # word, strength (z), message_count: what marks the messages after the moment
    examples: DataFrame  # seconds from the moment, author_name, text, polarity: messages with most of these words


def reactions(
    messages: DataFrame, scores: DataFrame, video_id: str, at_seconds: float, before: float, after: float
) -> Reactions:
    """How the chat of a video (rows of `chat_messages` and their `text_scores`) reacted to a second of its stream."""
    chat = scored_messages(messages.where(F.col("video_id") == video_id), scores)
    placed = chat.withColumn("from_moment", F.col("seconds") - at_seconds)
    words = _words(placed, after)
    near = placed.where((F.col("from_moment") >= -before) & (F.col("from_moment") < after))
    return Reactions(_bins(near, before, after), _moods(near), words, _examples(near, words))


def _bins(near: DataFrame, before: float, after: float) -> DataFrame:
    """Also those in which nobody wrote: silence is a reaction."""
    first, last = -int(-(-before // BIN_SECONDS)), int(-(-after // BIN_SECONDS)) - 1
    number = F.floor(F.col("from_moment") / BIN_SECONDS)
    counted = near.groupBy(number.alias("_bin")).agg(
        F.count("*").alias("message_count"), F.mean("polarity").alias("mean_polarity")
    )
    every = near.sparkSession.range(first, last + 1).withColumnRenamed("id", "_bin")
    return every.join(counted, on="_bin", how="left").orderBy("_bin").select(
        (F.col("_bin") * BIN_SECONDS).alias("start_seconds"),
        F.coalesce("message_count", F.lit(0)).alias("message_count"), "mean_polarity",
    )  # fmt: skip


def _moods(near: DataFrame) -> DataFrame:
    side = F.when(F.col("from_moment") < 0, "before").otherwise("after")
    return near.groupBy(side.alias("side")).agg(
        F.count("*").alias("message_count"), F.count("polarity").alias("scored_count"),
        F.mean("polarity").alias("mean_polarity"),
    )  # fmt: skip


def _words(placed: DataFrame, after: float) -> DataFrame:
    """Words after the moment against those of the rest of the chat; once a message, and in two messages at least."""
    is_after = F.coalesce((F.col("from_moment") >= 0) & (F.col("from_moment") < after), F.lit(False))
    said = placed.select(is_after.alias("is_after"), "words")
    counts = said.select("is_after", F.explode("words").alias("word")).groupBy("word").agg(
        F.count_if("is_after").alias("inside"), F.count("*").alias("overall")
    )  # fmt: skip
    totals = counts.agg(F.sum("inside").alias("inside_total"), F.sum("overall").alias("overall_total"))
    strength = log_odds(*map(F.col, ("inside", "inside_total", "overall", "overall_total")))
    marked = counts.join(F.broadcast(totals), how="cross").withColumn("strength", strength)
    strongest = (
        marked.where((F.col("inside") > 1) & (F.col("strength") > SIGN))
        .orderBy(F.desc("strength"), "word")
        .limit(WORDS)
    )
    return strongest.select("word", "strength", F.col("inside").alias("message_count"))


def _examples(near: DataFrame, words: DataFrame) -> DataFrame:
    """Messages after the moment that carry its words, each author and each text once, in the order of the stream."""
    after = near.where("from_moment >= 0")
    worth = after.select("message_id", F.explode("words").alias("word")).join(
        F.broadcast(words), on="word", how="inner"
    )
    weighed = worth.groupBy("message_id").agg(F.sum("strength").alias("_worth"))
    found = after.join(weighed, on="message_id", how="inner")
    same = F.array_join(F.array_sort("words"), " ")
    order = [F.desc("_worth"), F.col("from_moment"), F.col("message_id")]
    for key in (same, F.coalesce("author_channel_id", "message_id")):
        rank = F.row_number().over(Window.partitionBy(key).orderBy(*order))
        found = found.withColumn("_rank", rank).where("_rank = 1")
    best = found.orderBy(*order).limit(EXAMPLES).orderBy("from_moment", "message_id")
    return best.select(F.col("from_moment").alias("seconds"), "author_name", "text", "polarity")


def seconds_of(at: str) -> float:
    """The seconds of 754, 12:34 or 1:02:03. Raises UsageError for anything else."""
    match = _TIME.fullmatch(at.strip())
    hours, minutes, seconds = match.groups(default="0") if match else ("0", "0", "60")
    if not match or (match[2] and float(seconds) >= 60) or (match[1] and int(minutes) >= 60):
        raise UsageError(f"--at {at!r} is no time of a stream; write seconds (754), minutes (12:34) or hours (1:02:03)")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def show_reactions(settings: Settings, video_id: str, at: str, seconds: float = SECONDS) -> None:
    """Print how the chat of a video reacted to a moment. Raises UsageError for a wrong time, or a video without chat."""
    at_seconds = seconds_of(at)
    spark = job.start(settings)
    if not store.exists(spark, CHAT_MESSAGES, settings.lake):
        raise UsageError(
            f"{settings.lake.root} has no chat yet; follow one first: tubelake run collect_chat --video ID"
        )
    messages = store.read(spark, CHAT_MESSAGES, settings.lake).where(F.col("video_id") == video_id).persist()
    try:
        if messages.isEmpty():
            raise UsageError(
                f"{video_id} has no chat in {settings.lake.root}; `tubelake show chats` lists those there are"
            )
        scores = store.read(spark, TEXT_SCORES.of("chat_messages"), settings.lake).where(F.col("video_id") == video_id)
        _print(reactions(messages, scores, video_id, at_seconds, seconds, seconds), video_id, at, seconds)
    finally:
        messages.unpersist()


def _print(found: Reactions, video_id: str, at: str, seconds: float) -> None:
    moods = {row["side"]: row for row in found.moods.collect()}
    if not moods:
        console.say(f"{video_id}: nobody wrote within {seconds:g} s of {at}")
        return
    bins = [(f"{row[0]:+g} s", "▇" * min(row[1], 60), *row[1:]) for row in found.bins.collect()]
    console.show(f"{video_id} around {at}", ("from", "", "messages", "polarity"), bins)
    for side in ("before", "after"):
        console.say(f"{seconds:g} s {side}: {_mood(moods[side]) if side in moods else 'no messages'}")
    if words := [f"{row['word']} ({row['message_count']})" for row in found.words.collect()]:
        console.say(f"words that mark the time after: {', '.join(words)}")
        rows = [(f"{row[0]:+.0f} s", *row[1:]) for row in found.examples.collect()]
        console.show("Messages", ("at", "author", "text", "polarity"), rows)


def _mood(row: Row) -> str:
    count = console.counted(row["message_count"], "message")
    if not row["scored_count"]:
        return f"{count}, none scored"
    return f"{count}, mean polarity {row['mean_polarity']:+.2f} of {row['scored_count']:,} scored"
