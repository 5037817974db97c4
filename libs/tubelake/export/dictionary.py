"""`columns.csv`: what each column of the exported tables means, in which type and unit, as the tables are declared."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from tubelake.errors import UsageError
from tubelake.export import cells, files
from tubelake.tables import Table

NAME = "columns.csv"
HEADER = ("table", "column", "type", "unit", "meaning")
SUFFIXES = ("csv", "parquet")
Entry = tuple[str | None, ...]


def entries(table: Table, columns: Sequence[str], *, pseudonyms: bool) -> list[Entry]:
    """A row of HEADER for each of the columns, in their order."""
    explained = table.explained
    found: list[Entry] = []
    for name in columns:
        column = explained[name]
        here = "; in this export: a pseudonym" if pseudonyms and name in table.persons else ""
        found.append((table.name, name, column.type, column.unit, column.comment + here))
    return found


def write(folder: Path, made: Mapping[str, Sequence[Entry]], *, bom: bool) -> None:
    """Write these entries by table, and keep those of tables that an export before left in the folder."""
    file = folder / NAME
    kept = [entry for entry in before(file) if entry[0] not in made and _is_there(folder, entry[0])]
    rows = sorted([*kept, *(entry for each in made.values() for entry in each)], key=lambda entry: str(entry[0]))
    arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    with files.replacing(file) as (stream,):
        stream.write(cells.header([*HEADER], bom=bom))
        if rows:
            stream.write(cells.lines(pa.RecordBatch.from_arrays(arrays, names=[*HEADER]), guarded=True))


def before(file: Path) -> list[Entry]:
    """The entries that the file has; none where there is no file. Raises UsageError for a file that is not ours."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            header, *rows = [tuple(row) for row in csv.reader(lines, strict=True)] or [HEADER]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, csv.Error):
        header, rows = (), []
    if header != HEADER or any(len(row) != len(HEADER) for row in rows):
        raise UsageError(f"{file} is in the way: it is no list of columns that an export wrote; give another --out")
    return [(*row[:3], row[3] or None, row[4].removeprefix("'")) for row in rows]


def _is_there(folder: Path, table: str | None) -> bool:
    return any((folder / f"{table}.{suffix}").exists() for suffix in SUFFIXES)
