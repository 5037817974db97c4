"""labelled_faces -> faces to train on: decoded, one label each, in folds with the same share of each label."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from PIL import Image
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake import store
from tubelake.backends.faces import squared
from tubelake.errors import UsageError
from tubelake.vision.decode import decode
from tubelake.vision.emotion import EMOTIONS

JUDGED_BY = 8  # one of so many faces to train on does not train: it says when to stop
IMPORT = "import_labels with --set labels.faces=FOLDER, in which each folder is named after an emotion"


class Counts(NamedTuple):
    faces: Mapping[str, int]  # by label, to train and to measure with
    contradictory: int  # pictures with more than one label
    broken: int  # pictures that cannot be decoded

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of EMOTIONS; so a model's outputs are ordered."""
        return tuple(emotion for emotion in EMOTIONS if emotion in self.faces)


def check_labels(labelled: DataFrame) -> None:
    """Raises UsageError for labels that are no emotions, and names them."""
    found = {row["label"] for row in labelled.select(_label()).distinct().limit(1000).collect()}
    if unknown := sorted(found - set(EMOTIONS)):
        named = ", ".join(unknown[:10]) + (f" and {len(unknown) - 10} more" if len(unknown) > 10 else "")
        raise UsageError(
            f"labelled_faces has labels that are no emotions: {named}; only {', '.join(EMOTIONS)} can be learned: "
            "delete those rows, and import their faces from folders with these names"
        )


def decoded(labelled: DataFrame, size: int) -> DataFrame:
    """(sha256, label, pixels): a row a different picture, of size * size bytes.

    `label` is null where a picture has more than one, `pixels` where it cannot be decoded.
    """
    each = labelled.select("sha256", _label(), "data")
    once = each.groupBy("sha256").agg(
        F.when(F.min("label") == F.max("label"), F.min("label")).alias("label"), F.any_value("data").alias("data")
    )

    def decode_all(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            pixels = pa.array([_gray(data, size) for data in batch.column("data").to_pylist()], pa.binary())
            yield pa.RecordBatch.from_arrays(
                [batch.column("sha256"), batch.column("label"), pixels], ["sha256", "label", "pixels"]
            )

    return once.mapInArrow(decode_all, "sha256 string, label string, pixels binary")


def _label() -> Column:
    return F.lower(F.trim("label")).alias("label")


def _gray(data: bytes | None, size: int) -> bytes | None:
    """As read_faces shows a face to a model; None for what is no picture."""
    try:
        return squared(np.asarray(Image.fromarray(decode(data or b"")).convert("L")), size).tobytes()
    except ValueError:
        return None


def count(pictures: DataFrame) -> Counts:
    """What `decoded` gave: at most a row a label is collected."""
    rows = pictures.groupBy("label", F.isnull("pixels").alias("is_broken")).count().collect()
    good = {row["label"]: row["count"] for row in rows if row["label"] and not row["is_broken"]}
    contradictory = sum(row["count"] for row in rows if not row["label"] and not row["is_broken"])
    return Counts(good, contradictory, sum(row["count"] for row in rows if row["is_broken"]))


def check(counts: Counts, folds: int) -> None:
    """Raises UsageError where a label has too few faces."""
    if not counts.faces:
        left_out = f": of those that it has, {counts.broken:,} cannot be decoded and {counts.contradictory:,} have several labels"
        why = left_out if counts.broken + counts.contradictory else ""
        raise UsageError(f"labelled_faces has no faces to train on{why}; run {IMPORT}")
    if len(counts.faces) == 1:
        raise UsageError(f"labelled_faces has only faces that are {counts.labels[0]}: two emotions or more are needed")
    if few := {label: counts.faces[label] for label in counts.labels if counts.faces[label] < 2 * folds}:
        named = ", ".join(f"{label} {number}" for label, number in few.items())
        raise UsageError(
            f"labelled_faces has too few faces for {folds} folds ({named}): each label needs {2 * folds}; import more, "
            "or lower emotion_training.folds"
        )


def in_folds(pictures: DataFrame, labels: tuple[str, ...], folds: int, seed: int) -> DataFrame:
    """(pixels, label, fold, is_judge) of what can be trained on, ordered by picture; `label` is a place in `labels`.

    The faces of a label are dealt out to the folds one by one, in an order drawn by `seed`: each fold has as many, and
    each face is in one. Of every eighth of a label's faces in a fold is_judge is 1.
    """
    place = F.expr(f"array_position(array({', '.join(map(store.quoted, labels))}), label) - 1").cast("int")
    drawn = Window.partitionBy("label").orderBy(F.xxhash64("sha256", F.lit(seed)), "sha256")
    dealt = pictures.where("label IS NOT NULL AND pixels IS NOT NULL").withColumn("_at", F.row_number().over(drawn) - 1)
    fold, turn = (F.col("_at") % folds).cast("int"), F.floor(F.col("_at") / folds)
    is_judge = (turn % JUDGED_BY == 0).cast("int")
    return dealt.orderBy("sha256").select(
        "pixels", place.alias("label"), fold.alias("fold"), is_judge.alias("is_judge")
    )
