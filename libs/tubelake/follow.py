"""Keeps derived tables up to date with the tables before them: new rows cost, old rows do not.

How far a table has followed its source is written into the table itself, as a table property. So there is no
checkpoint beside it that could disagree: dropping or restoring the table drops or restores its progress with it,
and a repeat that finds nothing new reads two small facts and commits nothing.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from tubelake import store
from tubelake.settings import Lake
from tubelake.tables import Table

CHANGE_COLUMNS = ("_change_type", "_commit_version", "_commit_timestamp")


@dataclass(frozen=True)
class Counts:
    rows_in: int = 0
    rows_out: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.rows_in + other.rows_in, self.rows_out + other.rows_out)


@dataclass(frozen=True)
class Position:
    """A version of a source table, and the rules by which the target was derived from it."""

    table_id: str
    version: int
    committed_at: int
    rules: str


def follow(
    spark: SparkSession, source: Table, target: Table, lake: Lake, transform: Callable[[DataFrame], DataFrame]
) -> Counts:
    """Bring `target` up to date with the rows that the log `source` gained since the last time.

    `transform` turns rows of the source into rows of the target. Without a usable position (no progress yet, another
    source table, one that was put back to an older state, other rules) every row of the source is derived and merged
    again: what is right stays untouched, what is missing or different is put right.
    """
    seen, now = _positions(spark, [source], target, lake, rules=str(target.rule))
    if seen == now:
        return Counts()
    (then, current) = (seen.get(source.name), now[source.name])
    new_rows = _inserted(spark, source, lake, then, current)
    # What is counted and what is merged come from one read of the bodies.
    rows_in = new_rows.count()
    changed = store.merge(transform(new_rows), target, lake) if rows_in else 0
    _remember(spark, target, lake, now)
    return Counts(rows_in, changed)


def rebuild(
    spark: SparkSession,
    sources: Sequence[Table],
    target: Table,
    lake: Lake,
    build: Callable[[], DataFrame],
    parameters: object = None,
) -> Counts:
    """Overwrite the small table `target` with `build()` if a source or a parameter has changed since the last time."""
    rules = f"{target.rule}-{hashlib.sha256(repr(parameters).encode()).hexdigest()[:8]}"
    seen, now = _positions(spark, sources, target, lake, rules)
    if seen == now:
        return Counts()
    store.overwrite(build(), target, lake)
    _remember(spark, target, lake, now)
    return Counts(0, store.read(spark, target, lake).count())


def _positions(
    spark: SparkSession, sources: Sequence[Table], target: Table, lake: Lake, rules: str
) -> tuple[dict[str, Position], dict[str, Position]]:
    """Where the target was, and where its sources are now."""
    for table in (*sources, target):
        store.ensure(spark, table, lake)
    found = store.properties(spark, target, lake)
    seen = {source.name: _parsed(found.get(_property(source.name), "")) for source in sources}
    now = {source.name: _position(spark, source, lake, rules) for source in sources}
    return {name: position for name, position in seen.items() if position}, now


def _property(source: str) -> str:
    return f"tubelake.followed.{source}"


def _parsed(text: str) -> Position | None:
    try:
        return Position(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _position(spark: SparkSession, source: Table, lake: Lake, rules: str) -> Position:
    last = _commits(spark, source, lake, "LIMIT 1")[0]
    detail = spark.sql(f"DESCRIBE DETAIL {store.name(source, lake)}").select("id").collect()[0]
    return Position(detail["id"], last["version"], last["committed_at"], rules)


def _commits(spark: SparkSession, table: Table, lake: Lake, limit: str = "") -> list[Any]:
    history = spark.sql(f"DESCRIBE HISTORY {store.name(table, lake)} {limit}")
    return history.selectExpr("version", "unix_millis(timestamp) AS committed_at").collect()


def _inserted(spark: SparkSession, source: Table, lake: Lake, then: Position | None, now: Position) -> DataFrame:
    """Rows that the source gained since `then`; all of them where that cannot be said."""
    if then is None or not _continues(spark, source, lake, then, now):
        return store.reader(spark, source, lake, {"versionAsOf": now.version})
    span = {"readChangeFeed": "true", "startingVersion": then.version + 1, "endingVersion": now.version}
    return store.reader(spark, source, lake, span).where("_change_type = 'insert'").drop(*CHANGE_COLUMNS)


def _continues(spark: SparkSession, source: Table, lake: Lake, then: Position, now: Position) -> bool:
    """Whether the source still has the very commit that was followed last, and its change feed since."""
    if (then.table_id, then.rules) != (now.table_id, now.rules) or then.version >= now.version:
        return False
    commits = {row["version"]: row["committed_at"] for row in _commits(spark, source, lake)}
    # Commits older than the log's retention are gone: the change feed could not be read from there either.
    return commits.get(then.version) == then.committed_at


def _remember(spark: SparkSession, target: Table, lake: Lake, positions: dict[str, Position]) -> None:
    store.set_properties(
        spark, target, lake, {_property(name): json.dumps(asdict(position)) for name, position in positions.items()}
    )
