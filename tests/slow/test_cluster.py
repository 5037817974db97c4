"""Every job on a standalone cluster and an object store gives the tables of local mode, also where a worker dies on the way.

On a part of the real corpus. Spark 4.1 is asked the same: what a lake says depends on none of these.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from tests.slow.buckets import BUCKET, object_store
from tests.slow.cluster import Cluster, conf, run, sets, standalone, submit
from tests.slow.comparing import Contents, contents
from tests.slow.killing import kill, until

from tubelake import job, pipeline, session, settings, store, tables
from tubelake.emulator import ChatOptions, Corpus, Emulator, EmulatorOptions, load_corpus, running
from tubelake.settings import Lake, Spark
from tubelake.tables import Table

# A dozen JVMs take turns on a small machine.
pytestmark = [
    pytest.mark.slow, pytest.mark.cluster, pytest.mark.real_data, pytest.mark.timeout(2_400),
]  # fmt: skip
ROOT = Path(__file__).parents[2]
KEYWORDS = ("official", "BTS", "트와이스")
CAPTIONED, PICTURED, LIVE = 3, 8, 3
WITH = ("captions", "comments", "chat", "thumbnails", "text", "pictures", "features")
PIPELINE = (sys.executable, "-m", "tubelake", "pipeline", "--with", ",".join(WITH))
SLOW = 0.3  # seconds a request: one executor cannot answer everything before the other has begun
KILLED_AT = "commentThreads.list"  # the method in whose round the second worker dies
# A cluster of two cores: with Spark's own numbers each small commit takes hundreds of tasks, and there are few rows
# for what it takes to compile a query.
CONF = {"spark.sql.shuffle.partitions": "2", "spark.databricks.delta.snapshotPartitions": "2"}
COMPARED = tuple(table for table in tables.ALL if table.layer in ("silver", "gold"))


class Place(NamedTuple):
    """Where a lake was filled, and the lines of Spark's event log of that."""

    lake: Lake
    events: Sequence[Mapping[str, object]] = ()


@pytest.fixture(scope="module")
def corpus(real_data: Path) -> Corpus:
    return load_corpus(real_data / "corpus")


@contextmanager
def youtube(corpus: Corpus, latency_seconds: float = 0.0) -> Iterator[Emulator]:
    """For one place each: its streams begin when it does."""
    chat = ChatOptions(speed=600, polling_seconds=0.5)
    with running(corpus, EmulatorOptions(latency_seconds=latency_seconds, chat=chat)) as emulator:
        yield emulator


def overrides(emulator: Emulator, corpus: Corpus, root: str, folder: Path) -> list[str]:
    """The settings of a collection of the keywords, the shortest transcripts and chats, and some pictures."""

    def snippets(video_id: str) -> int:
        return sum(len(track["snippets"]) for track in corpus.transcripts[video_id])

    def messages(video_id: str) -> int:
        return len(corpus.chats[corpus.videos[video_id]["liveStreamingDetails"]["activeLiveChatId"]])

    captioned, live = sorted(corpus.transcripts, key=snippets)[:CAPTIONED], sorted(corpus.live, key=messages)[:LIVE]
    pictured = sorted(file.stem for file in (corpus.folder / "thumbnails").glob("*.jpg"))[:PICTURED]
    return [
        f"lake.root={root}", f"run.logs={folder / 'logs'}", f"youtube.endpoint={emulator.url}",
        "youtube.api_key=AIzaTestKey0123456789", f"search.keywords={','.join(KEYWORDS)}",
        f"videos.ids={','.join([*captioned, *pictured])}", f"chat.video_ids={','.join(live)}",
        "captions.requests_per_second=50", "policy.derived_metrics_accepted=true",
    ]  # fmt: skip


def as_the_readme_says(master: str, wanted: Sequence[str], given: Mapping[str, str]) -> Sequence[str]:
    """The README's own command, with this master, this lake, and workers as small as ours."""
    (line,) = re.findall(
        r"^\$ spark-submit (.* --archives .*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    options, job_file, _ = re.split(r" (jobs/\S+)", line)
    small = {**CONF, "spark.executor.memory": "512m", "spark.executor.cores": "1"}
    return [
        *re.sub(r"spark://\S+", master, options).split(), *conf({**small, **given}),
        job_file, *sets(["spark.compile_queries=false", *wanted]),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def on_cluster(packed: None, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A lake in a bucket that a cluster filled, whose second worker died on the way; its processes are gone."""
    folder = tmp_path_factory.mktemp("cluster")
    for name in ("shell", "events"):
        (folder / name).mkdir()
    jars = session.packages(nlp=False, more=session.reaching(f"s3a://{BUCKET}", Spark()).packages)
    with (
        youtube(corpus, SLOW) as emulator,
        object_store(folder) as reached,
        standalone(folder / "spark") as cluster,
    ):
        wanted = overrides(emulator, corpus, f"s3a://{BUCKET}/lake", folder)
        given = {**reached, "spark.jars.packages": ",".join(jars)}
        done = submit(as_the_readme_says(cluster.master, wanted, given), ROOT)
        assert done.returncode == 0, done.stdout + done.stderr
        events = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file://{folder / 'events'}"}
        spark = {"master": cluster.master, "conf": {**CONF, **reached, **events}, "compile_queries": False}
        (folder / "shell" / "cluster.yml").write_text(yaml.safe_dump({"spark": spark}))
        with ThreadPoolExecutor(1) as beside:
            command = [*PIPELINE, "--config", "cluster.yml", *sets(wanted)]
            driver = beside.submit(run, command, folder / "shell", seconds=1_800)
            until(lambda: driver.done() or KILLED_AT in {method for method, *_ in emulator.calls()}, 1_800)
            _replace(cluster)
            done = driver.result()
        assert done.returncode == 0, done.stdout + done.stderr
        assert any("Lost executor" in log.read_text() for log in (folder / "logs").iterdir())
    unpacked = {file.parts[-7] for file in (folder / "spark").glob("*/work/app-*/*/environment/bin/python")}
    assert {"worker-0", "worker-1"} <= unpacked
    (log,) = (folder / "events").iterdir()
    lines = log.read_text().splitlines()
    return Place(Lake(root=str(folder / "objects" / BUCKET / "lake")), list(map(json.loads, lines)))


def _replace(cluster: Cluster) -> None:
    """The second worker dies with its executor, and a new one comes in its place, as on any cluster."""
    kill(cluster.workers[1])
    cluster.add({})


@pytest.fixture(scope="module")
def on_this_machine(spark: SparkSession, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("local")
    with youtube(corpus) as emulator:
        wanted = settings.load(overrides=overrides(emulator, corpus, str(folder / "lake"), folder), environ={})
        assert job.run_all(lambda: pipeline.jobs_of(wanted, WITH), wanted) == 0
    return Place(wanted.lake)


@pytest.fixture(scope="module")
def on_spark_4(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A lake that Spark 4.1 filled, in the environment of `make test-spark41`."""
    folder = tmp_path_factory.mktemp("spark41")
    python = str(ROOT / ".venv-spark41" / "bin" / "python")
    with youtube(corpus) as emulator:
        wanted = overrides(emulator, corpus, str(folder / "lake"), folder)
        done = run([python, *PIPELINE[1:], *sets(wanted)], folder, seconds=1_800)
    assert done.returncode == 0, done.stdout + done.stderr
    return Place(Lake(root=str(folder / "lake")))


@pytest.fixture(scope="module")
def expected(spark: SparkSession, on_this_machine: Place) -> Mapping[str, Contents]:
    """What local mode has put into each table, by its name."""
    lake = on_this_machine.lake
    return {table.full_name: contents(spark, table, lake) for table in COMPARED if store.exists(spark, table, lake)}


def test_both_executors_fetch_in_one_round(spark, on_cluster):
    answers = store.read(spark, tables.RESPONSES.of("search.list"), on_cluster.lake)
    executors = answers.groupBy("round_id").agg(F.countDistinct("executor_id").alias("executors"))
    assert executors.agg(F.max("executors")).first()[0] == 2


def test_every_job_has_tasks_on_two_executors(spark, on_cluster):
    tasks = [event["Task Info"] for event in on_cluster.events if event["Event"] == "SparkListenerTaskEnd"]
    executors = defaultdict(set)
    for row in store.read(spark, tables.JOB_RUNS, on_cluster.lake).where("job <> 'collect_search'").collect():
        begun = row["started_at"].replace(tzinfo=UTC).timestamp() * 1_000
        for task in tasks:
            if begun <= task["Launch Time"] <= begun + row["seconds"] * 1_000:
                executors[row["job"]].add(task["Executor ID"])
    assert {"build_videos", "score_text", "read_faces", "analyse_chat"} <= executors.keys()
    assert {name: found for name, found in executors.items() if len(found) < 2} == {}


@pytest.mark.parametrize("table", COMPARED, ids=lambda table: table.name)
def test_a_cluster_fills_the_table_as_local_mode_does(spark, on_cluster, expected, table):
    assert_same(spark, table, on_cluster.lake, expected)


@pytest.mark.parametrize("table", COMPARED, ids=lambda table: table.name)
def test_spark_4_fills_the_table_as_spark_3_does(spark, on_spark_4, expected, table):
    assert_same(spark, table, on_spark_4.lake, expected)


def assert_same(spark: SparkSession, table: Table, lake: Lake, expected: Mapping[str, Contents]) -> None:
    assert store.exists(spark, table, lake) == (table.full_name in expected)
    if table.full_name in expected:
        found, wanted = contents(spark, table, lake), expected[table.full_name]
        assert (list((wanted - found).items())[:3], list((found - wanted).items())[:3]) == ([], [])
