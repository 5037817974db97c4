"""Scores the language and sentiment of texts that are new or have changed: chat, comments, titles, caption windows."""

from pyspark.sql import SparkSession

from tubelake import backends, job, store, tables
from tubelake.follow import Counts, follow
from tubelake.settings import Settings
from tubelake.text.scores import scorer, scores
from tubelake.text.sources import SOURCES, derived_metrics_notice

OPTIONAL = ("text", "captions", "comments", "chat")
READS = tuple(source.table for source in SOURCES)
WRITES = (tables.TEXT_SCORES,)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    by = scorer(settings.text, backends.threads(spark))
    counts = Counts()
    for source in (source for source in SOURCES if store.exists(spark, source.table, settings.lake)):
        targets = {tables.TEXT_SCORES.of(source.name): lambda rows, of=source: scores(of.texts(rows), by)}
        counts += follow(spark, source.table, targets, settings.lake, parameters=by.made_by, keys=source.keys)
    notes = derived_metrics_notice(settings.policy) if counts.rows_out else ()
    return job.Report(counts.rows_in, counts.rows_out, notes=notes)


if __name__ == "__main__":
    job.main(__file__)
