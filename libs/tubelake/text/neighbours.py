"""The nearest embedded texts of a text: exact, by cosine, over Arrow batches; a task keeps its best few and no more."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.window import WindowSpec

from tubelake import console, job, store
from tubelake.backends import embedder
from tubelake.backends.embedder import Vectors
from tubelake.errors import UsageError
from tubelake.settings import Lake, Settings
from tubelake.tables import EMBEDDINGS
from tubelake.text import sources
from tubelake.text.embeddings import By, embedding_by, from_arrow, texts_of
from tubelake.text.sources import Source

_ROW = "source string, source_id string, video_id string, text_hash string"
_FOUND = ["query", "similarity", "source", "source_id", "video_id", "text_hash"]
_BY_SIMILARITY = [("similarity", "descending"), ("source", "ascending"), ("source_id", "ascending")]


class Asked(NamedTuple):
    """Vectors whose neighbours are wanted (queries x dimensions), with the name of each, and its id if it is a row."""

    vectors: Vectors
    names: Sequence[str]
    ids: Sequence[str | None]


def nearest(rows: DataFrame, asked: Asked, k: int, *, distinct: bool = False) -> DataFrame:
    """(query, similarity, source, source_id, video_id, text_hash) of the k rows of `embeddings` nearest to each query.

    `query` is its number in `asked`; the similarity is the cosine, 1 at most. A row is no neighbour of itself; with
    `distinct`, of equal texts only one is. Null vectors are near nothing.
    """
    given = rows.where("vector IS NOT NULL").select("source", "source_id", "video_id", "text_hash", "vector")
    found = given.mapInArrow(_finding(asked, k, distinct=distinct), f"query int, similarity double, {_ROW}")
    order = (F.col("similarity").desc(), "source", "source_id")
    if distinct:
        found = _first(found, Window.partitionBy("query", "text_hash").orderBy(*order), 1)
    kept = _first(found, Window.partitionBy("query").orderBy(*order), k)
    return kept.select(*_FOUND).orderBy("query", *order)


def _first(rows: DataFrame, window: WindowSpec, most: int) -> DataFrame:
    return rows.withColumn("_rank", F.row_number().over(window)).where(F.col("_rank") <= most).drop("_rank")


def _finding(asked: Asked, k: int, *, distinct: bool) -> Any:
    """What each task does: its best k of each query, updated batch by batch."""

    def find(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        best: dict[int, pa.Table] = {}
        for batch in batches:
            similarities = asked.vectors @ from_arrow(batch.column("vector")).T
            named = pa.Table.from_batches([batch]).drop(["vector"])
            for query, cosines in enumerate(similarities.astype(np.float64)):
                others = _but(asked.ids[query], named.append_column("similarity", pa.array(cosines)))
                best[query] = _best([others, *([best[query]] if query in best else [])], k, distinct=distinct)
        for query, table in best.items():
            numbered = table.append_column("query", pa.array([query] * len(table), pa.int32()))
            yield from numbered.select(_FOUND).combine_chunks().to_batches()

    return find


def _but(source_id: str | None, rows: pa.Table) -> pa.Table:
    return rows if source_id is None else rows.filter(pc.not_equal(rows.column("source_id"), source_id))


def _best(tables: Sequence[pa.Table], k: int, *, distinct: bool) -> pa.Table:
    every = pa.concat_tables(tables)
    if not distinct:
        return every.take(pc.select_k_unstable(every, k, sort_keys=_BY_SIMILARITY))
    ordered = every.take(pc.sort_indices(every, sort_keys=_BY_SIMILARITY))
    _, firsts = np.unique(ordered.column("text_hash").to_numpy(), return_index=True)
    return ordered.take(np.sort(firsts)[:k])


def embedded(spark: SparkSession, chosen: Sequence[Source], by: By, lake: Lake) -> DataFrame:
    """Rows of `embeddings` of these sources, by this model alone. Raises UsageError where there is none."""
    names = [source.name for source in chosen]
    rows = store.read(spark, EMBEDDINGS, lake).where(F.col("source").isin(*names) & by.made_by.is_it)
    if rows.isEmpty():
        told = ",".join(names)
        raise UsageError(
            f"nothing of {told} is embedded by {by.made_by.backend} yet: tubelake run embed_text --set "
            f"embeddings.sources={told}"
        )
    return rows


def asked_for(rows: DataFrame, texts: Sequence[str], ids: Sequence[str], by: By) -> Asked:
    """The vectors of texts, and of rows with these ids. Raises UsageError for what has none."""
    known = rows.where(F.col("source_id").isin(*ids) & F.col("vector").isNotNull()).select("source_id", "vector")
    found: dict[str, list[float]] = {row["source_id"]: row["vector"] for row in known.collect()} if ids else {}
    if missing := [source_id for source_id in ids if source_id not in found]:
        raise UsageError(f"nothing with the id {missing[0]} is embedded")
    of_texts = list(embedder.load(by.options).embed(texts)) if texts else []
    if mute := [text for text, vector in zip(texts, of_texts, strict=True) if not vector.any()]:
        raise UsageError(f"there is nothing to look for in {mute[0]!r}")
    vectors = np.array([*of_texts, *(found[source_id] for source_id in ids)], np.float32)
    return Asked(vectors, [*texts, *ids], [*[None] * len(texts), *ids])


def show_neighbours(
    settings: Settings, texts: Sequence[str], ids: Sequence[str], names: Sequence[str], k: int, *, distinct: bool
) -> None:
    """Print the nearest texts of each text and of the row with each id. Raises UsageError where there are none."""
    chosen, by = sources.named(names), embedding_by(settings.embeddings, 1)
    spark, lake = job.start(settings), settings.lake
    rows = embedded(spark, chosen, by, lake)
    asked = asked_for(rows, texts, ids, by)
    present = [source for source in chosen if store.exists(spark, source.table, lake)]
    said = texts_of(spark, present, lake).select("source", "source_id", "text")
    near = said.join(F.broadcast(nearest(rows, asked, k, distinct=distinct)), on=["source", "source_id"], how="inner")
    order = (F.col("similarity").desc(), "source", "source_id")
    listed = near.orderBy("query", *order).select("query", "similarity", "text", "video_id", "source").collect()
    for query, name in enumerate(asked.names):
        console.show(
            name, ["similarity", "text", "video", "source"], [row[1:] for row in listed if row["query"] == query]
        )
