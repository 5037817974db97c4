"""Keeps derived tables up to date with the tables before them: new rows cost, old rows do not.

How far a table has followed its source is written into the table itself, as a table property. So there is no
checkpoint beside it that could disagree: dropping or restoring the table drops or restores its progress with it,
and a repeat that finds nothing new reads two small facts and commits nothing.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TypeVar

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tubelake import store, upsert
from tubelake.settings import Lake
from tubelake.tables import Table

T = TypeVar("T")
QUIET_OPERATIONS = ("SET TBLPROPERTIES", "OPTIMIZE", "REORG", "VACUUM START", "VACUUM END")
RECENT = 10  # commits among which the last change of rows, and the one followed last, is nearly always found
_CURRENT = "tubelake.current"  # table property: with what `unless_current` was done last
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
    spark: SparkSession, source: Table, targets: Mapping[Table, Callable[[DataFrame], DataFrame]], lake: Lake,
    *, parts: Mapping[Table, Sequence[str]] | None = None, parameters: object = None,
    keys: Callable[[DataFrame], DataFrame] | None = None,
) -> Counts:  # fmt: skip
    """Bring each target up to date with the rows that the log `source` gained since the last time.

    The value of a target turns rows of the source into rows of the target. `parts` are the partitions of the source
    that each target needs (not given: all), and `parameters` what the rows depend on besides. Without a usable position
    (no progress yet, a source that was put back to an older state or made anew, other rules) every row of the source is
    derived and merged again: what is right stays untouched, what is missing or different is put right. Rows that the
    source loses or that change in it are no news: what was derived from them stays. For a source that is no log, `keys`
    turns its rows into columns of the target by which what was derived from them is known: then a changed row is news,
    and what was derived from rows that are gone goes.
    """
    store.ensure(spark, source, lake)
    commits, seen = _known(spark, source, targets, lake)
    spans = {
        target: (then.get(source.name), Position(*commits[0], rules=_rules(target, parameters)))
        for target, then in zip(targets, seen, strict=True)
    }
    # Targets are usually equally far: what the source gained is looked up once for them.
    wanted = sorted({part for needed in (parts or {}).values() for part in needed})
    news = ("insert",) if keys is None else ("insert", "update_postimage")
    gained = {
        (then, now): _inserted(spark, source, lake, then, now, wanted, commits, news)
        for then, now in set(spans.values())
        if then != now
    }
    lost = {span for span in gained if keys is not None and _has_lost(spark, source, lake, *span, commits)}

    def bring(target: Table) -> Counts:
        if spans[target] not in gained:
            return Counts()
        new_rows, rows_in = _of_parts(source, *gained[spans[target]], parts[target] if parts else None)
        # Of all rows of a table that has a key, what is derived has its key once too.
        is_first = keys is not None and spans[target][0] is None
        may_have_orphans = spans[target] in lost and not (is_first and store.is_new(spark, target, lake))
        changed = 0
        if rows_in:
            wholes = keys(new_rows) if keys is not None and target.whole_by else None
            changed = upsert.merge(targets[target](new_rows), target, lake, unique=is_first, wholes=wholes)
        if keys is not None and may_have_orphans:
            changed += _remove_orphans(spark, source, target, lake, keys)
        _remember(spark, target, lake, {source.name: spans[target][1]})
        return Counts(rows_in, changed)

    brought = _side_by_side(bring, targets)
    return Counts(max(count.rows_in for count in brought), sum(count.rows_out for count in brought))


def rebuild(
    spark: SparkSession, sources: Sequence[Table], targets: Mapping[Table, Callable[[], DataFrame]], lake: Lake,
    parameters: object = None,
) -> Counts:  # fmt: skip
    """Overwrite each small target with its value's frame, if a source or a parameter has changed since the last time."""
    last = _newest(spark, sources, lake)
    seen = _side_by_side(lambda target: _seen(spark, target, lake), targets)
    rows_out = 0
    for (target, build), then in zip(targets.items(), seen, strict=True):  # in turn: they may share a frame
        rules = _rules(target, parameters)
        now = {name: Position(*commit, rules=rules) for name, commit in last.items()}
        if now.items() <= then.items():
            continue
        store.overwrite(build(), target, lake)
        _remember(spark, target, lake, now)
        rows_out += store.read(spark, target, lake).count()
    return Counts(0, rows_out)


def unless_current(
    spark: SparkSession, sources: Sequence[Table], target: Table, lake: Lake, bring: Callable[[], T],
    parameters: object = None,
) -> T | None:  # fmt: skip
    """Bring the target up to date; None, if that has been done and no source or parameter has changed since then.

    For work that asks its tables what is left to do: asking costs a look at all rows. A target that has lost rows, or
    whose rows somebody else has changed, is no longer what was brought.
    """
    rules, last = _rules(target, parameters), _newest(spark, [*sources, target], lake)
    if store.properties(spark, target, lake).get(_CURRENT) == json.dumps([rules, last]):
        return None
    brought = bring()
    last[target.name] = _last_change(spark, target, lake)
    store.set_properties(spark, target, lake, {_CURRENT: json.dumps([rules, last])})
    return brought


def _newest(spark: SparkSession, tables: Sequence[Table], lake: Lake) -> dict[str, tuple[int, int]]:
    """The last commit of each table that changed rows, by its name."""
    commits = _side_by_side(lambda table: _last_change(spark, table, lake), tables)
    return dict(zip((table.name for table in tables), commits, strict=True))


def _side_by_side(do: Callable[[Table], T], tables: Iterable[Table]) -> list[T]:
    """What `do` gives for each table. The driver plans for one while executors work for another."""
    each = list(tables)
    if len(each) == 1:
        return [do(each[0])]
    with ThreadPoolExecutor(len(each)) as threads:
        return list(threads.map(do, each))


def _known(
    spark: SparkSession, source: Table, targets: Iterable[Table], lake: Lake
) -> tuple[list[tuple[int, int]], list[dict[str, Position]]]:
    """The newest commits of the source, and how far each target has followed its sources."""
    with ThreadPoolExecutor(1) as thread:
        commits = thread.submit(_commits, spark, source, lake, f"LIMIT {RECENT}")
        seen = _side_by_side(lambda target: _seen(spark, target, lake), targets)
        return commits.result(), seen


def _rules(target: Table, parameters: object) -> str:
    """What rows depend on besides their source: the table's rule and the parameters of the job."""
    if parameters is None:
        return str(target.rule)
    return f"{target.rule}-{hashlib.sha256(repr(parameters).encode()).hexdigest()[:8]}"


def _property(source: str) -> str:
    return f"tubelake.followed.{source}"


def positions(spark: SparkSession, target: Table, lake: Lake) -> dict[str, Position]:
    """How far the table has followed each of its sources, by their names; what cannot be read is left out."""
    found = {}
    for name, value in store.properties(spark, target, lake).items():
        if name.startswith(_property("")):
            with contextlib.suppress(ValueError, TypeError):
                found[name.removeprefix(_property(""))] = Position(**json.loads(value))
    return found


def _seen(spark: SparkSession, target: Table, lake: Lake) -> dict[str, Position]:
    store.ensure(spark, target, lake)
    return positions(spark, target, lake)


def _remember(spark: SparkSession, target: Table, lake: Lake, positions: Mapping[str, Position]) -> None:
    store.set_properties(
        spark, target, lake, {_property(name): json.dumps(asdict(position)) for name, position in positions.items()}
    )


def _last_change(spark: SparkSession, table: Table, lake: Lake) -> tuple[int, int]:
    """The newest commit that changed rows: notes of positions and tidying of files are none. A missing table is made."""
    store.ensure(spark, table, lake)
    changes = _commits(spark, table, lake, f"LIMIT {RECENT}", rows_only=True)
    return (changes or _commits(spark, table, lake, rows_only=True) or _commits(spark, table, lake))[0]


def _commits(
    spark: SparkSession, table: Table, lake: Lake, limit: str = "", *, rows_only: bool = False
) -> list[tuple[int, int]]:
    """(version, ms) of the commits that the table still knows, newest first; `rows_only`: those that changed rows."""
    history = spark.sql(f"DESCRIBE HISTORY {store.name(table, lake)} {limit}")
    if rows_only:
        history = history.where(~F.col("operation").isin(*QUIET_OPERATIONS))
    rows = history.selectExpr("version", "unix_millis(timestamp) AS committed_at").collect()
    return sorted(((row["version"], row["committed_at"]) for row in rows), reverse=True)


def _inserted(
    spark: SparkSession, source: Table, lake: Lake, then: Position | None, now: Position, parts: Sequence[str],
    recent: Sequence[tuple[int, int]], news: Sequence[str],
) -> tuple[DataFrame, dict[str, int]]:  # fmt: skip
    """Rows that the source gained since `then`, and how many of each part; all of them where that cannot be said.

    `recent` are the newest commits of the source, and `news` the kinds of change that count.
    """
    needed = F.col(source.partition_by[0]).isin(*parts) if parts else F.lit(True)
    if then is not None and _continues(spark, source, lake, then, now, recent):
        gained = _changes(spark, source, lake, then, now, news).where(needed)
        try:
            return gained, _counts(gained, source, parts)
        except store.UNREADABLE as error:
            if not _is_vacuumed(error):
                raise
    rows = store.reader(spark, source, lake, {"versionAsOf": now.version}).where(needed)
    return rows, _counts(rows, source, parts)


def _changes(
    spark: SparkSession, source: Table, lake: Lake, then: Position, now: Position, kinds: Sequence[str]
) -> DataFrame:
    span = {"readChangeFeed": "true", "startingVersion": then.version + 1, "endingVersion": now.version}
    rows = store.reader(spark, source, lake, span).where(F.col("_change_type").isin(*kinds))
    return rows.drop(*CHANGE_COLUMNS)


def _has_lost(
    spark: SparkSession, source: Table, lake: Lake, then: Position | None, now: Position,
    recent: Sequence[tuple[int, int]],
) -> bool:  # fmt: skip
    """Whether the source may have lost rows since `then`."""
    if then is None or not _continues(spark, source, lake, then, now, recent):
        return True
    try:
        return not _changes(spark, source, lake, then, now, ("delete",)).isEmpty()
    except store.UNREADABLE as error:
        if not _is_vacuumed(error):
            raise
        return True


def _remove_orphans(
    spark: SparkSession, source: Table, target: Table, lake: Lake, keys: Callable[[DataFrame], DataFrame]
) -> int:
    """Delete the target's rows whose origin the source no longer has; gives how many."""
    origins = keys(store.read(spark, source, lake))
    gone = store.read(spark, target, lake).join(origins, on=origins.columns, how="left_anti")
    return upsert.remove(gone, target, lake)


def _counts(rows: DataFrame, source: Table, parts: Sequence[str]) -> dict[str, int]:
    """How many rows each part has; of all together, under no name, where none is named."""
    if not parts:
        return {"": rows.count()}
    part = F.col(source.partition_by[0])
    return dict(zip(parts, rows.select(*(F.count_if(part == name) for name in parts)).collect()[0], strict=True))


def _of_parts(
    source: Table, rows: DataFrame, counts: Mapping[str, int], parts: Sequence[str] | None
) -> tuple[DataFrame, int]:
    """The rows of these parts alone, and how many they are; all where no part is named."""
    if parts is None:
        return rows, sum(counts.values())
    return rows.where(F.col(source.partition_by[0]).isin(*parts)), sum(counts[part] for part in parts)


def _is_vacuumed(error: Exception) -> bool:
    """Whether a file of the change feed is gone: somebody vacuumed the source before its followers had read on."""
    return any(word in str(error) for word in ("FILE_NOT_FOUND", "FILE_NOT_EXIST", "FileNotFound", "does not exist"))


def _continues(
    spark: SparkSession, source: Table, lake: Lake, then: Position, now: Position, recent: Sequence[tuple[int, int]]
) -> bool:
    """Whether the source still has the very commit that was followed last, and its change feed since."""
    if then.rules != now.rules or then.version >= now.version:
        return False
    # Commits older than the log's retention are gone: the change feed could not be read from there either.
    followed = (then.version, then.committed_at)
    return followed in recent or followed in _commits(spark, source, lake)
