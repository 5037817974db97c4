"""Faces of pictures: as many as a person sees, where they are, and one row each in `faces`."""

import csv
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyspark.sql import functions as F

from tubelake import store, tables
from tubelake.backends import faces
from tubelake.emulator.pictures import drawn
from tubelake.emulator.recipes import SIZES, WIDTH, Face, Recipe
from tubelake.errors import UsageError
from tubelake.follow import follow
from tubelake.settings import Vision
from tubelake.vision import emotion
from tubelake.vision import faces as vision_faces
from tubelake.vision.emotion import EMOTIONS

NOW, LATER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
RECIPES = (
    Recipe("none", background=5),
    Recipe("one", faces=(Face((500, 250, 250, 295)),)),
    Recipe("two", faces=(Face((100, 200, 200, 236)), Face((800, 260, 300, 354), mirrored=True))),
    Recipe(
        "three",
        faces=(
            Face((100, 200, 150, 177)),
            Face((560, 260, 200, 236), mirrored=True, brightness=1.2),
            Face((1000, 260, 180, 212), brightness=0.8),
        ),
    ),
)
MADE_BY = {"backend": "hog, fer", "model_hash": "0", "rules": "faces"}
SAID = ("face_count", *EMOTIONS, "found", "error")


def options(**changed) -> faces.Options:
    given = {"face_model": "hog", "upsample": 2, "emotion": emotion.find("fer"), "confidence": 0.5, "threads": 1}
    return faces.Options(**{**given, **changed})


@pytest.fixture(scope="module")
def read():
    return faces.load(options())


def overlap(one, other) -> float:
    """Of two boxes: what they share of what they cover."""
    wide, high = (min(one[at + 2], other[at + 2]) - max(one[at], other[at]) for at in (0, 1))
    shared = max(wide, 0) * max(high, 0)
    return shared / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - shared)


def png(array) -> bytes:
    data = BytesIO()
    Image.fromarray(np.asarray(array, np.uint8)).save(data, "PNG")
    return data.getvalue()


def test_faces_are_where_they_were_drawn_in_pictures_of_every_size(read):
    for size in ("mqdefault", "hqdefault", "maxresdefault"):
        scale = SIZES[size][0] / WIDTH
        bar = (SIZES[size][1] - 720 * scale) / 2
        said = read([drawn(recipe, size) for recipe in RECIPES])
        assert [row["face_count"] for row in said] == [0, 1, 2, 3], size
        for recipe, row in zip(RECIPES, said, strict=True):
            found = [tuple(face[side] for side in ("left", "top", "right", "bottom")) for face in row["found"]]
            areas = [(right - left) * (bottom - top) for left, top, right, bottom in found]
            assert areas == sorted(areas, reverse=True)
            for x, y, wide, high in (face.box for face in recipe.faces):
                truth = (x * scale, y * scale + bar, (x + wide) * scale, (y + high) * scale + bar)
                assert max(overlap(truth, box) for box in found) > 0.5, (size, recipe.video_id)
            assert row["happy"] == row["face_count"], "she smiles"


def test_a_batch_says_what_each_picture_says_alone_and_what_is_no_picture_only_loses_itself(read):
    whole = [drawn(recipe, size) for size in ("default", "mqdefault") for recipe in RECIPES]
    broken = [b"", b"<html>", whole[-1][: len(whole[-1]) // 2]]
    odd = [png(np.zeros((1, 1))), png(np.zeros((1, 3000, 3))), png(np.zeros((3000, 2, 3)))]
    together = read([*whole[:3], *broken, *odd, *whole[3:]])
    assert [set(row) for row in together[3:6]] == [{"device", "error"}] * 3
    assert all(row["error"] for row in together[3:6])
    assert [(row["face_count"], row["found"]) for row in together[6:9]] == [(0, [])] * 3
    for item, row in zip(whole, [*together[:3], *together[9:]], strict=True):
        (alone,) = read([item])
        assert {**alone, "found": None} == {**row, "found": None}
        for mine, theirs in zip(alone["found"], row["found"], strict=True):
            assert mine == {name: pytest.approx(value, abs=1e-5) for name, value in theirs.items()}


def test_a_face_has_an_emotion_only_if_that_is_likely_enough_and_its_probabilities_anyway():
    likely = np.array([[0.1, 0, 0, 0.6, 0.1, 0.1, 0.1], [0.4, 0.2, 0.1, 0.1, 0.1, 0.1, 0]])
    seen = faces.Seen([faces.Box(0, 0, 9, 9), faces.Box(9, 9, 12, 12)], [np.zeros((4, 4), np.uint8)] * 2)
    rows = {at: next(faces._rows([seen], lambda _: likely, at)) for at in (0.3, 0.5, 0.6, 0.9)}
    assert {at: [face["emotion"] for face in row["found"]] for at, row in rows.items()} == {
        0.3: ["happy", "angry"], 0.5: ["happy", None], 0.6: ["happy", None], 0.9: [None, None],
    }  # fmt: skip
    assert {at: (row["face_count"], row["happy"], row["angry"], row["sad"]) for at, row in rows.items()} == {
        0.3: (2, 1, 1, 0), 0.5: (2, 1, 0, 0), 0.6: (2, 1, 0, 0), 0.9: (2, 0, 0, 0),
    }  # fmt: skip
    for row in rows.values():
        assert [face["emotion_confidence"] for face in row["found"]] == [0.6, 0.4]
        assert [[face[name] for name in EMOTIONS] for face in row["found"]] == likely.tolist()


def test_a_face_is_cut_out_with_its_margin_and_beyond_the_picture_its_edge_goes_on():
    gray = np.arange(100, dtype=np.uint8)[:, None].repeat(100, axis=1)
    inside = faces.cut_out(gray, faces.Box(40, 40, 60, 60), 24)  # 20 px, 2 more on each side, 1 higher
    assert inside[:, 0].tolist() == list(range(37, 61))
    above = faces.cut_out(gray, faces.Box(0, 0, 20, 20), 24)
    assert above[:, 0].tolist() == [0, 0, 0, *range(21)]
    wider = faces.cut_out(gray, faces.Box(0, 90, 20, 100), 24)  # half of it is cut off: the square is its longer side's
    assert (wider.shape, wider[-1, 0]) == ((24, 24), 99)


@pytest.mark.real_data
def test_photographs_and_thumbnails_have_as_many_faces_as_a_person_sees(read, real_data):
    seen = {
        real_data / "faces" / row["file"]: int(row["faces"])
        for row in rows_of(real_data / "faces/hand_read_ground_truth.csv")
    }
    for row in rows_of(real_data / "labels/thumbnail_text.csv"):
        if row["face_count_certain"] == "1":
            seen[real_data / "corpus/thumbnails" / f"{row['video_id']}.jpg"] = int(row["clear_human_faces"])
    assert len(seen) == 50
    said = read([file.read_bytes() for file in seen])
    right = [row["face_count"] == count for row, count in zip(said, seen.values(), strict=True)]
    assert sum(right) >= 45
    for file, row in zip(seen, said, strict=True):
        width, height = Image.open(file).size
        for face in row["found"]:
            assert 0 <= face["left"] < face["right"] <= width
            assert 0 <= face["top"] < face["bottom"] <= height
            assert sum(face[name] for name in EMOTIONS) == pytest.approx(1, abs=1e-5)
        assert row["face_count"] == len(row["found"])
        labelled = [face["emotion"] for face in row["found"]]
        assert all(row[name] == labelled.count(name) for name in EMOTIONS)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_what_rows_depend_on_changes_with_each_setting_that_changes_them():
    told = {
        name: (faces.model_hash(given), faces.rules(given))
        for name, given in {
            "same": options(threads=4, device="gpu:0"),
            "cnn": options(face_model="cnn"),
            "upsample": options(upsample=1),
            "confidence": options(confidence=0.6),
        }.items()
    }
    usual = vision_faces.reader(Vision(), 1).made_by
    assert told["same"] == (usual.model_hash, usual.rules)
    assert len(set(told.values())) == 4
    assert usual.backend == "hog, fer"
    assert len(usual.model_hash) == 16


def test_a_changed_file_of_the_cnn_is_refused(monkeypatch):
    faces.check("cnn")
    monkeypatch.setattr(faces, "CNN_SHA256", "0" * 64)
    faces.check("hog")
    with pytest.raises(UsageError, match="reinstall face_recognition_models"):
        faces.check("cnn")


def pictures(spark, said: dict[str, dict], fetched_at=NOW):
    """Rows of `picture_faces`."""
    told = [
        {
            "video_id": video,
            "sha256": video,
            "fetched_at": fetched_at,
            "device": "cpu",
            **MADE_BY,
            **{name: row.get(name) for name in SAID},
        }
        for video, row in said.items()
    ]
    schema = store.schema(spark, tables.PICTURE_FACES.ddl)
    return spark.createDataFrame([tuple(row.get(name) for name in schema.names) for row in told], schema)


@pytest.mark.slow  # a job, several times from start to end
def test_faces_follow_the_pictures_that_change_and_go(spark, lake, read):
    said = dict(zip("abcd", read([drawn(recipe, "mqdefault") for recipe in RECIPES]), strict=True))
    first = {**{video: said[video] for video in "bcd"}, "e": {"error": "notAPicture"}}
    store.ensure(spark, tables.PICTURE_FACES, lake)
    store.append(pictures(spark, first), tables.PICTURE_FACES, lake)

    def changed() -> int:
        targets = {tables.FACES: vision_faces.faces_from_pictures}
        return follow(spark, tables.PICTURE_FACES, targets, lake, keys=vision_faces.video_ids).rows_out

    assert [changed(), changed()] == [6, 0]
    found = store.read(spark, tables.FACES, lake).orderBy("video_id", "position").collect()
    assert [(row["video_id"], row["position"]) for row in found] == [
        ("b", 0), ("c", 0), ("c", 1), ("d", 0), ("d", 1), ("d", 2),
    ]  # fmt: skip
    for row in found:
        face = said[row["video_id"]]["found"][row["position"]]
        assert {name: row[name] for name in face} == face
        assert {name: row[name] for name in MADE_BY} == MADE_BY
    assert vision_faces.notice(store.read(spark, tables.PICTURE_FACES, lake)) == (
        "faces: 6 in 3 of 4 pictures; 1 could not be read; on cpu"
    )

    spark.sql(f"DELETE FROM {store.name(tables.PICTURE_FACES, lake)} WHERE video_id IN ('b', 'd')")
    store.append(pictures(spark, {"b": said["a"], "a": said["b"]}, LATER), tables.PICTURE_FACES, lake)
    changed()
    left = store.read(spark, tables.FACES, lake).select("video_id", "position").collect()
    assert sorted(map(tuple, left)) == [("a", 0), ("c", 0), ("c", 1)]
    agree_with_explode(spark, lake)


def agree_with_explode(spark, lake) -> None:
    """The counts of each picture are those of its rows in `faces`."""
    each = store.read(spark, tables.FACES, lake)
    counted = each.groupBy("video_id").agg(
        F.count("*").cast("int").alias("face_count"),
        *(F.count_if(F.col("emotion") == name).cast("int").alias(name) for name in EMOTIONS),
    )
    told = store.read(spark, tables.PICTURE_FACES, lake).where("face_count > 0").select(counted.columns)
    assert sorted(told.collect()) == sorted(counted.collect())
