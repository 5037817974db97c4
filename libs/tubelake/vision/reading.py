"""Pictures -> a row of what a model says of each, round by round, until none is unread: what both readers share.

What is unread is asked of the tables, so a run that is killed loses a round at most, and the next one goes on. A run that
came to its end says so in its table: where nothing has changed since, the next one asks no more.
"""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from tubelake import devices, rounds, session, store, upsert
from tubelake.follow import Counts, unless_current
from tubelake.progress import Progress
from tubelake.rounds import MadeBy
from tubelake.settings import Lake, Vision
from tubelake.tables import PICTURES, Table
from tubelake.vision import guarded
from tubelake.vision.guarded import Model


@dataclass(frozen=True)
class Reader:
    """What reads pictures: `model(device)` is loaded where the task runs."""

    made_by: MadeBy
    model: Callable[[str], Model]


def read_all(spark: SparkSession, target: Table, reader: Reader, vision: Vision, lake: Lake, show: Progress) -> Counts:
    """Bring `target`, one row a video with a picture, up to date with `pictures`; gives pictures read and rows changed.

    Equal pictures are read once. Rows of videos whose picture is gone go.
    """
    pictures, known = store.read(spark, PICTURES, lake), store.read(spark, target, lake)

    def bring() -> Counts:
        counts = rounds.bring(
            lambda: unread(pictures, known, reader.made_by),
            lambda batch: read(with_data(batch, pictures), target, reader, vision),
            target, lake, most=vision.round_pictures, order_by="sha256", show=show, what="pictures",
        )  # fmt: skip
        counts += Counts(0, upsert.merge(copies(pictures, known, reader.made_by, target), target, lake))
        gone = known.join(newest(pictures), on="video_id", how="left_anti")
        return counts + Counts(0, upsert.remove(gone, target, lake))

    with store.exclusive(f"read-{target.name}", lake):
        return unless_current(spark, [PICTURES], target, lake, bring, parameters=tuple(reader.made_by)) or Counts()


def newest(pictures: DataFrame) -> DataFrame:
    """(video_id, run_id, url, sha256, width, height, fetched_at) of the newest good picture of each video."""
    good = pictures.where(F.col("reason").isNull() & F.col("data").isNotNull())
    told = good.select("video_id", "run_id", "url", "sha256", "width", "height", "fetched_at")
    rank = F.row_number().over(Window.partitionBy("video_id").orderBy(F.col("fetched_at").desc()))
    return told.withColumn("_rank", rank).where("_rank = 1").drop("_rank")


def unread(pictures: DataFrame, known: DataFrame, made_by: MadeBy) -> DataFrame:
    """One of the newest pictures for each content that nothing in `known` was made from by the same means."""
    found = newest(pictures).join(known.where(made_by.is_it).select("sha256"), on="sha256", how="left_anti")
    return (
        found.groupBy("sha256")
        .agg(F.min_by(F.struct("video_id", "run_id"), "video_id").alias("one"))
        .select("one.*", "sha256")
    )


def devices_used() -> Column:
    """Over rows of what was read: the devices that computed them, as a line says it."""
    return F.concat(F.lit("on "), F.array_join(F.array_sort(F.collect_set("device")), ", "))


def with_data(batch: DataFrame, pictures: DataFrame) -> DataFrame:
    """The rows of `pictures` that `batch` names."""
    return pictures.join(batch.select("video_id", "run_id"), on=["video_id", "run_id"], how="left_semi")


def copies(pictures: DataFrame, known: DataFrame, made_by: MadeBy, target: Table) -> DataFrame:
    """Rows for videos whose newest picture has been read for another video, or for an earlier answer.

    They are dated by the newest answer: age deletes by it.
    """
    same = known.where(made_by.is_it)
    told = ["video_id", "sha256", "fetched_at"]
    lacking = newest(pictures).select(*told).join(same.select(*told), on=told, how="left_anti")
    once = F.row_number().over(Window.partitionBy("sha256").orderBy("video_id"))
    read_once = same.withColumn("_rank", once).where("_rank = 1").drop("_rank", "video_id", "fetched_at")
    return lacking.join(read_once, on="sha256", how="inner").select(*target.column_names)


def read(pictures: DataFrame, target: Table, reader: Reader, vision: Vision) -> DataFrame:
    """Rows of `target` for rows of `pictures`. A picture that cannot be read has a row that says why."""
    schema = store.schema(pictures.sparkSession, target.ddl)
    arrow_schema = to_arrow_schema(schema)
    sized = pictures.select("video_id", "sha256", "width", "height", "fetched_at", "data")
    # What is read of a picture may depend on those beside it by a letter: the same pictures stand side by side each time.
    spread = sized.repartition(session.parallelism(pictures.sparkSession), "sha256").sortWithinPartitions(
        "width", "height", "sha256"
    )

    def on_executor(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        device = devices.here(vision.device)
        devices.show_only(device)
        identity = {"device": device, "process": f"{socket.gethostname()}:{os.getpid()}", **reader.made_by._asdict()}
        for rows in _alike(batches, vision.batch_pictures):
            data = [row.pop("data") for row in rows]
            said = guarded.read(reader.model(device), data, vision.timeout_seconds, vision.memory_mb)
            # A model that cannot use the device says where it ran instead.
            filled = [{**row, **identity, **words} for row, words in zip(rows, said, strict=True)]
            yield pa.RecordBatch.from_pylist(filled, schema=arrow_schema)

    return spread.mapInArrow(on_executor, schema)


def _alike(batches: Iterable[pa.RecordBatch], most: int) -> Iterator[list[dict[str, Any]]]:
    """Pictures of one size, at most so many; they come in the order of their sizes."""
    rows = list[dict[str, Any]]()
    for batch in batches:
        for row in batch.to_pylist():
            size = (row["width"], row["height"])
            if rows and (len(rows) == most or (rows[0]["width"], rows[0]["height"]) != size):
                yield rows
                rows = []
            rows.append(row)
    if rows:
        yield rows
