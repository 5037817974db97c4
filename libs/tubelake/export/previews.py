"""Pictures -> small JPEGs for a page, on the executors: what is no picture, or too large a one, says why."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import NamedTuple

import pyarrow as pa
from PIL import Image
from pyspark.sql import DataFrame

from tubelake import session
from tubelake.vision.decode import decode

WIDTH = HEIGHT = 480  # px at most: twice what a page shows of it, for screens with fine pixels
QUALITY = 85  # on real thumbnails 23 kB a picture of 320 px; 75 has visible blocks around letters
AT_ONCE = 64  # pictures that a task has in memory, at most
DDL = "video_id string, jpeg binary, width int, height int, error string"
_ARROW = pa.schema([
    ("video_id", pa.string()), ("jpeg", pa.binary()), ("width", pa.int32()), ("height", pa.int32()),
    ("error", pa.string()),
])  # fmt: skip


class Preview(NamedTuple):
    """A picture made small, and how large it is itself (px): boxes are in that measure. Or why there is none."""

    jpeg: bytes | None = None
    width: int | None = None
    height: int | None = None
    error: str | None = None


def previews(pictures: DataFrame, count: int) -> DataFrame:
    """(video_id, jpeg, width, height, error) of about `count` rows with `video_id` and `data`: one for each of them."""
    tasks = max(session.parallelism(pictures.sparkSession), -(-count // AT_ONCE))
    return pictures.select("video_id", "data").repartition(tasks, "video_id").mapInArrow(_on_executor, DDL)


def preview(data: bytes) -> Preview:
    """The picture upright, as a JPEG of WIDTH by HEIGHT at most. Nothing of the file is kept but its pixels."""
    try:
        image = Image.fromarray(decode(data))
    except ValueError as error:
        return Preview(error=str(error))
    width, height = image.size
    image.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    stream = BytesIO()
    image.save(stream, "JPEG", quality=QUALITY, optimize=True)
    return Preview(stream.getvalue(), width, height)


def _on_executor(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for row in batch.to_pylist():
            made = {"video_id": row["video_id"], **preview(row["data"])._asdict()}
            yield pa.RecordBatch.from_pylist([made], schema=_ARROW)
