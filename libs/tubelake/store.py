"""Reads and writes tables; the only module that knows whether a lake is a folder or a catalog."""

import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout
from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Observation, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from tubelake import console, session
from tubelake.disk import NOTES, folder, log_folder
from tubelake.errors import TubeLakeError, UsageError
from tubelake.settings import Lake
from tubelake.tables import Column, Table

LOCK_SECONDS = 3600.0  # a second run of the same job waits this long for the first
SILENT_SECONDS = 5.0  # a wait longer than this is announced
# A missing table is Spark's own error; a commit that is no JSON comes as it is from the JVM.
UNREADABLE = (PySparkException, Py4JJavaError)
SMALL_BYTES = 16_000_000  # Delta compacts files to 1 GB: larger ones than this cost a reader little, a rewrite much
COMMIT_TRIES = 10  # concurrent MERGEs into one table fail now and then; each try starts from the newer version


def check(lake: Lake) -> None:
    """Raises UsageError for a folder that cannot be a lake."""
    root = folder(lake)
    if root is None:
        return
    try:
        root.mkdir(parents=True, exist_ok=True)
        (root / NOTES).touch()
    except OSError as error:
        raise UsageError(f"cannot use {root} as a lake: {error.strerror}; set lake.root to a folder you own") from None


def name(table: Table, lake: Lake) -> str:
    """How SQL calls the table."""
    return f"{lake.catalog}.{table.full_name}" if lake.catalog else f"delta.`{_address(table, lake)}`"


def _address(table: Table, lake: Lake) -> str:
    root = folder(lake)
    return f"{str(root) if root else lake.root.rstrip('/')}/{table.layer}/{table.name}"


def ensure(spark: SparkSession, table: Table, lake: Lake) -> None:
    """Create the table where it is missing, with its layout; add columns that it was declared with since."""
    try:
        present = spark.table(name(table, lake)).columns
    except UNREADABLE as error:
        _raise_if_damaged(error, table, lake)
        if not isinstance(error, AnalysisException):
            raise
        with exclusive(table.full_name, lake):
            if (log := log_folder(table, lake)) and _is_cut_off(log):
                shutil.rmtree(log)  # Delta would take the table for made, and could not read it
            execute(spark, table, lake, _create_statement(table, lake))
        return
    missing = [column for column in table.columns if column.name not in present]
    if missing:
        added = ", ".join(map(_declared, missing))
        execute(spark, table, lake, f"ALTER TABLE {name(table, lake)} ADD COLUMNS ({added})")


def _create_statement(table: Table, lake: Lake) -> str:
    columns = ", ".join(map(_declared, table.columns))
    layout = f" PARTITIONED BY ({', '.join(table.partition_by)})" if table.partition_by else ""
    properties = ", ".join(f"'{key}' = '{value}'" for key, value in table.delta_properties.items())
    return (
        f"CREATE TABLE IF NOT EXISTS {name(table, lake)} ({columns}) USING delta{layout} COMMENT {quoted(table.comment)}"
        f" TBLPROPERTIES ({properties})"
    )


def _declared(column: Column) -> str:
    return f"{column.name} {column.type} COMMENT {quoted(column.comment)}"


def quoted(text: str) -> str:
    """The text as a literal of SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def exists(spark: SparkSession, table: Table, lake: Lake) -> bool:
    try:
        spark.table(name(table, lake)).columns  # noqa: B018 - over Connect nobody looks before that
    except UNREADABLE as error:
        _raise_if_damaged(error, table, lake)
        if not isinstance(error, AnalysisException):
            raise
        return False
    return True


def _raise_if_damaged(error: Exception, table: Table, lake: Lake) -> None:
    """A missing table is made; one whose files are there but cannot be read is never written over."""
    log = log_folder(table, lake)
    if log and not _is_cut_off(log):
        said = error.java_exception.getMessage() if isinstance(error, Py4JJavaError) else error
        reason = str(said).splitlines()[0][:200]
        raise UsageError(
            f"table {table.layer}/{table.name} in {lake.root} cannot be read ({reason}); restore its folder from a "
            "backup, or remove the folder: derived tables are built again by the next run"
        ) from None


def _is_cut_off(log: Path) -> bool:
    """Whether the table's making was cut off: Delta writes its first commit under a hidden name, then renames it.

    Then the log has no other files (folders it has, of Delta's), and the table no rows.
    """
    has_commits = any(file.is_file() and not file.name.startswith(".") for file in log.rglob("*"))
    return not has_commits and not any(log.parent.rglob("*.parquet"))


def read(spark: SparkSession, table: Table, lake: Lake) -> DataFrame:
    """The table's rows (of its `part` alone, if it names one); the table is created empty where it is missing."""
    ensure(spark, table, lake)
    rows = spark.table(name(table, lake))
    return rows if table.part is None else rows.where(F.col(table.partition_by[0]) == table.part)


def is_new(spark: SparkSession, table: Table, lake: Lake) -> bool:
    """Whether the table (its `part`, if it names one) has no files yet; planning tells, nothing is run for it."""
    return not read(spark, table, lake).inputFiles()


def version(spark: SparkSession, table: Table, lake: Lake) -> int:
    """Delta's number of the table's newest commit."""
    return int(spark.sql(f"DESCRIBE HISTORY {name(table, lake)} LIMIT 1").collect()[0]["version"])


@lru_cache
def schema(spark: SparkSession, ddl: str) -> StructType:
    """Columns declared in DDL as Spark has them, which only Spark can read from it; kept, since each asking is planned."""
    return spark.createDataFrame([], ddl).schema


def reader(spark: SparkSession, table: Table, lake: Lake, options: Mapping[str, object]) -> DataFrame:
    """The table read with options of Delta, such as `versionAsOf`."""
    source = spark.read.format("delta").options(**{key: str(value) for key, value in options.items()})
    return source.table(name(table, lake)) if lake.catalog else source.load(_address(table, lake))


def append(rows: DataFrame, table: Table, lake: Lake) -> None:
    """Add `rows` to a table that is there (`ensure`) in one commit; they are computed exactly once."""
    _write(rows, table, lake, "append")


def append_and_tell(rows: DataFrame, table: Table, lake: Lake, *told: SparkColumn) -> dict[str, Any]:
    """Add `rows` to the table in one commit and give these aggregates of them, by name; they are computed exactly once."""
    observation = Observation()
    append(rows.observe(observation, *told), table, lake)
    return dict(observation.get)


def overwrite(rows: DataFrame, table: Table, lake: Lake) -> None:
    """Put `rows` in the place of what the table holds, in one commit."""
    _write(rows, table, lake, "overwrite")


def _write(rows: DataFrame, table: Table, lake: Lake, mode: str) -> None:
    target = rows.select(*table.column_names).write.format("delta").mode(mode)
    with exclusive(table.full_name, lake):
        if lake.catalog:
            target.saveAsTable(name(table, lake))
        else:
            target.save(_address(table, lake))


def execute(spark: SparkSession, table: Table, lake: Lake, statement: str) -> list[Row]:
    """Run a statement that changes `table`, again where another writer came first; bounded."""
    for tried in range(1, COMMIT_TRIES + 1):
        try:
            with exclusive(table.full_name, lake):
                return spark.sql(statement).collect()
        except PySparkException as error:
            if "concurrent" not in f"{type(error).__name__} {error}".lower() or tried == COMMIT_TRIES:
                raise
            time.sleep(0.2 * tried)
    raise AssertionError("the last try returns or raises")


def compact(spark: SparkSession, table: Table, lake: Lake, many: int) -> Row:
    """Put small files together where there are more than `many`; the rows stay. Gives DESCRIBE DETAIL as it was before.

    Rows that are looked up together come to stand together (z-order). It is not declared as the table's clustering:
    Delta then rebuilds the state of the table for each look at its properties, 1 s each.
    """
    detail = spark.sql(f"DESCRIBE DETAIL {name(table, lake)}").collect()[0]
    if detail["numFiles"] > many and detail["sizeInBytes"] < SMALL_BYTES * detail["numFiles"]:
        is_ordered = table.zorder_by and not detail["clusteringColumns"]  # which tables of older lakes have
        order = f" ZORDER BY ({', '.join(table.zorder_by)})" if is_ordered else ""
        execute(spark, table, lake, f"OPTIMIZE {name(table, lake)}{order}")
    return detail


def properties(spark: SparkSession, table: Table, lake: Lake) -> dict[str, str]:
    rows = spark.sql(f"SHOW TBLPROPERTIES {name(table, lake)}").collect()
    return {row["key"]: row["value"] for row in rows}


def set_properties(spark: SparkSession, table: Table, lake: Lake, values: Mapping[str, str]) -> None:
    pairs = ", ".join(f"'{key}' = '{value}'" for key, value in values.items())
    execute(spark, table, lake, f"ALTER TABLE {name(table, lake)} SET TBLPROPERTIES ({pairs})")


def drop(spark: SparkSession, table: Table, lake: Lake) -> None:
    """Remove the table with its files; nothing happens where it is missing. Raises UsageError for a bucket over Connect."""
    if lake.catalog:
        spark.sql(f"DROP TABLE IF EXISTS {name(table, lake)}")
    elif folder(lake):  # Spark has no statement for a table that no catalog knows
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(_address(table, lake))
    else:
        session.check_jvm(f"deleting {_address(table, lake)}")
        context: Any = spark.sparkContext
        path = context._jvm.org.apache.hadoop.fs.Path(_address(table, lake))  # noqa: SLF001 - pyspark has no other way
        path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, True)  # noqa: SLF001


@contextlib.contextmanager
def exclusive(what: str, lake: Lake, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Only one process at a time does `what` on this lake; another waits.

    A lock of the operating system, which ends with its process: on a file system two JVMs can both "win" the same
    Delta version. Catalogs and most object stores have commits that only one can win, and need none. Amazon's S3 has not
    as Delta writes to it by itself, and there is nothing to lock by: there it is for the user to start one run at a time.
    """
    root = folder(lake)
    if root is None:
        yield
        return
    (root / "_locks").mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / "_locks" / f"{what}.lock", is_singleton=True)
    _acquire(lock, what, seconds)
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: BaseFileLock, what: str, seconds: float) -> None:
    try:
        lock.acquire(timeout=min(SILENT_SECONDS, seconds))
    except Timeout:
        if seconds > SILENT_SECONDS:
            console.complain(f"waiting for another run that works on {what} of this lake ...")
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=seconds - SILENT_SECONDS)
                return
        raise TubeLakeError(f"another run has worked on {what} for {seconds:.0f} s; wait for it, or end it") from None
