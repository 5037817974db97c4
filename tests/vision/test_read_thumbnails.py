"""The whole job: each content is read once, bad pictures have a reason, another model reads all anew, nothing mixes."""

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from tests.vision.test_decode import saved
from tests.vision.test_rapidocr import drawn

from tubelake import disk, job, store, tables
from tubelake.errors import UsageError
from tubelake.progress import silent
from tubelake.rounds import MadeBy
from tubelake.vision import ocr, reading
from tubelake.vision.guarded import Model
from tubelake.vision.reading import Reader

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:1"


def add_pictures(spark, lake, pictures: dict[str, bytes | None], run: str = "r1", days: int = 0) -> None:
    """Rows of `pictures`; None: there was none."""
    rows = []
    for video_id, data in pictures.items():
        told = {"video_id": video_id, "run_id": run, "fetched_at": NOW + timedelta(days=days), "data": data}
        good = (
            {"sha256": hashlib.sha256(data).hexdigest(), "width": 320, "height": 180}
            if data
            else {"reason": "notFound"}
        )
        rows.append(tuple((told | good).get(name) for name in tables.PICTURES.column_names))
    store.ensure(spark, tables.PICTURES, lake)
    store.append(spark.createDataFrame(rows, tables.PICTURES.ddl), tables.PICTURES, lake)


def texts(spark, lake) -> dict[str, tuple]:
    rows = store.read(spark, tables.PICTURE_TEXT, lake).collect()
    return {row["video_id"]: (row["text"], row["word_count"], row["error"]) for row in rows}


def test_the_job_reads_what_is_new_and_nothing_twice(spark, settings_for):
    wanted = settings_for(NOWHERE)

    def run() -> job.Report:
        return job.load("read_thumbnails").run(spark, wanted)

    cat, dog = drawn({"CAT": (20, 20)}), drawn({"DOG": (20, 20)})
    add_pictures(spark, wanted.lake, {"a": cat, "b": b"<html>", "c": dog, "d": drawn({}), "e": cat, "f": None})
    report = run()
    assert report.rows_in == 4  # two of the five are equal
    assert report.notes == ("words: 3 of 5 pictures have some, 1 could not be read; on cpu",)
    assert texts(spark, wanted.lake) == {
        "a": ("CAT", 1, None), "b": (None, None, "notAPicture"), "c": ("DOG", 1, None), "d": ("", 0, None),
        "e": ("CAT", 1, None),
    }  # fmt: skip
    row = store.read(spark, tables.PICTURE_TEXT, wanted.lake).where("video_id = 'c'").first()
    assert (row["backend"], row["device"], row["sha256"]) == ("rapidocr", "cpu", hashlib.sha256(dog).hexdigest())
    assert (row["rules"], row["model_hash"]) == (
        ocr.reader(wanted.vision, 1).made_by[2],
        ocr.reader(wanted.vision, 1).made_by[1],
    )
    assert row["fetched_at"] is not None
    assert row["process"]
    idle = run()
    assert (idle.rows_in, idle.rows_out) == (0, 0)
    add_pictures(spark, wanted.lake, {"a": drawn({"LION": (20, 20)})}, run="r2", days=1)
    assert run().rows_in == 1
    assert texts(spark, wanted.lake)["a"] == ("LION", 1, None)


@pytest.fixture
def breaking(spark):
    """A model whose module the workers can import."""
    spark.sparkContext.addPyFile(str(Path(__file__).with_name("breaking.py")))
    return Reader(MadeBy("breaking", "0" * 16, "1"), lambda _device: Model("breaking", None))


@pytest.mark.slow  # a job, several times from start to end
def test_a_model_that_breaks_costs_only_its_picture_and_another_one_never_mixes(spark, settings_for, breaking):
    wanted = settings_for(NOWHERE, "vision.timeout_seconds=6", "vision.round_pictures=5")
    good = {f"good{n}": saved(Image.new("RGB", (8, n)), "PNG") for n in range(1, 7)}
    add_pictures(spark, wanted.lake, good | {how: good["good1"] + how.encode() for how in ("crash", "hang", "trip")})

    def read(by: Reader) -> int:
        return reading.read_all(spark, tables.PICTURE_TEXT, by, wanted.vision, wanted.lake, silent).rows_in

    assert [read(breaking), read(breaking)] == [9, 0]
    found = texts(spark, wanted.lake)
    assert {name: found[name][0] for name in good} == {f"good{n}": f"{n} high" for n in range(1, 7)}
    assert found["crash"][2].startswith("crashed")
    assert found["hang"][2] == "timeOut: more than 6 s"
    assert found["trip"][2] == "KeyError: 'tripped'"
    other = dataclasses.replace(breaking, made_by=MadeBy("breaking", "0" * 16, "2"))
    assert [read(other), read(other)] == [9, 0]
    assert {row["rules"] for row in store.read(spark, tables.PICTURE_TEXT, wanted.lake).collect()} == {"2"}


def test_a_missing_model_is_said_before_anything_runs(spark, settings_for, tmp_path):
    wanted = settings_for(NOWHERE, "vision.ocr_backend=keras-ocr", f"vision.ocr_weights={tmp_path}")
    with pytest.raises(UsageError, match=r"vision.ocr_weights=.* has no craft_mlt_25k.h5 and no crnn_kurapan.h5"):
        job.load("read_thumbnails").run(spark, wanted)
    assert not (disk.folder(wanted.lake) / "silver").exists()


@pytest.mark.real_data
def test_the_same_pictures_are_read_the_same_in_whatever_order_they_came(spark, settings_for, real_data):
    """How sure a word is depends on the pictures beside it, by a last digit: now and then that is another letter."""
    wanted = settings_for(NOWHERE, "vision.batch_pictures=5").vision
    files = sorted((real_data / "corpus/thumbnails").glob("*.jpg"))[:24]
    columns = "video_id string, sha256 string, width int, height int, fetched_at timestamp, data binary"

    def said(ordered: list[Path]) -> dict[str, tuple]:
        told = [(file.stem, file.read_bytes()) for file in ordered]
        rows = [(name, hashlib.sha256(data).hexdigest(), 320, 180, NOW, data) for name, data in told]
        made = reading.read(spark.createDataFrame(rows, columns), tables.PICTURE_TEXT, ocr.reader(wanted, 1), wanted)
        return {row["video_id"]: (row["text"], row["words"], row["error"]) for row in made.collect()}

    first = said(files)
    assert sum(len(words) for _, words, _ in first.values()) > 20
    assert said(files[::-1]) == first
