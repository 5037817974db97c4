"""Tasks on a standalone cluster whose workers announce GPUs, which are numbers that a nvidia-smi of ours says."""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from tests.slow import on_gpus
from tests.slow.cluster import clean_environ, conf, standalone, submit

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "conf/spark/discover_gpus.sh"
# Real machines all count from 0. Here a number says whose it is.
GPUS = {"worker-0": (0, 1), "worker-1": (2, 3)}
CORES_OF_A_WORKER = 8  # two executors of gpu.conf, which has one for each GPU
CONF = {
    "spark.driver.memory": "512m", "spark.executor.memory": "512m",
    # Four tasks of an executor have cores: only its GPU makes them take turns.
    "spark.task.cpus": "1",
    # The first executor would do everything before the last is there.
    "spark.cores.max": str(CORES_OF_A_WORKER * len(GPUS)),
    "spark.scheduler.minRegisteredResourcesRatio": "1", "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
}  # fmt: skip


def with_gpus(bin_folder: Path, gpus: Sequence[int]) -> dict[str, str]:
    """The environment of a worker that finds these GPUs, by the options that gpu.conf names."""
    bin_folder.mkdir()
    told = bin_folder / "nvidia-smi"
    told.write_text("#!/bin/sh\n" + "".join(f"echo {gpu}\n" for gpu in gpus))
    told.chmod(0o755)
    wanted = {"amount": len(gpus), "discoveryScript": SCRIPT}
    return {
        "PATH": f"{bin_folder}{os.pathsep}{clean_environ()['PATH']}",
        "SPARK_WORKER_OPTS": " ".join(f"-Dspark.worker.resource.gpu.{name}={value}" for name, value in wanted.items()),
    }


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """What each task was given, with its worker, its executor and the GPU's number."""
    folder = tmp_path_factory.mktemp("gpus")
    workers = [with_gpus(folder / f"bin-{name}", gpus) for name, gpus in GPUS.items()]
    with standalone(folder / "spark", workers, cores=CORES_OF_A_WORKER) as cluster:
        file = ["--properties-file", "conf/spark/gpu.conf", "--master", cluster.master]
        done = submit([*file, *conf(CONF), on_gpus.__file__, str(folder / "tasks.json")], ROOT)
        assert done.returncode == 0, done.stdout + done.stderr
    tasks = pd.read_json(folder / "tasks.json")
    places = tasks["folder"].str.extract(r"/(?P<worker>worker-\d+)/work/[^/]+/(?P<executor>\d+)$")
    return tasks.join(places).assign(gpu=tasks["device"].str.extract(r"^gpu:(\d+)$").astype(int))


def test_each_task_has_a_gpu_that_its_worker_announced(tasks):
    assert len(tasks) == on_gpus.TASKS
    assert all(gpu in GPUS[worker] for gpu, worker in zip(tasks["gpu"], tasks["worker"], strict=True))


def test_every_gpu_works_and_has_an_executor_of_its_own(tasks):
    owners = tasks.groupby("gpu")["executor"].unique()
    assert set(owners.index) == {gpu for gpus in GPUS.values() for gpu in gpus}
    assert len({executor for (executor,) in owners}) == len(owners)


def test_a_gpu_has_one_task_at_a_time(tasks):
    for _, turns in tasks.sort_values("begun").groupby("gpu"):
        assert all(earlier <= later for earlier, later in zip(turns["ended"][:-1], turns["begun"][1:], strict=True))
