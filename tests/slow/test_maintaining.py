"""Maintenance from end to end, on the emulator: what is deleted there goes here too, and nothing is asked in vain."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tubelake import job, settings, store, tables
from tubelake.collect.tombstones import GONE
from tubelake.emulator import EmulatorOptions, load_corpus, make_corpus, running
from tubelake.emulator.search import matches
from tubelake.errors import QuotaSpent
from tubelake.settings import Lake
from tubelake.tables import PICTURES, RESPONSES, SEARCH_HITS, VIDEO_SNAPSHOTS, VIDEOS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]  # a whole story of jobs

KEYWORD, MATCHES = "lofi", 60
COLLECT = ("collect_search", "collect_videos", "build_videos", "build_statistics")
START = datetime.now(UTC)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    make_corpus(folder, 80, seed=5, matches={KEYWORD: MATCHES})
    return load_corpus(folder)


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Lake:
    """One lake for the whole story: its tests run in their order."""
    return Lake(root=str(tmp_path_factory.mktemp("maintaining") / "lake"))


@pytest.fixture(scope="module")
def youtube(corpus):
    with running(corpus, EmulatorOptions()) as emulator:
        yield emulator


@pytest.fixture
def run(spark, lake, youtube, tmp_path):
    """Runs jobs some days after the start; gives their exit codes."""

    def jobs(days: float, *names: str, also: tuple[str, ...] = ()) -> list[int]:
        fixed = [
            f"lake.root={lake.root}", f"youtube.endpoint={youtube.url}", "youtube.api_key=AIzaTestKey0123456789",
            f"run.logs={tmp_path}", f"run.now={(START + timedelta(days=days)).isoformat()}", "retention.vacuum_hours=0",
            f"search.keywords={KEYWORD}", "search.refresh_hours=100000", "retention.keep=video_snapshots",
        ]  # fmt: skip
        wanted = settings.load(overrides=[*fixed, *also], environ={})
        return [job.run(spark, name, job.with_run_id(wanted)) for name in names]

    return jobs


@pytest.fixture(scope="module")
def leaving(corpus) -> str:
    """The video that is going to leave: its id is the least, so that Delta's statistics name it, its title is its own."""
    titles = Counter(video["snippet"]["title"] for video in corpus.videos.values())
    own = (i for i, video in sorted(corpus.videos.items()) if titles[video["snippet"]["title"]] == 1)
    return next(i for i in own if KEYWORD in corpus.videos[i]["snippet"]["title"].casefold())


def commits(lake: Lake) -> list[str]:
    return sorted(str(file.relative_to(lake.root)) for file in Path(lake.root).rglob("_delta_log/*.json"))


def rows_of(spark, lake: Lake, table: tables.Table) -> list:
    return store.read(spark, table, lake).collect()


def traces(lake: Lake, *texts: str) -> set[str]:
    """The files of the lake that hold one of the texts, as they are or, of Parquet, as they read."""
    files = (file for file in Path(lake.root).rglob("*") if file.is_file())
    return {str(file.relative_to(lake.root)) for file in files for held in _held(file) if any(t in held for t in texts)}


def _held(file: Path) -> Iterator[str]:
    yield file.read_bytes().decode("utf-8", errors="replace")
    if ".parquet" in file.name and file.suffix != ".crc":
        yield json.dumps(pq.ParquetFile(file).read().to_pylist(), default=str, ensure_ascii=False)


def table_of(said: str, why: str) -> dict[str, str]:
    """Rows by table, of what a dry run printed for this reason."""
    cells = ([cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines())
    return {row[0]: row[2] for row in cells if len(row) == 3 and row[1].startswith(why)}


def test_without_quota_what_could_be_refreshed_tomorrow_stays(spark, lake, youtube, run, leaving):
    assert run(0, *COLLECT) == [0, 0, 0, 0]
    pictures = [(video_id, "run", START, b"picture") for video_id in (leaving, "another____")]
    store.ensure(spark, PICTURES, lake)
    frame = spark.createDataFrame(pictures, "video_id string, run_id string, fetched_at timestamp, data binary")
    missing = [c for c in PICTURES.columns if c.name not in frame.columns]
    frame = frame.selectExpr("*", *(f"CAST(NULL AS {c.type}) AS {c.name}" for c in missing))
    store.append(frame, PICTURES, lake)

    calls = len(youtube.calls())
    assert run(26, "maintain_tables", also=("quota.common=1",)) == [QuotaSpent.exit_code]
    assert [method for method, _, _ in youtube.calls()[calls:]] == ["videos.list"]
    found = rows_of(spark, lake, VIDEOS)
    assert len(found) == MATCHES
    fresh = [row for row in found if row["fetched_at"].astimezone(UTC) > START + timedelta(days=20)]
    assert len(fresh) == 50
    with_body = [row for row in rows_of(spark, lake, RESPONSES) if row["body"]]
    assert len(with_body) == 3 + 2 + 1  # searches with the empty last page, details, refreshed ones
    assert len(rows_of(spark, lake, PICTURES)) == 2


def test_the_dry_run_says_what_would_go_and_changes_nothing(lake, youtube, run, leaving, capsys):
    youtube.remove(leaving)
    assert run(57, "collect_videos") == [0]  # newer counts: the one that left is not among them
    calls, before = len(youtube.calls()), commits(lake)
    capsys.readouterr()
    assert run(57, "maintain_tables", also=("retention.dry_run=true",)) == [0]
    said = capsys.readouterr().out
    assert (len(youtube.calls()), commits(lake)) == (calls, before)
    assert f"gone from YouTube: {leaving}" in said
    assert "60 videos have details older than 25 days and would be asked again, in 2 calls;" in said
    assert table_of(said, "of videos that are gone") == {
        "bronze.pictures": "1", "silver.search_hits": "1", "silver.videos": "1", "silver.video_snapshots": "2",
        "bronze.responses": "4",
    }  # fmt: skip
    assert table_of(said, "older than 30 days") == {
        "bronze.pictures": "2", "bronze.responses": "6", "silver.videos": "60", "silver.search_hits": "60",
    }  # fmt: skip


def test_a_video_that_left_leaves_no_trace(spark, lake, youtube, run, leaving, corpus, capsys):
    title = corpus.videos[leaving]["snippet"]["title"]
    assert traces(lake, leaving)
    assert traces(lake, title)
    ids_before = {row["request_id"]: row["item_ids"] for row in rows_of(spark, lake, RESPONSES)}
    assert run(57, "maintain_tables") == [0]
    said = capsys.readouterr().out
    assert "refreshed the details of 59 videos; 1 are gone" in said
    assert "silver.videos: 1 rows of videos that are gone" in said
    assert "rows of videos that are gone: only the bodies" in said
    assert traces(lake, leaving, title) == set()

    rest = {entry.id for entry in corpus.entries["video"] if matches(entry.text, (KEYWORD,))} - {leaving}
    assert len(rest) == MATCHES - 1
    assert {row["video_id"] for row in rows_of(spark, lake, VIDEOS)} == rest
    snapshots = rows_of(spark, lake, VIDEO_SNAPSHOTS)  # the first too: they are kept
    assert {row["video_id"] for row in snapshots} == rest
    assert min(row["fetched_at"].astimezone(UTC) for row in snapshots) < START + timedelta(days=1)
    hits = rows_of(spark, lake, SEARCH_HITS)
    assert {row["video_id"] for row in hits} == rest
    assert {row["title"] for row in hits} == {None}
    assert rows_of(spark, lake, PICTURES) == []
    assert {row["video_count"] for row in rows_of(spark, lake, tables.KEYWORD_STATISTICS)} == {MATCHES - 1}
    log = {row["request_id"]: row for row in rows_of(spark, lake, RESPONSES)}
    with_body = [row["fetched_at"] for row in log.values() if row["body"]]
    assert with_body
    assert min(with_body).astimezone(UTC) > START + timedelta(days=50)
    assert {key: len(ids) for key, ids in ids_before.items()} == {key: len(log[key]["item_ids"]) for key in ids_before}
    assert sum(name.startswith(GONE) for row in log.values() for name in row["item_ids"]) == 3


def test_a_repeat_and_the_next_collection_do_nothing(lake, youtube, run, leaving, corpus):
    calls, before = len(youtube.calls()), commits(lake)
    assert run(57, "maintain_tables") == [0]
    assert run(57, *COLLECT, also=(f"videos.ids={leaving}",)) == [0, 0, 0, 0]
    assert len(youtube.calls()) == calls
    assert commits(lake) == before
