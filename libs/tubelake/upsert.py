"""Upserts: new rows are added, changed ones replaced, by the table's key; what is equal is left alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from tubelake import disk, store
from tubelake.settings import Lake
from tubelake.tables import Table

FEW_KEYS = 2_500  # of a partition: so many are looked up by value, which is planned and run sooner than a join


@dataclass(frozen=True)
class Extent:
    """What rows to be merged are about."""

    count: int
    keys: Sequence[str]  # all of them if they are few and of one column
    within: Sequence[str]  # condition by which a MERGE reads only those files of the table that can hold their keys


def merge(rows: DataFrame, table: Table, lake: Lake, *, unique: bool = False, wholes: DataFrame | None = None) -> int:
    """Upsert by key and return how many rows changed; rows equal to what is there make no commit.

    The rows are computed once, and kept meanwhile (in memory, then on disk). Where no key is among them twice (`unique`)
    and the table is empty, they are written as they come. Of a table whose rows come in wholes (`Table.whole_by`), those
    that are no longer among `rows` go: of the wholes that `wholes` names, or else of those that `rows` has.
    """
    if unique and disk.folder(lake) is not None:
        with store.exclusive(table.full_name, lake):
            if store.is_new(rows.sparkSession, table, lake):
                return int(store.append_and_tell(rows, table, lake, F.count("*").alias("count"))["count"])
    newest = _newest_a_key(rows.select(*table.column_names), table).persist()
    try:
        # Nobody adds one of the keys between the look for them and the commit.
        with store.exclusive(table.full_name, lake):
            extent = _extent(newest, table)
            changed = _merge(newest, extent, table, lake) if extent.count else 0
            if table.whole_by is None:
                return changed
            return changed + remove(_left_over(newest, newest if wholes is None else wholes, table, lake), table, lake)
    finally:
        newest.unpersist()


def remove(rows: DataFrame, table: Table, lake: Lake) -> int:
    """Delete the table's rows that have the key of one of `rows`, and return how many; none make no commit."""
    if rows.isEmpty():
        return 0
    source = f"tubelake_remove_{table.name}"
    rows.select(*table.key).createOrReplaceTempView(source)
    statement = f"MERGE INTO {store.name(table, lake)} t USING {source} s ON {_on(table, ())} WHEN MATCHED THEN DELETE"
    return int(store.execute(rows.sparkSession, table, lake, statement)[0]["num_affected_rows"])


def _left_over(rows: DataFrame, wholes: DataFrame, table: Table, lake: Lake) -> DataFrame:
    """What the table still has of these wholes, and that is no longer among their `rows`."""
    whole, known = str(table.whole_by), rows.sparkSession.table(store.name(table, lake))
    of_these = known.join(wholes.select(whole), on=whole, how="left_semi")
    return of_these.select(*table.key).join(rows.select(*table.key), on=list(table.key), how="left_anti")


def _merge(newest: DataFrame, extent: Extent, table: Table, lake: Lake) -> int:
    known, within = newest.sparkSession.table(store.name(table, lake)).alias("t"), extent.within
    if not _any_known(newest, extent, table, known):
        if disk.folder(lake) is None:  # there is no lock: a MERGE looks again
            return _merge_news(newest, table, lake, within, "")
        store.append(newest, table, lake)
        return extent.count
    same = " AND ".join(f"t.{c} <=> s.{c}" for c in table.column_names if c not in table.key) or "true"
    fresher = f"s.{table.newest_by} >= t.{table.newest_by} AND " if table.newest_by else ""
    fresher += f"s.{table.oldest_by} <= t.{table.oldest_by} AND " if table.oldest_by else ""
    changes = f"{fresher}NOT ({same})"
    # A MERGE rewrites every file with a row that it matches, also one that it does not change.
    idle = F.expr(f"{_on(table, within)} AND NOT ({changes})")
    news = newest.alias("s").join(known, on=idle, how="left_anti")
    return _merge_news(news, table, lake, within, f"WHEN MATCHED AND {changes} THEN UPDATE SET *")


def _on(table: Table, within: Sequence[str]) -> str:
    return " AND ".join([*(f"t.{column} = s.{column}" for column in table.key), *within])


def _any_known(rows: DataFrame, extent: Extent, table: Table, known: DataFrame) -> bool:
    """Whether the table has one of the keys: to know that, no other column is read. New rows are the usual case."""
    if extent.within:
        known = known.where(" AND ".join(extent.within))
        # Delta knows the least and the greatest value of each file: new rows of a time series come after all old ones.
        if table.fixed in table.key and not known.inputFiles():
            return False
    if len(extent.keys) == extent.count:
        # As text: a Column would be told each value by itself, which takes a second for 2,000.
        return not known.where(f"{table.key[0]} IN ({', '.join(map(store.quoted, extent.keys))})").isEmpty()
    keys = rows.select(*table.key)
    return not known.select(*table.key).join(keys, on=list(table.key), how="left_semi").isEmpty()


def _merge_news(rows: DataFrame, table: Table, lake: Lake, within: Sequence[str], change: str) -> int:
    source = f"tubelake_merge_{table.name}"  # tables are merged side by side
    rows.createOrReplaceTempView(source)
    statement = f"""
        MERGE INTO {store.name(table, lake)} t USING {source} s
        ON {_on(table, within)}
        {change}
        WHEN NOT MATCHED THEN INSERT *"""
    return int(store.execute(rows.sparkSession, table, lake, statement)[0]["num_affected_rows"])


def _extent(rows: DataFrame, table: Table) -> Extent:
    """One pass over the rows."""
    fixed = F.unix_micros(table.fixed) if table.fixed else F.lit(None)
    number = F.monotonically_increasing_id().bitwiseAND(2**33 - 1)  # of the row in its partition
    few = F.when(number < FEW_KEYS, F.col(table.key[0]).cast("string")) if len(table.key) == 1 else F.lit(None)
    told = rows.select(fixed.alias("at"), few.alias("key"))
    count, low, high, keys = told.agg(F.count("*"), F.min("at"), F.max("at"), F.collect_list("key")).collect()[0]
    if low is None:
        return Extent(count, keys, [])
    between = f"t.{table.fixed} BETWEEN timestamp_micros({low}) AND timestamp_micros({high})"
    return Extent(count, keys, [f"({between} OR t.{table.fixed} IS NULL)"])


def _newest_a_key(rows: DataFrame, table: Table) -> DataFrame:
    """A MERGE fails on a key that its source holds twice: an item can be in several answers of one batch."""
    order = F.col(table.newest_by).desc() if table.newest_by else F.col(table.oldest_by or table.key[0]).asc()
    rank = F.row_number().over(Window.partitionBy(*table.key).orderBy(order))
    return rows.withColumn("_rank", rank).where("_rank = 1").drop("_rank")
