"""The charts of most popular videos, by region and category; their answers are details of videos too."""

from collections.abc import Sequence
from datetime import datetime
from itertools import product

from pyspark.sql import DataFrame, SparkSession

from tubelake.collect.lists import WANTED_DDL, Walk
from tubelake.collect.request import params_json
from tubelake.collect.videos import DETAILS, PARTS

# Ranks move on while a chart is read: one that was cut short is read anew.
CHART = Walk(DETAILS, max_pages=10, is_resumable=False)
ALL_CATEGORIES = "0"
PAGES = 4  # a chart has 200 videos


def wanted_charts(
    spark: SparkSession, regions: Sequence[str], categories: Sequence[str], newer_than: datetime
) -> DataFrame:
    """The chart of each region and category, as WANTED_DDL; read again when it is older than `newer_than`."""
    fixed = {"chart": "mostPopular", "part": PARTS[DETAILS], "maxResults": "50"}
    rows = []
    for region, category in product(regions, categories or (ALL_CATEGORIES,)):
        chosen = {} if category == ALL_CATEGORIES else {"videoCategoryId": category}
        params = params_json({**fixed, "regionCode": region, **chosen})
        rows.append((params, f"{region}/{category}", newer_than, PAGES))
    return spark.createDataFrame(rows, WANTED_DDL)
