"""Emotion models of one's own: which faces they learn from, how these reach TensorFlow, and what is told of the model."""

import hashlib
import io
import os
import re
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tubelake import job, settings, store, tables
from tubelake.backends import libraries
from tubelake.devices import CPU
from tubelake.errors import TubeLakeError, UsageError
from tubelake.settings import EmotionTraining
from tubelake.vision import coverage, emotion, examples, feeding, fitting, guarded, network, training

SIZE = 32
TODAY = date(2026, 3, 4)


def face(number: int, bright_at: int) -> bytes:
    """A picture of noise with a bright bar: the row of the bar tells the label."""
    pixels = np.random.default_rng(number).integers(0, 120, (SIZE, SIZE), dtype=np.uint8)
    pixels[bright_at : bright_at + 6] += 120
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def labelled(spark, *faces: tuple[str, bytes]):
    """Rows of labelled_faces for (label, file)."""
    rows = [(hashlib.sha256(data).hexdigest(), label, f"/{at}.png", "PNG", SIZE, SIZE, data)
            for at, (label, data) in enumerate(faces)]  # fmt: skip
    return spark.createDataFrame(rows, tables.LABELLED_FACES.ddl)


def some(**counts: int) -> list[tuple[str, bytes]]:
    """So many faces of each label, told apart by where their bar is."""
    labels = list(counts)
    return [(label, face(1000 * labels.index(label) + at, 4 + 8 * labels.index(label)))
            for label in labels for at in range(counts[label])]  # fmt: skip


@pytest.fixture(scope="module")
def pictures(spark):
    """21 happy, 12 sad and 10 angry faces, one with two labels, one told twice, one that is broken."""
    both, broken = face(7, 20), face(8, 20)[:200]
    odd = [("happy", both), ("sad", both), ("sad", broken)]
    rows = labelled(spark, *some(happy=20, sad=12, angry=10), (" Happy ", face(99, 4)), ("happy", face(99, 4)), *odd)
    found = examples.decoded(rows, SIZE).persist()
    yield found
    found.unpersist()


def test_each_picture_counts_once_and_what_is_none_is_left_out(pictures):
    found = examples.count(pictures)
    assert found.faces == {"happy": 21, "sad": 12, "angry": 10}
    assert (found.labels, found.contradictory, found.broken) == (("angry", "happy", "sad"), 1, 1)


def test_folds_are_disjoint_and_have_the_same_share_of_each_label(pictures):
    rows = examples.in_folds(pictures, ("angry", "happy", "sad"), 4, seed=3).collect()
    assert len(rows) == len({bytes(row["pixels"]) for row in rows}) == 43
    counts = Counter((row["label"], row["fold"]) for row in rows)
    assert counts == {
        (0, 0): 3, (0, 1): 3, (0, 2): 2, (0, 3): 2, (1, 0): 6, (1, 1): 5, (1, 2): 5, (1, 3): 5,
        **{(2, fold): 3 for fold in range(4)},
    }  # fmt: skip
    judges = Counter(row["label"] for row in rows if row["is_judge"])
    assert judges == {0: 4, 1: 4, 2: 4}
    again = examples.in_folds(pictures, ("angry", "happy", "sad"), 4, seed=3).collect()
    other = examples.in_folds(pictures, ("angry", "happy", "sad"), 4, seed=4).collect()
    assert again == rows
    assert [row["pixels"] for row in other] == [row["pixels"] for row in rows]
    assert [row["fold"] for row in other] != [row["fold"] for row in rows]


def test_pixels_are_those_that_read_faces_shows_to_a_model(pictures):
    row = examples.in_folds(pictures, ("angry", "happy", "sad"), 4, seed=3).first()
    files = {np.asarray(Image.open(io.BytesIO(data))).tobytes() for _, data in some(happy=20, sad=12, angry=10)}
    assert bytes(row["pixels"]) in files


def test_faces_that_cannot_be_learned_from_are_told_in_a_line(spark, tmp_path):
    few = EmotionTraining(model=str(tmp_path), folds=3)
    cases = {
        "no faces to train on; run import_labels with --set labels.faces=FOLDER": [],
        "labels that are no emotions: bored, joy; only angry, disgust": [*some(happy=6, joy=6), ("bored", face(1, 1))],
        "has only faces that are happy": some(happy=9),
        r"too few faces for 3 folds \(sad 5\): each label needs 6": some(happy=9, sad=5),
        "of those that it has, 1 cannot be decoded and 0 have several labels": [("sad", b"none")],
    }
    for said, faces in cases.items():
        with pytest.raises(UsageError, match=said) as raised:
            training.train(labelled(spark, *faces), few, TODAY, 4)
        assert "\n" not in str(raised.value)
    assert not list(tmp_path.rglob("*"))
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"set emotion_training\.model to a folder"):
        training.train(labelled(spark), EmotionTraining(model=str(tmp_path / "file" / "model")), TODAY, 4)


def test_a_threshold_trades_labels_for_right_ones():
    likely = np.array([[0.9, 0.1], [0.2, 0.8], [0.65, 0.35], [0.45, 0.55], [0.5, 0.5]])
    truth = np.array([0, 1, 1, 1, 0])
    found = coverage.curve(truth, likely, [0.85, 0.0, 0.6, 0.95])
    assert found == [(0.0, 1.0, 0.8), (0.6, 0.6, pytest.approx(2 / 3)), (0.85, 0.2, 1.0)]
    expected = {0.6: 0.65, 0.61: 0.55, 0.2: 0.9, 1.0: 0.5}
    assert {share: coverage.threshold_for(likely, share) for share in expected} == expected
    assert coverage.threshold_for(np.array([[0.0, 0.0]]), 1.0) == 0


def test_the_network_begins_with_gradients_in_all_directions():
    kernels = network.gradients(8)[:, :, 0]
    assert kernels.shape == (3, 3, 8)
    assert np.abs(kernels.sum(axis=(0, 1))).max() < 1e-6
    down, right = np.mgrid[0:3, 0:3]
    steepest = {0: right, 2: down, 4: -right, 6: -down, 1: right + down}
    for direction, slope in steepest.items():
        assert (kernels * slope[..., None]).sum(axis=(0, 1)).argmax() == direction


@pytest.mark.slow  # loads TensorFlow
def test_faces_are_mirrored_turned_and_moved_about_their_middle():
    libraries.tensorflow(1)
    faces = np.random.default_rng(2).random((5, 9, 9, 1)).astype(np.float32)
    still, moves = np.zeros(5, np.float32), np.array([0, 0, 0, 2, 0], np.float32)
    mirror, down = np.array([1, -1, 1, 1, 1], np.float32), np.array([0, 0, 0, 0, -1], np.float32)
    turn = np.array([0, 0, np.pi / 2, 0, 0], np.float32)
    found = np.asarray(fitting.moved(faces, mirror, turn, still + 1, moves, down))
    assert np.allclose(found[0], faces[0], atol=1e-5)
    assert np.allclose(found[1], faces[1, :, ::-1], atol=1e-5)
    assert np.allclose(found[2], np.rot90(faces[2], -1), atol=1e-4)
    assert np.allclose(found[3, :, 2:], faces[3, :, :-2], atol=1e-5)
    assert np.allclose(found[4, :-1], faces[4, 1:], atol=1e-5)
    nearer = np.asarray(fitting.moved(faces, still + 1, still, still + 2, still, still))
    assert np.allclose(nearer[:, ::2, ::2], faces[:, 2:7, 2:7], atol=1e-5)


def rows_of(frame, by: feeding.Way, folder: Path) -> list[tuple]:
    folder.mkdir()
    with feeding.prepared(frame, by, folder, None) as feed, feed() as batches:
        return [(row[0], *map(int, row[1:])) for row in batches.unbatch().as_numpy_iterator()]


@pytest.mark.slow  # petastorm takes 10 s
def test_both_ways_feed_the_same_rows_in_order(pictures, tmp_path):
    libraries.tensorflow(1)
    frame = examples.in_folds(pictures, ("angry", "happy", "sad"), 4, seed=3)
    expected = [(bytes(row["pixels"]), row["label"], row["fold"], row["is_judge"]) for row in frame.collect()]
    assert rows_of(frame, "arrow", tmp_path / "arrow") == expected
    assert feeding.way("auto") == "petastorm"
    assert rows_of(frame, "petastorm", tmp_path / "petastorm") == expected
    assert not [file for file in (tmp_path / "petastorm").rglob("*") if file.is_file()]


def test_without_petastorm_arrow_feeds_and_whoever_wants_petastorm_is_told(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "petastorm.spark", None)  # as where it cannot be imported
    assert (feeding.way("auto"), feeding.way("arrow")) == ("arrow", "arrow")
    with pytest.raises(UsageError, match=r"install tubelake\[spark35,train\], or set emotion_training\.feeding=auto"):
        feeding.way("petastorm")


def test_training_that_crashes_or_hangs_is_one_line():
    with pytest.raises(TubeLakeError, match=r"training crashed its process .*: run again"):
        guarded.once(os.abort, (), 60, "training")
    with pytest.raises(TubeLakeError, match="training was ended: it took more than 1 s"):
        guarded.once(time.sleep, (60,), 1, "training")


def tiny(folder: Path, **changes) -> EmotionTraining:
    return EmotionTraining(model=str(folder), size=SIZE, folds=2, epochs=6, **changes)


@pytest.mark.slow  # three trainings, each in a process with a TensorFlow of its own
def test_the_same_faces_and_seed_give_the_same_model_by_either_way(spark, tmp_path):
    faces = labelled(spark, *some(happy=40, sad=24), ("sad", b"none"))
    made = {}
    for name, changes in {"one": {"feeding": "arrow"}, "same": {}, "other": {"feeding": "arrow", "seed": 1}}.items():
        outcome = training.train(faces, tiny(tmp_path / name, **changes), TODAY, 4)
        assert outcome[:2] == (65, 64)
        made[name] = emotion.find(str(tmp_path / name / "emotion.h5"))
        assert {file.name for file in (tmp_path / name).iterdir()} == {"emotion.h5", "emotion.h5.json", "CARD.md"}
    assert made["one"].sha256 == made["same"].sha256 != made["other"].sha256
    cards = [(tmp_path / name / "CARD.md").read_text() for name in ("one", "same")]
    results = [card[card.index("## How good it is") :] for card in cards]
    assert results[0] == results[1]
    assert ["by arrow" in card for card in cards] == [True, False]
    assert ["by petastorm" in card for card in cards] == [False, True]


@pytest.mark.slow
@pytest.mark.real_data
def test_the_job_trains_on_real_faces_and_read_faces_takes_its_model_until_it_changes(
    spark, lake, tmp_path, real_data, capsys
):
    fixed = (f"lake.root={lake.root}", f"run.logs={tmp_path / 'logs'}", "run.id=one", "run.now=2026-03-04T05:06:07Z",
             f"emotion_training.model={tmp_path / 'model'}", f"labels.faces={real_data / 'faces/fer2013_sample'}",
             "emotion_training.epochs=4", "emotion_training.folds=3", "emotion_training.label_share=0.7")  # fmt: skip
    wanted = settings.load(overrides=fixed, environ={})
    assert job.run(spark, "train_emotion", wanted) == 2
    assert "run import_labels with --set labels.faces=FOLDER" in capsys.readouterr().err
    assert job.run(spark, "import_labels", wanted) == 0
    version = store.version(spark, tables.LABELLED_FACES, lake)
    assert job.run(spark, "train_emotion", wanted) == 0
    said = capsys.readouterr().out
    assert "train_emotion: 280 rows in, 280 rows out" in said
    card, file = (tmp_path / "model/CARD.md").read_text(), tmp_path / "model/emotion.h5"
    declared = emotion.find(str(file))
    for part in (
        "Trained on 2026-03-04", declared.sha256, f"version {version} of the Delta table", "| disgust | 40 |", "by petastorm",
        "Order of its labels: angry, disgust, fear, happy, sad, surprise, neutral", "| always angry | 0.143 |", "| 0 | 1.000 |",
    ):  # fmt: skip
        assert part in card, part
    threshold, share = re.search(r"emotion_confidence ([0-9.]+) leaves ([0-9]+)%", said).groups()
    assert int(share) >= 70
    assert f"vision.emotion_model={file} --set vision.emotion_confidence={threshold}" in said
    rows = re.findall(
        r"^\| (?:angry|disgust|fear|happy|sad|surprise|neutral) \|((?: [0-9]+ \|){7})$", card, re.MULTILINE
    )
    confusion = np.array([row.replace("|", " ").split() for row in rows], int)
    assert confusion.sum(axis=1).tolist() == [40] * 7
    assert f"3-fold {np.trace(confusion) / 280:.3f} and" in said

    emotion.try_out(declared)
    files = sorted((real_data / "faces/fer2013_sample").glob("*/*.jpg"))[::20]
    likely = emotion.load(declared, 1, CPU)(np.stack([np.asarray(Image.open(file).convert("L")) for file in files]))
    assert likely.shape == (14, 7)
    assert np.abs(likely.sum(axis=1) - 1).max() < 1e-5
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    with pytest.raises(UsageError, match="has changed"):
        emotion.find(str(file))
