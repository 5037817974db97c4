"""A derived table follows its source: new rows cost, old rows do not, and whatever happens it ends the same."""

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake import store, upsert
from tubelake.follow import Counts, follow, rebuild, unless_current
from tubelake.settings import Lake
from tubelake.tables import CHANGE_FEED, Column, Table

LOG = Table(
    "bronze", "events", "Events",
    (Column("id", "string", "Id"), Column("value", "int", "Value"), Column("at", "timestamp", "When")),
    key=("id",), properties=CHANGE_FEED,
)  # fmt: skip
NEWEST = replace(LOG, layer="silver", name="newest", newest_by="at")
SUMS = Table("gold", "sums", "Sums", (Column("total", "bigint", "Sum"),), key=("total",))
PROPERTY = "tubelake.followed.events"

FIRST = [("a", 1, datetime(2024, 1, 1)), ("b", 1, datetime(2024, 1, 1))]
SECOND = [("b", 2, datetime(2024, 1, 2)), ("b", 9, datetime(2023, 1, 1)), ("c", 2, datetime(2024, 1, 2))]
FINAL = [("a", 10), ("b", 20), ("c", 20)]


def tenfold(rows: DataFrame) -> DataFrame:
    return rows.select("id", (F.col("value") * 10).alias("value"), "at")


def add(spark, lake: Lake, rows: list[tuple]) -> None:
    store.ensure(spark, LOG, lake)
    store.append(spark.createDataFrame(rows, LOG.ddl), LOG, lake)


def run(spark, lake: Lake, target: Table = NEWEST) -> Counts:
    """A run as another process would do it: without what Delta remembers of the folders."""
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    return follow(spark, LOG, {target: tenfold}, lake)


def found(spark, lake: Lake) -> list[tuple]:
    return sorted((row["id"], row["value"]) for row in store.read(spark, NEWEST, lake).collect())


def folder(lake: Lake, table: Table) -> Path:
    return Path(lake.root) / table.layer / table.name


def commits(lake: Lake) -> list[str]:
    """Every commit of every table, from the folders."""
    return sorted(str(file.relative_to(lake.root)) for file in Path(lake.root).rglob("_delta_log/*.json"))


@pytest.fixture(scope="module")
def lakes(spark, tmp_path_factory) -> tuple[Lake, Lake]:
    """A lake after its first rows were followed, and after all were; tests copy them."""
    root = tmp_path_factory.mktemp("follow")
    early, late = Lake(root=str(root / "early")), Lake(root=str(root / "late"))
    add(spark, early, FIRST)
    assert run(spark, early) == Counts(rows_in=2, rows_out=2)
    assert found(spark, early) == [("a", 10), ("b", 10)]
    shutil.copytree(early.root, late.root)
    add(spark, late, SECOND)
    assert run(spark, late) == Counts(rows_in=3, rows_out=2)  # only what is new was read
    return early, late


def test_only_new_rows_are_read_and_a_repeat_commits_nothing(spark, lakes):
    _, late = lakes
    assert found(spark, late) == FINAL
    before = commits(late)
    assert run(spark, late) == Counts()
    assert commits(late) == before


def restored(spark, lake: Lake, early: Lake) -> None:
    spark.sql(f"RESTORE TABLE {store.name(NEWEST, lake)} TO VERSION AS OF 2")


def older_copy_of_the_target(spark, lake: Lake, early: Lake) -> None:
    shutil.rmtree(folder(lake, NEWEST))
    shutil.copytree(folder(early, NEWEST), folder(lake, NEWEST))


def dropped(spark, lake: Lake, early: Lake) -> None:
    shutil.rmtree(folder(lake, NEWEST))


def killed_before_it_could_remember(spark, lake: Lake, early: Lake) -> None:
    store.set_properties(spark, NEWEST, lake, {PROPERTY: store.properties(spark, NEWEST, early)[PROPERTY]})


def rows_lost_and_spoilt(spark, lake: Lake, early: Lake) -> None:
    """By hand, and then the position was taken away, as the documentation says."""
    spark.sql(f"DELETE FROM {store.name(NEWEST, lake)} WHERE id = 'a'")
    spark.sql(f"UPDATE {store.name(NEWEST, lake)} SET value = -1 WHERE id = 'c'")
    spark.sql(f"ALTER TABLE {store.name(NEWEST, lake)} UNSET TBLPROPERTIES ('{PROPERTY}')")


@pytest.mark.parametrize(
    ("accident", "rows_in"),
    [
        (restored, 3), (older_copy_of_the_target, 3), (dropped, 5), (killed_before_it_could_remember, 3),
        (rows_lost_and_spoilt, 5),
    ],
)  # fmt: skip
def test_whatever_happens_to_the_target_it_ends_the_same(spark, lakes, lake, accident, rows_in):
    early, late = lakes
    shutil.copytree(late.root, lake.root)
    accident(spark, lake, early)
    assert run(spark, lake).rows_in == rows_in
    assert found(spark, lake) == FINAL
    before = commits(lake)
    assert run(spark, lake) == Counts()
    assert commits(lake) == before


def test_each_target_gets_its_parts_and_one_without_news_is_left_alone(spark, lake):
    pages = replace(
        LOG, name="answers", columns=(Column("method", "string", "Method"), *LOG.columns), partition_by=("method",)
    )
    hits, both = (replace(NEWEST, name=name) for name in ("hits", "both"))
    parts = {hits: ("search",), both: ("search", "details")}

    def bring(*rows: tuple) -> Counts:
        store.ensure(spark, pages, lake)
        store.append(spark.createDataFrame(rows, pages.ddl), pages, lake)
        return follow(spark, pages, dict.fromkeys(parts, lambda new: new.drop("method")), lake, parts=parts)

    def ids(table: Table) -> list[str]:
        return sorted(row["id"] for row in store.read(spark, table, lake).collect())

    at = datetime(2024, 1, 1)
    assert bring(("search", "a", 1, at), ("details", "b", 1, at), ("other", "c", 1, at)) == Counts(2, 3)
    written = len(list((folder(lake, hits) / "_delta_log").glob("*.json")))
    assert bring(("details", "d", 1, at)) == Counts(1, 1)
    # Only how far it has come.
    assert len(list((folder(lake, hits) / "_delta_log").glob("*.json"))) == written + 1
    assert bring(("other", "e", 1, at)) == Counts()
    assert (ids(hits), ids(both)) == (["a"], ["a", "b", "d"])


def test_in_a_time_series_what_is_known_is_told_by_its_times(spark, lake):
    series = replace(NEWEST, name="series", key=("id", "at"), fixed="at")
    early, late = datetime(2024, 1, 1), datetime(2024, 1, 9)

    def bring(*rows: tuple) -> Counts:
        add(spark, lake, list(rows))
        return follow(spark, LOG, {series: tenfold}, lake)

    assert bring(("a", 1, early), ("b", 1, early)) == Counts(2, 2)
    assert bring(("a", 2, late), ("a", 1, early)) == Counts(2, 1), "one is new, one is there"
    assert bring(("b", 3, late)) == Counts(1, 1), "new at a time that is there"
    rows = store.read(spark, series, lake).collect()
    assert sorted((row["id"], row["value"]) for row in rows) == [("a", 10), ("a", 20), ("b", 10), ("b", 30)]


def test_another_rule_derives_everything_anew(spark, lakes, lake):
    _, late = lakes
    shutil.copytree(late.root, lake.root)
    target = replace(NEWEST, rule=2)
    counts = follow(spark, LOG, {target: lambda rows: tenfold(rows).withColumn("value", F.col("value") + 1)}, lake)
    assert counts == Counts(rows_in=5, rows_out=3)
    assert found(spark, lake) == [("a", 11), ("b", 21), ("c", 21)]
    assert run(spark, lake, target) == Counts()


def test_a_source_that_was_put_back_and_went_another_way_is_read_whole(spark, lakes, lake):
    early, late = lakes
    shutil.copytree(late.root, lake.root)
    shutil.rmtree(folder(lake, LOG))
    shutil.copytree(folder(early, LOG), folder(lake, LOG))
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    add(spark, lake, [("d", 4, datetime(2024, 1, 4))])  # the version that was followed, with other rows
    add(spark, lake, [("e", 5, datetime(2024, 1, 5))])
    assert run(spark, lake).rows_in == 4
    assert found(spark, lake) == [*FINAL, ("d", 40), ("e", 50)]
    assert run(spark, lake) == Counts()


def some_deleted(spark, lake: Lake) -> None:
    spark.sql(f"DELETE FROM {store.name(LOG, lake)} WHERE id = 'a'")


def all_deleted(spark, lake: Lake) -> None:
    spark.sql(f"DELETE FROM {store.name(LOG, lake)}")


def changed(spark, lake: Lake) -> None:
    spark.sql(f"UPDATE {store.name(LOG, lake)} SET value = 99 WHERE id = 'c'")


def compacted(spark, lake: Lake) -> None:
    spark.sql(f"OPTIMIZE {store.name(LOG, lake)}")


@pytest.mark.parametrize("happened", [(some_deleted, changed, compacted), (all_deleted,)], ids=["some", "all"])
def test_what_a_log_loses_or_rewrites_is_no_news(spark, lakes, lake, happened):
    _, late = lakes
    shutil.copytree(late.root, lake.root)
    for step in happened:
        step(spark, lake)
    assert run(spark, lake) == Counts()
    assert found(spark, lake) == FINAL
    before = commits(lake)
    assert run(spark, lake) == Counts()
    assert commits(lake) == before
    add(spark, lake, [("d", 4, datetime(2024, 1, 4))])
    assert run(spark, lake) == Counts(rows_in=1, rows_out=1)
    assert found(spark, lake) == [*FINAL, ("d", 40)]


def test_a_log_that_was_vacuumed_too_early_is_read_whole_and_what_it_lost_stays(spark, lakes, lake):
    _, late = lakes
    shutil.copytree(late.root, lake.root)
    add(spark, lake, [("d", 4, datetime(2024, 1, 4))])
    some_deleted(spark, lake)
    compacted(spark, lake)
    check = "spark.databricks.delta.retentionDurationCheck.enabled"
    spark.conf.set(check, "false")
    try:
        spark.sql(f"VACUUM {store.name(LOG, lake)} RETAIN 0 HOURS")
    finally:
        spark.conf.unset(check)
    assert run(spark, lake) == Counts(rows_in=5, rows_out=1)
    assert found(spark, lake) == [*FINAL, ("d", 40)]
    assert run(spark, lake) == Counts()


def test_the_position_names_the_commit_and_the_rule(spark, lakes):
    _, late = lakes
    position = json.loads(store.properties(spark, NEWEST, late)[PROPERTY])
    assert (position["version"], position["rules"]) == (2, "1")
    assert position["committed_at"] > 1_600_000_000_000


def test_a_small_table_is_rebuilt_only_when_something_changed(spark, lakes, lake):
    _, late = lakes
    shutil.copytree(late.root, lake.root)
    built = []

    def build() -> DataFrame:
        built.append(1)
        return store.read(spark, NEWEST, lake).agg(F.sum("value").alias("total"))

    def total() -> list[int]:
        return [row["total"] for row in store.read(spark, SUMS, lake).collect()]

    assert rebuild(spark, [NEWEST], {SUMS: build}, lake, parameters=1).rows_out == 1
    assert total() == [50]
    before = commits(lake)
    assert rebuild(spark, [NEWEST], {SUMS: build}, lake, parameters=1) == Counts()
    assert (commits(lake), len(built)) == (before, 1)
    assert rebuild(spark, [NEWEST], {SUMS: build}, lake, parameters=2).rows_out == 1
    upsert.merge(spark.createDataFrame([("z", 7, datetime(2024, 2, 1))], NEWEST.ddl), NEWEST, lake)
    assert rebuild(spark, [NEWEST], {SUMS: build}, lake, parameters=2).rows_out == 1
    assert (total(), len(built)) == ([57], 3)


def test_work_is_done_again_only_when_something_changed_or_it_did_not_come_to_its_end(spark, lakes, lake):
    early, _ = lakes
    shutil.copytree(early.root, lake.root)
    done = []

    def bring() -> int:
        done.append(None)
        if len(done) == 3:
            raise RuntimeError
        return len(done)

    def run(parameters: str = "a") -> int | None:
        return unless_current(spark, [LOG], SUMS, lake, bring, parameters)

    assert [run(), run(), run("b"), run("b")] == [1, None, 2, None]
    add(spark, lake, SECOND)
    with pytest.raises(RuntimeError):
        run("b")
    before = commits(lake)
    assert [run("b"), run("b")] == [4, None]
    assert len(commits(lake)) == len(before) + 1
    store.append(spark.createDataFrame([(1,)], SUMS.ddl), SUMS, lake)  # of somebody else
    assert [run("b"), run("b")] == [5, None]


def test_changes_and_losses_of_a_table_that_is_no_log_are_followed(spark, lake):
    """`newest` is no log: its rows change and go. `lengths` follows it, a row a row."""
    lengths = replace(NEWEST, name="lengths")
    read: list[int] = []

    def run_on() -> list[tuple]:
        read.append(follow(spark, NEWEST, {lengths: tenfold}, lake, keys=lambda rows: rows.select("id")).rows_in)
        return sorted((row["id"], row["value"]) for row in store.read(spark, lengths, lake).collect())

    def merge(*rows: tuple) -> None:
        upsert.merge(spark.createDataFrame(rows, NEWEST.ddl), NEWEST, lake)

    store.ensure(spark, NEWEST, lake)
    day = datetime(2024, 1, 1)
    merge(("a", 1, day), ("b", 2, day), ("c", 3, day))
    assert run_on() == [("a", 10), ("b", 20), ("c", 30)]
    merge(("a", 1, day), ("b", 5, day))
    assert run_on() == [("a", 10), ("b", 50), ("c", 30)]
    spark.sql(f"DELETE FROM {store.name(NEWEST, lake)} WHERE id = 'c'")
    assert run_on() == [("a", 10), ("b", 50)]
    before = commits(lake)
    assert run_on() == [("a", 10), ("b", 50)]
    assert commits(lake) == before
    assert read == [3, 1, 0, 0]


def test_what_comes_as_a_whole_leaves_nothing_of_before(spark, lake):
    pieces = replace(NEWEST, name="pieces", key=("id", "value"), newest_by=None, whole_by="id")
    day = datetime(2024, 1, 1)

    def merge(*rows: tuple) -> list[tuple]:
        upsert.merge(spark.createDataFrame([(*row, day) for row in rows], pieces.ddl), pieces, lake)
        return sorted((row["id"], row["value"]) for row in store.read(spark, pieces, lake).collect())

    store.ensure(spark, pieces, lake)
    assert merge(("a", 1), ("a", 2), ("b", 1)) == [("a", 1), ("a", 2), ("b", 1)]
    assert merge(("a", 1), ("a", 3)) == [("a", 1), ("a", 3), ("b", 1)]
    assert merge(("c", 1)) == [("a", 1), ("a", 3), ("b", 1), ("c", 1)]


def test_a_whole_that_has_nothing_to_say_any_more_leaves_nothing_of_before(spark, lake):
    pieces = replace(NEWEST, name="pieces", whole_by="id")

    def run_on(*rows: tuple) -> list[tuple]:
        upsert.merge(spark.createDataFrame([(*row, datetime(2024, 1, 1)) for row in rows], NEWEST.ddl), NEWEST, lake)
        targets = {pieces: lambda changed: changed.where("value > 0")}
        follow(spark, NEWEST, targets, lake, keys=lambda changed: changed.select("id"))
        return sorted((row["id"], row["value"]) for row in store.read(spark, pieces, lake).collect())

    store.ensure(spark, NEWEST, lake)
    assert run_on(("a", 1), ("b", 2)) == [("a", 1), ("b", 2)]
    assert run_on(("a", 0)) == [("b", 2)]
    assert run_on(("a", 3), ("b", 0)) == [("a", 3)]
