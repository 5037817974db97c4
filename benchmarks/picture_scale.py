"""Words and faces of 10,000 thumbnails by the whole jobs on two cores. Baseline: the same jobs on 500.

With `--most=N` the larger number is another one. Each picture differs from all others, so that none is read as a copy.
"""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import SparkSession

from benchmarks.common import result, settings_for, stopwatch, warm_session
from benchmarks.pictures import MB, lay, many, mark_processes, memory
from tubelake import job, store, tables
from tubelake.settings import Settings
from tubelake.tables import Table

FEW, MOST = 500, 10_000
# Each job, the table that it fills, and a library that only the process of its model has loaded.
JOBS: dict[str, tuple[Table, str]] = {
    "read_thumbnails": (tables.PICTURE_TEXT, "onnxruntime_pybind11"),
    "read_faces": (tables.PICTURE_FACES, "_dlib_pybind11"),
}


class Run(NamedTuple):
    rate: float  # pictures a second
    models: dict[int, int]  # processes that have loaded the model, and what each holds at the end (kB)
    workers: int


def run(spark: SparkSession, wanted: Settings, name: str) -> Run:
    table, library = JOBS[name]
    with stopwatch() as taken:
        report = job.load(name).run(spark, wanted)
    workers = store.read(spark, table, wanted.lake).select("process").distinct().count()
    held = memory(library)
    print(f"{name}: {report.rows_in} pictures in {taken[0]:.1f} s", *report.notes, flush=True)
    print(f"  {len(held)} processes hold its model:", *(f"{kb // MB} MB" for kb in held.values()), flush=True)
    return Run(report.rows_in / taken[0], held, workers)


def main() -> None:
    mark_processes()
    most = next((int(word.partition("=")[2]) for word in sys.argv if word.startswith("--most=")), MOST)
    with tempfile.TemporaryDirectory() as name:
        warm, few, all_of_them = (settings_for(Path(name) / lake, "http://127.0.0.1:1") for lake in ("a", "b", "c"))
        spark = warm_session(warm)
        for wanted, count in ((warm, 8), (few, FEW), (all_of_them, most)):
            lay(spark, wanted, many(count))
        for job_name in JOBS:
            run(spark, warm, job_name)
            first, last = run(spark, few, job_name), run(spark, all_of_them, job_name)
            result(f"{job_name}: seconds a picture, {most} against {FEW}", first.rate / last.rate, 1.2)
            grown = max(last.models.values()) / max(first.models.values())
            result(f"{job_name}: memory of a model's process, {most} against {FEW}", grown, 1.2)
            loads = len(first.models.keys() | last.models.keys())
            result(f"{job_name}: processes that loaded its model, for each worker", loads / last.workers, 1.0)


if __name__ == "__main__":
    main()
