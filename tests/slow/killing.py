"""Processes that are killed, and how to wait for the moment to do it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.slow.cluster import clean_environ

DYING = str(Path(__file__).with_name("dying.py"))


def start(arguments: Sequence[str], log: Path, point: str | None = None, **environ: str) -> subprocess.Popen[bytes]:
    """`tubelake ARGUMENTS` in a process group of its own, as from a user's shell; its output is added to `log`."""
    program = ["-c", "from tubelake import cli; cli.main()"] if point is None else [DYING, point, "--"]
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *program, *arguments],
            env={**clean_environ(), **environ}, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with its group: a driver with its JVM, whose Python workers end by themselves; a worker with its executors."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def commits(root: Path) -> int:
    """How many commits the tables of a lake have had."""
    return len(list(root.glob("*/*/_delta_log/*.json")))


def until(true: Callable[[], bool], seconds: float = 400) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came true")
        time.sleep(0.05)


def python_workers(driver: int) -> list[int]:
    """Process ids of the Python workers of the JVMs that the process `driver` started, from /proc."""
    daemons = [pid for jvm in _children(driver) for pid in _children(jvm) if "pyspark.daemon" in _command(pid)]
    return [worker for daemon in daemons for worker in _children(daemon)]


def _children(parent: int) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdecimal() and int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                yield int(folder.name)
        except OSError:
            continue  # it has ended meanwhile


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
