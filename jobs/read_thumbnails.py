"""Reads the words of each video's thumbnail: pictures that are new, or that another model has read."""

from pyspark.sql import SparkSession

from tubelake import backends, job, progress, tables
from tubelake.settings import Settings
from tubelake.vision import ocr, reading

OPTIONAL = "pictures"
READS = (tables.PICTURES,)
WRITES = (tables.PICTURE_TEXT,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    reader = ocr.reader(settings.vision, backends.threads(spark))
    with progress.shown("Reading thumbnails") as show:
        counts = reading.read_all(spark, tables.PICTURE_TEXT, reader, settings.vision, settings.lake, show)
    notes = (ocr.summary(spark, settings.lake),) if counts.rows_out else ()
    return job.Report(counts.rows_in, counts.rows_out, notes=notes)


if __name__ == "__main__":
    job.main(__file__)
