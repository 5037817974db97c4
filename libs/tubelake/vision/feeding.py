"""Faces of a Spark frame as a TensorFlow dataset: through petastorm's Spark converter, or through Arrow.

The driver prepares, and gives what the process that trains opens. The rows and their order are the same either way; the
driver holds a few batches.
"""

import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pyarrow as pa
from pyspark.sql import DataFrame

from tubelake import session
from tubelake.errors import UsageError

COLUMNS = ("pixels", "label", "fold", "is_judge")
BATCH = 256
_IN_ORDER = {"num_epochs": 1, "workers_count": 1, "reader_pool_type": "dummy", "shuffle_row_groups": False}

Way: TypeAlias = Literal["petastorm", "arrow"]
# Called where TensorFlow is; gives a dataset of batches: tuples with the COLUMNS, to be read once.
Feed: TypeAlias = Callable[[], AbstractContextManager[Any]]


def way(wanted: Literal["auto", "petastorm", "arrow"]) -> Way:
    """How to feed. Raises UsageError where petastorm is wanted and cannot be imported (it cannot beside Spark 4)."""
    if wanted == "petastorm":
        session.check_jvm("emotion_training.feeding=petastorm")
    if wanted == "arrow" or not session.has_jvm():
        return "arrow"
    try:
        with warnings.catch_warnings(action="ignore"):  # it asks pyarrow in ways that are deprecated
            import_module("petastorm.spark")
    except (ImportError, AttributeError) as error:  # the latter with a pyarrow that is too new for it
        if wanted == "auto":
            return "arrow"
        raise UsageError(
            f"emotion_training.feeding=petastorm, but petastorm cannot be used ({error}): install "
            "tubelake[spark35,train], or set emotion_training.feeding=auto"
        ) from None
    return "petastorm"


@contextmanager
def prepared(faces: DataFrame, by: Way, folder: Path, cache: str | None) -> Iterator[Feed]:
    """Compute the frame once; gives what opens it while the block lasts. `folder` is on this machine."""
    if by == "arrow":
        yield partial(_from_arrow, _written(faces, folder / "faces.arrow"))
        return
    from petastorm.spark import SparkDatasetConverter, make_spark_converter

    place = folder / "petastorm"
    place.mkdir()
    faces.sparkSession.conf.set(SparkDatasetConverter.PARENT_CACHE_DIR_URL_CONF, cache or place.as_uri())
    # It asks pyarrow in ways that are deprecated, also when Python ends.
    warnings.filterwarnings("ignore", module="petastorm")
    with warnings.catch_warnings(action="ignore"):
        converter = make_spark_converter(faces)
    converter.file_urls.sort()  # Spark lists files in any order; parts are numbered in that of the rows
    try:
        yield partial(_from_petastorm, converter)
    finally:
        with warnings.catch_warnings(action="ignore"):
            converter.delete()
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _from_petastorm(converter: Any) -> Iterator[Any]:
    with converter.make_tf_dataset(batch_size=BATCH, **_IN_ORDER) as batches:
        yield batches.map(lambda rows: tuple(getattr(rows, name) for name in COLUMNS))


def _written(faces: DataFrame, file: Path) -> Path:
    """The frame as a stream of Arrow batches in a file. One partition after the other passes through the driver.

    Tasks pack their batches: Spark's own way to the driver would turn each value into a Python object.
    """
    packed = faces.mapInArrow(_pack, "batch binary")
    with file.open("wb") as stream:
        for row in packed.toLocalIterator(prefetchPartitions=True):
            stream.write(len(row["batch"]).to_bytes(8, "little") + row["batch"])
    return file


def _pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        yield pa.RecordBatch.from_arrays([pa.array([sink.getvalue().to_pybytes()], pa.binary())], ["batch"])


def _unpacked(file: Path) -> Iterator[pa.RecordBatch]:
    with file.open("rb") as stream:
        while size := stream.read(8):
            yield from pa.ipc.open_stream(stream.read(int.from_bytes(size, "little")))


@contextmanager
def _from_arrow(file: Path) -> Iterator[Any]:
    import tensorflow as tf

    def batches() -> Iterator[tuple[Any, ...]]:
        for batch in _unpacked(file):
            for start in range(0, batch.num_rows, BATCH):
                part = batch.slice(start, BATCH)
                yield part.column("pixels").to_pylist(), *(part.column(name).to_numpy() for name in COLUMNS[1:])

    told = (tf.TensorSpec((None,), tf.string), *(tf.TensorSpec((None,), tf.int32) for _ in COLUMNS[1:]))
    yield tf.data.Dataset.from_generator(batches, output_signature=told)
