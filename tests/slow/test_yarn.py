"""The command of conf/spark/yarn.conf on a YARN of two nodes, to which it brings the Python of its executors."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual
from tests.slow.cluster import SPARK_HOME, conf, sets, submit
from tests.slow.yarn import python_daemons, yarn

from tubelake import store, tables
from tubelake.emulator import Corpus, Emulator, EmulatorOptions, running
from tubelake.settings import Lake

# `make package`, and five JVMs on a small machine.
pytestmark = [
    pytest.mark.slow, pytest.mark.cluster, pytest.mark.timeout(1_200),
]  # fmt: skip
ROOT = Path(__file__).parents[2]
FILE = "conf/spark/yarn.conf"
FOUND = {"cooking": 240, "lofi": 30}
# An executor is 1024 MB and the application's master 896 MB: a node has room for both, not for two executors.
NODE_MB = 2_000
SMALL = {
    "spark.driver.memory": "512m", "spark.executor.memory": "512m", "spark.executor.memoryOverhead": "512m",
    "spark.executor.cores": "1", "spark.executor.instances": "2",
    "spark.sql.shuffle.partitions": "2", "spark.databricks.delta.snapshotPartitions": "2",
    # All nodes are this machine: 330 MB less to pack, and to unpack for each of them.
    "spark.yarn.jars": f"local:{SPARK_HOME}/jars/*",
}  # fmt: skip


class Ran(NamedTuple):
    """The lake that a job on YARN filled; the interpreter and the node of each Python daemon that there was, by its id."""

    lake: Lake
    daemons: Mapping[int, tuple[str, str]]


@pytest.fixture(scope="module")
def emulator(corpus: Corpus) -> Iterator[Emulator]:
    """Slow enough that one executor cannot answer everything before the other has begun."""
    with running(corpus, EmulatorOptions(latency_seconds=0.3)) as emulator:
        yield emulator


def as_the_file_says(folder: Path, emulator: Emulator) -> Sequence[str]:
    """The file's own command, with this job, this lake, and executors as small as ours."""
    (options,) = re.findall(r"^#   spark-submit (.*) \\\n#     jobs/NAME", (ROOT / FILE).read_text(), re.MULTILINE)
    wanted = [
        f"lake.root={folder / 'lake'}", f"run.logs={folder / 'logs'}", f"youtube.endpoint={emulator.url}",
        f"search.keywords={','.join(FOUND)}", "search.until=2026-11-02", "spark.compile_queries=false",
    ]  # fmt: skip
    small = conf({**SMALL, "spark.yarn.stagingDir": folder / "staging"})
    return [*options.split(), *small, "jobs/collect_search.py", *sets(wanted)]


@pytest.fixture(scope="module")
def ran(packed: None, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("yarn")
    daemons = dict[int, tuple[str, str]]()
    with yarn(folder / "nodes", NODE_MB) as hadoop, ThreadPoolExecutor(1) as beside:
        here = {
            "HADOOP_CONF_DIR": str(hadoop),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "YOUTUBE_API_KEY": "AIzaTestKey0123456789",
        }
        job = beside.submit(submit, as_the_file_says(folder, emulator), ROOT, here, seconds=900)
        while not job.done():
            daemons |= python_daemons(folder / "nodes")
            time.sleep(1)
        done = job.result()
    assert done.returncode == 0, done.stdout + done.stderr
    return Ran(Lake(root=str(folder / "lake")), daemons)


def test_every_match_of_the_corpus_is_in_the_log(spark, ran, corpus):
    answers = store.read(spark, tables.RESPONSES.of("search.list"), ran.lake)
    found = answers.select("subject", F.explode("item_ids").alias("video_id")).distinct()
    assert {row["video_id"] for row in found.collect()} <= corpus.videos.keys()
    assertDataFrameEqual(found.groupBy("subject").count(), [Row(subject=word, count=n) for word, n in FOUND.items()])


def test_each_node_fetched_with_the_python_that_travelled_along(spark, ran):
    answers = store.read(spark, tables.RESPONSES.of("search.list"), ran.lake)
    executors = [row["executor_id"] for row in answers.select("executor_id").distinct().collect()]
    # An executor's id ends in the process id of its Python daemon.
    fetched = [ran.daemons[int(executor.rpartition(":")[2])] for executor in executors]
    assert sorted(fetched) == [("./environment/bin/python", "nm-0"), ("./environment/bin/python", "nm-1")]
