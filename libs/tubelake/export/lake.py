"""Tables of the lake as files: which tables, which of their rows and columns, and what is said of it."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tubelake import console, job, pipeline, show, store, tables
from tubelake.errors import TubeLakeError, UsageError, first_line
from tubelake.export import batches, cells, dictionary, files
from tubelake.export.people import People
from tubelake.settings import Lake, Settings
from tubelake.tables import SEARCH_HITS, VIDEO_SNAPSHOTS, VIDEOS, Table

USUAL = (*(table for table in tables.ALL if table.layer == "gold"), VIDEOS, VIDEO_SNAPSHOTS)
KNOWN_KEYWORDS = 1_000  # that a keyword is compared with, to name the nearest


@dataclass(frozen=True)
class Wanted:
    """What is exported, and how."""

    names: tuple[str, ...] = ()  # of tables; none: the usual ones, or all
    everything: bool = False
    where: str | None = None
    columns: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    form: str = "csv"
    bom: bool = False
    guarded: bool = True


class Written(NamedTuple):
    table: Table
    columns: list[str]
    rows: int
    file: Path


def export(settings: Settings, wanted: Wanted, out: Path, people: People) -> None:
    """Write a file a table, and `columns.csv`. Raises UsageError for what is not there or cannot be written."""
    chosen = [show.find(name) for name in dict.fromkeys(wanted.names)]
    asked = {table: chosen_columns(table, wanted, people) for table in chosen}
    folder = files.folder(out)
    dictionary.before(folder / dictionary.NAME)
    spark = job.start(settings)
    present, missing = found_tables(spark, settings.lake, wanted, chosen)
    if wanted.keywords:
        check_keywords(spark, settings.lake, wanted.keywords)
    written = []
    for table in present:
        columns = asked.get(table) or chosen_columns(table, wanted, people)
        rows = selected(store.read(spark, table, settings.lake), table, wanted, settings.lake)
        written.append(write(rows, table, columns, wanted, folder, people))
    made = {
        done.table.name: dictionary.entries(done.table, done.columns, pseudonyms=people.key is not None)
        for done in written
    }
    dictionary.write(folder, made, bom=wanted.bom)
    tell(written, missing, wanted, folder, people)


def found_tables(
    spark: SparkSession, lake: Lake, wanted: Wanted, chosen: Sequence[Table]
) -> tuple[list[Table], list[Table]]:
    """The tables to export, and those of the usual ones that the lake does not have. One that was named must be there."""
    candidates = list(chosen) or list(tables.ALL if wanted.everything else USUAL)
    if wanted.keywords and not chosen:
        candidates = [table for table in candidates if has_keywords(table)]
    present = [table for table in candidates if store.exists(spark, table, lake)]
    missing = [table for table in candidates if table not in present]
    if chosen and missing:
        raise UsageError(f"{lake.root} has no table {missing[0].full_name} yet; {_filled_by(missing[0])}")
    if not present:
        raise UsageError(f"{lake.catalog or lake.root} has none of the usual tables yet; run the pipeline first")
    return present, [] if wanted.everything else missing


def _filled_by(table: Table) -> str:
    jobs = pipeline.writers_of(table)
    return f"it is filled by: tubelake run {' or '.join(jobs)}" if jobs else "run the pipeline first"


def chosen_columns(table: Table, wanted: Wanted, people: People) -> list[str]:
    """The columns of the table that are exported. Raises UsageError for one that is not there or cannot be."""
    left_out = left_out_columns(table, wanted, people)
    for name in wanted.columns:
        if name not in table.column_names:
            near = difflib.get_close_matches(name, table.column_names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"its columns are: {', '.join(table.column_names)}"
            raise UsageError(f"{table.full_name} has no column {name!r}; {hint}")
        if name in left_out:
            raise UsageError(f"{table.full_name}: {name} cannot be exported so: {left_out[name]}")
    return [name for name in wanted.columns or table.column_names if name not in left_out]


def left_out_columns(table: Table, wanted: Wanted, people: People) -> dict[str, str]:
    """The columns that such an export cannot have, each with the reason."""
    raw = {} if people.key is None else dict.fromkeys(table.raw, "names stand anywhere in it; --names exports it")
    binary = [column.name for column in table.columns if column.type == "binary" and wanted.form == "csv"]
    return {**raw, **dict.fromkeys(binary, "CSV holds no pictures; --format parquet does")}


def has_keywords(table: Table) -> bool:
    return bool({"keyword", "video_id"} & {*table.column_names})


def selected(rows: DataFrame, table: Table, wanted: Wanted, lake: Lake) -> DataFrame:
    """The rows that are wanted. Raises UsageError for a wrong condition, or where a keyword tells no rows apart."""
    try:
        rows = rows.where(wanted.where) if wanted.where else rows
    except AnalysisException as error:
        raise UsageError(f"cannot use --where on {table.full_name}: {first_line(error)}") from None
    if not wanted.keywords:
        return rows
    if "keyword" in table.column_names:
        return rows.where(F.col("keyword").isin(*wanted.keywords))
    if "video_id" not in table.column_names:
        raise UsageError(f"{table.full_name} has no rows of a keyword or video: leave --keyword or the table out")
    hits = store.read(rows.sparkSession, SEARCH_HITS, lake).where(F.col("keyword").isin(*wanted.keywords))
    ids = hits.where("video_id IS NOT NULL").select("video_id").distinct()
    return rows.join(ids, on="video_id", how="left_semi")


def check_keywords(spark: SparkSession, lake: Lake, keywords: Iterable[str]) -> None:
    """Raises UsageError for a keyword that no search of the lake had, naming the nearest."""
    hits = store.read(spark, SEARCH_HITS, lake) if store.exists(spark, SEARCH_HITS, lake) else None
    known = [row[0] for row in hits.select("keyword").distinct().limit(KNOWN_KEYWORDS).collect()] if hits else []
    for keyword in keywords:
        if keyword not in known and len(known) < KNOWN_KEYWORDS:
            near = difflib.get_close_matches(keyword, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"no search of this lake for {keyword!r} has found anything{hint}")


def write(
    rows: DataFrame, table: Table, columns: list[str], wanted: Wanted, folder: Path, people: People
) -> Written:  # fmt: skip
    """Write FOLDER/TABLE.csv or .parquet. A file that was there stays until the new one is whole."""
    file = folder / f"{table.name}.{wanted.form}"
    if file.is_dir():
        raise UsageError(f"{file} is in the way: it is a folder; move it, or give another --out")
    try:
        with files.replacing(file) as (stream,):
            size = batches.measured(rows)
            form = batches.form_of(wanted.form, table, people, guarded=wanted.guarded)
            found = batches.pieces(rows, table.key, columns, size, form)
            if wanted.form == "parquet":
                batches.write_parquet(found, batches.arrow_schema(rows, columns, table), stream, size.at_once)
            else:
                stream.write(cells.header(columns, bom=wanted.bom))
                for piece in found:
                    stream.write(piece)
    except (*store.UNREADABLE, ConnectionError) as error:
        raise TubeLakeError(f"cannot export {table.full_name}: {_reason(error)}") from error
    return Written(table, columns, size.rows, file)


def _reason(error: Exception) -> str:
    """What a task said: the JVM tells it last of all."""
    causes = re.findall(r"^Caused by: (?:[\w.$]+: )?(.+)$", str(error), re.MULTILINE)
    return causes[-1][:300] if causes else first_line(error)


def tell(written: Sequence[Written], missing: Sequence[Table], wanted: Wanted, folder: Path, people: People) -> None:
    """Print what was written, what was not and why, and how people are treated."""
    shown = [(done.table.full_name, done.rows, done.file.stat().st_size, done.file.name) for done in written]
    console.show(f"Written to {folder}, with {dictionary.NAME}", ["table", "rows", "bytes", "file"], shown)
    if missing:
        console.say(f"not in this lake yet: {', '.join(table.name for table in missing)}")
    if empty := [done.table.name for done in written if not done.rows]:
        console.say(f"without any row: {', '.join(empty)}")
    for done in written if not wanted.columns else ():
        for name, reason in left_out_columns(done.table, wanted, people).items():
            console.say(f"left out: {done.table.name}.{name}: {reason}")
    console.say(people.told)
