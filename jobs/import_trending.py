"""Imports CSV files of trending videos: their rows, and apart from them the records that are none."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.imports import categories, files, frames, trending
from tubelake.imports.write import also_in_other_cohorts, told, write
from tubelake.settings import Settings

NEEDS = "import.path"
READS = ()
WRITES = (tables.TRENDING_ROWS, tables.TRENDING_REJECTS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    wanted, lake = settings.import_, settings.lake
    paths = files.find(told(wanted.path, "import.path", "USvideos.csv"), "import.path")
    kind = trending.kind(wanted.cohort, categories.find_names(paths, wanted.categories))
    with store.exclusive("import_trending", lake):
        imported = frames.imported(store.read(spark, tables.TRENDING_ROWS, lake), "sha256", "cohort")
        known = {sha256 for sha256, cohort in imported if cohort == wanted.cohort}
        surveyed = frames.survey(spark, paths, known, kind)
        report = write(spark, surveyed, kind, *WRITES, lake, cohort=wanted.cohort)
    return report + also_in_other_cohorts(imported, surveyed, wanted.cohort)


if __name__ == "__main__":
    job.main(__file__)
