"""Counts what live chats say: by minute, by author, by currency, with examples of their best and worst mood."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats.chat import chatters, minutes, scored_messages, super_chats
from tubelake.stats.chat_examples import examples
from tubelake.stats.keep import keeping

OPTIONAL = "chat"
READS = (tables.CHAT_MESSAGES, tables.TEXT_SCORES.of("chat_messages"))
WRITES = (tables.CHAT_MINUTES, tables.CHATTERS, tables.SUPER_CHATS, tables.CHAT_EXAMPLES)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    messages, scores = (store.read(spark, table, settings.lake) for table in READS)
    with keeping() as keep:
        scored = keep(lambda: scored_messages(messages, scores))
        builds = (
            lambda: minutes(scored()), lambda: chatters(scored()), lambda: super_chats(messages),
            lambda: examples(scored()),
        )  # fmt: skip
        counts = rebuild(spark, READS, dict(zip(WRITES, builds, strict=True)), settings.lake)
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
