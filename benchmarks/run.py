"""Runs every benchmark, each in a process of its own; `benchmarks/RESULTS.md` keeps the figures."""

import subprocess
import sys
from pathlib import Path

ALL = (
    "session_start",
    "commit",
    "frontier",
    "fetch_details",
    "search_recall",
    "incremental_build",
    "import_trending",
    "demo",
    "thumbnails",
    "comments",
    "live_chat",
    "score_text",
    "text_scale",
    "tokenise",
    "entropy",
    "segments",
    "sentiment",
    "features",
    "power_law",
    "export",
    "ocr",
    "faces",
    "train_emotion",
    "spelling",
    "embeddings",
    "picture_scale",
    "report",
    "real_corpus",
    "whole",
    "merge",
    "scale",
    "executors",
)


def main() -> None:
    failed = []
    for name in ALL:
        print(f"\n== {name}: python -m benchmarks.{name}", flush=True)
        ran = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False, cwd=Path(__file__).parents[1])
        failed += [name] if ran.returncode else []
    if failed:
        sys.exit(f"{', '.join(failed)}: a limit was missed or it could not run")


if __name__ == "__main__":
    main()
