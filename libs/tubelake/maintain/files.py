"""Tidies the files of tables: compacts them, and deletes what no table uses any more, with the log that names it.

A deleted row still stands in old files, and its least and greatest values in old entries of the table's log. Both go
with VACUUM here, never past what a table that follows this one has yet to read.
"""

import contextlib
import json
import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import Row, SparkSession

from tubelake import disk, store
from tubelake.follow import QUIET_OPERATIONS, Position, positions
from tubelake.settings import Lake
from tubelake.tables import Table

MANY_FILES = 32
HOUR_MS = 3_600_000
DEFAULT_HOURS = 168  # below it, Delta asks whether one is sure
NO_ROWS = (*QUIET_OPERATIONS, "UNSET TBLPROPERTIES", "ADD COLUMNS")
_CHECKPOINT = "delta.checkpointInterval"


@dataclass(frozen=True)
class Follower:
    """A table that follows another one: its name, and the commit that it has come to."""

    table: str
    position: Position


def prepare(spark: SparkSession, table: Table, lake: Lake, hours: int) -> bool:
    """Compact the table, and purge rows that are only marked as deleted; whether VACUUM has something to do.

    What it commits, followers have to see before VACUUM: call it before they run. Without work it commits nothing.
    """
    detail = store.compact(spark, table, lake, MANY_FILES)
    if (detail["properties"] or {}).get("delta.enableDeletionVectors") == "true":
        store.execute(spark, table, lake, f"REORG TABLE {store.name(table, lake)} APPLY (PURGE)")
    if not _has_garbage(spark, table, lake, _now_ms() - hours * HOUR_MS):
        return False
    if disk.log_folder(table, lake):
        _make_checkpoint(spark, table, lake)
    return True


def _has_garbage(spark: SparkSession, table: Table, lake: Lake, before_ms: int) -> bool:
    """Whether the log still names a commit, not after this time, that took files out of the table."""
    history = spark.sql(f"DESCRIBE HISTORY {store.name(table, lake)}")
    columns = ("unix_millis(timestamp) AS at", "operation", "operationParameters", "operationMetrics")
    return any(row["at"] <= before_ms and _leaves_files(row) for row in history.selectExpr(*columns).collect())


def _leaves_files(commit: Row) -> bool:
    metrics, parameters = commit["operationMetrics"] or {}, commit["operationParameters"] or {}
    names = ("numRemovedFiles", "numTargetFilesRemoved", "numAddedChangeFiles", "numTargetChangeFilesAdded")
    return parameters.get("mode") == "Overwrite" or any(int(metrics.get(name) or 0) for name in names)


def _make_checkpoint(spark: SparkSession, table: Table, lake: Lake) -> None:
    """Have Delta write the state of the table down, in a commit that names no file, so that older ones are not needed.

    UNSET is a change for `rebuild`: so tables of results note a commit that is still there when older ones are gone.
    """
    store.set_properties(spark, table, lake, {_CHECKPOINT: "1"})
    store.execute(spark, table, lake, f"ALTER TABLE {store.name(table, lake)} UNSET TBLPROPERTIES ('{_CHECKPOINT}')")
    store.set_properties(spark, table, lake, {_CHECKPOINT: table.delta_properties[_CHECKPOINT]})


def followers(spark: SparkSession, source: Table, present: Sequence[Table], lake: Lake) -> list[Follower]:
    """The tables that follow `source`."""
    found = ((table.full_name, positions(spark, table, lake)) for table in present)
    return [Follower(name, at[source.name]) for name, at in found if source.name in at]


def vacuum(spark: SparkSession, table: Table, lake: Lake, hours: int, following: Sequence[Follower]) -> str | None:
    """Delete the files that were taken out of the table `hours` ago or earlier, with the log up to then.

    Where a follower is behind, what it has yet to read stays; gives a line about that, else None. It makes no commit.
    """
    behind = _slowest(spark, table, lake, following)
    needed = (_now_ms() - behind.position.committed_at) // HOUR_MS + 1 if behind else 0
    kept = max(hours, needed)
    with _conf(spark, _vacuum_conf(kept)):
        store.execute(spark, table, lake, f"VACUUM {store.name(table, lake)} RETAIN {kept} HOURS")
    # A follower finds its place by the entry of the commit that it has come to.
    _forget(table, lake, _now_ms() - kept * HOUR_MS, min((one.position.version for one in following), default=None))
    if behind is None or needed <= hours:
        return None
    return f"{table.full_name}: files of the last {kept:,} h stay, because {behind.table} has not followed since: run its job"


def _slowest(spark: SparkSession, table: Table, lake: Lake, following: Sequence[Follower]) -> Follower | None:
    """The follower that has most rows to read yet; None where there is nothing that one has not read."""
    history = spark.sql(f"DESCRIBE HISTORY {store.name(table, lake)}").select("version", "operation").collect()
    last = max((row["version"] for row in history if row["operation"] not in NO_ROWS), default=0)
    behind = [one for one in following if one.position.version < last]
    return min(behind, key=lambda one: one.position.version, default=None)


def _now_ms() -> int:
    """The real time: files are dated by it, whatever the run's clock says."""
    return int(time.time() * 1_000)


def _vacuum_conf(hours: int) -> dict[str, str]:
    """VACUUM's own entries in the log would be news to every follower. Below Delta's week its check must be lifted."""
    names = ["vacuum.logging"] if hours >= DEFAULT_HOURS else ["vacuum.logging", "retentionDurationCheck"]
    return {f"spark.databricks.delta.{name}.enabled": "false" for name in names}


@contextlib.contextmanager
def _conf(spark: SparkSession, values: Mapping[str, str]) -> Iterator[None]:
    """The session with these settings, and as it was afterwards."""
    before: dict[str, str | None] = {name: spark.conf.get(name, None) for name in values}
    for name, value in values.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, former in before.items():
            spark.conf.unset(name) if former is None else spark.conf.set(name, former)


def _forget(table: Table, lake: Lake, before_ms: int, needed: int | None) -> None:
    """Delete the log's entries before its last checkpoint, as Delta does, but to the hour and not to the day.

    Only on this file system: elsewhere Delta alone cleans them, by whole days. Those from the version `needed` on stay.
    They hold the least and the greatest values of every file: ids and titles among them.
    """
    log = disk.log_folder(table, lake)
    if log is None:
        return
    with store.exclusive(table.full_name, lake):
        entries = sorted(_entries(log))
        limit = min(_last_checkpoint(log), math.inf if needed is None else needed)
        # Without gaps: what is younger than that stays, with all that comes after it.
        first = min((version for version, file in entries if file.stat().st_mtime_ns / 1e6 > before_ms), default=limit)
        for version, file in entries:
            if version < min(first, limit):
                file.unlink()


def _entries(log: Path) -> Iterator[tuple[int, Path]]:
    """Commits, checksums and checkpoints, with the version that they are of."""
    for file in log.iterdir():
        if (found := re.match(r"\.?(\d{20})\.", file.name)) and file.is_file():
            yield int(found[1]), file


def _last_checkpoint(log: Path) -> int:
    """The version of the last complete checkpoint; 0 where there is none."""
    try:
        return int(json.loads((log / "_last_checkpoint").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return 0
