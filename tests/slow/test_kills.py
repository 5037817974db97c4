"""Killed at any point, a run that is started again gives the tables of an undisturbed one and pays nothing twice."""

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from tests.slow import killing
from tests.slow.comparing import Contents, contents

from tubelake import job, settings, store, tables
from tubelake.collect.fetch import Round, fetch
from tubelake.collect.gate import Pace
from tubelake.collect.request import REQUEST_DDL, Price, Request
from tubelake.emulator import Corpus, EmulatorOptions, load_corpus, make_corpus, running
from tubelake.settings import Lake
from tubelake.youtube.client import Access

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]
KEYWORDS = ("cooking", "lofi")
JOBS = ("collect_search", "collect_videos", "build_videos", "build_statistics")
LIMITS = {"search": 10_000, "common": 10_000, "stats": 10_000}
COMPARED = (
    tables.VIDEOS, tables.SEARCH_HITS, tables.VIDEO_SNAPSHOTS, tables.KEYWORD_STATISTICS, tables.HISTOGRAMS,
)  # fmt: skip
# Of a pipeline and, once all that it builds from is there, of its build alone.
POINTS = {
    "before lease": "pipeline", "before answers": "pipeline", "after answers": "pipeline",
    "before merge": "pipeline", "before progress": "build_videos", "after progress": "build_videos",
}  # fmt: skip
RANDOM_KILLS = 10
KEY = "AIzaSecretKeyForGrep0123456789012345"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Corpus:
    folder = tmp_path_factory.mktemp("small")
    make_corpus(folder, 150, seed=5, matches={"cooking": 70, "lofi": 20})
    return load_corpus(folder)


def sets(lake: Path, url: str) -> list[str]:
    return [
        f"lake.root={lake}", f"youtube.endpoint={url}", f"run.logs={lake.parent / 'logs'}",
        f"search.keywords={','.join(KEYWORDS)}", "search.until=2026-11-20", "quota.search=10000",
    ]  # fmt: skip


def arguments(lake: Path, url: str, name: str = "pipeline") -> list[str]:
    named = [part for keyword in KEYWORDS for part in ("--keyword", keyword)]
    command = ["pipeline", *named, "--no-report"] if name == "pipeline" else ["run", name]
    return [*command, *(part for given in sets(lake, url) for part in ("--set", given))]


def everything(spark: SparkSession, root: Path) -> dict[str, Contents]:
    """What the tables hold, but for what is of the run."""
    return {table.name: contents(spark, table, Lake(root=str(root))) for table in COMPARED}


def undisturbed(spark: SparkSession, small: Corpus, root: Path) -> tuple[dict[str, Contents], int]:
    """The tables of one run in this process, and how many calls it made."""
    with running(small, EmulatorOptions(limits=LIMITS)) as youtube:
        keyed = {"YOUTUBE_API_KEY": KEY}
        wanted = settings.load(overrides=[*sets(root, youtube.url), "run.id=undisturbed"], environ=keyed)
        assert [job.run(spark, name, wanted) for name in JOBS] == [0] * len(JOBS)
        return everything(spark, root), len(youtube.calls())


@pytest.fixture(scope="module")
def reference(spark, small, tmp_path_factory) -> tuple[dict[str, Contents], int]:
    return undisturbed(spark, small, tmp_path_factory.mktemp("undisturbed") / "lake")


def test_killed_at_each_step_of_a_round_and_of_a_build(spark, small, reference, tmp_path):
    expected, calls = reference
    lake, log = tmp_path / "lake", tmp_path / "out"
    with running(small, EmulatorOptions(limits=LIMITS, keys=frozenset({KEY}))) as youtube:
        config = ["--config", str(_with_event_log(tmp_path))]
        for point, name in POINTS.items():
            given = [*arguments(lake, youtube.url, name), *config]
            process = killing.start(given, log, point, YOUTUBE_API_KEY=KEY)
            assert process.wait() == -signal.SIGKILL, f"{point}: {log.read_text()}"
        given = [*arguments(lake, youtube.url), *config]
        assert killing.start(given, log, YOUTUBE_API_KEY=KEY).wait() == 0, log.read_text()
        asked = Counter((method, repr(sorted(params.items()))) for method, params, _ in youtube.calls())
    assert everything(spark, lake) == expected
    # No point lies between a fetch and its commit: no page is paid twice.
    assert max(asked.values()) == 1
    assert asked.total() == calls
    _assert_the_key_is_nowhere(tmp_path)


def _with_event_log(folder: Path) -> Path:
    """A settings file by which Spark writes its event log."""
    (folder / "events").mkdir()
    config = folder / "settings.yml"
    conf = f"{{spark.eventLog.enabled: 'true', spark.eventLog.dir: 'file://{folder / 'events'}'}}"
    config.write_text(f"spark: {{conf: {conf}}}\n")
    return config


def _assert_the_key_is_nowhere(folder: Path) -> None:
    """In no log, event log or table, as bytes or as what a Parquet file says."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert {file.relative_to(folder).parts[0] for file in files} == {"events", "lake", "logs", "out", "settings.yml"}
    assert [file for file in files if KEY.encode() in file.read_bytes()] == []
    said = [_said(file) for file in files if file.suffix == ".parquet"]
    assert sum(map(len, said)) > 0
    assert [text for text in said if KEY in text] == []


def _said(file: Path) -> str:
    """What a Parquet file holds; nothing if a kill has cut it off."""
    try:
        return str(pq.ParquetFile(file).read().to_pylist())
    except pa.ArrowInvalid:
        return ""


def test_killed_ten_times_at_random(spark, small, reference, tmp_path):
    expected, calls = reference
    random, lake, log, kills = Random(8), tmp_path / "lake", tmp_path / "out", 0
    with running(small, EmulatorOptions(limits=LIMITS, latency_seconds=0.2)) as youtube:
        for _ in range(RANDOM_KILLS):
            process = killing.start(arguments(lake, youtube.url), log, YOUTUBE_API_KEY=KEY)
            seen = killing.commits(lake) + random.randint(1, 3)
            killing.until(lambda p=process, n=seen: p.poll() is not None or killing.commits(lake) >= n)
            time.sleep(random.uniform(0, 1.5))
            if process.poll() is None:
                killing.kill(process)
                kills += 1
        assert killing.start(arguments(lake, youtube.url), log, YOUTUBE_API_KEY=KEY).wait() == 0, log.read_text()
        asked = Counter((method, repr(sorted(params.items()))) for method, params, _ in youtube.calls())
    assert kills >= RANDOM_KILLS // 2
    assert everything(spark, lake) == expected
    rows = store.read(spark, tables.RESPONSES, Lake(root=str(lake))).where("reason IS NULL").collect()
    assert len({row["request_id"] for row in rows}) == len(rows) == calls  # in the log each page is once
    assert len(asked) == calls
    assert asked.total() <= calls + kills * len(KEYWORDS) * 2  # a round in flight: a page or two of each keyword


def test_a_killed_python_worker_is_replaced_and_leaves_no_trace(spark, corpus, settings_for, lake):
    killed: list[int] = []

    def kill_workers() -> None:
        killing.until(lambda: len(youtube.calls()) >= 2)
        for worker in killing.python_workers(os.getpid()):
            os.kill(worker, signal.SIGKILL)
            killed.append(worker)

    with running(corpus, EmulatorOptions(latency_seconds=0.5)) as youtube:
        killer = threading.Thread(target=kill_workers, daemon=True)
        killer.start()
        report = job.load("collect_search").run(spark, settings_for(youtube.url, "search.keywords=cooking"))
        killer.join()
        assert len(youtube.calls()) > 6
    assert killed
    assert (report.rows_out, report.failed) == (6, 0)
    rows = store.read(spark, tables.RESPONSES, lake).collect()
    assert len({row["request_id"] for row in rows}) == len(rows) == 6
    assert len({video_id for row in rows for video_id in row["item_ids"]}) == 240


def test_the_key_is_not_in_a_plan(spark):
    pace, price = Pace(1, 1.0, 1.0, 1, 0.0, 0.0), Price("search", 1, None)
    requests = spark.createDataFrame([Request("search.list", {"q": "lofi"}).row("r")], REQUEST_DDL)
    frame = fetch(requests, Round("run", "round", Access(None, KEY, 1.0), pace, price, (1,)))
    assert KEY not in frame._jdf.queryExecution().toString()
