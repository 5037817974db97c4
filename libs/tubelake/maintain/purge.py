"""Deletes rows: of videos that are gone from every table, and what is too old from the tables that age."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tubelake import store, tables
from tubelake.errors import UsageError
from tubelake.maintain import gone
from tubelake.parse import trending
from tubelake.settings import Lake
from tubelake.tables import RESPONSES, Table

VIDEOS_A_TURN = 10_000  # ids that the driver holds at once
OF_GONE = "of videos that are gone"
BODIES_GONE, NAMES_GONE = f"{OF_GONE}: only the bodies", "that name videos that are gone: only the ids"


@dataclass(frozen=True)
class Purged:
    """Rows of a table that were deleted, or that would be, and why."""

    table: str
    why: str
    rows: int

    @property
    def line(self) -> str:
        return f"{self.table}: {self.rows:,} rows {self.why}"


def existing(spark: SparkSession, lake: Lake) -> list[Table]:
    """The tables that the lake has, each with the columns that it has."""
    found = [table for table in tables.ALL if store.exists(spark, table, lake)]
    present = {table: spark.table(store.name(table, lake)).columns for table in found}
    return [replace(t, columns=tuple(c for c in t.columns if c.name in present[t])) for t in found]


def about_videos(present: Sequence[Table]) -> list[Table]:
    return [table for table in present if "video_id" in table.column_names]


def aging(present: Sequence[Table], keep: Sequence[str]) -> list[Table]:
    """The tables whose rows age deletes. Raises UsageError where `keep` names a table that there is not."""
    known = {name for table in tables.ALL for name in (table.name, table.full_name)}
    for name in keep:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else "; the tables are in README.md"
            raise UsageError(f"retention.keep: there is no table {name!r}{hint}")
    return [t for t in present if t.aged_by in t.column_names and not {t.name, t.full_name} & set(keep)]


def gone_from(spark: SparkSession, lake: Lake) -> DataFrame:
    """`video_id` of the videos that are gone, by the log as it is now, whatever is written to it meanwhile."""
    if not store.exists(spark, RESPONSES, lake):
        return spark.createDataFrame([], "video_id string")
    history = spark.sql(f"DESCRIBE HISTORY {store.name(RESPONSES, lake)} LIMIT 1").collect()
    return gone.gone_videos(store.reader(spark, RESPONSES, lake, {"versionAsOf": history[0]["version"]}))


def delete_gone(spark: SparkSession, present: Sequence[Table], lake: Lake) -> list[Purged]:
    """Delete every trace of videos that are gone, the log's last: killed before that, the next run does it again."""
    purged: list[Purged] = []
    while ids := gone_from(spark, lake).orderBy("video_id").limit(VIDEOS_A_TURN).collect():
        purged += list(_delete(spark, present, spark.createDataFrame(ids, "video_id string"), lake))
    return [Purged(table, why, rows) for (table, why), rows in _summed(purged).items()]


def _delete(spark: SparkSession, present: Sequence[Table], ids: DataFrame, lake: Lake) -> Iterator[Purged]:
    for table in about_videos(present):
        yield Purged(table.full_name, OF_GONE, _merge(spark, table, lake, ids, ("video_id",), "DELETE"))
    keys = bodies_about(spark, ids, lake)
    rows = _merge(spark, RESPONSES, lake, keys, ("request_id", "method"), "UPDATE SET t.body = NULL")
    yield Purged(RESPONSES.full_name, BODIES_GONE, rows)
    facts = gone.with_tombstones(store.read(spark, RESPONSES, lake).drop("body"), ids)
    change = "UPDATE SET t.item_ids = s.item_ids, t.params = s.params, t.subject = s.subject"
    rows = _merge(spark, RESPONSES, lake, facts, ("request_id", "method"), change)
    yield Purged(RESPONSES.full_name, NAMES_GONE, rows)


def bodies_about(spark: SparkSession, ids: DataFrame, lake: Lake) -> DataFrame:
    """(request_id, method) of the bodies that hold one of the videos."""
    bodies = spark.table(store.name(RESPONSES, lake)).where("body IS NOT NULL")
    named = F.concat(gone.ids_of_facts(), gone.ids_of_body())
    return gone.naming(bodies, named, ids).select("request_id", "method").distinct()


def facts_about(spark: SparkSession, ids: DataFrame, lake: Lake) -> DataFrame:
    """(request_id) of the log's rows that name one of the videos."""
    log = spark.table(store.name(RESPONSES, lake))
    return gone.naming(log, gone.ids_of_facts(), ids).select("request_id").distinct()


def _merge(spark: SparkSession, table: Table, lake: Lake, rows: DataFrame, key: Sequence[str], change: str) -> int:
    """Delete or update what matches. As a MERGE no id stands in the statement, which the table's history keeps."""
    rows.createOrReplaceTempView("tubelake_purge")
    on = " AND ".join(f"t.{column} = s.{column}" for column in key)
    statement = f"MERGE INTO {store.name(table, lake)} t USING tubelake_purge s ON {on} WHEN MATCHED THEN {change}"
    return int(store.execute(spark, table, lake, statement)[0]["num_affected_rows"])


def delete_old(spark: SparkSession, aged: Sequence[Table], before: datetime, days: int, lake: Lake) -> list[Purged]:
    """Delete the rows of tables that are older than this moment, or what such rows must forget."""
    purged = []
    for table in aged:
        name, old = store.name(table, lake), old_rows(table, before)
        nulls = ", ".join(f"{column} = NULL" for column in table.forgets)
        statement = f"UPDATE {name} SET {nulls} WHERE {old}" if nulls else f"DELETE FROM {name} WHERE {old}"
        rows = int(store.execute(spark, table, lake, statement)[0]["num_affected_rows"])
        purged.append(Purged(table.full_name, why_old(table, days), rows))
    return purged


def old_rows(table: Table, before: datetime) -> str:
    """The condition, in SQL, for rows that age takes something from."""
    old = f"{table.aged_by} < TIMESTAMP'{before.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00:00'"
    imported = f"method <=> '{trending.METHOD}'" if "method" in table.column_names else ""  # that is the user's own
    content = " OR ".join(f"{column} IS NOT NULL" for column in table.forgets)
    return " AND ".join([old, *([f"NOT ({imported})"] if imported else []), *([f"({content})"] if content else [])])


def why_old(table: Table, days: int) -> str:
    kept = f": only {', '.join(table.forgets)}" if table.forgets else ""
    return f"older than {days} days{kept}"


def _summed(purged: Sequence[Purged]) -> dict[tuple[str, str], int]:
    rows: dict[tuple[str, str], int] = {}
    for one in purged:
        rows[one.table, one.why] = rows.get((one.table, one.why), 0) + one.rows
    return rows
