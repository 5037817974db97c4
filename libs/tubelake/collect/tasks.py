"""What tasks do alike: rows of what is asked in, batches of answers out, each with who fetched it."""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import to_arrow_schema

from tubelake import store
from tubelake.tables import Table

Row: TypeAlias = dict[str, Any]


def answered(
    asked: DataFrame, table: Table, run_id: str, round_id: str, fetch: Callable[[list[Row]], Iterator[list[Row]]]
) -> DataFrame:
    """Rows of `table`, by `fetch`, which turns what one task is asked into batches of them.

    The frame is lazy and fetches each time it is computed: write it once, and read that.
    """
    schema = store.schema(asked.sparkSession, table.ddl)
    arrow_schema = to_arrow_schema(schema)

    def on_executor(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        identity = {"run_id": run_id, "round_id": round_id, "executor_id": _executor_id()}
        for rows in fetch([row for batch in batches for row in batch.to_pylist()]):
            yield pa.RecordBatch.from_pylist([{**row, **identity} for row in rows], schema=arrow_schema)

    return asked.mapInArrow(on_executor, schema)


def _executor_id() -> str:
    """Host and parent process: the Python workers of one executor are children of one daemon."""
    return f"{socket.gethostname()}:{os.getppid()}"
