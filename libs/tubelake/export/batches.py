"""Rows of a table -> files, in the order of its key. What the driver holds at once is bounded, whatever the table's size.

Executors turn rows into pieces of a file, as bytes; the driver fetches a partition of them at a time and writes them down.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from tubelake.export import cells
from tubelake.export.people import People, covered
from tubelake.tables import Table

BYTES = 32_000_000  # of a partition, by estimate: the driver holds two, and each worker makes one
ROWS = 100_000  # of a partition, at most
_PIECE = pa.schema([("rows", pa.int64()), ("piece", pa.binary())])
_DDL = "rows bigint, piece binary"
_WIDE = {"string", "binary"}  # columns whose size is their values'; all others take about so many bytes:
_NUMBER, _ELEMENT = 8, 16
Form = Callable[[pa.RecordBatch], bytes]


class Size(NamedTuple):
    rows: int
    at_once: int  # rows of a partition: as many as BYTES hold

    @property
    def partitions(self) -> int:
        return max(1, -(-self.rows // self.at_once))


def measured(rows: DataFrame) -> Size:
    """How many rows there are, and how many of them are a partition."""
    found = rows.agg(F.count("*").alias("rows"), F.sum(_bytes(rows)).alias("bytes")).collect()[0]
    mean = (found["bytes"] or 0) / max(1, found["rows"])
    return Size(found["rows"], max(1, min(ROWS, int(BYTES / max(1.0, mean)))))


def _bytes(rows: DataFrame) -> Column:
    """About how large a row is. Of nested columns only lists tell their length without being unfolded."""
    total = F.lit(_NUMBER * len(rows.columns))
    for field in rows.schema.fields:
        column = F.col(f"`{field.name}`")
        if field.dataType.simpleString() in _WIDE:
            total = total + F.coalesce(F.octet_length(column), F.lit(0))
        elif isinstance(field.dataType, T.ArrayType):
            total = total + F.coalesce(F.size(column), F.lit(0)) * _ELEMENT
    return total


def pieces(rows: DataFrame, keys: Sequence[str], columns: Sequence[str], size: Size, form: Form) -> Iterator[bytes]:
    """The rows in the order of `keys`, with these columns, as `form` makes them; a partition at a time."""
    order = [F.col(f"`{key}`") for key in keys]
    spread = rows.repartitionByRange(size.partitions, *order) if size.partitions > 1 else rows.coalesce(1)
    chosen = spread.sortWithinPartitions(*order).select(*(F.col(f"`{column}`") for column in columns))

    def on_executor(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_arrays([[batch.num_rows], [form(batch)]], schema=_PIECE)

    for row in chosen.mapInArrow(on_executor, _DDL).toLocalIterator(prefetchPartitions=True):
        yield bytes(row["piece"])


def form_of(kind: str, table: Table, people: People, *, guarded: bool) -> Form:
    """What an executor does with a batch: it leaves out what people are known by, and makes bytes of the rest."""
    persons, said, key = table.persons, table.said, people.key

    def form(batch: pa.RecordBatch) -> bytes:
        safe = covered(batch, persons, said, key)
        return cells.lines(safe, guarded=guarded) if kind == "csv" else _message(safe)

    return form


def _message(batch: pa.RecordBatch) -> bytes:
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(stream.getvalue())


def write_parquet(found: Iterator[bytes], schema: pa.Schema, stream: BinaryIO, at_once: int) -> None:
    """One file. Its row groups have `at_once` rows each, however the pieces are cut: equal rows give equal bytes."""
    held = schema.empty_table()
    with pq.ParquetWriter(stream, schema) as writer:
        for piece in found:
            held = pa.concat_tables([held, pa.ipc.open_stream(piece).read_all().cast(schema)])
            while held.num_rows >= at_once:
                _write_group(writer, held.slice(0, at_once))
                held = held.slice(at_once)
        if held.num_rows:
            _write_group(writer, held)


def _write_group(writer: pq.ParquetWriter, rows: pa.Table) -> None:
    writer.write_table(rows.combine_chunks(), row_group_size=rows.num_rows)


def arrow_schema(rows: DataFrame, columns: Sequence[str], table: Table) -> pa.Schema:
    """The columns as Parquet has them: times in microseconds, UTC; what they mean, and their units, in each one's metadata."""
    explained = table.explained
    fields = []
    for field in to_arrow_schema(rows.select(*(F.col(f"`{column}`") for column in columns)).schema):
        column = explained[field.name]
        told = {"comment": column.comment, **({"unit": column.unit} if column.unit else {})}
        fields.append(field.with_metadata(told))
    return pa.schema(fields, metadata={"table": table.full_name, "comment": table.comment})
