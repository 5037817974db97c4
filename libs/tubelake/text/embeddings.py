"""Texts -> a row of `embeddings` each, round by round, until none lacks its vector.

What is due is asked of the tables alone. Equal texts go through the model once, whatever table they are in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from tubelake import devices, rounds, session, store, upsert
from tubelake.backends import Options, embedder
from tubelake.backends.embedder import Embedder, Vectors
from tubelake.backends.libraries import tensorflow_device
from tubelake.follow import unless_current
from tubelake.progress import Progress
from tubelake.rounds import MadeBy
from tubelake.settings import Embeddings, Lake
from tubelake.tables import EMBEDDINGS
from tubelake.text.sources import Source

COPIES = 100_000  # rows of one commit that only repeat a vector: 150 MB with 384 numbers each
_GIVEN = ("source", "source_id", "video_id", "text_hash", "fetched_at")


@dataclass(frozen=True)
class By:
    """How texts are embedded, and the names by which rows say so."""

    options: Options
    device: str
    made_by: MadeBy


class Done(NamedTuple):
    """Different texts that went through the model, rows that repeat a vector, rows whose text is gone."""

    embedded: int
    repeated: int
    removed: int


def embedding_by(wanted: Embeddings, threads: int) -> By:
    """What the settings ask for. Raises UsageError where the backend lacks what it needs."""
    # Workers run elsewhere: a folder is named from the root. A handle of TF-Hub is no folder.
    is_folder = wanted.model and "://" not in wanted.model
    model = str(Path(wanted.model).expanduser().absolute()) if wanted.model and is_folder else wanted.model
    options = Options(wanted.backend, model=model or "", threads=threads)
    found = embedder.load(options)
    return By(options, wanted.device, MadeBy(found.name, found.model_hash, found.rules))


def embed_all(
    spark: SparkSession, sources: Sequence[Source], by: By, lake: Lake, round_texts: int, show: Progress
) -> Done:
    """Bring `embeddings` up to date with these sources; those that the lake does not have are left out."""
    present = [source for source in sources if store.exists(spark, source.table, lake)]
    if not present:
        return Done(0, 0, 0)
    known, texts = store.read(spark, EMBEDDINGS, lake), texts_of(spark, present, lake)

    def bring() -> Done:
        lacks, embedded = lacking(texts, known, by.made_by).count(), 0
        if lacks:
            embedded = rounds.bring(
                lambda: unembedded(texts, known, by.made_by), lambda batch: vectors(batch, by), EMBEDDINGS, lake,
                most=round_texts, order_by="text_hash", show=show, what="texts",
            ).rows_in  # fmt: skip
        repeated = _repeat(texts, known, by, lacks - embedded, lake)
        removed = upsert.remove(gone(texts, known, present), EMBEDDINGS, lake)
        return Done(embedded, repeated, removed)

    read = list(dict.fromkeys(source.table for source in present))
    depends_on = (*by.made_by, *(source.name for source in present))
    with store.exclusive("embed-texts", lake):
        return unless_current(spark, read, EMBEDDINGS, lake, bring, parameters=depends_on) or Done(0, 0, 0)


def _repeat(texts: DataFrame, known: DataFrame, by: By, count: int, lake: Lake) -> int:
    """Write the `count` rows whose text has a vector already, some at a time; gives how many changed."""
    slices = -(-count // COPIES)
    lacks = lacking(texts, known, by.made_by)
    return sum(
        upsert.merge(repeats(lacks.where(_slice(slices) == at), known, by), EMBEDDINGS, lake) for at in range(slices)
    )


def texts_of(spark: SparkSession, sources: Iterable[Source], lake: Lake) -> DataFrame:
    """(source, source_id, video_id, text, fetched_at, text_hash) of all texts that are not empty."""
    frames = [source.texts(store.read(spark, source.table, lake)) for source in sources]
    every = reduce(DataFrame.unionByName, frames).where("text != ''")
    return every.withColumn("text_hash", text_hash(F.col("text")))


def text_hash(text: Column) -> Column:
    """SHA-256 of the text, the first 16 hex digits; null stays null."""
    return F.substring(F.sha2(text, 256), 1, 16)


def unembedded(texts: DataFrame, known: DataFrame, made_by: MadeBy) -> DataFrame:
    """One of the rows of each text that has no vector of this model yet."""
    new = texts.join(known.where(made_by.is_it).select("text_hash"), on="text_hash", how="left_anti")
    first = F.min(F.struct("source", "source_id", "video_id", "fetched_at", "text")).alias("first")
    return new.groupBy("text_hash").agg(first).select("text_hash", "first.*")


def lacking(texts: DataFrame, known: DataFrame, made_by: MadeBy) -> DataFrame:
    """Rows of `texts` that have no row of this model, or one that is dated by an earlier answer."""
    same = known.where(made_by.is_it).select("source", "source_id", "text_hash", "fetched_at")
    return texts.select(*_GIVEN).join(same, on=same.columns, how="left_anti")


def repeats(lacks: DataFrame, known: DataFrame, by: By) -> DataFrame:
    """Rows of `embeddings` for rows whose text has a vector already."""
    # The vectors of equal texts are copies of one: any of them will do.
    once = (
        known.where(by.made_by.is_it)
        .dropDuplicates(["text_hash"])
        .drop("source", "source_id", "video_id", "fetched_at")
    )
    return lacks.join(once, on="text_hash", how="inner").select(*EMBEDDINGS.column_names)


def gone(texts: DataFrame, known: DataFrame, sources: Iterable[Source]) -> DataFrame:
    """Rows of `embeddings` whose text is no more. What came of other sources is not judged."""
    ours = known.where(F.col("source").isin(*(source.name for source in sources)))
    return ours.join(texts.select("source", "source_id"), on=["source", "source_id"], how="left_anti")


def _slice(slices: int) -> Column:
    """Number of the slice of a row, by its hash: rounds went in the same order, so a slice is in few files."""
    share = F.conv(F.substring("text_hash", 1, 8), 16, 10).cast("double") / 2**32
    return F.floor(share * slices).cast("int")


def vectors(texts: DataFrame, by: By) -> DataFrame:
    """Rows of `embeddings` for (source, source_id, video_id, text_hash, fetched_at, text)."""
    spread = texts.select(*_GIVEN, "text").repartition(session.parallelism(texts.sparkSession), "text_hash")

    def on_executor(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        device = devices.here(by.device, "embeddings.device")
        devices.show_only(device)
        device = tensorflow_device(device, by.options.threads, must_have_gpu=by.device == "gpu")
        embed = _same_embedder(by).embed
        for batch in batches:
            yield _filled(batch, embed(batch.column("text").to_pylist()), device, by.made_by)

    return spread.mapInArrow(on_executor, store.schema(texts.sparkSession, EMBEDDINGS.ddl))


def _same_embedder(by: By) -> Embedder:
    """The embedder, loaded where it embeds."""
    found = embedder.load(by.options)
    if found.model_hash != by.made_by.model_hash:
        raise RuntimeError("embeddings.model is another here than on the driver, or has just changed: run again")
    return found


def _filled(batch: pa.RecordBatch, rows: Vectors, device: str, made_by: MadeBy) -> pa.RecordBatch:
    """The batch's own columns, its vectors, and what they were made by."""
    same: dict[str, Any] = {"device": device, **made_by._asdict()}
    named = {name: batch.column(name) for name in _GIVEN}
    named |= {name: pa.array([value] * batch.num_rows, pa.string()) for name, value in same.items()}
    named["vector"] = arrow_vectors(rows)
    return pa.RecordBatch.from_pydict({name: named[name] for name in EMBEDDINGS.column_names})


def arrow_vectors(rows: Vectors) -> pa.ListArray:
    """The rows (texts x dimensions) as lists; zeros, which no text means, as null."""
    ends = np.arange(len(rows) + 1, dtype=np.int32) * rows.shape[1]
    values = pa.array(np.ascontiguousarray(rows, np.float32).ravel())
    return pa.ListArray.from_arrays(pa.array(ends), values, mask=pa.array(~rows.any(axis=1)))


def from_arrow(column: pa.ListArray) -> Vectors:
    """The vectors of a column without nulls as one array (texts x dimensions)."""
    return np.asarray(column.flatten(), np.float32).reshape(len(column), -1)
