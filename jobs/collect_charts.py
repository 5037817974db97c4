"""Reads the charts of most popular videos of the regions asked for."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.collect import charts, videos
from tubelake.collect.lists import walk_lists
from tubelake.collect.rounds import clock_of
from tubelake.errors import UsageError
from tubelake.settings import Settings

NEEDS = "charts.regions"
DETAILS = tables.RESPONSES.of(videos.DETAILS)
READS = WRITES = (DETAILS,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    asked = settings.charts
    if not asked.regions:
        raise UsageError("no chart to read: give --set charts.regions=US,KR")
    old = videos.oldest_wanted(clock_of(settings)(), asked.refresh_hours)
    wanted = charts.wanted_charts(spark, asked.regions, asked.categories, old)
    return walk_lists(spark, settings, charts.CHART, lambda: wanted).report()


if __name__ == "__main__":
    job.main(__file__)
