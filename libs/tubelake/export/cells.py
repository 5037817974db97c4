"""Arrow columns -> lines of CSV as RFC 4180 has them, in which no cell is a formula to a spreadsheet.

Texts stand in quotes, always; numbers, times that no text needs and null do not: so null is told from an empty text. Lines
end with LF. Times are ISO 8601 in UTC; lists, structures and maps are JSON.
"""

import json
import math
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

BOM = "\ufeff".encode()  # Excel takes a file without it for one in the old encoding of its country
# CSV and its readers trip over control characters, NUL above all; markup.py has the same list for HTML.
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{fdd0}-\x{fdef}\x{fffe}\x{ffff}]"
# OWASP, "CSV Injection": what begins a formula, also after blanks and signs that nobody sees, also in full or small width.
_FORMULA = r"^(?:[\t\r\n]|[\pZ\pC]*[=+\-@＝＋－＠﹦﹢﹣﹫])"  # noqa: RUF001 - they are meant


def header(names: list[str], *, bom: bool) -> bytes:
    return (BOM if bom else b"") + (",".join(names) + "\n").encode()


def lines(batch: pa.RecordBatch, *, guarded: bool) -> bytes:
    """A line a row. `guarded`: a text that a spreadsheet would compute has an apostrophe before it."""
    columns = [_cells(column, guarded=guarded) for column in batch.columns]
    if len(columns) == 1:  # a null alone were an empty line, which readers leave out
        columns = [pc.fill_null(pc.cast(columns[0], pa.string()), "")]
    stream = pa.BufferOutputStream()
    options = csv.WriteOptions(include_header=False, quoting_style="needed", batch_size=max(1, batch.num_rows))
    csv.write_csv(pa.RecordBatch.from_arrays(columns, names=batch.schema.names), stream, options)
    return bytes(stream.getvalue())


def _cells(column: pa.Array, *, guarded: bool) -> pa.Array:
    kind = column.type
    if pa.types.is_string(kind):
        texts = pc.replace_substring_regex(column, _CONTROL, "\N{REPLACEMENT CHARACTER}")
        return guard(texts) if guarded else texts
    if pa.types.is_timestamp(kind):
        return pc.replace_substring(pc.cast(column, pa.string()), " ", "T")
    return as_json(column) if pa.types.is_nested(kind) else column


def guard(texts: pa.Array) -> pa.Array:
    """The texts, with an apostrophe before each that a spreadsheet would take for a formula; null stays null."""
    begins = pc.match_substring_regex(texts, _FORMULA)
    if not pc.any(begins).as_py():
        return texts
    return pc.if_else(begins, pc.binary_join_element_wise("'", texts, ""), texts)


def as_json(column: pa.Array) -> pa.Array:
    """Lists, structures and maps as JSON; null stays null, and what JSON has no number for is null in it."""
    kind = column.type
    if pa.types.is_list(kind) and pa.types.is_floating(kind.value_type):
        return _vectors(column)
    plain: Callable[[Any], Any] = (lambda pairs: _plain(dict(pairs))) if pa.types.is_map(kind) else _plain
    made = (None if each is None else plain(each) for each in column.to_pylist())
    return pa.array([each if each is None else json.dumps(each, ensure_ascii=False) for each in made], pa.string())


def _vectors(column: pa.Array) -> pa.Array:
    """Vectors are most of their tables: 50 times as fast as by way of Python, and in the digits of their own width."""
    finite = pc.is_finite(column.values)
    numbers = pc.fill_null(pc.if_else(finite, pc.cast(column.values, pa.string()), None), "null")
    joined = pc.binary_join(pa.ListArray.from_arrays(column.offsets, numbers), ",")
    listed = pc.binary_join_element_wise("[", joined, "]", "")
    return pc.if_else(column.is_valid(), listed, pa.scalar(None, pa.string()))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
