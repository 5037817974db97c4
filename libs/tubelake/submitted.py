"""What spark-submit told, if it started this process, and how that goes together with what TubeLake wants."""

import os
import socket
from collections.abc import Mapping

from tubelake import jvm
from tubelake.errors import UsageError

DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
MASTER_SECONDS = 5.0
# Settings that are lists: what spark-submit names comes besides what Delta needs, not in its place.
_LISTS = {
    "spark.jars": ",",
    "spark.jars.packages": ",",
    "spark.jars.excludes": ",",
    "spark.driver.extraClassPath": os.pathsep,
}


def conf() -> dict[str, str]:
    """What spark-submit was told, if it started this process; its JVM, which lacks Delta's jars, is then left idle.

    Jars can only be named before a JVM starts. So a plain `spark-submit jobs/NAME.py` gets a second JVM with them,
    and needs no --packages; with a --properties-file that names Delta's extension its own JVM is used.
    """
    if jvm.PORT not in os.environ:
        return {}
    found = jvm.gateway().jvm.org.apache.spark.SparkConf(True)
    told = {entry._1(): entry._2() for entry in found.getAll()}  # noqa: SLF001 - a tuple of Scala
    if is_complete(told):
        return told
    if told.get("spark.submit.deployMode") == "cluster":
        raise UsageError("--deploy-mode cluster needs the jars named: add --properties-file conf/spark/standalone.conf")
    del os.environ[jvm.PORT], os.environ[jvm.SECRET]
    return {name: value for name, value in told.items() if name != "spark.app.name"}


def is_complete(told: Mapping[str, str]) -> bool:
    """Whether the user's own configuration has what Delta needs."""
    return DELTA_EXTENSION in told.get("spark.sql.extensions", "")


def master(wanted: str | None, told: Mapping[str, str]) -> str | None:
    """The setting, else what spark-submit says; it says local[*] also when it was told nothing."""
    said = told.get("spark.master")
    return wanted or (None if said == "local[*]" else said)


def joined(ours: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """Our settings and those of spark-submit, which win, but for the master and for lists."""
    lists = {
        name: separator.join([told[name], ours[name]])
        for name, separator in _LISTS.items()
        if name in told and name in ours
    }
    return {**ours, **told, **lists, "spark.master": ours["spark.master"]}


def check_master(master: str | None) -> None:
    """Raises UsageError where nothing answers at a spark:// address: Spark would try for a minute, and then longer."""
    if master is None or not master.startswith("spark://"):
        return
    if not any(answers(address) for address in master.removeprefix("spark://").split(",")):
        raise UsageError(f"no Spark master answers at {master}: start it, or correct spark.master or --master")


def answers(address: str) -> bool:
    """Whether somebody listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=MASTER_SECONDS).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True
