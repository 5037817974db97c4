"""The demo as a newcomer runs it, in a new process with the environment in place. Baseline: its first run.

Its first part, from the search to the statistics of keywords, ends with the line of `build_statistics`.
"""

import subprocess
import sys
import tempfile
import time

from benchmarks.common import result


def demo(folder: str) -> tuple[float, float]:
    """Seconds until the statistics are there, and until the end."""
    started, statistics = time.perf_counter(), 0.0
    command = [sys.executable, "-u", "-m", "tubelake", "demo", "--folder", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if line.startswith("build_statistics:"):
                statistics = time.perf_counter() - started
    if process.returncode or not statistics:
        sys.exit(f"the demo ended with {process.returncode}")
    return statistics, time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as cold, tempfile.TemporaryDirectory() as warm:
        first, second = demo(cold), demo(warm)
    print(f"first run {first[1]:.0f} s, second run on a new lake {second[1]:.0f} s")
    result("demo, warm, from the search to the statistics", second[0], 90, " s")
    result("demo, warm, all of it", second[1], 300, " s")


if __name__ == "__main__":
    main()
