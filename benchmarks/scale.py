"""What grows with the rows: 10^4 to 10^7 chat messages through what reads all of them, on one core and on two.

Baseline of each step: the step before, times ten. `--most=1000000` stops earlier. Each number of cores has a process
of its own; both read the same lakes. Also the time of one line of SQL over the table, and the bytes of what is stored.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from benchmarks.chat_texts import fill_chat
from benchmarks.common import result, settings_for, stopwatch, warm_session
from benchmarks.text_scale import peak_of_workers
from tubelake import job, store, tables
from tubelake.settings import Settings

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
JOBS = ("score_text", "build_segments", "analyse_chat")
WARM = 20_000


def wanted_for(folder: Path, cores: int) -> Settings:
    return settings_for(folder, "http://127.0.0.1:1", f"spark.master=local[{cores}]", "spark.driver_memory=6g")


def fill(folder: Path, sizes: Sequence[int]) -> dict[int, float]:
    """Lakes with so many messages; gives the seconds that each took, on two cores."""
    taken = {}
    for size in sizes:
        wanted = wanted_for(folder / str(size), 2)
        spark = warm_session(wanted)
        with stopwatch() as seconds:
            fill_chat(spark, wanted, size)
        taken[size] = seconds[0]
    return taken


def asked(spark: SparkSession, wanted: Settings) -> float:
    """Seconds of a question to all rows: who has written most."""
    rows = store.read(spark, tables.CHAT_MESSAGES, wanted.lake)
    with stopwatch() as seconds:
        rows.groupBy("chat_id").agg(F.count("*").alias("n"), F.approx_count_distinct("text")).orderBy(
            F.desc("n")
        ).head()
    return seconds[0]


def run(folder: Path, cores: int, sizes: Sequence[int]) -> dict[str, dict[str, float]]:
    """Seconds of each step by its name, for each size; the most memory (MB) of a worker, and of the driver."""
    found = {}
    for size in (WARM, *sizes):
        wanted = wanted_for(folder / str(size), cores)
        spark = job.start(wanted)
        taken = {"SQL": asked(spark, wanted)}
        with peak_of_workers() as peak:
            for name in JOBS:
                with stopwatch() as seconds:
                    job.load(name).run(spark, wanted)
                taken[name] = seconds[0]
        taken["worker MB"] = peak[0] / 1_000
        found[str(size)] = taken
        print(f"{cores} cores, {size:,}: {told(taken)}", file=sys.stderr, flush=True)
    return {size: taken for size, taken in found.items() if size != str(WARM)}


def told(taken: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:,.1f}" for name, value in taken.items())


def apart(folder: Path, cores: int, most: int) -> dict[str, dict[str, float]]:
    """What `run` gives, of a copy of the lakes and in a process of its own."""
    copy = folder / f"cores-{cores}"
    shutil.copytree(folder / "lakes", copy)
    command = [sys.executable, "-m", "benchmarks.scale", f"--cores={cores}", f"--folder={copy}", f"--most={most}"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    shutil.rmtree(copy)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> bool:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--most", type=int, default=SIZES[-1])
    options.add_argument("--cores", type=int)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    sizes = [size for size in SIZES if size <= given.most]
    if given.folder and given.cores:
        print(json.dumps(run(given.folder, given.cores, sizes)))
        return True
    if given.folder:
        print(json.dumps(fill(given.folder, [WARM, *sizes])))
        return True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "benchmarks.scale", f"--folder={folder / 'lakes'}", f"--most={given.most}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        by_cores = {cores: apart(folder, cores, given.most) for cores in (1, 2)}
    for size in map(str, sizes):
        for cores, found in by_cores.items():
            print(f"{int(size):,} messages, cores {cores}: {told(found[size])}", flush=True)
    last, before = (by_cores[2][str(size)] for size in (sizes[-1], sizes[-2]))
    reached = [
        result(f"{name}, ten times the rows: its time", last[name] / before[name], 13, " times") for name in JOBS
    ]
    return all(reached)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
