"""Scoring 100,000, 1,000,000 and 5,000,000 messages: the time a message takes, and the most memory of a Python worker."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.chat_texts import fill_chat
from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import job

SIZES = (100_000, 1_000_000, 5_000_000)
EVERY_SECONDS = 0.1


@contextmanager
def peak_of_workers() -> Iterator[list[int]]:
    """The most memory (kB) that one of Spark's Python workers had while the block ran."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(EVERY_SECONDS):
            peak[0] = max(peak[0], *map(resident, workers()), 0)

    thread = threading.Thread(target=watch)
    thread.start()
    yield peak
    done.set()
    thread.join()


def workers() -> list[Path]:
    """Processes of this machine that are Spark's Python workers."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"pyspark.daemon" in (folder / "cmdline").read_bytes():
                found.append(folder)
        except OSError:
            continue
    return found


def resident(process: Path) -> int:
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def main() -> None:
    seconds, peaks = {}, {}
    with tempfile.TemporaryDirectory() as name:
        wanted = settings_for(
            Path(name) / "warm", "http://127.0.0.1:1", "spark.master=local[2]", "spark.driver_memory=4g"
        )
        spark = warm_session(wanted)
        fill_chat(spark, wanted, 20_000)
        job.load("score_text").run(spark, wanted)  # workers are up, and what they load is loaded
        for size in SIZES:
            wanted = settings_for(Path(name) / str(size), "http://127.0.0.1:1")
            fill_chat(spark, wanted, size)
            with peak_of_workers() as peak, stopwatch() as taken:
                job.load("score_text").run(spark, wanted)
            seconds[size], peaks[size] = taken[0] / size, peak[0]
            print(
                f"{size:,} messages: {taken[0]:.1f} s, {seconds[size] * 1e6:.2f} us each; worker {peak[0] / 1000:,.0f} MB"
            )
    result("time a message, 5,000,000 against 1,000,000", seconds[SIZES[2]] / seconds[SIZES[1]], 1.3)
    result("time a message, 1,000,000 against 100,000", seconds[SIZES[1]] / seconds[SIZES[0]], 1.3)
    result("memory of a worker, 5,000,000 against 1,000,000", peaks[SIZES[2]] / peaks[SIZES[1]], 1.3)


if __name__ == "__main__":
    main()
