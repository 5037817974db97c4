"""What the benchmarks share: a session, settings of a lake in a temporary folder, a stopwatch, a line of result."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from tubelake import job, settings
from tubelake.settings import Settings


def real_data() -> Path:
    """The folder of real data. Ends the benchmark where there is none."""
    folder = (Path(__file__).parents[1] / os.environ.get("TUBELAKE_REAL_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        sys.exit(f"no real data in {folder}: set TUBELAKE_REAL_DATA")
    return folder


def settings_for(folder: Path, endpoint: str, *overrides: str) -> Settings:
    fixed = [
        f"lake.root={folder / 'lake'}",
        f"youtube.endpoint={endpoint}",
        "youtube.api_key=benchmark",
        f"run.logs={folder / 'logs'}",
    ]
    return job.with_run_id(settings.load(overrides=[*fixed, *overrides], environ={}))


def warm_session(wanted: Settings) -> SparkSession:
    """A session that has run a query and written a table: what is timed is the work, not the start of the JVM."""
    spark = job.start(wanted)
    spark.range(10).selectExpr("id % 3 AS k").groupBy("k").count().collect()
    spark.range(10).write.format("delta").save(f"{wanted.lake.root}/warm")
    return spark


def seconds_said(script: str) -> float:
    """What a script says after the word SECONDS, run in a process of its own."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(next(line for line in done.stdout.splitlines() if line.startswith("SECONDS")).split()[1])


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """A list that holds the seconds of the block, once it is over."""
    taken: list[float] = []
    started = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - started)


def uv() -> str:
    """The uv that makes environments for what a benchmark is compared with."""
    found = shutil.which("uv") or shutil.which("uv", path=Path(__file__).parents[1] / ".uv" / "bin")
    if not found:
        sys.exit("this benchmark needs uv: make setup")
    return found


def computed(frame: DataFrame) -> float:
    """The seconds that it takes to compute every row of a frame, which are then thrown away."""
    with stopwatch() as taken:
        frame.write.format("noop").mode("overwrite").save()
    return taken[0]


def result(claim: str, value: float, limit: float, unit: str = "", *, at_least: bool = False) -> bool:
    """Print a figure beside what it must reach; gives whether it does."""
    reached = value >= limit if at_least else value <= limit
    sign = ">=" if at_least else "<="
    print(
        f"{'ok  ' if reached else 'MISS'} {claim}: {value:,.3g}{unit} (must be {sign} {limit:,.3g}{unit})", flush=True
    )
    return reached
