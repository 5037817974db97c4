"""Which model reads words, by the settings: what `read_thumbnails` hands to the loop that reads pictures."""

import importlib
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tubelake import store
from tubelake.backends.model_files import files_hash
from tubelake.rounds import MadeBy
from tubelake.settings import Lake, Vision
from tubelake.tables import PICTURE_TEXT
from tubelake.vision import lines
from tubelake.vision.guarded import Model
from tubelake.vision.reading import Reader, devices_used
from tubelake.vision.weights import Options

MODULES = {"rapidocr": "tubelake.backends.rapidocr", "keras-ocr": "tubelake.backends.keras_ocr"}


def reader(vision: Vision, threads: int) -> Reader:
    """The reader that the settings ask for. Raises UsageError where its packages or its weights are missing."""
    name = MODULES[vision.ocr_backend]
    backend = importlib.import_module(name)
    # Workers run in another folder.
    weights = str(Path(vision.ocr_weights).expanduser().absolute()) if vision.ocr_weights else None
    model_hash = files_hash(backend.files(weights))

    def model(device: str) -> Model:
        return Model(name, Options(model_hash, threads, weights, device, vision.device == "gpu"))

    rules = f"{backend.rules()}, words from {lines.LEAST_CONFIDENCE:g}, lines {lines.VERSION}"
    return Reader(MadeBy(vision.ocr_backend, model_hash, rules), model)


def summary(spark: SparkSession, lake: Lake) -> str:
    """How many pictures have words, for the job's last lines."""
    told = store.read(spark, PICTURE_TEXT, lake).select(
        F.count("*"), F.count_if(F.col("word_count") > 0), F.count_if(F.col("error").isNotNull()), devices_used()
    )
    pictures, with_text, failed, where = told.first() or (0, 0, 0, "")
    broken = f", {failed:,} could not be read" if failed else ""
    return f"words: {with_text:,} of {pictures:,} pictures have some{broken}; {where}"
