"""Labelled texts and faces: what is one becomes a row, the rest is quarantined, and nothing is imported twice."""

import csv
import gzip
import hashlib
import io
from collections import Counter

import pytest
from PIL import Image

from tubelake import store, tables
from tubelake.errors import UsageError
from tubelake.imports import faces, texts

TEXTS = 'Comment,Sentiment,who\r\n"good,\nvery",positive,a\r\n ,neutral,b\r\nnothing,,c\r\nbad\r\n=cmd(),negative,d\r\n'
GOOD_TEXTS = [(2, 1, "good,\nvery", "positive"), (7, 5, "=cmd()", "negative")]
BAD_TEXTS = [(4, "no text"), (5, "no label"), (6, "1 fields instead of 3")]


def picture(mode="RGB", size=(6, 4), kind="PNG", color=0) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, color).save(stream, kind)
    return stream.getvalue()


PICTURES = {
    "happy/a.png": picture(),
    "happy/copy.png": picture(),
    "happy/deep/happy/gray.JPG": picture("L", kind="JPEG"),
    "sad/a.png": picture(),
    "sad/cmyk.jpeg": picture("CMYK", kind="JPEG"),
    "sad/16bit.png": picture("I;16", (3, 3)),
    "sad/page.jpg": b"<html>",
    "sad/empty.png": b"",
    "sad/cut.png": picture(size=(300, 300), color="red")[:-60],
    "sad/gif.png": picture(kind="GIF"),
    "sad/notes.txt": b"not asked for",
    "outside.png": picture(size=(1, 1)),
}
GOOD_FACES = {
    ("happy", "happy/a.png"): ("PNG", 6, 4), ("happy", "happy/deep/happy/gray.JPG"): ("JPEG", 6, 4),
    ("sad", "sad/a.png"): ("PNG", 6, 4), ("sad", "sad/cmyk.jpeg"): ("JPEG", 6, 4), ("sad", "sad/16bit.png"): ("PNG", 3, 3),
}  # fmt: skip
BAD_FACES = ["sad/cut.png", "sad/empty.png", "sad/gif.png", "sad/page.jpg"]


@pytest.fixture
def folder(tmp_path):
    for name, data in {**PICTURES, "texts.csv": TEXTS.encode()}.items():
        file = tmp_path / "given" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path / "given"


def test_texts_and_faces(spark, run_job, commits, lake, folder):
    wanted = (f"labels.texts={folder / 'texts.csv'}", f"labels.faces={folder}")
    report = run_job(lake, "import_labels", *wanted)
    assert (report.rows_in, report.rows_out) == (5 + 10, 2 + 5)
    assert [note.split(";")[0] for note in report.notes] == ["3 records are no rows", "4 files are no pictures"]

    found = [tuple(row) for row in store.read(spark, tables.LABELLED_TEXTS, lake).drop("sha256", "file").collect()]
    in_order = sorted((line, record, text, label) for record, line, text, label in found)
    assert in_order == GOOD_TEXTS

    pictures = store.read(spark, tables.LABELLED_FACES, lake).collect()
    assert {(row["label"], row["source"].removeprefix(f"{folder}/")): (row["format"], row["width"], row["height"])
            for row in pictures} == GOOD_FACES  # fmt: skip
    for row in pictures:
        data = bytes(row["data"])
        assert data == PICTURES[row["source"].removeprefix(f"{folder}/")]
        assert row["sha256"] == hashlib.sha256(data).hexdigest()

    rejects = store.read(spark, tables.LABEL_REJECTS, lake).collect()
    assert sorted((row["line_number"], row["reason"]) for row in rejects if row["line_number"]) == BAD_TEXTS
    assert sorted(row["file"].removeprefix(f"{folder}/") for row in rejects if not row["line_number"]) == BAD_FACES
    assert {row["reason"].partition(":")[0] for row in rejects if not row["line_number"]} == {
        "notAPicture",
        "brokenPicture",
    }

    before = commits(lake)
    assert run_job(lake, "import_labels", *wanted).rows_out == 0
    assert commits(lake) == before


def test_limits_of_a_picture(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(picture(size=(100, 100)))
    assert "reason" not in faces.check(tmp_path / "a.png")
    monkeypatch.setattr(faces, "MOST_PIXELS", 9_999)
    assert faces.check(tmp_path / "a.png")["reason"] == "tooManyPixels: more than 9,999"
    monkeypatch.setattr(faces, "MOST_BYTES", 50)
    assert faces.check(tmp_path / "a.png")["reason"].startswith("more than")
    gone = faces.check(tmp_path / "gone.png")
    assert (gone["sha256"], gone["reason"][:14]) == ("", "cannot be read")


@pytest.mark.parametrize(
    ("names", "given", "places"),
    [
        (["Comment", "Sentiment"], (None, None), (0, 1)),
        (["label", "id", "Text"], (None, None), (2, 0)),
        (["text", "comment", "label", "class"], (None, None), (0, 2)),
        (["text", "said", "label", "mood"], ("Said", "mood"), (1, 3)),
    ],
)
def test_columns_are_found_or_given(names, given, places):
    assert texts.kind(*given).check(names) == places


@pytest.mark.parametrize(
    ("names", "given", "part"),
    [
        (["a", "label"], (None, None), "no column of texts; set labels.text_column to one of its columns: a, label"),
        (["text", "b"], (None, None), "no column of labels; set labels.label_column"),
        (["text", "label"], ("words", None), "no column of texts"),
    ],
)
def test_columns_that_are_missing_are_named(names, given, part):
    with pytest.raises(ValueError, match=part):
        texts.kind(*given).check(names)


def test_what_cannot_be_imported_is_refused(run_job, lake, tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    for overrides, part in (
        ([], "say what to import"), ([f"labels.faces={tmp_path}"], "no folders with PNG or JPEG"),
        ([f"labels.faces={tmp_path}/none"], "no folders with PNG or JPEG"),
        ([f"labels.texts={tmp_path}"], "set labels.text_column"), (["labels.texts=none"], "labels.texts: no .csv"),
    ):  # fmt: skip
        with pytest.raises(UsageError) as raised:
            run_job(lake, "import_labels", *overrides)
        assert part in str(raised.value)


@pytest.mark.real_data
def test_real_labels(spark, run_job, lake, real_data):
    comments = real_data / "comments/YoutubeCommentsDataSet.csv.gz"
    rows = list(csv.reader(io.StringIO(gzip.decompress(comments.read_bytes()).decode(), newline=""), strict=True))[1:]
    good = Counter((text, label) for text, label in rows if text.strip() and label.strip())
    pictures = sorted(file for file in (real_data / "faces/fer2013_sample").rglob("*.*") if file.is_file())

    run_job(lake, "import_labels", f"labels.texts={comments}", f"labels.faces={real_data / 'faces/fer2013_sample'}")

    texts = store.read(spark, tables.LABELLED_TEXTS, lake).collect()
    assert Counter((row["text"], row["label"]) for row in texts) == good
    assert store.read(spark, tables.LABEL_REJECTS, lake).count() == len(rows) - len(texts)
    found = store.read(spark, tables.LABELLED_FACES, lake).collect()
    assert {(row["label"], bytes(row["data"])) for row in found} == {(f.parent.name, f.read_bytes()) for f in pictures}
    assert len({row["label"] for row in found}) == 7
