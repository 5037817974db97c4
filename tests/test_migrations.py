"""A lake that earlier code wrote, under the code of today."""

import tarfile
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from tubelake import disk, job, migrations, store
from tubelake.errors import UsageError
from tubelake.settings import Lake
from tubelake.tables import JOB_RUNS, KEYWORD_STATISTICS, RESPONSES, SEARCH_HITS, VIDEO_SNAPSHOTS, VIDEOS
from tubelake.tables.control import LAKE_VERSION, VERSION_PROPERTY

FIRST = Path(__file__).parent / "lakes" / "version_1.tar.xz"
DERIVED = (SEARCH_HITS, VIDEOS, VIDEO_SNAPSHOTS, KEYWORD_STATISTICS)
JOBS = ("collect_search", "collect_videos", "build_videos", "build_statistics")
ASKED_UNTIL = "2026-11-28T02:00:00Z"  # before it was written: all of it was asked for
OLD_BODIES = migrations._OLD_BODIES


@pytest.fixture
def first(lake) -> Lake:
    """A lake of version 1, as its code left it."""
    with tarfile.open(FIRST) as packed:
        packed.extractall(lake.root, filter="data")
    return lake


def rows(spark, table, lake: Lake, names) -> list[str]:
    """The rows of a table as text, in an order of their own; sums are as exact as the order of their addition allows."""
    types = dict(spark.table(store.name(table, lake)).dtypes)
    told = [F.round(name, 9).alias(name) if types[name] == "double" else F.col(name) for name in names]
    found = spark.table(store.name(table, lake)).select(F.to_json(F.struct(*told)).alias("row"))
    return sorted(row["row"] for row in found.collect())


def bodies(spark, lake: Lake) -> dict[str, str | None]:
    return {row["request_id"]: row["body"] for row in spark.table(store.name(RESPONSES, lake)).collect()}


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow  # the jobs three times
def test_a_lake_of_the_first_code_is_brought_up_and_its_tables_are_those_of_today(spark, first, settings_for, capsys):
    names = {table: spark.table(store.name(table, first)).columns for table in DERIVED}
    before = {table: rows(spark, table, first, names[table]) for table in DERIVED}
    assert len(before[VIDEOS]) == 27
    assert all(before.values())
    wanted = ("search.keywords=lofi,cooking", f"search.until={ASKED_UNTIL}", "videos.refresh_hours=1000000")
    values = settings_for("http://127.0.0.1:1", *wanted)  # nobody answers there, so nothing may be asked
    assert job.run_all(JOBS, values) == 0
    assert "This lake is of version 1" in capsys.readouterr().out
    assert {table: rows(spark, table, first, names[table]) for table in DERIVED} == before
    brought = {table: rows(spark, table, first, table.column_names) for table in DERIVED}
    assert None not in bodies(spark, first).values()

    versions = disk.commits((*DERIVED, RESPONSES, JOB_RUNS), first)
    assert job.run_all(JOBS, values) == 0
    assert "version" not in capsys.readouterr().out
    assert disk.commits((*DERIVED, RESPONSES, JOB_RUNS), first) == versions

    for table in DERIVED:
        store.drop(spark, table, first)
    assert job.run_all(JOBS, values) == 0
    assert {table: rows(spark, table, first, table.column_names) for table in DERIVED} == brought


def test_a_run_that_is_killed_while_it_brings_a_lake_up_is_made_good_by_the_next(spark, first, monkeypatch):
    wanted = {row["request_id"]: row["body"] for row in spark.table(store.name(OLD_BODIES, first)).collect()}
    # The first code, too, could be killed: between the bodies of a round and their facts.
    spark.sql(f"DELETE FROM {store.name(RESPONSES, first)} WHERE method = 'videos.list'")
    monkeypatch.setattr(store, "drop", _killed)
    with pytest.raises(KeyboardInterrupt):
        migrations.brought_up(spark, first)
    monkeypatch.undo()
    assert migrations.version(spark, first) == 1
    migrations.brought_up(spark, first)
    assert bodies(spark, first) == wanted
    assert len(wanted) == 5
    assert migrations.version(spark, first) == LAKE_VERSION
    assert not store.exists(spark, OLD_BODIES, first)
    assert store.properties(spark, RESPONSES, first).items() >= RESPONSES.delta_properties.items()


def test_a_new_lake_has_the_version_of_today_and_one_of_tomorrow_is_left_alone(spark, lake, settings_for, capsys):
    migrations.brought_up(spark, lake)
    assert not disk.commits([JOB_RUNS], lake)  # nothing is made by looking
    store.ensure(spark, JOB_RUNS, lake)
    assert migrations.version(spark, lake) == LAKE_VERSION
    store.set_properties(spark, JOB_RUNS, lake, {VERSION_PROPERTY: str(LAKE_VERSION + 1)})
    with pytest.raises(UsageError, match=f"has version {LAKE_VERSION + 1} and this TubeLake knows {LAKE_VERSION} at"):
        migrations.brought_up(spark, lake)
    assert job.run_all(["build_videos"], settings_for("http://127.0.0.1:1")) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_every_version_before_this_one_has_its_step():
    assert sorted(migrations.STEPS) == list(range(1, LAKE_VERSION))
