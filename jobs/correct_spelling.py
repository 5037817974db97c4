"""Corrects the spelling of words that were read off pictures, by a dictionary of the corpus's own words and of English."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import Counts, follow, unless_current
from tubelake.settings import Settings
from tubelake.spelling.texts import corrected, corrector, depends_on, note
from tubelake.text.sources import Source

OPTIONAL = "pictures"
READS = (tables.PICTURE_TEXT, tables.VIDEOS)
WRITES = (tables.CORRECTED_TEXTS,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    source, lake = Source(tables.PICTURE_TEXT, "video_id", "text"), settings.lake

    def correct() -> Counts:
        by = corrector(store.read(spark, tables.VIDEOS, lake), settings.spelling)
        targets = {tables.CORRECTED_TEXTS: lambda rows: corrected(source.texts(rows), by)}
        return follow(spark, source.table, targets, lake, parameters=by.made_by, keys=source.keys)

    by_settings = depends_on(settings.spelling)
    counts = unless_current(spark, READS, tables.CORRECTED_TEXTS, lake, correct, by_settings) or Counts()
    notes = note(store.read(spark, tables.CORRECTED_TEXTS, lake)) if counts.rows_out else ()
    return job.Report(counts.rows_in, counts.rows_out, notes=notes)


if __name__ == "__main__":
    job.main(__file__)
