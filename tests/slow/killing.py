"""Drivers that die: `python killing.py POINT -- ARGUMENTS` is `tubelake ARGUMENTS`, killed with its JVM at POINT.

A POINT is `before NAME` or `after NAME`; the NAMEs are in `PLACES`. The process group is killed, so a driver must be
started as the leader of one (`start`).
"""

import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from tubelake import cli, follow, store
from tubelake.collect import ledger

OURS = ("PYSPARK_", "SPARK_", "TUBELAKE_", "YOUTUBE_")
# Where to die: the function, and the table that it must be called for.
PLACES: dict[str, tuple[ModuleType, str, str | None]] = {
    "lease": (ledger, "_swap", None),
    "answers": (store, "append", "responses"),
    "merge": (store, "merge", "videos"),
    "progress": (follow, "_remember", "videos"),
}


def arm(point: str) -> None:
    """Die at the first call of the place that `point` names."""
    when, _, place = point.partition(" ")
    module, name, table = PLACES[place]
    original: Callable[..., Any] = getattr(module, name)

    @functools.wraps(original)
    def deadly(*arguments: Any, **options: Any) -> Any:
        if table is not None and table not in {getattr(argument, "name", None) for argument in arguments}:
            return original(*arguments, **options)
        if when == "before":
            os.killpg(0, signal.SIGKILL)
        result = original(*arguments, **options)
        os.killpg(0, signal.SIGKILL)
        return result

    setattr(module, name, deadly)


def start(arguments: Sequence[str], log: Path, point: str | None = None, **environ: str) -> subprocess.Popen[bytes]:
    """`tubelake ARGUMENTS` in a process group of its own, as from a user's shell; its output is added to `log`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    program = ["-c", "from tubelake import cli; cli.main()"] if point is None else [__file__, point, "--"]
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *program, *arguments],
            env={**kept, **environ}, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the driver with its JVM; the Python workers end by themselves when the JVM is gone."""
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


if __name__ == "__main__":
    arm(sys.argv[1])
    cli.main(sys.argv[3:])
