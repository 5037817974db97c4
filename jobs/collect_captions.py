"""Fetches the captions of the known videos: transcripts at one slow rate, tracks of one's own videos by the API."""

from functools import partial

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.collect import captions
from tubelake.collect.lists import walk_lists
from tubelake.collect.selection import selected
from tubelake.settings import Settings

OPTIONAL = "captions"
METHODS = tuple(walk.method for walk in captions.WALKS)
OWN_LISTS = tables.RESPONSES.of(captions.OWN_TRACKS.method)
WRITES = tuple(map(tables.RESPONSES.of, METHODS))
READS = (tables.VIDEOS, tables.SEARCH_HITS, *WRITES)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    read = partial(store.read, spark, lake=settings.lake)
    known, hits, own_lists = map(read, (tables.VIDEOS, tables.SEARCH_HITS, OWN_LISTS))
    paced, report = captions.paced(settings), job.Report()
    for source in captions.sources(settings, selected(known, hits, settings), own_lists):
        spent = walk_lists(spark, paced, source.walk, source.wanted, source.access)
        none = captions.without(spent.rows)
        report += spent.report(*([f"{none:,} videos have no captions that can be read"] if none else []))
    return report


if __name__ == "__main__":
    job.main(__file__)
