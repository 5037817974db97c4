"""Pictures -> small JPEGs for a page, on the executors: what is no picture, or too large a one, says why."""

from collections.abc import Iterable, Iterator
from functools import partial
from io import BytesIO
from typing import NamedTuple

import pyarrow as pa
from PIL import Image
from pyspark.sql import DataFrame

from tubelake import session
from tubelake.vision.decode import decode

AT_ONCE = 64  # pictures that a task has in memory, at most
DDL = "video_id string, jpeg binary, width int, height int, error string"
_ARROW = pa.schema([
    ("video_id", pa.string()), ("jpeg", pa.binary()), ("width", pa.int32()), ("height", pa.int32()),
    ("error", pa.string()),
])  # fmt: skip


class Form(NamedTuple):
    """How large a preview is at most (px), and its quality as a JPEG, 1 to 95."""

    width: int
    height: int
    quality: int


# Twice what a page shows, for screens with fine pixels. 23 kB a picture of 320 px; quality 75 has visible blocks at letters.
FINE = Form(480, 480, 85)


class Preview(NamedTuple):
    """A picture made small, and how large it is itself (px): boxes are in that measure. Or why there is none."""

    jpeg: bytes | None = None
    width: int | None = None
    height: int | None = None
    error: str | None = None


def previews(pictures: DataFrame, count: int, form: Form = FINE) -> DataFrame:
    """(video_id, jpeg, width, height, error) of about `count` rows with `video_id` and `data`: one for each of them."""
    tasks = max(session.parallelism(pictures.sparkSession), -(-count // AT_ONCE))
    spread = pictures.select("video_id", "data").repartition(tasks, "video_id")
    return spread.mapInArrow(partial(_on_executor, form=form), DDL)


def preview(data: bytes, form: Form = FINE) -> Preview:
    """The picture upright, as a JPEG of this form. Nothing of the file is kept but its pixels."""
    try:
        image = Image.fromarray(decode(data))
    except ValueError as error:
        return Preview(error=str(error))
    width, height = image.size
    image.thumbnail((form.width, form.height), Image.Resampling.LANCZOS)
    stream = BytesIO()
    image.save(stream, "JPEG", quality=form.quality, optimize=True)
    return Preview(stream.getvalue(), width, height)


def _on_executor(batches: Iterable[pa.RecordBatch], form: Form) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for row in batch.to_pylist():
            made = {"video_id": row["video_id"], **preview(row["data"], form)._asdict()}
            yield pa.RecordBatch.from_pylist([made], schema=_ARROW)
