"""read_faces, the whole job: equal pictures read once, what is none told, changes followed, a repeat without a commit."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from tests.vision.test_faces import RECIPES, agree_with_explode, options

from tubelake import disk, job, store, tables
from tubelake.backends import faces
from tubelake.emulator.pictures import drawn
from tubelake.emulator.recipes import Face, Recipe
from tubelake.settings import Settings
from tubelake.vision import emotion

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def lay(
    spark, wanted: Settings, data: dict[str, bytes], at: datetime = NOW, size: tuple[int, int] = (320, 180)
) -> None:
    """Rows of `pictures`, as collect_thumbnails leaves them."""
    told = [
        {
            "video_id": video, "run_id": f"run {at:%d}", "sha256": sha256(each).hexdigest(), "data": each,
            "width": size[0], "height": size[1], "is_final": True, "status": 200, "fetched_at": at,
        }
        for video, each in data.items()
    ]  # fmt: skip
    store.ensure(spark, tables.PICTURES, wanted.lake)
    rows = [tuple(row.get(name) for name in tables.PICTURES.column_names) for row in told]
    store.append(spark.createDataFrame(rows, tables.PICTURES.ddl), tables.PICTURES, wanted.lake)


def commits(lake) -> list[int]:
    return [
        len(list((disk.folder(lake) / f"silver/{name}/_delta_log").glob("*.json")))
        for name in ("picture_faces", "faces")
    ]


def counts(spark, lake) -> dict[str, tuple]:
    rows = store.read(spark, tables.PICTURE_FACES, lake).collect()
    return {row["video_id"]: (row["face_count"], row["happy"], row["error"]) for row in rows}


def test_the_job_reads_each_picture_once_and_follows_what_changes(spark, settings_for, lake, capsys):
    wanted = settings_for("http://127.0.0.1:1", "vision.round_pictures=3", "vision.batch_pictures=2")
    none, one, two, three = (drawn(recipe, "mqdefault") for recipe in RECIPES)
    lay(spark, wanted, {"none": none, "one": one, "two": two, "three": three, "same": two, "broken": two[:900]})
    assert job.run(spark, "read_faces", wanted) == 0
    said = capsys.readouterr().out
    assert "faces: 8 in 4 of 6 pictures; 1 could not be read; on cpu" in said
    assert "read_faces: 5 rows in" in said
    found = counts(spark, lake)
    assert found.pop("broken")[:2] == (None, None)
    assert found == {
        "none": (0, 0, None), "one": (1, 1, None), "two": (2, 2, None), "three": (3, 3, None), "same": (2, 2, None),
    }  # fmt: skip
    assert store.read(spark, tables.PICTURE_FACES, lake).where("video_id = 'broken'").first()["error"]
    agree_with_explode(spark, lake)

    before = commits(lake)
    assert job.run(spark, "read_faces", wanted) == 0
    assert "read_faces: 0 rows in, 0 rows out" in capsys.readouterr().out
    assert commits(lake) == before

    lay(spark, wanted, {"three": none, "broken": one}, NOW + timedelta(days=1))
    spark.sql(f"DELETE FROM {store.name(tables.PICTURES, lake)} WHERE video_id = 'one'")
    assert job.run(spark, "read_faces", wanted) == 0
    found = {video: count for video, (count, _, _) in counts(spark, lake).items()}
    assert found == {"none": 0, "two": 2, "three": 0, "same": 2, "broken": 1}
    agree_with_explode(spark, lake)


def test_another_model_reads_all_anew_and_one_that_is_missing_stops_before_anything_runs(
    spark, settings_for, lake, tmp_path, capsys
):
    wanted = settings_for("http://127.0.0.1:1")
    lay(spark, wanted, {"two": drawn(RECIPES[2], "mqdefault")})
    assert job.run(spark, "read_faces", wanted) == 0
    copy = tmp_path / "mine.hdf5"
    copy.write_bytes(emotion.find("fer").path.read_bytes())
    mine = settings_for("http://127.0.0.1:1", f"vision.emotion_model={copy}")
    assert job.run(spark, "read_faces", mine) == 2
    assert "train_emotion writes one" in capsys.readouterr().err
    emotion.declare(copy, emotion.EMOTIONS, 64, "zero-to-one")
    assert job.run(spark, "read_faces", mine) == 0
    assert "read_faces: 1 rows in" in capsys.readouterr().out
    (row,) = store.read(spark, tables.FACES, lake).select("backend").distinct().collect()
    assert row["backend"] == "hog, mine.hdf5"
    copy.write_bytes(b"another")
    assert job.run(spark, "read_faces", mine) == 2
    assert "has changed" in capsys.readouterr().err


def test_the_cnn_finds_the_same_faces_in_batches_of_like_pictures():
    read = faces.load(options(face_model="cnn", upsample=0))
    left, right = (
        Face((150, 130, 420, 496)),
        Face((750, 130, 420, 496), mirrored=True),
    )  # 105 px: not doubled, 80 are found
    recipes = [Recipe("none"), Recipe("one", faces=(left,)), Recipe("two", faces=(left, right))]
    items = [drawn(recipe, size) for size in ("mqdefault", "default") for recipe in recipes]
    together = read([*items, b"none"])
    assert [row.get("face_count") for row in together[:3]] == [0, 1, 2]
    assert together[-1] == {"error": "notAPicture", "device": "cpu"}
    for item, row in zip(items, together[:-1], strict=True):
        (alone,) = read([item])
        boxes = [[[face[side] for side in faces.Box._fields] for face in each["found"]] for each in (alone, row)]
        assert boxes[0] == boxes[1]


@pytest.mark.real_data
def test_the_cnn_counts_the_people_of_a_photograph(real_data):
    read = faces.load(options(face_model="cnn", upsample=1))
    files = {"two_people": 2, "obama_small": 1}
    said = read([(real_data / f"faces/face_recognition/{name}.jpg").read_bytes() for name in files])
    assert [row["face_count"] for row in said] == list(files.values())
