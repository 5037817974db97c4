"""What slow tests share: the demo, run once as a newcomer runs it."""

import json
import os
from subprocess import CompletedProcess

import pytest
from filelock import FileLock
from tests.slow.demoing import Demo, run_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Of several processes of tests (pytest-xdist) the first that wants it runs it, and the others wait."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, told = shared / "demo", shared / "demo.json"
    with FileLock(shared / "demo.lock"):
        if not told.exists():
            folder.mkdir()
            done = run_demo(folder)
            told.write_text(json.dumps([done.args, done.returncode, done.stdout, done.stderr]))
    return Demo(folder, CompletedProcess(*json.loads(told.read_text())))
