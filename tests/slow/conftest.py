"""What slow tests share: the demo, run once as a newcomer runs it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest


class Demo(NamedTuple):
    """The folder of a demo, with its lake and corpus, and how the command ended."""

    folder: Path
    done: subprocess.CompletedProcess[str]

    @property
    def lake(self) -> Path:
        return self.folder / "lake"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "tubelake", "demo", "--folder", str(folder), "--videos", "200"]
    command += ["--set", f"run.logs={folder / 'logs'}"]
    environment = {**os.environ, "COLUMNS": "160"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=environment)
    return Demo(folder, done)
