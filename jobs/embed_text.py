"""Turns texts into vectors of what they mean: titles, descriptions, words in pictures, comments, chat, captions."""

from pyspark.sql import SparkSession

from tubelake import backends, job, progress, tables
from tubelake.settings import Settings
from tubelake.text.embeddings import embed_all, embedding_by
from tubelake.text.sources import EMBEDDED, named

OPTIONAL = "embeddings"
READS = tuple(dict.fromkeys(source.table for source in EMBEDDED))
WRITES = (tables.EMBEDDINGS,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    wanted = settings.embeddings
    sources, by = named(wanted.sources), embedding_by(wanted, backends.threads(spark))
    with progress.shown("Embedding texts") as show:
        done = embed_all(spark, sources, by, settings.lake, wanted.round_texts, show)
    told = f"{done.embedded:,} texts embedded, {done.repeated:,} rows repeat one, {done.removed:,} removed"
    return job.Report(done.embedded, sum(done), notes=(f"embeddings: {told}",) if any(done) else ())


if __name__ == "__main__":
    job.main(__file__)
