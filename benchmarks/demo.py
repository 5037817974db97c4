"""The demo as a newcomer runs it, in a new process with the environment in place. Baseline: its first run."""

import subprocess
import sys
import tempfile

from benchmarks.common import result, stopwatch


def demo(folder: str) -> float:
    with stopwatch() as taken:
        subprocess.run(
            [sys.executable, "-m", "tubelake", "demo", "--folder", folder], check=True, stdout=subprocess.DEVNULL
        )
    return taken[0]


def main() -> None:
    with tempfile.TemporaryDirectory() as cold, tempfile.TemporaryDirectory() as warm:
        first, second = demo(cold), demo(warm)
    print(f"first run {first:.0f} s, second run on a new lake {second:.0f} s")
    result("demo, warm", second, 90, " s")


if __name__ == "__main__":
    main()
