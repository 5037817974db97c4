"""The minute of the stream in which each message of a live chat was written."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_minutes(messages: DataFrame) -> DataFrame:
    """With `seconds` and `minute` of the stream; null where neither the time nor the offset of a message is known.

    A message without offset counts from the start that other messages of the chat know, else from the first message.
    """
    at, offset = F.unix_micros("published_at"), F.col("offset_seconds")
    starts = messages.groupBy("chat_id").agg(
        F.coalesce(F.min(at - F.round(offset * 1e6).cast("bigint")), F.min(at)).alias("_start")
    )
    seconds = F.coalesce(offset, (at - F.col("_start")) / 1e6)
    placed = messages.join(F.broadcast(starts), on="chat_id", how="left").withColumn("seconds", seconds)
    return placed.withColumn("minute", F.floor(F.col("seconds") / 60).cast("int")).drop("_start")
