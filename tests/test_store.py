"""Tables as declared, upserts that touch only what changed, and lakes that cannot be used."""

import json
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from pyspark.sql import Row
from pyspark.testing import assertDataFrameEqual

from tubelake import disk, store, upsert
from tubelake.errors import TubeLakeError, UsageError
from tubelake.settings import Lake
from tubelake.tables import CHANGE_FEED, Column, Table

PEOPLE = Table(
    "silver", "people", "People, and who's who",
    (
        Column("id", "string", "Who"), Column("name", "string", "The person's name, \\ as written"),
        Column("seen_at", "timestamp", "When (UTC)"),
    ),
    key=("id",), newest_by="seen_at", zorder_by=("id", "seen_at"), properties=CHANGE_FEED,
)  # fmt: skip
PAGES = Table(
    "bronze", "pages", "Pages",
    (Column("method", "string", "Method"), Column("page", "int", "Number")), key=("page",), partition_by=("method",),
)  # fmt: skip
NOTE = Column("note", "string", "Note")
OLD, MID, NEW = datetime(2024, 1, 1), datetime(2024, 1, 2), datetime(2024, 1, 3)


@pytest.fixture(scope="module")
def shared_lake(tmp_path_factory) -> Lake:
    return Lake(root=str(tmp_path_factory.mktemp("store") / "lake"))


def versions(lake: Lake, table: Table) -> list[str]:
    """The table's commits, from its folder: no cache of Delta can hide one."""
    return sorted(file.name for file in (Path(lake.root) / table.layer / table.name / "_delta_log").glob("*.json"))


def test_a_table_is_made_as_it_is_declared(spark, shared_lake):
    store.ensure(spark, PEOPLE, shared_lake)
    detail = spark.sql(f"DESCRIBE DETAIL {store.name(PEOPLE, shared_lake)}").first()
    assert (detail["clusteringColumns"], detail["partitionColumns"]) == ([], [])
    assert detail["description"] == PEOPLE.comment
    assert detail["properties"] == {
        "delta.enableChangeDataFeed": "true",
        "delta.checkpointInterval": "50",
        "delta.dataSkippingStatsColumns": "id,seen_at",
    }
    found = spark.table(store.name(PEOPLE, shared_lake)).schema
    assert [(field.name, field.metadata["comment"]) for field in found] == [(c.name, c.comment) for c in PEOPLE.columns]
    before = versions(shared_lake, PEOPLE)
    store.ensure(spark, PEOPLE, shared_lake)
    assert versions(shared_lake, PEOPLE) == before


def test_rows_are_upserted_by_key_and_the_newest_stays(spark, shared_lake):
    def merge(*rows: tuple) -> int:
        return upsert.merge(spark.createDataFrame(rows, PEOPLE.ddl), PEOPLE, shared_lake)

    store.ensure(spark, PEOPLE, shared_lake)
    assert merge(("a", "doubled, older", OLD), ("a", "doubled, newer", MID), ("b", None, MID), ("c", "c", OLD)) == 3
    assert merge(("a", "older", OLD), ("b", "named", MID), ("c", "newer", NEW), ("d", "new", OLD)) == 3
    before = versions(shared_lake, PEOPLE)
    assert merge(("a", "doubled, newer", MID), ("b", "named", MID), ("a", "older", OLD)) == 0
    assert versions(shared_lake, PEOPLE) == before
    expected = [("a", "doubled, newer", MID), ("b", "named", MID), ("c", "newer", NEW), ("d", "new", OLD)]
    names = PEOPLE.column_names
    assertDataFrameEqual(
        store.read(spark, PEOPLE, shared_lake), [Row(**dict(zip(names, row, strict=True))) for row in expected]
    )


@pytest.mark.parametrize("few", [upsert.FEW_KEYS, 1], ids=["looked up by value", "joined"])
def test_keys_are_found_whatever_is_in_them_and_however_many_there_are(spark, lake, monkeypatch, few):
    monkeypatch.setattr(upsert, "FEW_KEYS", few)
    odd = ["it's", "back\\slash", 'a "quote"', "", "고양이", "line\nbreak", "${x}", "%"]

    def merge(*keys: str) -> int:
        return upsert.merge(spark.createDataFrame([(key, "n", MID) for key in keys], PEOPLE.ddl), PEOPLE, lake)

    store.ensure(spark, PEOPLE, lake)
    assert [merge(*odd), merge(*odd), merge("new", odd[0])] == [len(odd), 0, 1]
    assert store.read(spark, PEOPLE, lake).count() == len(odd) + 1


def test_a_column_that_is_declared_later_is_added(spark, shared_lake):
    store.ensure(spark, PEOPLE, shared_lake)
    wider = replace(PEOPLE, columns=(*PEOPLE.columns, Column("age", "int", "Age, it's in years")))
    rows = store.read(spark, wider, shared_lake)
    assert rows.columns == wider.column_names
    assert rows.schema["age"].metadata["comment"] == "Age, it's in years"


def test_rows_are_appended_overwritten_and_read_by_part(spark, shared_lake):
    def write(how, *rows: tuple) -> None:
        how(spark.createDataFrame(rows, "page int, method string"), PAGES, shared_lake)

    store.ensure(spark, PAGES, shared_lake)
    assert spark.sql(f"DESCRIBE DETAIL {store.name(PAGES, shared_lake)}").first()["partitionColumns"] == ["method"]
    write(store.append, (1, "search.list"), (2, "videos.list"))
    write(store.append, (2, "videos.list"))
    pages = [row["page"] for row in store.read(spark, PAGES.of("videos.list"), shared_lake).collect()]
    assert pages == [2, 2]
    write(store.overwrite, (9, "search.list"))
    assert [tuple(row) for row in store.read(spark, PAGES, shared_lake).collect()] == [("search.list", 9)]


def test_many_small_files_are_put_together_with_near_values_side_by_side(spark, lake):
    store.ensure(spark, PEOPLE, lake)
    rows = [(letter, letter.upper(), OLD) for letter in "cab"]
    for row in rows:
        store.append(spark.createDataFrame([row], PEOPLE.ddl), PEOPLE, lake)
    store.compact(spark, PEOPLE, lake, many=3)
    assert len(versions(lake, PEOPLE)) == 4, "three files are not many"
    before = store.compact(spark, PEOPLE, lake, many=2)
    after = store.compact(spark, PEOPLE, lake, many=2)
    assert (before["numFiles"], after["numFiles"]) == (3, 1)
    last = spark.sql(f"DESCRIBE HISTORY {store.name(PEOPLE, lake)} LIMIT 1").first()
    assert json.loads(last["operationParameters"]["zOrderBy"]) == list(PEOPLE.zorder_by)
    assert sorted(map(tuple, store.read(spark, PEOPLE, lake).collect())) == sorted(rows)


def test_delta_measures_only_what_rows_are_looked_up_by(spark, shared_lake):
    table = replace(
        PAGES, name="measured", searched_by=("note",), columns=(*PAGES.columns, NOTE, Column("x", "int", "X"))
    )
    store.ensure(spark, table, shared_lake)
    store.append(spark.createDataFrame([("search.list", 1, "n", 2)], table.ddl), table, shared_lake)
    log = Path(shared_lake.root) / "bronze" / "measured" / "_delta_log" / "00000000000000000001.json"
    added = [json.loads(line)["add"] for line in log.read_text(encoding="utf-8").splitlines() if '"add"' in line]
    assert [json.loads(file["stats"])["minValues"] for file in added] == [{"page": 1, "note": "n"}]


@pytest.mark.parametrize("damage", ["half", "empty", "nonsense", "lost"])
def test_a_damaged_table_is_named_and_never_written_over(spark, shared_lake, tmp_path, damage):
    store.ensure(spark, PAGES, shared_lake)
    store.append(spark.createDataFrame([("search.list", 1)], PAGES.ddl), PAGES, shared_lake)
    damaged = Lake(root=str(tmp_path / "lake"))
    folder = Path(damaged.root) / "bronze" / "pages"
    shutil.copytree(Path(shared_lake.root) / "bronze" / "pages", folder)
    commit = folder / "_delta_log" / "00000000000000000000.json"
    text = commit.read_text(encoding="utf-8")
    if damage == "lost":
        for commit in (folder / "_delta_log").glob("*.json"):
            commit.unlink()
    else:
        said = {"half": text[: len(text) // 2], "empty": "", "nonsense": "<html>"}[damage]
        commit.write_text(said, encoding="utf-8")
    for crc in (folder / "_delta_log").glob("*.crc"):
        crc.unlink()  # with these, Delta may still know what a damaged commit said
    for crc in (folder / "_delta_log").glob(".*.crc"):
        crc.unlink()
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    for use in (store.ensure, store.read, store.exists):
        with pytest.raises(UsageError) as raised:
            use(spark, PAGES, damaged)
        said = str(raised.value)
        assert "\n" not in said
        assert [
            part for part in ("bronze/pages", damaged.root, "backup", "remove the folder") if part not in said
        ] == []
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("written", ["", "_commits", ".00000000000000000000.json.3f6c0d2e-9a41-4d7b-8a55-1f2f.tmp"])
def test_a_table_whose_making_was_cut_off_is_made(spark, lake, written):
    log = Path(lake.root) / "bronze" / "pages" / "_delta_log"
    (log / "_commits" if written else log).mkdir(parents=True)
    if written.endswith(".tmp"):
        (log / written).write_text('{"commitInfo":{"ti')
    assert store.exists(spark, PAGES, lake) is False
    assert store.read(spark, PAGES, lake).count() == 0
    assert versions(lake, PAGES) == ["00000000000000000000.json"]


def test_a_missing_table_is_not_there_and_not_made(spark, lake):
    assert store.exists(spark, PAGES, lake) is False
    assert not (Path(lake.root) / "bronze").exists()


@pytest.mark.parametrize("root", ["/proc/lake", "/dev/null", "a file", "a file/lake"])
def test_a_folder_that_cannot_be_a_lake_is_refused(tmp_path, root):
    (tmp_path / "a file").touch()
    root = str(tmp_path / root)  # an absolute path stays itself
    with pytest.raises(UsageError) as raised:
        store.check(Lake(root=root))
    said = str(raised.value)
    assert "\n" not in said
    assert said.startswith(f"cannot use {root} as a lake: ")
    assert "set lake.root" in said


def test_a_new_folder_can_be_a_lake(tmp_path):
    store.check(Lake(root=str(tmp_path / "new" / "lake")))
    assert (tmp_path / "new" / "lake").is_dir()


def test_only_folders_of_this_file_system_are_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = {
        "./lake": tmp_path / "lake",
        "/data/lake": Path("/data/lake"),
        "file:///data/lake": Path("/data/lake"),
        "s3a://bucket/lake": None,
        "abfss://c@a.dfs.core.windows.net/lake": None,
    }
    assert {root: disk.folder(Lake(root=root)) for root in folders} == folders
    assert disk.folder(Lake(catalog="main")) is None


def test_names_are_paths_or_names_of_a_catalog():
    assert store.name(PAGES, Lake(root="s3a://bucket/lake/")) == "delta.`s3a://bucket/lake/bronze/pages`"
    assert store.name(PAGES, Lake(catalog="main")) == "main.bronze.pages"


def test_only_one_process_holds_a_lock_and_it_ends_with_its_process(lake):
    code = (
        "import sys, time; from tubelake import store; from tubelake.settings import Lake\n"
        "with store.exclusive('work', Lake(root=sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, lake.root], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(TubeLakeError, match="another run has worked on work"),
            store.exclusive("work", lake, 0.2),
        ):
            pytest.fail("two processes hold the same lock")
        with store.exclusive("other work", lake, 0.2):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with store.exclusive("work", lake, 5):
        pass


def test_only_one_thread_holds_a_lock(lake):
    outcomes = []

    def wanted() -> None:
        try:
            with store.exclusive("work", lake, 0.2):
                outcomes.append("held")
        except TubeLakeError:
            outcomes.append("refused")

    with store.exclusive("work", lake):
        other = threading.Thread(target=wanted)
        other.start()
        other.join()
    wanted()
    assert outcomes == ["refused", "held"]
