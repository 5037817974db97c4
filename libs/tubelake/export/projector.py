"""Embeddings as the two files that TensorBoard's embedding projector reads: vectors, and labels, row by row.

The projector splits both at line ends and tabs, leaves out blank lines, and takes the first line of the labels as a header
where they have several columns, and only there: a cell must be one line, must not be blank, and both files must agree.
"""

from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake import console, job, store
from tubelake.errors import UsageError
from tubelake.export import files
from tubelake.export.people import People, cover
from tubelake.settings import Settings
from tubelake.text import sources
from tubelake.text.embeddings import embedding_by, texts_of
from tubelake.text.neighbours import embedded

BATCH = 1_000  # rows that the driver holds at once: 5 MB as text
LABELS = ("text", "video_id", "source", "source_id", "text_hash", "count")
BLANK = "(none)"
_BREAKS = r"[\p{Cc}\p{Zl}\p{Zp}]+"  # tabs, line ends of every kind, NUL


def distinct_texts(rows: DataFrame, texts: DataFrame) -> DataFrame:
    """The columns LABELS and `vector`: one row a text, the first of its rows, and how many there are.

    A row whose text has changed since it was embedded, and one without a vector, is left out.
    """
    vectors = rows.where("vector IS NOT NULL").select("source", "source_id", "text_hash", "vector")
    named = texts.join(vectors, on=["source", "source_id", "text_hash"], how="inner")
    first = F.min(F.struct("source", "source_id", "video_id")).alias("first")
    same = (F.first("text").alias("text"), F.first("vector").alias("vector"), F.count("*").alias("count"))
    return named.groupBy("text_hash").agg(first, *same).select(
        "text", "first.video_id", "first.source", "first.source_id", "text_hash", "count", "vector"
    )  # fmt: skip


def cell(value: Column) -> Column:
    """The value as one line without tabs; null and blank become (none), since a blank line would be left out."""
    line = F.trim(F.regexp_replace(value.cast("string"), _BREAKS, " "))
    return F.when(line.rlike(r"(?U)\S"), line).otherwise(BLANK)


def lines(rows: DataFrame, labels: Sequence[str]) -> DataFrame:
    """(vector, label) of each row with a vector: both as a line of text."""
    numbers = F.array_join(F.col("vector").cast("array<string>"), "\t").alias("vector")
    cells = F.concat_ws("\t", *(cell(F.col(label)) for label in labels)).alias("label")
    return rows.where("vector IS NOT NULL").select(numbers, cells)


def write(rows: DataFrame, prefix: Path, labels: Sequence[str]) -> int:
    """Write PREFIX_vecs.tsv and PREFIX_meta.tsv and give how many rows they have; a reader never finds a part of them."""
    written = lines(rows, labels)
    count = written.count()
    # A partition is what comes to the driver at once.
    batches = written.repartition(max(1, -(-count // BATCH)), "label").sortWithinPartitions("label", "vector")
    vectors, meta = (prefix.with_name(f"{prefix.name}_{name}.tsv") for name in ("vecs", "meta"))
    return _write(batches, vectors, meta, "\t".join(labels) if len(labels) > 1 else None)


def _write(batches: DataFrame, vectors: Path, meta: Path, header: str | None) -> int:
    count = 0
    with files.replacing(vectors, meta) as (numbers, told):
        told.write(f"{header}\n".encode() if header else b"")
        for vector, label in batches.toLocalIterator():
            numbers.write(f"{vector}\n".encode())
            told.write(f"{label}\n".encode())
            count += 1
    return count


def covered(texts: DataFrame, chosen: Sequence[sources.Source]) -> DataFrame:
    """The rows of `texts_of`, whose text may leave the lake: what viewers wrote without handles, all without addresses."""
    viewers = [source.name for source in chosen if source.text in source.table.said]
    by_viewer = F.col("source").isin(*viewers)
    text = F.when(by_viewer, cover(handles=True)("text")).otherwise(cover(handles=False)("text"))
    return texts.withColumn("text", text if viewers else cover(handles=False)("text"))


def export(settings: Settings, names: Sequence[str], prefix: Path, labels: Sequence[str], people: People) -> None:
    """Write the texts of these sources that are embedded. Raises UsageError where there are none, or for a wrong label."""
    if wrong := [label for label in labels if label not in LABELS]:
        raise UsageError(f"there is no label {wrong[0]!r}; they are: {', '.join(LABELS)}")
    chosen, by = sources.named(names), embedding_by(settings.embeddings, 1)
    spark, lake = job.start(settings), settings.lake
    rows = embedded(spark, chosen, by, lake)
    present = [source for source in chosen if store.exists(spark, source.table, lake)]
    texts = texts_of(spark, present, lake)
    count = write(distinct_texts(rows, texts if people.key is None else covered(texts, present)), prefix, labels)
    console.say(f"{prefix}_vecs.tsv and {prefix}_meta.tsv: {console.counted(count, 'text')}")
