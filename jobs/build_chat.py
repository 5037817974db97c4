"""Turns new polls of live chats into typed messages, and the log of polls into a row a chat."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.collect import chats
from tubelake.follow import Counts, follow, rebuild
from tubelake.parse.chat import chats_from_log, messages_from_answers
from tubelake.privacy import fingerprint, key_of, with_pseudonyms
from tubelake.settings import Settings

OPTIONAL = "chat"
LOG = tables.RESPONSES.of(chats.METHOD)
READS = (LOG,)
WRITES = (tables.CHAT_MESSAGES, tables.CHATS)
PEOPLE = ("author_channel_id", "author_name", "gifter_channel_id", "banned_channel_id")


def run(spark: SparkSession, settings: Settings) -> job.Report:
    counts = add_messages(spark, settings)
    log = store.read(spark, LOG, settings.lake)
    counts += rebuild(spark, [tables.RESPONSES], {tables.CHATS: lambda: chats_from_log(log)}, settings.lake)
    return job.Report(counts.rows_in, counts.rows_out)


def add_messages(spark: SparkSession, settings: Settings) -> Counts:
    """Bring new answers into `chat_messages`: what is done again and again while chats are followed."""
    key = key_of(settings.privacy)
    transforms = {tables.CHAT_MESSAGES: lambda answers: with_pseudonyms(messages_from_answers(answers), PEOPLE, key)}
    parts = {tables.CHAT_MESSAGES: (chats.METHOD,)}
    return follow(spark, tables.RESPONSES, transforms, settings.lake, parts=parts, parameters=fingerprint(key))


if __name__ == "__main__":
    job.main(__file__)
