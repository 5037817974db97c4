"""Trains a sentiment model on labelled texts, with its card: sparknlp if text.sentiment_backend says so, else trained."""

from pyspark.sql import SparkSession

from tubelake import backends, job, store, tables
from tubelake.backends import Options
from tubelake.collect.rounds import clock_of
from tubelake.settings import Settings
from tubelake.text.training import train

READS = (tables.LABELLED_TEXTS,)
WRITES = ()


def run(spark: SparkSession, settings: Settings) -> job.Report:
    backend = "sparknlp" if settings.text.sentiment_backend == "sparknlp" else "trained"
    options = Options(backend, model=settings.text.model, threads=backends.threads(spark))
    outcome = train(store.read(spark, *READS, settings.lake), options, clock_of(settings)().date())
    return job.Report(outcome.texts, outcome.trained_on, notes=outcome.notes)


if __name__ == "__main__":
    job.main(__file__)
