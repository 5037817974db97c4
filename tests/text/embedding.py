"""What tests of embeddings share: a small SavedModel of texts, and rows for tables of texts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from tubelake import store
from tubelake.parse.columns import with_missing
from tubelake.settings import Lake
from tubelake.tables import Table

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def save_model(folder: Path, seed: int, dimensions: int = 512, noise: float = 0.0) -> str:
    """A model as the Universal Sentence Encoder is one: string[None] -> float32[None, dimensions]; gives its folder.

    A text is the sum of its words' vectors. With noise the same text has another vector each time it is asked for.
    """
    import tensorflow as tf

    class Words(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = tf.Variable(tf.random.stateless_normal((997, dimensions), (seed, 0)))

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def __call__(self, texts):
            buckets = tf.strings.to_hash_bucket_fast(tf.strings.split(texts), 997)
            rows = tf.reduce_sum(tf.gather(self.table, buckets), axis=1)
            return rows + noise * tf.random.uniform(tf.shape(rows))

    model = Words()
    tf.saved_model.save(model, str(folder), signatures=model.__call__)
    return str(folder)


def put(spark: SparkSession, table: Table, lake: Lake, rows: Sequence[Mapping[str, object]]) -> None:
    """Append rows to a table; columns that they do not name are null."""
    store.ensure(spark, table, lake)
    given = [column for column in table.columns if column.name in {"fetched_at", *rows[0]}]
    values = [tuple({"fetched_at": NOW, **row}[column.name] for column in given) for row in rows]
    frame = spark.createDataFrame(values, ", ".join(f"{column.name} {column.type}" for column in given))
    store.append(with_missing(frame, table), table, lake)
