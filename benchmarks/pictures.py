"""What benchmarks of pictures share: the real thumbnails, many of them, rows of `pictures`, and what models hold."""

import csv
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.common import real_data
from tubelake import store, tables
from tubelake.settings import Settings

MB = 1024  # kB
WIDTH, HEIGHT = 320, 180
_MARK = f"TUBELAKE_BENCHMARK={os.getpid()}"  # in the environment of all processes of this run
_AT_ONCE = 200


def mark_processes() -> None:
    """Let processes that are started from now on be known as this benchmark's. Call before the session starts."""
    os.environ.update([_MARK.split("=")])


def thumbnails() -> dict[str, bytes]:
    """The real thumbnails by video id."""
    return {file.stem: file.read_bytes() for file in sorted((real_data() / "corpus/thumbnails").glob("*.jpg"))}


def many(count: int) -> Iterator[tuple[str, bytes]]:
    """So many pictures that differ in their bytes: the real ones over and over, with a number behind their end."""
    found = list(thumbnails().items())
    for n in range(count):
        video_id, data = found[n % len(found)]
        yield f"{n}-{video_id}", data + b"%d" % n


def lay(spark: SparkSession, wanted: Settings, pictures: Iterable[tuple[str, bytes]]) -> None:
    """Add pictures to the lake's table."""
    now, left = datetime.now(UTC), iter(pictures)
    store.ensure(spark, tables.PICTURES, wanted.lake)
    while some := list(islice(left, _AT_ONCE)):
        rows = []
        for video_id, data in some:
            told = {
                "video_id": video_id, "run_id": "r", "fetched_at": now, "data": data, "width": WIDTH, "height": HEIGHT,
                "sha256": hashlib.sha256(data).hexdigest(),
            }  # fmt: skip
            rows.append(tuple(told.get(name) for name in tables.PICTURES.column_names))
        store.append(spark.createDataFrame(rows, tables.PICTURES.ddl), tables.PICTURES, wanted.lake)


def memory(library: str) -> dict[int, int]:
    """Of each process of this benchmark that has loaded the library, by its number: what it holds (kB)."""
    held = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = _MARK.encode() in (process / "environ").read_bytes()
            if is_ours and library in (process / "maps").read_text():
                status = (process / "status").read_text()
                held[int(process.name)] = int(re.findall(r"VmRSS:\s+(\d+)", status)[0])
        except (OSError, IndexError):  # it has ended meanwhile, or is another user's
            continue
    return held


def listed_words() -> dict[str, str]:
    """By video id the text that a person read off a thumbnail."""
    with (real_data() / "labels/thumbnail_text.csv").open(encoding="utf-8") as stream:
        return {row["video_id"]: row["visible_text"] for row in csv.DictReader(stream)}
