"""Follows live chats until they end, and brings their messages into chat_messages meanwhile."""

from functools import partial

from pyspark.sql import SparkSession

from tubelake import job, progress, store, tables
from tubelake.collect import chats, live
from tubelake.collect.following import Following, note_ends, stopped_by_signal
from tubelake.collect.rounds import collect
from tubelake.errors import QuotaSpent
from tubelake.settings import Settings

OPTIONAL = "chat"
LOGS = tuple(map(tables.RESPONSES.of, (chats.METHOD, *live.METHODS)))
READS = WRITES = LOGS


def run(spark: SparkSession, settings: Settings) -> job.Report:
    store.ensure(spark, tables.RESPONSES, settings.lake)  # before two threads want to make it
    build, reason = job.load("build_chat"), chats.STOPPED
    with stopped_by_signal() as stop:
        following = Following(spark, settings, stop)
        last, seconds = partial(build.run, spark, settings), settings.chat.build_seconds
        with job.repeating(lambda: following.chats and build.add_messages(spark, settings), last, seconds):
            try:
                with progress.shown("Following live chats") as show:
                    spent = collect(spark, chats.paced(settings), chats.METHOD, following.next_round, show, forget=True)
            except QuotaSpent:
                reason = chats.SPENT
                raise
            finally:
                note_ends(following, reason)
    spent.failed = following.unreached  # what was had at another try did not fail
    looked = job.Report(calls=following.looks.calls, units=following.looks.units, open=following.may_go_on)
    return spent.report(*following.summary()) + looked


if __name__ == "__main__":
    job.main(__file__)
