"""VACUUM goes as far as every follower has read, and leaves no entry of the log that names an old file."""

import shutil
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tubelake import store
from tubelake.follow import Counts, follow
from tubelake.maintain import files
from tubelake.settings import Lake
from tubelake.tables import CHANGE_FEED, Column, Table

LOG = Table(
    "bronze", "events", "Events",
    (Column("id", "string", "Id"), Column("value", "int", "Value"), Column("at", "timestamp", "When")),
    key=("id",), properties=(*CHANGE_FEED, ("delta.enableDeletionVectors", "true")),
)  # fmt: skip
COPY = replace(LOG, layer="silver", name="copy", newest_by="at", properties=CHANGE_FEED)


def add(spark, lake: Lake, *ids: str) -> None:
    store.append(spark.createDataFrame([(i, 1, datetime(2024, 1, 1)) for i in ids], LOG.ddl), LOG, lake)


def copied(spark, lake: Lake) -> Counts:
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    return follow(spark, LOG, {COPY: lambda rows: rows}, lake)


def found(spark, lake: Lake, table: Table) -> list[str]:
    return sorted(row["id"] for row in store.read(spark, table, lake).collect())


def holding(lake: Lake, text: str) -> list[str]:
    """Files of the lake in which the text stands; Parquet keeps short texts as they are."""
    held = (file for file in Path(lake.root).rglob("*") if file.is_file() and text.encode() in file.read_bytes())
    return [str(file.relative_to(lake.root)) for file in held]


def commits(lake: Lake) -> list[str]:
    return sorted(file.name for file in Path(lake.root).rglob("_delta_log/*.json"))


@pytest.fixture(scope="module")
def behind(spark, tmp_path_factory) -> Lake:
    """A log whose follower has yet to read its second commit; the third deletes one row of each."""
    lake = Lake(root=str(tmp_path_factory.mktemp("files") / "lake"))
    store.ensure(spark, LOG, lake)
    add(spark, lake, "aaaa-first", "bbbb-first")
    assert copied(spark, lake) == Counts(2, 2)
    add(spark, lake, "cccc-second", "dddd-second")
    spark.sql(f"DELETE FROM {store.name(LOG, lake)} WHERE id IN ('aaaa-first', 'cccc-second')")
    return lake


def tidied(spark, lake: Lake, *, catch_up: bool) -> str | None:
    """A tidy of the log at zero hours; whether its follower runs in between as it should."""
    assert files.prepare(spark, LOG, lake, 0)
    if catch_up:
        assert copied(spark, lake) == Counts(2, 2)
    time.sleep(0.05)  # a file system counts in milliseconds
    return files.vacuum(spark, LOG, lake, 0, files.followers(spark, LOG, [LOG, COPY], lake))


def test_a_follower_that_is_behind_can_read_on(spark, behind, lake):
    shutil.copytree(behind.root, lake.root, copy_function=shutil.copy2)
    said = tidied(spark, lake, catch_up=False)
    assert said == "bronze.events: files of the last 1 h stay, because silver.copy has not followed since: run its job"
    assert copied(spark, lake) == Counts(2, 2)
    assert found(spark, lake, COPY) == ["aaaa-first", "bbbb-first", "cccc-second", "dddd-second"]
    assert spark.conf.get("spark.databricks.delta.retentionDurationCheck.enabled", None) in (None, "true")
    kept = store.properties(spark, LOG, lake)
    assert {name: kept[name] for name in LOG.delta_properties} == LOG.delta_properties


def test_no_trace_is_left_once_all_have_followed_and_a_repeat_has_nothing_to_do(spark, behind, lake):
    shutil.copytree(behind.root, lake.root, copy_function=shutil.copy2)
    assert holding(lake, "cccc-second")
    assert tidied(spark, lake, catch_up=True) is None
    assert [file for file in holding(lake, "cccc-second") if "events" in file] == []
    assert found(spark, lake, LOG) == ["bbbb-first", "dddd-second"]
    before = commits(lake)
    assert not files.prepare(spark, LOG, lake, 0)
    assert copied(spark, lake) == Counts()
    assert commits(lake) == before
    add(spark, lake, "eeee-third")
    assert copied(spark, lake) == Counts(1, 1)
    assert found(spark, lake, COPY)[-1] == "eeee-third"
