"""Turns new answers about comments into rows, with their authors' pseudonyms where these are wanted."""

from pyspark.sql import SparkSession

from tubelake import job, tables
from tubelake.follow import follow
from tubelake.parse.comments import comments_from_answers
from tubelake.privacy import fingerprint, key_of, with_pseudonyms
from tubelake.settings import Settings

OPTIONAL = "comments"
METHODS = ("commentThreads.list", "comments.list")
READS = tuple(map(tables.RESPONSES.of, METHODS))
WRITES = (tables.COMMENTS,)
AUTHORS = ("author_channel_id", "author_name")


def run(spark: SparkSession, settings: Settings) -> job.Report:
    key = key_of(settings.privacy)
    transforms = {tables.COMMENTS: lambda answers: with_pseudonyms(comments_from_answers(answers), AUTHORS, key)}
    parts = {tables.COMMENTS: METHODS}
    counts = follow(spark, tables.RESPONSES, transforms, settings.lake, parts=parts, parameters=fingerprint(key))
    return job.Report(counts.rows_in, counts.rows_out)


if __name__ == "__main__":
    job.main(__file__)
