"""A folder of labelled pictures -> rows of `labelled_faces`, and the files that are no pictures."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from tubelake import images, job, store, upsert
from tubelake.errors import UsageError
from tubelake.settings import Lake
from tubelake.tables import LABELLED_FACES, Table

SUFFIXES = {".png", ".jpg", ".jpeg"}
FORMATS = ("PNG", "JPEG")
MOST_BYTES, MOST_PIXELS = 20 << 20, 64_000_000  # of one picture
BATCH_BYTES = 16 << 20
CHECKED_DDL = f"{LABELLED_FACES.ddl}, reason string"


def find(folder: str) -> list[Path]:
    """The PNG and JPEG files in folders of `folder`. Raises UsageError where there are none."""
    place = Path(folder).expanduser().absolute()
    found = [file for inner in place.glob("*/") for file in inner.rglob("*") if file.suffix.lower() in SUFFIXES]
    if not found:
        raise UsageError(f"labels.faces: {folder} has no folders with PNG or JPEG files; make a folder for each label")
    return sorted(file for file in found if file.is_file())


def checked(spark: SparkSession, files: Iterable[Path]) -> DataFrame:
    """A row a file, read by tasks: with the columns of `labelled_faces` and `reason`, null for a good picture."""
    paths = spark.createDataFrame([(str(file),) for file in files], "path string")
    schema = to_arrow_schema(store.schema(spark, CHECKED_DDL))
    return paths.mapInArrow(partial(_check_all, schema), CHECKED_DDL)


def write(pictures: DataFrame, count: int, table: Table, quarantine: Table, lake: Lake) -> job.Report:
    """Merge the good of `count` checked pictures into `table` and the others into `quarantine`."""
    for each in (table, quarantine):
        store.ensure(pictures.sparkSession, each, lake)
    bad = upsert.merge(rejects_from_pictures(pictures), quarantine, lake)
    good = upsert.merge(only_good(pictures), table, lake)
    notes = (f"{bad:,} files are no pictures; see them with: tubelake show {quarantine.name}",) if bad else ()
    return job.Report(count, good, notes=notes)


def only_good(pictures: DataFrame) -> DataFrame:
    return pictures.where("reason IS NULL")


def rejects_from_pictures(pictures: DataFrame) -> DataFrame:
    """The files that are no pictures, with the columns of `label_rejects`; a file has no records and no text."""
    bad = pictures.where("reason IS NOT NULL").withColumnRenamed("source", "file")
    return bad.select(
        "file", "sha256", F.lit(0).cast("bigint").alias("record_number"), F.lit(None).cast("bigint").alias("line_number"),
        "reason", F.lit(None).cast("string").alias("text"),
    )  # fmt: skip


def _check_all(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    rows, size = list[dict[str, Any]](), 0
    for path in (path for batch in batches for path in batch["path"].to_pylist()):
        rows.append(check(Path(path)))
        size += len(rows[-1].get("data", b""))
        if size > BATCH_BYTES:
            yield pa.RecordBatch.from_pylist(rows, schema=schema)
            rows, size = [], 0
    yield pa.RecordBatch.from_pylist(rows, schema=schema)


def check(file: Path) -> dict[str, Any]:
    """The file as a row, with a `reason` where it is no picture."""
    row: dict[str, Any] = {"source": str(file), "label": file.parent.name}
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        return {**row, "sha256": "", "reason": f"cannot be read: {error}"}
    row["sha256"] = hashlib.sha256(data).hexdigest()
    if len(data) > MOST_BYTES:
        return {**row, "reason": f"more than {MOST_BYTES >> 20} MB"}
    found = images.examine(data, FORMATS, MOST_PIXELS)
    if found.reason:
        return {**row, "reason": found.reason}
    return {**row, "format": found.format, "width": found.width, "height": found.height, "data": data}
