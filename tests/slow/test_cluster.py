"""The flow on a standalone cluster gives the tables that it gives in local mode, also where a worker dies on the way."""

import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual
from tests.slow.cluster import run, standalone, submit
from tests.slow.killing import kill, until

from tubelake import job, settings, store, tables
from tubelake.emulator import Corpus, Emulator, EmulatorOptions, running
from tubelake.settings import Lake, Settings
from tubelake.tables import Table

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]  # nine JVMs take turns on a small machine
ROOT = Path(__file__).parents[2]
KEYWORDS = ("cooking", "lofi", "review")
REST = ("collect_videos", "build_videos", "build_statistics")
# A driver of the other jobs in one session: each costs a start of two JVMs otherwise.
DRIVER = f"""
import sys
from pathlib import Path
from tubelake import job, settings
sys.exit(job.run_all({REST!r}, settings.load(Path("cluster.yml"), sys.argv[1:])))
"""
# A cluster of two cores: with Spark's own numbers each small commit takes hundreds of tasks, and there are few rows
# for what it takes to compile a query.
CONF = {"spark.sql.shuffle.partitions": "2", "spark.databricks.delta.snapshotPartitions": "2"}
# When and by which request a row was fetched differs from run to run.
OF_THE_RUN = ("fetched_at", "first_seen_at", "request_id")
COMPARED = (tables.VIDEOS, tables.SEARCH_HITS, tables.KEYWORD_STATISTICS, tables.HISTOGRAMS)


@pytest.fixture(scope="module")
def emulator(corpus: Corpus) -> Iterator[Emulator]:
    """Slow enough that one executor cannot answer everything before the other has begun."""
    with running(corpus, EmulatorOptions(latency_seconds=0.3)) as emulator:
        yield emulator


def overrides(emulator: Emulator, folder: Path) -> Sequence[str]:
    return [
        f"lake.root={folder / 'lake'}", f"run.logs={folder / 'logs'}", f"youtube.endpoint={emulator.url}",
        "youtube.api_key=AIzaTestKey0123456789", f"search.keywords={','.join(KEYWORDS)}", "search.until=2026-11-02",
    ]  # fmt: skip


def as_the_readme_says(master: str, wanted: Sequence[str]) -> Sequence[str]:
    """The README's own command, with this master, this lake, and workers as small as ours."""
    done = run(["make", "package"], ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = re.findall(
        r"^\$ spark-submit (.* --archives .*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    options, job_file, _ = re.split(r" (jobs/\S+)", line)
    conf = {**CONF, "spark.executor.memory": "512m", "spark.executor.cores": "1"}
    sets = ["spark.compile_queries=false", *wanted]
    return [
        *re.sub(r"spark://\S+", master, options).split(),
        *(part for name, value in conf.items() for part in ("--conf", f"{name}={value}")),
        job_file,
        *(part for override in sets for part in ("--set", override)),
    ]


@pytest.fixture(scope="module")
def on_cluster(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a lake that a cluster filled, whose second worker died while it fetched; its processes are gone."""
    folder = tmp_path_factory.mktemp("cluster")
    wanted = overrides(emulator, folder)
    (folder / "shell").mkdir()
    with standalone(folder / "spark") as (master, workers):
        done = submit(as_the_readme_says(master, wanted), ROOT)
        assert done.returncode == 0, done.stdout + done.stderr
        (folder / "shell" / "cluster.yml").write_text(
            yaml.safe_dump({"spark": {"master": master, "conf": CONF, "compile_queries": False}})
        )
        with ThreadPoolExecutor(1) as beside:
            driver = beside.submit(run, [sys.executable, "-c", DRIVER, *wanted], folder / "shell")
            until(lambda: driver.done() or "videos.list" in {method for method, *_ in emulator.calls()})
            kill(workers[1])
            done = driver.result()
        assert done.returncode == 0, done.stdout + done.stderr
        assert not done.stderr
        assert any("Lost executor" in log.read_text() for log in (folder / "logs").iterdir())
    for worker in (folder / "spark").glob("worker-*"):
        assert list(worker.glob("work/app-*/*/stderr")), f"{worker.name} ran no executor"
        assert list(worker.glob("work/app-*/*/environment/bin/python")), f"{worker.name} did not get the environment"
    return settings.load(overrides=wanted, environ={})


@pytest.fixture(scope="module")
def on_this_machine(spark: SparkSession, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a lake that local mode filled."""
    wanted = settings.load(overrides=overrides(emulator, tmp_path_factory.mktemp("local")), environ={})
    wanted = job.with_run_id(wanted)
    assert [job.run(spark, name, wanted) for name in ("collect_search", *REST)] == [0, 0, 0, 0]
    return wanted


def rows(spark: SparkSession, table: Table, lake: Lake) -> DataFrame:
    found = store.read(spark, table, lake).drop(*OF_THE_RUN)
    return found.where("metric <> 'views_per_day'") if "metric" in found.columns else found  # the day of the fetch


def test_both_executors_fetch_in_one_round(spark, on_cluster):
    answers = store.read(spark, tables.RESPONSES.of("search.list"), on_cluster.lake)
    executors = answers.groupBy("round_id").agg(F.countDistinct("executor_id").alias("executors"))
    assert executors.agg(F.max("executors")).first()[0] == 2
    assert answers.select("executor_id").distinct().count() == 2


@pytest.mark.parametrize("table", COMPARED, ids=lambda table: table.name)
def test_a_cluster_fills_the_table_as_local_mode_does(spark, on_cluster, on_this_machine, table):
    actual, expected = (rows(spark, table, done.lake) for done in (on_cluster, on_this_machine))
    assert expected.count() > 0
    assertDataFrameEqual(actual, expected, checkRowOrder=False)


def test_every_match_of_the_corpus_was_found(spark, on_cluster):
    hits = store.read(spark, tables.SEARCH_HITS, on_cluster.lake).groupBy("keyword").count()
    found = {row["keyword"]: row["count"] for row in hits.collect()}
    assert found["cooking"] == 240
    assert found["lofi"] == 30
