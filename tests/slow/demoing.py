"""Runs the demo as a newcomer does."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests import java


class Demo(NamedTuple):
    """The folder of a demo, with its lake and corpus, and how the command ended."""

    folder: Path
    done: subprocess.CompletedProcess[str]

    @property
    def lake(self) -> Path:
        return self.folder / "lake"


def run_demo(folder: Path) -> subprocess.CompletedProcess[str]:
    """`tubelake demo` in that folder, on a small corpus."""
    command = [sys.executable, "-m", "tubelake", "demo", "--folder", str(folder), "--videos", "200"]
    command += ["--set", f"run.logs={folder / 'logs'}"]
    environment = {**os.environ, "COLUMNS": "160", "SPARK_SUBMIT_OPTS": java.SIDE_BY_SIDE}
    return subprocess.run(command, capture_output=True, text=True, timeout=1_500, check=False, env=environment)
