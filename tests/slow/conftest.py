"""What slow tests share: the demo, run once as a newcomer runs it; the packed environment, made once."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from filelock import FileLock
from tests.slow.cluster import run
from tests.slow.demoing import Demo, run_demo

ROOT = Path(__file__).parents[2]


@contextmanager
def once(name: str, factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file for what the first of several processes of tests (pytest-xdist) has to tell; the others wait for it."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(shared / f"{name}.lock"):
        yield shared / f"{name}.json"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    with once("demo", tmp_path_factory) as told:
        folder = told.with_suffix("")
        if not told.exists():
            folder.mkdir()
            done = run_demo(folder)
            told.write_text(json.dumps([done.args, done.returncode, done.stdout, done.stderr]))
    return Demo(folder, CompletedProcess(*json.loads(told.read_text())))


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`make package` has written dist/environment.tar.gz."""
    with once("packed", tmp_path_factory) as told:
        if not told.exists():
            done = run(["make", "package"], ROOT)
            assert done.returncode == 0, done.stdout + done.stderr
            told.write_text(json.dumps(done.stdout))
