"""Fetches the comments of the known videos: all threads, then the replies that a thread's answer left out."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.collect import comments
from tubelake.collect.lists import walk_lists
from tubelake.collect.rounds import clock_of
from tubelake.collect.selection import selected
from tubelake.collect.videos import oldest_wanted
from tubelake.settings import Settings

OPTIONAL = "comments"
METHODS = (comments.THREADS.method, comments.REPLIES.method)
LOGS = tuple(map(tables.RESPONSES.of, METHODS))
READS = (tables.VIDEOS, tables.SEARCH_HITS, *LOGS)
WRITES = LOGS


def run(spark: SparkSession, settings: Settings) -> job.Report:
    known, hits, log, _ = (store.read(spark, table, settings.lake) for table in READS)
    videos, hours = selected(known, hits, settings), settings.comments.refresh_hours
    old = oldest_wanted(clock_of(settings)(), hours) if hours else None
    threads = walk_lists(spark, settings, comments.THREADS, lambda: comments.wanted_threads(videos, old))
    replies = walk_lists(spark, settings, comments.REPLIES, lambda: comments.wanted_replies(log, videos))
    off = comments.disabled(threads.rows)
    return threads.report(*([f"{off:,} videos have their comments turned off"] if off else [])) + replies.report()


if __name__ == "__main__":
    job.main(__file__)
