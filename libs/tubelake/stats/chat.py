"""Messages of live chats and their scores -> a row a minute, a row an author, a row a currency."""

from collections.abc import Sequence
from decimal import Decimal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake.stats.log_odds import SIGN, log_odds
from tubelake.text.minutes import with_minutes
from tubelake.text.words import content_words

NEAR = 10  # minutes before and after to which a minute is compared: the mood of a stream changes in longer spans
FEWEST_AROUND = 5  # of them: with fewer there is no saying what is usual
FEWEST_MESSAGES = 10  # in a peak: three messages in a silent chat are none
SIGMAS = 5.0  # of 300 minutes of a stream that chance alone fills, none is a peak
APART = 2  # minutes: of a burst that spans some, only the largest is a peak
SIGMA_OF_MAD = 1.4826  # of a normal distribution
PEAK_WORDS = 5
MICRO = Decimal("0.000001")


def has_words(text: Column) -> Column:
    """Whether something else than blanks stands in it; false for null."""
    return F.coalesce(text.rlike(r"(?U)\S"), F.lit(False))


def scored_messages(messages: DataFrame, scores: DataFrame) -> DataFrame:
    """`messages` with text, with its minute and second of the stream, polarity and subjectivity (null: unscored).

    `words` are the different ones that may be about something: to find them takes longest, so it is done once.
    """
    known = scores.where("source = 'chat_messages'").select(
        F.col("source_id").alias("message_id"), "language",
        *(F.when(F.col("is_scored"), F.col(name)).alias(name) for name in ("polarity", "subjectivity")),
    )  # fmt: skip
    spoken = messages.where(has_words(F.col("text"))).select(
        "message_id", "chat_id", "video_id", "author_channel_id", "author_name", "is_owner", "is_moderator",
        "is_member", "is_verified", "text", "published_at", "offset_seconds",
    )  # fmt: skip
    telling = F.array_distinct(content_words(F.col("text"), F.col("language")))
    return with_minutes(spoken).join(known, on="message_id", how="left").withColumn("words", telling).drop("language")


def minutes(messages: DataFrame) -> DataFrame:
    """One row a minute of a chat in which something was written, of `scored_messages`; the columns of `chat_minutes`."""
    counted = with_peaks(_counted(messages)).withColumn(
        "overall_total", F.sum("inside_total").over(Window.partitionBy("chat_id"))
    )
    words = _peak_words(messages, counted.where("is_peak"))
    # A peak of emoji alone has no words: an empty list, and not null as where there is no peak.
    found = F.when(F.col("is_peak"), F.coalesce("peak_words", F.array().cast("array<string>")))
    with_words = counted.join(words, on=["chat_id", "minute"], how="left").withColumn("peak_words", found)
    return with_words.drop("inside_total", "overall_total")


def _counted(messages: DataFrame) -> DataFrame:
    polarity = F.col("polarity")
    since_start = F.col("minute").cast("bigint") * 60_000_000  # of an int, minutes from 36 on would be too large
    began = F.unix_micros("published_at") - F.round(F.col("seconds") * 1e6).cast("bigint") + since_start
    counted = messages.where("minute IS NOT NULL").groupBy("chat_id", "minute").agg(
        F.max("video_id").alias("video_id"),
        F.timestamp_micros(F.min(began)).alias("began_at"),
        F.count("*").alias("message_count"),
        F.countDistinct("author_channel_id").alias("author_count"),
        F.mean(polarity).alias("mean_polarity"),
        F.count_if(polarity > 0).alias("positive_count"),
        F.count_if(polarity < 0).alias("negative_count"),
        F.count_if(polarity.isNull()).alias("unscored_count"),
        F.sum(F.size("words")).alias("inside_total"),
    )  # fmt: skip
    scored = F.nullif(F.col("message_count") - F.col("unscored_count"), F.lit(0))
    shares = {f"{side}_share": F.col(f"{side}_count") / scored for side in ("positive", "negative")}
    return counted.withColumns(shares)


def with_peaks(counted: DataFrame) -> DataFrame:
    """With `is_peak`: whether far more was written in a minute than is usual in the minutes around it.

    More than the median of the `NEAR` minutes before and after by `SIGMAS` standard deviations. These are taken from the
    median absolute deviation (Leys et al. 2013, J. Exp. Soc. Psych. 49(4)), which one more peak nearby does not move;
    but at least the root of the median, by which counts of independent messages scatter, or in a steady chat each
    minute would be a peak. Minutes without messages count as 0.
    """
    compared = counted.withColumns({"_around": _around(), "_is_largest": _is_largest()})
    centred = compared.withColumn("_usual", median(F.col("_around")))
    spread = SIGMA_OF_MAD * median(F.transform("_around", lambda each: F.abs(each - F.col("_usual"))))
    sigma = F.greatest(spread, F.sqrt(F.greatest(F.col("_usual"), F.lit(1.0))))
    count, can_tell = F.col("message_count"), F.size("_around") >= FEWEST_AROUND
    is_far = (count >= FEWEST_MESSAGES) & (count > F.col("_usual") + SIGMAS * sigma)
    is_peak = F.coalesce(F.col("_is_largest") & can_tell & is_far, F.lit(False))
    return centred.withColumn("is_peak", is_peak).drop("_around", "_is_largest", "_usual")


def _around() -> Column:
    """How many messages the minutes around have, those of them that the chat lasted."""
    chat, minute = Window.partitionBy("chat_id"), F.col("minute")
    span = F.least(F.max(minute).over(chat), minute + NEAR) - F.greatest(F.min(minute).over(chat), minute - NEAR)
    sides = [chat.orderBy(minute).rangeBetween(-NEAR, -1), chat.orderBy(minute).rangeBetween(1, NEAR)]
    heard = F.concat(*(F.collect_list("message_count").over(side) for side in sides))
    return F.concat(heard, F.array_repeat(F.lit(0).cast("bigint"), span - F.size(heard)))


def _is_largest() -> Column:
    count, by_minute = F.col("message_count"), Window.partitionBy("chat_id").orderBy("minute")
    before = F.max(count).over(by_minute.rangeBetween(-APART, -1))
    after = F.max(count).over(by_minute.rangeBetween(1, APART))
    return (count > F.coalesce(before, F.lit(0))) & (count >= F.coalesce(after, F.lit(0)))


def median(numbers: Column) -> Column:
    """The median of an array; null of an empty one."""
    ordered, size = F.array_sort(numbers), F.size(numbers)
    low, high = (F.floor((size + shift) / 2).cast("int") for shift in (-1, 0))
    return F.when(size > 0, (F.get(ordered, low) + F.get(ordered, high)) / 2)


def _peak_words(messages: DataFrame, peaks: DataFrame) -> DataFrame:
    """chat_id, minute, peak_words. A word counts once a message: shouting it five times is still one voice."""
    said = messages.where("minute IS NOT NULL").select("chat_id", "minute", F.explode("words").alias("word"))
    overall = said.groupBy("chat_id", "word").agg(F.count("*").alias("overall"))
    totals = peaks.select("chat_id", "minute", "inside_total", "overall_total")
    in_peaks = said.join(F.broadcast(totals), on=["chat_id", "minute"], how="inner")
    inside = in_peaks.groupBy(*totals.columns, "word").agg(F.count("*").alias("inside"))
    counts = inside.where("inside > 1").join(overall, on=["chat_id", "word"], how="inner")
    return strongest(counts, ["chat_id", "minute"], PEAK_WORDS, "peak_words")


def strongest(counts: DataFrame, keys: Sequence[str], limit: int, name: str) -> DataFrame:
    """A row for each of `keys` with the words that mark it, the strongest first, at most `limit`.

    `counts` has word, inside, inside_total, overall, overall_total.
    """
    strength = log_odds(*map(F.col, ("inside", "inside_total", "overall", "overall_total")))
    marking = counts.withColumn("_z", strength).where(F.col("_z") > SIGN)
    ordered = F.array_sort(F.collect_list(F.struct((-F.col("_z")).alias("order"), "word")))
    return marking.groupBy(*keys).agg(F.slice(ordered, 1, limit).getField("word").alias(name))


def chatters(messages: DataFrame) -> DataFrame:
    """One row a chat and author, of `scored_messages`, with the columns of `chatters`.

    Messages whose author is not known count in the chat's total only.
    """
    own = Window.partitionBy("chat_id", "author_channel_id").orderBy("published_at", "message_id")
    at = F.unix_micros("published_at")
    timed = messages.where("author_channel_id IS NOT NULL").withColumn("_gap", (at - F.lag(at).over(own)) / 1e6)
    named = F.when(F.col("author_name").isNotNull(), F.struct("published_at", "message_id"))
    roles = ("is_owner", "is_moderator", "is_member", "is_verified")
    found = timed.groupBy("chat_id", "author_channel_id").agg(
        F.max_by("author_name", named).alias("author_name"),
        F.max("video_id").alias("video_id"),
        F.count("*").alias("message_count"),
        F.median("_gap").alias("median_gap_seconds"),
        *(F.bool_or(role).alias(role) for role in roles),
        F.mean("polarity").alias("mean_polarity"),
        F.min("published_at").alias("first_at"),
        F.max("published_at").alias("last_at"),
    )  # fmt: skip
    totals = messages.groupBy("chat_id").agg(F.count("*").alias("_total"))
    shared = found.join(F.broadcast(totals), on="chat_id", how="inner")
    return shared.withColumn("share", F.col("message_count") / F.col("_total")).drop("_total")


def super_chats(messages: DataFrame) -> DataFrame:
    """One row a chat and currency of `chat_messages`, with the columns of `super_chats`: sums are exact."""
    paid = messages.where("event IN ('super_chat', 'super_sticker') AND currency IS NOT NULL")
    amount = (F.col("amount_micros").cast("decimal(19,0)") * F.lit(MICRO)).cast("decimal(28,6)")
    return paid.groupBy("chat_id", "currency").agg(
        F.max("video_id").alias("video_id"),
        F.count("*").alias("paid_count"),
        F.countDistinct("author_channel_id").alias("author_count"),
        F.sum(amount).cast("decimal(38,6)").alias("amount"),
        F.max(amount).cast("decimal(38,6)").alias("largest"),
    )
