"""Sentiment of 1,000,000 chat messages, Delta to Delta, on two cores. Baselines: spaCy with spacytextblob, one text after
another; and the same job with a function that says the same of every text, which is as fast as it can be.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from benchmarks.chat_texts import fill_chat, make_messages
from benchmarks.common import result, settings_for, stopwatch, uv, warm_session
from tubelake import job, store, tables
from tubelake.follow import follow
from tubelake.settings import Settings
from tubelake.text import scores
from tubelake.text.sources import SOURCES

MESSAGES, LOOP_MESSAGES = 1_000_000, 20_000
LOOP = """
import sys, time, spacy
from spacytextblob.spacytextblob import SpacyTextBlob
nlp = spacy.blank("en")
nlp.add_pipe("spacytextblob")
texts = sys.stdin.buffer.read().decode().split(chr(0))
for text in texts[:200]:
    nlp(text)._.blob.polarity
start = time.perf_counter()
for text in texts:
    blob = nlp(text)._.blob
    blob.polarity, blob.subjectivity
print(len(texts) / (time.perf_counter() - start))
"""


def loop() -> float:
    """Texts a second of the plain loop, in an environment of its own."""
    texts = make_messages(LOOP_MESSAGES, np.random.default_rng(7))
    command = [
        uv(), "run", "--no-project", "--python=3.11", "--with=spacy==3.8.*", "--with=spacytextblob", "python", "-c", LOOP,
    ]  # fmt: skip
    done = subprocess.run(command, input=chr(0).join(texts).encode(), capture_output=True, check=True)
    return float(done.stdout)


def constant(texts: DataFrame) -> DataFrame:
    """The columns of `text_scores` without reading any text."""
    scored = ("en", 1.0, "text", 1, 1, True, 0.0, 0.0, [])

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield scores.filled(batch, scores.ARROW, scores.NAMES, [scored] * batch.num_rows)

    return scores.with_made_by(texts.mapInArrow(score, scores.SCHEMA), "constant", "", "")


def constant_job(spark: SparkSession, wanted: Settings) -> None:
    chat = SOURCES[0]
    targets = {tables.TEXT_SCORES.of(chat.table.name): lambda rows: constant(chat.texts(rows))}
    follow(spark, chat.table, targets, wanted.lake, keys=chat.keys)


def timed(spark: SparkSession, wanted: Settings, run) -> float:
    with stopwatch() as taken:
        run(spark, wanted)
    count = store.read(spark, tables.TEXT_SCORES, wanted.lake).count()
    if count != MESSAGES:
        raise AssertionError(f"{count:,} of {MESSAGES:,} messages have scores")
    shutil.rmtree(Path(wanted.lake.root) / "silver" / "text_scores")
    return taken[0]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        wanted = settings_for(
            Path(name),
            "http://127.0.0.1:1",
            "spark.master=local[2]",
            "spark.driver_memory=4g",
            "spark.compile_queries=true",
        )
        spark = warm_session(wanted)
        fill_chat(spark, wanted, MESSAGES)
        distinct = store.read(spark, tables.CHAT_MESSAGES, wanted.lake).select("text").distinct().count()
        a_second = loop()
        # The first time a session does this its JVM is cold.
        _, limit = (timed(spark, wanted, constant_job) for _ in range(2))
        _, ours = (timed(spark, wanted, job.load("score_text").run) for _ in range(2))
        print(f"{MESSAGES:,} messages, {distinct / MESSAGES:.0%} distinct")
        print(f"baseline, spaCy and spacytextblob: {a_second:,.0f} messages/s")
        print(f"ours: {ours:.1f} s, {MESSAGES / ours:,.0f} messages/s; with a constant {limit:.1f} s")
        result("times as fast as the loop", MESSAGES / ours / a_second, 20, at_least=True)
        result("of the speed of a constant", limit / ours, 0.5, at_least=True)


if __name__ == "__main__":
    main()
