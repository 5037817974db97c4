"""Finds the words and topics that mark a keyword, category or cohort, and the segments that say something new."""

from pyspark.sql import SparkSession

from tubelake import job, store, tables
from tubelake.follow import rebuild
from tubelake.settings import Settings
from tubelake.stats import novel, terms, topics
from tubelake.stats.groups import memberships
from tubelake.stats.keep import keeping
from tubelake.stats.tracks import only_one_track

OPTIONAL = ("text", "captions", "comments", "chat")
READS = (
    tables.VIDEOS, tables.SEARCH_HITS, tables.TRENDING_DAYS, tables.TEXT_SCORES.of("videos"), tables.CAPTION_WINDOWS,
    tables.CAPTION_SEGMENTS,
)  # fmt: skip
WRITES = (tables.TOP_TERMS, tables.NOVEL_SEGMENTS)


def run(spark: SparkSession, settings: Settings) -> job.Report:
    videos, hits, days, titles, all_windows, segments = (store.read(spark, table, settings.lake) for table in READS)
    windows, k = only_one_track(all_windows, videos), settings.text.topics
    texts = terms.texts_of(videos, titles, windows)
    with keeping() as keep:
        members = keep(lambda: memberships(hits, videos, days))
        counts = keep(lambda: terms.term_counts(members(), terms.terms_of(texts)))
        documents = keep(lambda: topics.documents_of(texts))
        weights = keep(lambda: topics.topic_weights(documents(), k))
        words = keep(lambda: novel.words_of_segments(hits, segments, windows.where("kind = 'sentence'")))
        builds = (
            lambda: terms.top_terms(members(), counts()).unionByName(topics.topics(members(), weights())),
            lambda: novel.novel_segments(words(), segments),
        )
        built = rebuild(spark, READS, dict(zip(WRITES, builds, strict=True)), settings.lake, parameters=k)
    return job.Report(built.rows_in, built.rows_out)


if __name__ == "__main__":
    job.main(__file__)
