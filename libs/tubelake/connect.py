"""A session on a Spark Connect server: somebody else's JVM, which this process only talks to."""

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tubelake import submitted
from tubelake.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REMOTE = "SPARK_REMOTE"  # where pyspark itself looks for an address
_PORT = 15002  # pyspark's too, where the address has none


def address(master: str | None) -> str | None:
    """The Connect server that the setting names, or where it names no master, SPARK_REMOTE; None: there is none."""
    wanted = master or os.environ.get(REMOTE, "")
    return wanted if wanted.startswith("sc://") else None


def session(server: str, conf: Mapping[str, str]) -> "SparkSession":
    """A session on this server (an address), with those of the settings that a client may change there.

    Raises UsageError where nobody answers, or the packages of a client are missing.
    """
    place = urlsplit(server).netloc  # without its parameters, which may hold a token
    if not submitted.answers(place if re.search(r":\d+$", place) else f"{place}:{_PORT}"):
        raise UsageError(
            f"no Spark Connect server answers at sc://{place}: start it, or correct spark.master or {REMOTE}"
        )
    from pyspark.sql import SparkSession

    try:
        found = SparkSession.builder.remote(server).getOrCreate()
    except ImportError as error:
        raise UsageError(f"Spark Connect needs packages of its own: install tubelake[connect] ({error})") from None
    for name, value in conf.items():
        if found.conf.isModifiable(name):
            found.conf.set(name, value)
    return found
