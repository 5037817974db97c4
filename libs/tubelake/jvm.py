"""The Java that a session starts in: whether it is new enough, its start, and the classes kept from an earlier one."""

import hashlib
import os
import re
import shlex
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from tubelake.errors import UsageError

if TYPE_CHECKING:
    from py4j.java_gateway import JavaGateway

OLDEST_JAVA = 17
LOOK_SECONDS = 0.02
PORT, SECRET = "PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"  # where pyspark finds a JVM that runs already
_SHELL = "pyspark-shell"  # what Spark calls a JVM that Python drives
_JAVA_VERSION = re.compile(r'(?:^JAVA_VERSION=| version )"(?:1\.)?(\d+)', re.MULTILINE)  # Java 8 calls itself 1.8


def java() -> Path | None:
    """The `java` that Spark will start, JAVA_HOME's or else the PATH's; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    return Path(found) if found and Path(found).exists() else None


def check_java() -> None:
    """Raises UsageError unless the Java that Spark will start is new enough."""
    found = java()
    home = os.environ.get("JAVA_HOME")
    where = f"JAVA_HOME={home}" if home else "the PATH"
    number = java_version(found) if found else None
    if number is None:
        raise UsageError(f"Java {OLDEST_JAVA} or newer is needed and {where} has none: install one, or set JAVA_HOME")
    if number < OLDEST_JAVA:
        raise UsageError(
            f"Java {OLDEST_JAVA} or newer is needed and {found} is Java {number}: install one, or set JAVA_HOME"
        )


def java_version(java: Path) -> int | None:
    """The major version of this `java`, from the file beside it or else by asking it; None: it does not start."""
    found = _JAVA_VERSION.search(_release(java)) or _JAVA_VERSION.search(_says(java))
    return int(found[1]) if found else None


def _release(java: Path) -> str:
    try:
        return (java.resolve().parents[1] / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _says(java: Path) -> str:
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stderr + done.stdout


def class_archive(jars: Sequence[str]) -> Path:
    """Where the classes of a session with these jars are kept; another Java, Spark, environment or jar is another file.

    Spark loads some 20,000 classes from jars before it does anything. An archive of the JVM (class data sharing)
    gives them back parsed and verified: a start took 5.7 s without and 3.3 s with it, the first Delta commits of a
    process 25 s and 17 s.
    """
    found, spark = java(), find_spec("pyspark")  # whose jars are known by their path: an archive fits one environment
    spark_home = spark.origin if spark else None
    about = repr([str(found), _release(found) if found else "", version("pyspark"), spark_home, list(jars)])
    return user_cache_path("tubelake") / f"classes-{hashlib.sha256(about.encode()).hexdigest()[:12]}.jsa"


def class_options(jars: Sequence[str], *, record: bool) -> str:
    """The JVM's options to use the archive of `jars`, if there is one, or to write it when the session ends.

    An archive that does not fit after all is ignored by the JVM.
    """
    archive = class_archive(jars)
    if record:
        return f"-XX:ArchiveClassesAtExit={being_written(archive)}"
    return f"-XX:SharedArchiveFile={archive} -Xlog:cds=off" if archive.is_file() else ""


def being_written(archive: Path) -> Path:
    """The archive under the name that it has until it is whole."""
    return archive.with_suffix(".new")


@dataclass(frozen=True)
class Starting:
    """A JVM of Spark's on its way; what it says where it listens is the file `told`."""

    process: "subprocess.Popen[bytes]"
    told: Path

    def address(self) -> tuple[int, str]:
        """The port and the secret of its gateway, once it listens. Raises OSError where it ends before."""
        try:
            while not self.told.is_file():  # it gets its name when it is whole
                if (code := self.process.poll()) is not None:
                    raise OSError(f"Java ended with code {code}")
                time.sleep(LOOK_SECONDS)
            data = self.told.read_bytes()
        finally:
            shutil.rmtree(self.told.parent, ignore_errors=True)
        port, size = struct.unpack_from(">ii", data)
        return port, data[8 : 8 + size].decode()


def start(conf: Mapping[str, str], log_file: Path | None) -> Starting:
    """Start Spark's JVM as pyspark does, but without pyspark, which takes a second to import.

    The JVM ends when its standard input does, that is with this process; Ctrl-C is for us alone.
    """
    told = Path(tempfile.mkdtemp()) / "gateway"
    options = (word for name, value in conf.items() for word in ("--conf", f"{name}={value}"))
    home = _spark_home()
    command = [
        str(home / "bin" / "spark-submit"),
        *options,
        *shlex.split(os.environ.get("PYSPARK_SUBMIT_ARGS", _SHELL)),
    ]
    with ExitStack() as opened:
        log = opened.enter_context(log_file.open("ab")) if log_file else None
        process = subprocess.Popen(  # noqa: S603 - Spark's own script
            command, stdin=subprocess.PIPE, stdout=log, stderr=log,
            env={**os.environ, "SPARK_HOME": str(home), "_PYSPARK_DRIVER_CONN_INFO_PATH": str(told)},
            preexec_fn=_ignore_interrupts,  # noqa: PLW1509 - no thread of ours runs yet
        )  # fmt: skip
    return Starting(process, told)


def connected(started: Starting) -> "JavaGateway":
    """The gateway to a JVM that is starting: pyspark is imported meanwhile."""
    import pyspark.sql  # noqa: F401 - a second's work

    port, secret = started.address()
    os.environ |= {PORT: str(port), SECRET: secret}
    try:
        found = gateway()
    finally:
        del os.environ[PORT], os.environ[SECRET]
    found.proc = started.process  # its standard input must stay open
    return found


def gateway() -> "JavaGateway":
    """To the JVM that the environment tells, such as that of the spark-submit which started this process."""
    from pyspark.java_gateway import launch_gateway

    return launch_gateway()  # type: ignore[no-untyped-call]


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _spark_home() -> Path:
    home, package = os.environ.get("SPARK_HOME"), find_spec("pyspark")
    if home or package is None or package.origin is None:
        return Path(home or "")
    return Path(package.origin).parent


def hadoop_version() -> str:
    """Of the Hadoop that Spark comes with: its other jars must be of the same version."""
    (jar,) = (_spark_home() / "jars").glob("hadoop-client-api-*.jar")
    return jar.stem.removeprefix("hadoop-client-api-")
