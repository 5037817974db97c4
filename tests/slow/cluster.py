"""Spark on this machine from its pip package: daemons, a standalone cluster, a Connect server, and what runs on them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pyspark
from tests import java

SPARK_HOME = Path(pyspark.__file__).parent
SPARK_CLASS, SPARK_SUBMIT = (str(SPARK_HOME / "bin" / name) for name in ("spark-class", "spark-submit"))
CONF = Path(__file__).parents[2] / "conf"
START_SECONDS = 90
STOP_SECONDS = 15
_DEPLOY = "org.apache.spark.deploy"
_OURS = ("PYSPARK_", "SPARK_", "TUBELAKE_", "YOUTUBE_")


def clean_environ() -> dict[str, str]:
    """A user's shell with the venv activated: nothing that this test process set for its own session."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {**kept, "PATH": path, "SPARK_SUBMIT_OPTS": java.SHORT_LIVED}


class Cluster(NamedTuple):
    """A master's address, its workers, each the leader of the group that its executors are in, and a way to have one more."""

    master: str
    workers: Sequence[subprocess.Popen[bytes]]
    add: Callable[[Mapping[str, str]], None]


@contextmanager
def standalone(
    folder: Path, workers: Sequence[Mapping[str, str]] = ({}, {}), cores: int = 1, memory: str = "1g"
) -> Iterator[Cluster]:
    """A master, and a worker for each environment in `workers`, with its own folder WORKER/work.

    A worker says that it has so many cores; the machine may have fewer.
    """
    with ExitStack() as stack:
        local = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        master = folder / "master"
        process = stack.enter_context(daemon([SPARK_CLASS, f"{_DEPLOY}.master.Master", *local], master))
        started: list[subprocess.Popen[bytes]] = []
        address = wait_for(r"Starting Spark master at (spark://\S+)", master, process)
        worker = [SPARK_CLASS, f"{_DEPLOY}.worker.Worker", *local, "--cores", str(cores), "--memory", memory]

        def add(environ: Mapping[str, str]) -> None:
            home = folder / f"worker-{len(started)}"
            process = stack.enter_context(daemon([*worker, "--work-dir", str(home / "work"), address], home, environ))
            wait_for(r"(Successfully registered) with master", home, process)
            started.append(process)

        for environ in workers:
            add(environ)
        yield Cluster(address, started, add)


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """A Spark Connect server as docs/connect.md starts one, but for its port and its folders; gives its address."""
    own = {
        "spark.connect.grpc.binding.port": "0", "spark.jars.ivySettings": CONF / "ivysettings.xml",
        "spark.sql.warehouse.dir": folder / "warehouse", "spark.sql.shuffle.partitions": "2",
    }  # fmt: skip
    file = ["--properties-file", str(CONF / "spark" / "connect.conf")]
    server = "org.apache.spark.sql.connect.service.SparkConnectServer"
    command = [SPARK_SUBMIT, *file, *conf(own), "--class", server]
    with daemon(command, folder, {"SPARK_DAEMON_MEMORY": "2g"}) as process:
        port = wait_for(r"Spark Connect server started at: \S+:(\d+)", folder, process)
        yield f"sc://127.0.0.1:{port}"


@contextmanager
def daemon(
    command: Sequence[str], home: Path, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon in a process group of its own, so that its executors end with it; it says what it does in HOME/log."""
    home.mkdir(parents=True)
    environ = {
        **clean_environ(), "SPARK_LOCAL_DIRS": str(home / "local"), "SPARK_DAEMON_MEMORY": "256m",
        "JDK_JAVA_OPTIONS": java.SHORT_LIVED,  # also of the executors
        **(environ or {}),
    }  # fmt: skip
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=home, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )  # fmt: skip
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """A worker that is asked ends its executors itself; what is left of its group after that is killed."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # nobody was left


def wait_for(line: str, home: Path, process: subprocess.Popen[bytes]) -> str:
    """The first group of `line` in the daemon's log, as soon as it is there."""

    def said() -> str | None:
        text = (home / "log").read_text(errors="replace")
        if process.poll() is not None:
            raise RuntimeError(f"{home.name} ended with {process.returncode}:\n{text}")
        found = re.search(line, text)
        return found[1] if found else None

    return _until(said, f"{home.name} did not say {line!r}")


def _until(found: Callable[[], str | None], complaint: str) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if text := found():
            return text
        time.sleep(0.2)
    raise TimeoutError(complaint)


def conf(values: Mapping[str, object]) -> list[str]:
    """Settings of Spark as options of `spark-submit`."""
    return [part for name, value in values.items() for part in ("--conf", f"{name}={value}")]


def sets(values: Iterable[str]) -> list[str]:
    """Settings of ours as options of a job."""
    return [part for value in values for part in ("--set", value)]


def submit(
    arguments: Sequence[str], cwd: Path, environ: Mapping[str, str] | None = None, seconds: float = 400
) -> subprocess.CompletedProcess[str]:
    """What `spark-submit ARGUMENTS` did, from a shell in `cwd`."""
    return run([SPARK_SUBMIT, *arguments], cwd, environ, seconds)


def run(
    command: Sequence[str], cwd: Path, environ: Mapping[str, str] | None = None, seconds: float = 400
) -> subprocess.CompletedProcess[str]:
    """What a command did, in a clean environment."""
    return subprocess.run(
        command, cwd=cwd, env={**clean_environ(), **(environ or {})}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=seconds, check=False,
    )  # fmt: skip


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
