"""Two executors of one core against one, on a standalone cluster of this machine: sentiment and words of pictures.

Then the whole of the real corpus on that cluster, against local mode with as many cores. Both are asked as a command.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml
from tests.slow.cluster import standalone  # what starts a cluster for the tests

from benchmarks import real_corpus
from benchmarks.chat_texts import fill_chat
from benchmarks.comments import served
from benchmarks.common import real_data, result, settings_for, stopwatch, warm_session
from benchmarks.pictures import lay, many
from tubelake import job

MESSAGES, PICTURES = 300_000, 400
FEW_MESSAGES, FEW_PICTURES = 2_000, 8  # after them the workers are up, and what they load is loaded
JOBS = ("score_text", "read_thumbnails")
# Of a cluster with two cores, as the settings of local mode are: else a small commit has hundreds of tasks.
WHOLE = {"JDK_JAVA_OPTIONS": ""}  # executors that compile as they do anywhere
CONF = {
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.executor.memory": "1g",
}


def timed(lakes: Path, master: str, executors: int) -> dict[str, float]:
    """Seconds of each job on a lake of this folder, with so many executors."""
    conf = {**CONF, "spark.executor.cores": "1", "spark.cores.max": str(executors)}
    config = lakes / f"{executors}.yml"
    config.write_text(yaml.safe_dump({"spark": {"master": master, "conf": conf}}))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.executors", str(config), str(lakes / str(executors))],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def run_jobs(config: Path, folder: Path) -> dict[str, float]:
    """The part of `timed` that runs in a process of its own: few rows first, then all."""
    from tubelake import settings

    taken = {}
    for size in ("few", "all"):
        sets = [f"lake.root={folder / size}", f"run.logs={folder}"]
        wanted = job.with_run_id(settings.load(config, sets, environ={}))
        spark = job.start(wanted)
        for name in JOBS:
            with stopwatch() as seconds:
                job.load(name).run(spark, wanted)
            taken[name] = seconds[0]
    return taken


def prepare(folder: Path) -> None:
    """Lakes with few and with all messages and pictures, made in local mode."""
    for name, messages, pictures in (("few", FEW_MESSAGES, FEW_PICTURES), ("all", MESSAGES, PICTURES)):
        wanted = settings_for(folder, "http://127.0.0.1:1", "spark.master=local[2]", f"lake.root={folder / name}")
        spark = warm_session(wanted)
        fill_chat(spark, wanted, messages)
        lay(spark, wanted, many(pictures))


def by_executors(folder: Path, master: str) -> bool:
    for executors in (1, 2):
        shutil.copytree(folder / "lakes", folder / str(executors))
    one, two = (timed(folder, master, executors) for executors in (1, 2))
    reached = []
    for name in JOBS:
        print(f"{name}: one executor {one[name]:.1f} s, two {two[name]:.1f} s", flush=True)
        reached.append(result(f"{name}, times as fast with two", one[name] / two[name], 1.7, at_least=True))
    return all(reached)


def flow(folder: Path, spark: Mapping[str, object]) -> float:
    """Seconds of the pipeline of the whole real corpus with these settings of Spark, from an empty lake."""
    folder.mkdir()
    (folder / "spark.yml").write_text(yaml.safe_dump({"spark": dict(spark)}))
    with served(real_data() / "corpus", "--chat-speed", "600", "--polling", "0.5") as url, stopwatch() as taken:
        command = [*real_corpus.command(folder, url), "--config", str(folder / "spark.yml"), "--no-report"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return taken[0]


def main() -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare_in_a_process(folder / "lakes")
        with standalone(folder / "cluster", [WHOLE, WHOLE], memory="2g") as cluster:
            is_faster = by_executors(folder, cluster.master)
            conf = {**CONF, "spark.executor.cores": "1"}
            on_cluster = flow(folder / "a", {"master": cluster.master, "conf": conf, "compile_queries": False})
        local = flow(folder / "b", {"master": "local[2]"})
    print(f"the real corpus: local[2] {local:.0f} s, two executors {on_cluster:.0f} s", flush=True)
    return result("the cluster's time, in times of local mode's", on_cluster / local, 1.25) and is_faster


def prepare_in_a_process(folder: Path) -> None:
    """Its session would hold a gigabyte while the others are timed."""
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "benchmarks.executors", str(folder)], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [config, folder]:
            print(json.dumps(run_jobs(Path(config), Path(folder))))
        case [folder]:
            prepare(Path(folder))
        case _:
            sys.exit(0 if main() else 1)
