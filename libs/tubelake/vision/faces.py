"""Pictures -> faces: which models look for them, and the rows of `faces` that come of `picture_faces`."""

from dataclasses import replace
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.backends import faces
from tubelake.backends.libraries import need
from tubelake.rounds import MadeBy
from tubelake.settings import Vision
from tubelake.tables import FACES
from tubelake.vision import emotion, networks
from tubelake.vision.guarded import Model
from tubelake.vision.reading import Reader, devices_used

# A picture takes the CNN 5 to 20 s on a core when it is doubled once or twice: more together would exceed
# vision.timeout_seconds.
CNN_PICTURES = 4
SAID = ("left", "top", "right", "bottom", "emotion", "emotion_confidence", *emotion.EMOTIONS)


def reader(vision: Vision, threads: int) -> Reader:
    """What finds faces by these settings. Raises UsageError where a package or a model is missing, or has changed."""
    declared = emotion.find(vision.emotion_model)
    need(networks.packages(declared.path), f"vision.emotion_model={vision.emotion_model}")
    faces.check(vision.face_model)
    if declared != emotion.FER:
        emotion.try_out(declared)
    options = faces.Options(
        vision.face_model,
        vision.face_upsample,
        declared,
        vision.emotion_confidence,
        threads,
        must_have_gpu=vision.device == "gpu",
    )
    made_by = MadeBy(
        f"{vision.face_model}, {Path(vision.emotion_model).name}", faces.model_hash(options), faces.rules(options)
    )
    return Reader(made_by, lambda device: Model(faces.__name__, replace(options, device=device)))


def paced(vision: Vision) -> Vision:
    """The settings with as many pictures in a batch as can be read in time."""
    if vision.face_model == "hog":
        return vision
    return vision.model_copy(update={"batch_pictures": min(vision.batch_pictures, CNN_PICTURES)})


def faces_from_pictures(pictures: DataFrame) -> DataFrame:
    """Rows of `faces` for rows of `picture_faces`: none for a picture without a face, or one that could not be read."""
    each = pictures.select("*", F.posexplode("found").alias("position", "face"))
    return each.select(
        "video_id", "position", *(F.col(f"face.{name}").alias(name) for name in SAID),
        "backend", "model_hash", "rules", "fetched_at",
    ).select(*FACES.column_names)  # fmt: skip


def video_ids(pictures: DataFrame) -> DataFrame:
    """By what the faces of a picture are known: its video."""
    return pictures.select("video_id")


def notice(pictures: DataFrame) -> str:
    """One line about all rows of `picture_faces`."""
    told = pictures.agg(
        F.count("*"), F.coalesce(F.sum("face_count"), F.lit(0)), F.count_if(F.col("face_count") > 0), F.count("error"),
        devices_used(),
    )  # fmt: skip
    count, found, with_faces, unreadable, where = told.collect()[0]
    return f"faces: {found:,} in {with_faces:,} of {count:,} pictures; {unreadable:,} could not be read; {where}"
