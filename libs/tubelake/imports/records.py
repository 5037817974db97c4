"""A piece of a CSV file -> its records, and the lines they stand on: by Arrow, or by `csv` where Arrow loses count.

Arrow alone cannot do it: it neither says on which lines a record stands nor goes on after a quote that is never
closed. `csv` alone is ten times slower.
"""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

# A quoted field that is longer was never closed: a description has 5,000 characters, and a broken one must not
# swallow the rest of the file.
FIELD_LIMIT = 2 << 20
_END = "\x1a"  # the fields of a record that is put after the last one: it is read back unless a quoted field is open

Numbers = npt.NDArray[np.int64]


class Bad(NamedTuple):
    """A record that is no row: `record` and `line` before it in its piece, why, and its text as it stands there."""

    record: int
    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class Records:
    """The records of a piece that have the right number of fields, and the others as `bad`; blank lines are neither."""

    columns: list[Any]  # a text array a field; "" is null
    numbers: Numbers  # records before each, blank lines among them
    lines: Numbers  # newlines before each
    spans: Numbers  # newlines in each, with the one that ends it
    bad: list[Bad]
    count: int  # of all records, blank lines among them
    line_count: int
    is_closed: bool  # False where the last quoted field has no end
    piece: bytes
    newline: bytes

    def texts(self, places: Iterable[int]) -> list[str]:
        """The records at these places, as they stand in the piece."""
        lines = self.piece.split(self.newline)
        spans = ((int(self.lines[at]), max(int(self.spans[at]), 1)) for at in places)
        return [self.newline.join(lines[at : at + span]).decode().rstrip("\r\n") for at, span in spans]


class Converted(NamedTuple):
    """What the fields of records say."""

    columns: dict[str, Any]  # Arrow arrays by name, with all records; a column that is missing is null
    wrong: dict[int, str]  # why, by the place of each record that is no row


class Kind(NamedTuple):
    """What a kind of file is to hold. Both functions raise ValueError, in words for the user, for wrong columns."""

    check: Callable[[Sequence[str]], object]  # of the names of the columns
    convert: Callable[[Records, Sequence[str], str], Converted]  # records, names of the columns, path


def read(piece: bytes, width: int, newline: bytes) -> Records:
    """The records of a piece in UTF-8 that begins and ends between records; `width` fields each."""
    return _with_arrow(piece, width, newline) or _with_csv(piece, width, newline)


def _with_arrow(piece: bytes, width: int, newline: bytes) -> Records | None:
    """None where Arrow's rows don't account for every newline: an open quote, a carriage return that ends a record."""
    odd: list[Any] = []
    try:
        table = _arrow_table(piece + ",".join([_END] * width).encode() + newline, width, odd)
    except pa.ArrowInvalid:
        return None
    rows = table.num_rows - 1
    if rows < 0 or any(column[rows].as_py() != _END for column in table.columns):
        return None
    columns = [column.combine_chunks().slice(0, rows) for column in table.columns]
    odd_at = np.array([row.number - 1 for row in odd], np.int64)
    numbers = np.delete(np.arange(rows + len(odd)), odd_at)
    spans = np.ones(rows + len(odd), np.int64)
    line_count = piece.count(newline)
    if line_count != len(spans) or piece.count(b"\r") != piece.count(b"\r\n"):
        spans[numbers] += _newlines_inside(columns, rows, newline)
        spans[odd_at] += np.array([row.text.count(newline.decode()) for row in odd], np.int64)
        if line_count != spans.sum():
            return None
    lines = np.cumsum(spans) - spans
    bad = [
        _odd(int(at), int(lines[at]), row.actual_columns, width, row.text) for at, row in zip(odd_at, odd, strict=True)
    ]
    found = Records(columns, numbers, lines[numbers], spans[numbers], bad, len(spans), line_count, True, piece, newline)
    return _without_blank_lines(found)


def _without_blank_lines(records: Records) -> Records:
    """Arrow makes of a blank line a record of empty fields."""
    empty = np.ones(len(records.numbers), bool)
    for column in records.columns:
        if not empty.any():
            return records
        empty &= column.is_null().to_numpy(zero_copy_only=False)
    places = np.flatnonzero(empty)
    blank = [at for at, text in zip(places, records.texts(places), strict=True) if not text]
    full = np.delete(np.arange(len(empty)), blank)
    kept = {name: getattr(records, name)[full] for name in ("numbers", "lines", "spans")}
    return replace(records, columns=[column.take(pa.array(full)) for column in records.columns], **kept)


def _arrow_table(data: bytes, width: int, odd: list[Any]) -> Any:
    """All records of `width` fields, as text; the others are added to `odd`."""
    names = [str(number) for number in range(width)]

    def put_aside(row: Any) -> str:
        odd.append(row)
        return "skip"

    return arrow_csv.read_csv(
        pa.py_buffer(data),
        arrow_csv.ReadOptions(use_threads=False, block_size=len(data), column_names=names),
        arrow_csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=put_aside
        ),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True,
        ),
    )  # fmt: skip


def _newlines_inside(columns: list[Any], rows: int, newline: bytes) -> Numbers:
    inside = np.zeros(rows, np.int64)
    for column in columns:
        inside += pc.fill_null(pc.count_substring(column, newline.decode()), 0).to_numpy(zero_copy_only=False)
    return inside


def _odd(record: int, line: int, found: int, width: int, text: str) -> Bad:
    return Bad(record, line, f"{found} fields instead of {width}", text.rstrip("\r\n"))


def _with_csv(piece: bytes, width: int, newline: bytes) -> Records:
    rows, places, bad = [], [], []
    number, line, is_closed, end = 0, 0, True, newline.decode()
    for text, fields in split(io.StringIO(piece.decode(), newline="")):
        span = text.count(end)
        if fields is None:
            is_closed = False
            bad.append(Bad(number, line, "a quoted field does not end", text.rstrip("\r\n")))
        elif len(fields) == width:
            rows.append(fields)
            places.append((number, line, span))
        elif fields:
            bad.append(_odd(number, line, len(fields), width, text))
        number, line = number + 1, line + span
    columns = [pa.array([row[at] or None for row in rows], pa.string()) for at in range(width)]
    numbers, lines, spans = np.array(places, np.int64).reshape(-1, 3).T
    return Records(columns, numbers, lines, spans, bad, number, line, is_closed, piece, newline)


def split(lines: Iterable[str]) -> Iterator[tuple[str, list[str] | None]]:
    """Each record as text and as fields, [] for a blank line.

    Where a quoted field has no end, its first line comes with None, and the lines after it are read on their own.
    """
    csv.field_size_limit(FIELD_LIMIT)
    source, again, taken, is_over = iter(lines), deque[str](), list[str](), False

    def feed() -> Iterator[str]:
        nonlocal is_over
        while (line := again.popleft() if again else next(source, None)) is not None:
            taken.append(line)
            yield line
        is_over = True

    reader = csv.reader(feed())
    while True:
        taken.clear()
        try:
            fields = next(reader, None)
            if fields is None:
                return
            is_open = is_over  # it asked for a line after the last one
        except csv.Error:  # the field is longer than any
            is_open = True
        if not is_open:
            yield "".join(taken), fields
            continue
        first, *rest = taken
        again.extendleft(reversed(rest))
        reader, is_over = csv.reader(feed()), False
        yield first, None
