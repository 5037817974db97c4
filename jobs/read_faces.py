"""Finds the faces in the thumbnails that are new or have changed, and tells what each expresses, never whose it is."""

from pyspark.sql import SparkSession

from tubelake import backends, job, progress, store, tables
from tubelake.follow import follow
from tubelake.settings import Settings
from tubelake.vision import faces, reading

OPTIONAL = "pictures"
READS = (tables.PICTURES,)
WRITES = (tables.PICTURE_FACES, tables.FACES)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    lake, vision = settings.lake, faces.paced(settings.vision)
    reader = faces.reader(vision, backends.threads(spark))
    with progress.shown("Reading faces") as show:
        counts = reading.read_all(spark, tables.PICTURE_FACES, reader, vision, lake, show)
    targets = {tables.FACES: faces.faces_from_pictures}
    changed = follow(spark, tables.PICTURE_FACES, targets, lake, keys=faces.video_ids).rows_out
    rows_out = counts.rows_out + changed
    notes = (faces.notice(store.read(spark, tables.PICTURE_FACES, lake)),) if rows_out else ()
    return job.Report(counts.rows_in, rows_out, notes=notes)


if __name__ == "__main__":
    job.main(__file__)
