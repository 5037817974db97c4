"""Trains an emotion model on labelled faces, with its card; read_faces takes it as vision.emotion_model."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.collect.rounds import clock_of
from tubelake.settings import Settings
from tubelake.vision.training import train

READS = (tables.LABELLED_FACES,)
WRITES = ()


def run(spark: SparkSession, settings: Settings) -> job.Report:
    labelled = store.read(spark, *READS, settings.lake)
    version = store.version(spark, *READS, settings.lake)
    outcome = train(labelled, settings.emotion_training, clock_of(settings)().date(), version)
    return job.Report(outcome.faces, outcome.trained_on, notes=outcome.notes)


if __name__ == "__main__":
    job.main(__file__)
