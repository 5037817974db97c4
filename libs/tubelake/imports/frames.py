"""CSV files -> frames of rows and of rejects: files are surveyed, and then read in pieces, by tasks."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from tubelake import store
from tubelake.errors import UsageError
from tubelake.imports import files
from tubelake.imports.files import Head, Piece
from tubelake.imports.records import Bad, Kind, Records
from tubelake.tables import Table

# A file, what a survey has found out about it, and the pieces of it that a task shall read.
_SURVEY = """
    path string, sha256 string, error string, encoding string, names array<string>, start bigint, lines bigint,
    newline binary, pieces array<struct<offset:bigint,length:bigint,record:bigint,line:bigint,rows:bigint,bad:bigint>>
"""


@dataclass(frozen=True)
class Surveyed:
    """What a run shall import: the files that are new, each content once."""

    files: tuple[Row, ...]
    known: int  # files that were imported before, or whose content another file of this run has

    @property
    def rows(self) -> int:
        return sum(piece["rows"] for file in self.files for piece in file["pieces"])

    @property
    def bad(self) -> int:
        return sum(piece["bad"] for file in self.files for piece in file["pieces"])


def survey(spark: SparkSession, paths: Sequence[Path], known: Iterable[str], kind: Kind) -> Surveyed:
    """Read each file whose SHA-256 is not `known` once, for its pieces; a file's facts are 100 bytes a 16 MB.

    Raises UsageError where one of them cannot be read or is no file of that kind: then nothing was written.
    """
    asked = spark.createDataFrame([(str(path),) for path in paths], "path string")
    found = asked.mapInArrow(partial(_survey_all, _schema(spark, _SURVEY), frozenset(known), kind), _SURVEY).collect()
    wrong = [file for file in found if file["error"]]
    if wrong:
        more = f" (and {len(wrong) - 1:,} more files)" if len(wrong) > 1 else ""
        raise UsageError(f"cannot import {wrong[0]['path']}: {wrong[0]['error']}{more}; nothing was imported")
    new = {file["sha256"]: file for file in reversed(found) if file["pieces"] is not None}
    return Surveyed(tuple(reversed(new.values())), len(found) - len(new))


def imported(rows: DataFrame, *names: str) -> set[tuple[str, ...]]:
    """What stands in these columns of a table of rows: a few values a file."""
    return {tuple(row) for row in rows.select(*names).distinct().collect()}


def rows(spark: SparkSession, surveyed: Surveyed, table: Table, kind: Kind) -> DataFrame:
    """The good records, with the columns of `table`."""
    return _read(spark, surveyed, "rows", table, partial(_rows, kind))


def rejects(spark: SparkSession, surveyed: Surveyed, table: Table, kind: Kind, **fixed: str) -> DataFrame:
    """The others, with the columns of `table`; `fixed` are columns with one value. Only pieces with any are read."""
    return _read(spark, surveyed, "bad", table, partial(_rejects, kind, fixed))


def _read(
    spark: SparkSession, surveyed: Surveyed, wanted: str, table: Table,
    convert: Callable[[Mapping[str, Any], pa.Schema, Piece, Records], pa.RecordBatch],
) -> DataFrame:  # fmt: skip
    work = spark.createDataFrame(list(_portions(surveyed.files, wanted)), _SURVEY)
    return work.mapInArrow(partial(_read_all, _schema(spark, table.ddl), convert), table.ddl)


def _portions(surveyed: Iterable[Row], wanted: str) -> Iterator[Row]:
    """A row a piece that has what is wanted; the pieces of a packed file together, since it can only be read through."""
    for file in surveyed:
        pieces = [piece for piece in file["pieces"] if piece[wanted]]
        portions = [pieces] if file["path"].endswith(".gz") else [[piece] for piece in pieces]
        yield from (Row(**{**file.asDict(), "pieces": portion}) for portion in portions)


def _schema(spark: SparkSession, ddl: str) -> pa.Schema:
    return to_arrow_schema(store.schema(spark, ddl))


def _survey_all(
    schema: pa.Schema, known: frozenset[str], kind: Kind, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    found = [_survey_one(path, known, kind) for batch in batches for path in batch["path"].to_pylist()]
    yield pa.RecordBatch.from_pylist(found, schema=schema)


def _survey_one(path: str, known: frozenset[str], kind: Kind) -> dict[str, Any]:
    def count_rows(records: Records, head: Head) -> int:
        return len(records.numbers) - len(kind.convert(records, head.names, path).wrong)

    try:
        digest = files.sha256(path)
        if digest in known:
            return {"path": path, "sha256": digest}
        kind.check(files.read_head(path, files.UTF8).names)
        encoding, head, pieces = files.survey(path, count_rows)
    except (OSError, EOFError, zlib.error, ValueError) as error:  # gzip raises any of the first three
        return {"path": path, "error": str(error)}
    return {
        "path": path, "sha256": digest, "encoding": encoding, "names": head.names, "start": head.offset,
        "lines": head.lines, "newline": head.newline, "pieces": [piece._asdict() for piece in pieces],
    }  # fmt: skip


def _read_all(
    schema: pa.Schema,
    convert: Callable[[Mapping[str, Any], pa.Schema, Piece, Records], pa.RecordBatch],
    batches: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    for file in (file for batch in batches for file in batch.to_pylist()):
        head = Head(tuple(file["names"]), file["start"], file["lines"], file["newline"])
        pieces = [Piece(**piece) for piece in file["pieces"]]
        for piece, records in files.read_pieces(file["path"], file["encoding"], head, pieces):
            yield convert(file, schema, piece, records)


def _rows(kind: Kind, file: Mapping[str, Any], schema: pa.Schema, piece: Piece, records: Records) -> pa.RecordBatch:
    columns, wrong = kind.convert(records, file["names"], file["path"])
    columns |= {
        "record_number": pa.array(records.numbers + piece.record + 1),
        "line_number": pa.array(records.lines + piece.line + 1),
        "file": _repeated(file["path"], records), "sha256": _repeated(file["sha256"], records),
    }  # fmt: skip
    size = len(records.numbers)
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(size, field.type)
        for field in schema
    ]
    batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
    return batch.filter(pa.array([at not in wrong for at in range(size)])) if wrong else batch


def _repeated(text: str, records: Records) -> Any:
    return pa.repeat(text, len(records.numbers))


def _rejects(
    kind: Kind, fixed: Mapping[str, str], file: Mapping[str, Any], schema: pa.Schema, piece: Piece, records: Records
) -> pa.RecordBatch:
    wrong = kind.convert(records, file["names"], file["path"]).wrong
    places = sorted(wrong)
    bad = [
        Bad(int(records.numbers[at]), int(records.lines[at]), wrong[at], text)
        for at, text in zip(places, records.texts(places), strict=True)
    ]
    here = {**fixed, "file": file["path"], "sha256": file["sha256"]}
    found = [
        {**here, "record_number": each.record + piece.record + 1, "line_number": each.line + piece.line + 1,
         "reason": each.reason, "text": each.text}
        for each in sorted([*records.bad, *bad])
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(found, schema=schema)
