"""Keeps derived tables up to date with the tables before them: new rows cost, old rows do not.

How far a table has followed its source is written into the table itself, as a table property. So there is no
checkpoint beside it that could disagree: dropping or restoring the table drops or restores its progress with it,
and a repeat that finds nothing new reads two small facts and commits nothing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

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
    """A commit of a source table, and the rules by which the target was derived from it."""

    version: int
    committed_at: int  # ms; tells a table that was put back or made anew from the one that was followed
    rules: str


def follow(
    spark: SparkSession, source: Table, targets: Mapping[Table, Callable[[DataFrame], DataFrame]], lake: Lake
) -> Counts:
    """Bring each target up to date with the rows that the log `source` gained since the last time.

    The value of a target turns rows of the source into rows of the target. Without a usable position (no progress
    yet, a source that was put back to an older state or made anew, other rules) every row of the source is derived
    and merged again: what is right stays untouched, what is missing or different is put right.
    """
    store.ensure(spark, source, lake)
    last = _last_commit(spark, source, lake)
    counts = Counts()
    for target, transform in targets.items():
        then, now = _seen(spark, target, source, lake), Position(*last, rules=str(target.rule))
        if then == now:
            continue
        new_rows = _inserted(spark, source, lake, then, now)
        changed = store.merge(transform(new_rows), target, lake)
        _remember(spark, target, lake, {source.name: now})
        counts = Counts(max(counts.rows_in, new_rows.count()), counts.rows_out + changed)
    return counts


def rebuild(
    spark: SparkSession, sources: Sequence[Table], targets: Mapping[Table, Callable[[], DataFrame]], lake: Lake,
    parameters: object = None,
) -> Counts:  # fmt: skip
    """Overwrite each small target with its value's frame, if a source or a parameter has changed since the last time."""
    for source in sources:
        store.ensure(spark, source, lake)
    last = {source.name: _last_commit(spark, source, lake) for source in sources}
    counts = Counts()
    for target, build in targets.items():
        rules = f"{target.rule}-{hashlib.sha256(repr(parameters).encode()).hexdigest()[:8]}"
        now = {name: Position(*commit, rules=rules) for name, commit in last.items()}
        if all(_seen(spark, target, source, lake) == now[source.name] for source in sources):
            continue
        store.overwrite(build(), target, lake)
        _remember(spark, target, lake, now)
        counts += Counts(0, store.read(spark, target, lake).count())
    return counts


def _property(source: str) -> str:
    return f"tubelake.followed.{source}"


def _seen(spark: SparkSession, target: Table, source: Table, lake: Lake) -> Position | None:
    store.ensure(spark, target, lake)
    try:
        return Position(**json.loads(store.properties(spark, target, lake).get(_property(source.name), "")))
    except (ValueError, TypeError):
        return None


def _remember(spark: SparkSession, target: Table, lake: Lake, positions: Mapping[str, Position]) -> None:
    store.set_properties(
        spark, target, lake, {_property(name): json.dumps(asdict(position)) for name, position in positions.items()}
    )


def _last_commit(spark: SparkSession, table: Table, lake: Lake) -> tuple[int, int]:
    return _commits(spark, table, lake, "LIMIT 1")[0]


def _commits(spark: SparkSession, table: Table, lake: Lake, limit: str = "") -> list[tuple[int, int]]:
    """(version, ms) of the commits that the table still knows, newest first."""
    history = spark.sql(f"DESCRIBE HISTORY {store.name(table, lake)} {limit}")
    rows = history.selectExpr("version", "unix_millis(timestamp) AS committed_at").collect()
    return sorted(((row["version"], row["committed_at"]) for row in rows), reverse=True)


def _inserted(spark: SparkSession, source: Table, lake: Lake, then: Position | None, now: Position) -> DataFrame:
    """Rows that the source gained since `then`; all of them where that cannot be said."""
    if then is None or not _continues(spark, source, lake, then, now):
        return store.reader(spark, source, lake, {"versionAsOf": now.version})
    span = {"readChangeFeed": "true", "startingVersion": then.version + 1, "endingVersion": now.version}
    return store.reader(spark, source, lake, span).where("_change_type = 'insert'").drop(*CHANGE_COLUMNS)


def _continues(spark: SparkSession, source: Table, lake: Lake, then: Position, now: Position) -> bool:
    """Whether the source still has the very commit that was followed last, and its change feed since."""
    if then.rules != now.rules or then.version >= now.version:
        return False
    # Commits older than the log's retention are gone: the change feed could not be read from there either.
    return (then.version, then.committed_at) in _commits(spark, source, lake)
