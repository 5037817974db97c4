"""A driver: `on_gpus.py FILE` writes one row a task to FILE: its GPU, as our own code is told it, its executor, its seconds."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from tubelake import devices

TASKS = 24
SECONDS = 0.5  # long enough that tasks which may run side by side do
SCHEMA = "task long, device string, folder string, begun double, ended double"


def used(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """A row for each row: what this task was given; its folder is its executor's, WORKER/work/APPLICATION/EXECUTOR."""
    for tasks in frames:
        begun = time.time()
        device = devices.here("gpu")
        time.sleep(SECONDS)
        yield tasks.assign(device=device, folder=str(Path.cwd()), begun=begun, ended=time.time())


def main(target: Path) -> None:
    spark = SparkSession.builder.getOrCreate()
    tasks = spark.range(0, TASKS, 1, TASKS).withColumnRenamed("id", "task")
    tasks.mapInPandas(used, SCHEMA).toPandas().to_json(target, orient="records")
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
