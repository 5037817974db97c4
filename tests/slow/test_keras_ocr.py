"""keras-ocr's real loading and inference, with weights that the test makes; and what is said where there are none."""

import json
import os
import subprocess
import sys

import pytest
from tests.vision.test_rapidocr import drawn

from tubelake.backends import keras_ocr
from tubelake.errors import UsageError

pytestmark = pytest.mark.slow

# Random weights find no words: the detector's last layer is told to see one that fills the picture.
MAKE_AND_READ = """
import json, sys
import numpy as np
from pathlib import Path
from tubelake.backends import keras_ocr
from tubelake.backends.model_files import files_hash
from tubelake.vision.weights import Options
from tubelake.errors import UsageError
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import tensorflow as tf
from keras_ocr import detection, pipeline, recognition
tf.keras.utils.set_random_seed(3)
folder, picture = Path(sys.argv[1]), Path(sys.argv[2])
detector, recogniser = detection.Detector(weights=None), recognition.Recognizer(recognition.DEFAULT_ALPHABET, weights=None)
last = [layer for layer in detector.model.layers if layer.get_weights()][-1]
kernel, bias = last.get_weights()
last.set_weights([kernel * 0, bias * 0 + np.array([1.0, 0.0])])
detector.model.save_weights(folder / "craft_mlt_25k.h5")
recogniser.model.save_weights(folder / "crnn_kurapan.h5")
model_hash = files_hash(keras_ocr.files(str(folder)))
read = keras_ocr.load(Options(model_hash, 1, str(folder)))
data = picture.read_bytes()
models = read.args[0]
from tubelake.vision.decode import decode
words = keras_ocr._words(models, [decode(data)] * 2)
rows = read([data, b"<html>", data])
theirs = pipeline.Pipeline(detector, recogniser).recognize([decode(data)])[0]
(folder / "crnn_kurapan.h5").write_bytes(b"<html>")
try:
    keras_ocr.load(Options(files_hash(keras_ocr.files(str(folder))), 1, str(folder)))
except UsageError as error:
    refused = str(error)
print(json.dumps({
    "refused": refused,
    "words": [[(word.text, word.confidence, *word.box) for word in found] for found in words],
    "rows": rows,
    "theirs": [(text, box.tolist()) for text, box in theirs],
}))
"""


def test_it_reads_what_keras_ocrs_own_pipeline_reads(tmp_path):
    """In a process of its own: TensorFlow is told once whether it is to use Keras 2."""
    picture = tmp_path / "picture.png"
    picture.write_bytes(drawn({"HELLO": (20, 20)}))
    done = subprocess.run(
        [sys.executable, "-c", MAKE_AND_READ, str(tmp_path), str(picture)], capture_output=True, text=True, check=False,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert "crnn_kurapan.h5 holds no weights of keras-ocr" in found["refused"]
    (theirs,) = found["theirs"]
    for words in found["words"]:
        ((text, confidence, *box),) = words
        assert text == theirs[0] != ""
        assert 0 < confidence <= 1
        assert box == pytest.approx([*theirs[1][0], *theirs[1][2]], abs=1)
    assert found["rows"][1] == {"error": "notAPicture"}
    for row in (found["rows"][0], found["rows"][2]):
        assert row["device"] == "cpu"
        assert row["word_count"] == (found["words"][0][0][1] >= 0.5)


def test_weights_that_cannot_be_downloaded_are_said(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_OCR_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(keras_ocr, "RELEASE", "http://127.0.0.1:1")
    with pytest.raises(UsageError, match=r"craft_mlt_25k.h5 could not be downloaded .*set vision.ocr_weights"):
        keras_ocr.files()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "craft_mlt_25k.h5").write_bytes(b"another")
    (tmp_path / "served").mkdir()
    (tmp_path / "served/craft_mlt_25k.h5").write_bytes(b"another")
    monkeypatch.setattr(keras_ocr, "RELEASE", (tmp_path / "served").as_uri())
    with pytest.raises(UsageError, match="its SHA-256 is another"):
        keras_ocr.files()
