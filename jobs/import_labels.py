"""Imports texts and faces that somebody has labelled, to train and to measure with."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.imports import faces, files, frames, texts
from tubelake.imports.write import told, write
from tubelake.settings import Settings

OPTIONAL = "labels"
READS = ()
WRITES = (tables.LABELLED_TEXTS, tables.LABELLED_FACES, tables.LABEL_REJECTS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    wanted, lake = settings.labels, settings.lake
    told(wanted.texts or wanted.faces, "labels.texts", "comments.csv, or --set labels.faces=FOLDER")
    report = job.Report()
    with store.exclusive("import_labels", lake):
        if wanted.texts:
            kind = texts.kind(wanted.text_column, wanted.label_column)
            imported = frames.imported(store.read(spark, tables.LABELLED_TEXTS, lake), "sha256")
            known = {sha256 for (sha256,) in imported}
            surveyed = frames.survey(spark, files.find(wanted.texts, "labels.texts"), known, kind)
            report += write(spark, surveyed, kind, tables.LABELLED_TEXTS, tables.LABEL_REJECTS, lake)
        if wanted.faces:
            pictures = faces.checked(spark, found := faces.find(wanted.faces))
            report += faces.write(pictures, len(found), tables.LABELLED_FACES, tables.LABEL_REJECTS, lake)
    return report


if __name__ == "__main__":
    job.main(__file__)
