"""Prepares faster starts: fetches the jars, and keeps the classes that a small run of the whole flow loads."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tubelake import jvm, session
from tubelake.errors import TubeLakeError
from tubelake.settings import Spark

VIDEOS = 30
QUIET_SECONDS = 2.0  # after which the file is whole
WRITING_SECONDS = 120.0  # the JVM goes on for some 8 s after Python has ended: it sorts and writes 160 MB


def warm_up(*, nlp: bool) -> str:
    """Make what later sessions on this machine start faster with; gives a line about it."""
    spark = Spark(nlp=nlp)
    with tempfile.TemporaryDirectory() as folder:
        if not session.known_jars(spark):
            _tubelake("status", f"--set=lake.root={folder}/lake", f"--set=spark.nlp={nlp}", f"--set=run.logs={folder}")
        archive = jvm.class_archive(session.known_jars(spark))
        if archive.is_file():
            return f"sessions already start faster with {archive}"
        _tubelake(
            "demo", f"--folder={folder}", f"--videos={VIDEOS}", "--set=spark.record_classes=true",
            f"--set=spark.nlp={nlp}", f"--set=run.logs={folder}",
        )  # fmt: skip
        _keep(archive)
    return f"sessions now start faster with {archive}; it can be removed at any time"


def _tubelake(*arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own command line, in a process of its own: its JVM has to end
        [sys.executable, "-m", "tubelake", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise TubeLakeError(f"`tubelake {arguments[0]}` failed: {said[-1] if said else done.returncode}")


def _keep(archive: Path) -> None:
    """Wait for the JVM to have written the archive, and give it its name."""
    written, until = jvm.being_written(archive), time.monotonic() + WRITING_SECONDS
    while time.monotonic() < until:
        if written.is_file() and time.time() - written.stat().st_mtime > 2:
            written.replace(archive)
            return
        time.sleep(0.2)
    raise TubeLakeError(f"this Java wrote no class archive; sessions start without one: {written}")
