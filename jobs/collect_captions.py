"""Fetches the captions of the known videos: transcripts at one slow rate, tracks of one's own videos by the API."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.collect import captions
from tubelake.collect.lists import walk_lists
from tubelake.collect.selection import selected
from tubelake.settings import Settings

OPTIONAL = "captions"
METHODS = tuple(walk.method for walk in captions.WALKS)
OWN_LISTS = tables.RESPONSE_BODIES.of(captions.OWN_TRACKS.method)
READS = (tables.VIDEOS, tables.SEARCH_HITS, OWN_LISTS, *map(tables.RESPONSES.of, METHODS))
WRITES = (*map(tables.RESPONSES.of, METHODS), *map(tables.RESPONSE_BODIES.of, METHODS))


def run(spark: SparkSession, settings: Settings) -> job.Report:
    known, hits, own_lists = (store.read(spark, table, settings.lake) for table in READS[:3])
    paced, report = captions.paced(settings), job.Report()
    for source in captions.sources(settings, selected(known, hits, settings), own_lists):
        spent = walk_lists(spark, paced, source.walk, source.wanted, source.access)
        none = captions.without(spent.rows)
        report += spent.report(*([f"{none:,} videos have no captions that can be read"] if none else []))
    return report


if __name__ == "__main__":
    job.main(__file__)
