"""Sentence embeddings of real YouTube comments by MiniLM, through the job, Delta to Delta, on two cores. Baseline: one call
of the model for each text, one after the other, as a plain loop has it.

No text is there twice, so all that a job can gain is fuller batches, twice as many texts a CPU second, and both cores; it
loses the commits. Equal texts, of which half of a chat consists, are gain besides.
"""

import csv
import gzip
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.common import real_data, result, settings_for, stopwatch, warm_session
from tubelake import job, store, tables
from tubelake.backends import minilm
from tubelake.parse.columns import with_missing
from tubelake.settings import Lake

TEXTS, BATCH_TEXTS, LOOP_TEXTS, CORES = 4_000, 1_000, 300, 2


def comments() -> list[str]:
    """Different real comments, of all lengths."""
    raw = gzip.decompress((real_data() / "comments/YoutubeCommentsDataSet.csv.gz").read_bytes())
    records = csv.reader(io.StringIO(raw.decode(), newline=""), strict=True)
    return list(dict.fromkeys(text for text, _ in records if text.strip()))[:TEXTS]


def fill(spark: SparkSession, lake: Lake, texts: list[str]) -> None:
    """Append them to `comments`."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    rows = [(f"c{len(texts)}-{at}", "v", text, now) for at, text in enumerate(texts)]
    frame = spark.createDataFrame(rows, "comment_id string, video_id string, text string, fetched_at timestamp")
    store.ensure(spark, tables.COMMENTS, lake)
    store.append(with_missing(frame, tables.COMMENTS), tables.COMMENTS, lake)


def main() -> None:
    texts = comments()
    minilm.embeddings(texts[:LOOP_TEXTS], CORES)  # the model is loaded, and knows each shape
    with stopwatch() as taken:
        for text in texts[:LOOP_TEXTS]:
            minilm.embeddings([text], CORES)
    loop = LOOP_TEXTS / taken[0]
    with stopwatch() as taken:
        minilm.embeddings(texts[:BATCH_TEXTS], CORES)
    batches = BATCH_TEXTS / taken[0]
    with tempfile.TemporaryDirectory() as name:
        wanted = settings_for(
            Path(name), "http://127.0.0.1:1", f"spark.master=local[{CORES}]", "embeddings.sources=comments"
        )
        spark = warm_session(wanted)
        fill(spark, wanted.lake, texts[:100])
        with stopwatch() as first:
            job.load("embed_text").run(spark, wanted)  # each worker loads the model
        fill(spark, wanted.lake, texts[100:])
        with stopwatch() as taken:
            done = job.load("embed_text").run(spark, wanted)
        with stopwatch() as again:
            job.load("embed_text").run(spark, wanted)
    ours = done.rows_in / taken[0]
    print(f"{len(texts):,} comments of {sum(map(len, texts)) / len(texts):.0f} characters")
    print(
        f"one call a text, on {CORES} threads: {loop:,.0f} texts/s; batches in the same process: {batches:,.0f} texts/s"
    )
    print(
        f"the job: {done.rows_in:,} texts in {taken[0]:.1f} s, {ours:,.0f} texts/s; a first run of 100: {first[0]:.1f} s"
    )
    print(f"a run that finds nothing new: {again[0]:.1f} s")
    result("times as fast as one call a text", ours / loop, 1.5, at_least=True)


if __name__ == "__main__":
    main()
