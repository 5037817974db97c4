"""Rows into the log, and what they say back to the driver, in one pass: no query reads the log for them."""

import json
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql import types as T

from tubelake import store
from tubelake.settings import Lake
from tubelake.tables import Table


def append(rows: DataFrame, table: Table, lake: Lake, *, without: Sequence[str] = ()) -> list[Row]:
    """Add `rows` to the table in one commit and give them back without some columns; they are computed exactly once.

    All that is given back comes to the driver: for tables whose rows come in rounds with a bound.
    """
    kept = rows.select(*(name for name in table.column_names if name not in without)).schema
    told = F.to_json(F.collect_list(F.struct(*map(_internal, kept)))).alias("rows")
    return [
        kept.fromInternal(tuple(row.get(name) for name in kept.names))
        for row in json.loads(store.append_and_tell(rows, table, lake, told)["rows"])
    ]


def _internal(field: T.StructField) -> Column:
    """A column as `fromInternal` takes it: JSON would cut a time to milliseconds."""
    value = F.col(field.name)
    if isinstance(field.dataType, T.TimestampType):
        value = F.unix_micros(value)
    elif isinstance(field.dataType, T.DateType):
        value = F.unix_date(value)
    return value.alias(field.name)
