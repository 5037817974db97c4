"""Runs every benchmark, each in a process of its own; `benchmarks/RESULTS.md` keeps the figures."""

import subprocess
import sys
from pathlib import Path

ALL = (
    "session_start",
    "frontier",
    "fetch_details",
    "search_recall",
    "incremental_build",
    "import_trending",
    "demo",
    "thumbnails",
)


def main() -> None:
    for name in ALL:
        print(f"\n== {name}: python -m benchmarks.{name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True, cwd=Path(__file__).parents[1])


if __name__ == "__main__":
    main()
