"""PP-OCR reads drawn and real words, says where they are, and one bad picture costs the others nothing."""

import csv
import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tubelake.backends import rapidocr
from tubelake.backends.model_files import files_hash
from tubelake.errors import UsageError
from tubelake.settings import Vision
from tubelake.vision.ocr import reader
from tubelake.vision.weights import Options


@pytest.fixture(scope="module")
def read():
    return rapidocr.load(Options(files_hash(rapidocr.files()), threads=1))


def drawn(words: dict[str, tuple[int, int]], size=(320, 180), turn=0) -> bytes:
    """White words on dark blue, each at its left and top, 30 px high."""
    image = Image.new("RGB", size, (20, 20, 70))
    for word, place in words.items():
        ImageDraw.Draw(image).text(place, word, fill="white", font=ImageFont.load_default(30))
    file = io.BytesIO()
    image.rotate(turn, expand=True).save(file, "PNG")
    return file.getvalue()


def test_drawn_words_are_read_in_order_with_their_boxes(read):
    places = {"FREE": (20, 20), "PIZZA": (180, 22), "TONIGHT": (20, 110)}
    (row,) = read([drawn(places)])
    assert (row["text"], row["word_count"]) == ("FREE PIZZA TONIGHT", 3)
    for word, (left, top) in zip(row["words"], places.values(), strict=True):
        assert word["confidence"] > 0.8
        assert abs(word["left"] - left) < 15
        assert top < (word["top"] + word["bottom"]) / 2 < top + 40


def test_the_words_of_one_line_have_boxes_of_their_own(read):
    (row,) = read([drawn({"HOW TO WIN": (40, 60)})])
    assert row["text"] == "HOW TO WIN"
    (how, to, win) = row["words"]
    assert how["right"] < to["right"] < win["right"]
    assert how["left"] < how["right"] <= to["left"] + 5 <= to["right"] + 5 <= win["left"] + 10


def test_pictures_of_all_sizes_and_kinds_are_read_as_if_alone(read):
    pictures = [
        drawn({"CAT": (20, 20)}), b"<html>", drawn({"DOG": (500, 300)}, (1280, 720)), drawn({"A": (1, 1)}, (1, 1)),
        drawn({"LION": (20, 20)}), drawn({"UPWARD": (20, 20)}, turn=90), b"", drawn({}),
        drawn({"DOWN": (20, 20)}, turn=-90),
    ]  # fmt: skip
    together = read(pictures)
    assert [row.get("text", row.get("error")) for row in together] == [
        "CAT", "notAPicture", "DOG", "", "LION", "UPWARD", "notAPicture", "", "DOWN",
    ]  # fmt: skip
    assert [read([picture])[0].get("text") for picture in pictures] == [row.get("text") for row in together]
    dog = together[2]["words"][0]
    assert 450 < dog["left"] < 550
    assert 280 < dog["top"] < 350


def test_what_it_was_made_by_is_known_without_the_model():
    made_by = reader(Vision(), 1).made_by
    assert made_by == reader(Vision(), 2).made_by
    assert re.fullmatch("[0-9a-f]{16}", made_by.model_hash)
    assert made_by.backend == "rapidocr"
    assert "rapidocr 3.10" in made_by.rules


def test_a_model_that_is_another_on_the_worker_reads_nothing():
    with pytest.raises(UsageError, match="another here than on the driver"):
        rapidocr.load(Options("0123456789abcdef", 1))


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(rapidocr, "PACKAGES", ("rapidocr", "no_such_package"))
    with pytest.raises(UsageError, match=r"reading words needs no_such_package: install tubelake\[vision\]"):
        reader(Vision(), 1)


def test_the_likeliest_signs_of_steps_make_a_text():
    path = np.eye(4, dtype=np.float32)[[1, 1, 0, 1, 2, 2, 3, 0]]
    found = rapidocr._most_likely(path, ["", "a", "b", " "], stretch=2.0)
    assert "".join(sign.text for sign in found) == "aab "
    assert [sign.at for sign in found] == [0.125, 0.875, 1.0, 1.0]


@pytest.mark.real_data
def test_words_of_real_thumbnails(read, real_data):
    listed = list(csv.DictReader((real_data / "labels/thumbnail_text.csv").open()))
    with_words = [line for line in listed if len(line["visible_text"]) > 15][:10]
    said = read([(real_data / f"corpus/thumbnails/{line['video_id']}.jpg").read_bytes() for line in with_words])
    wanted = [set(re.findall(r"\w\w+", line["visible_text"].lower())) for line in with_words]
    found = [words & set(re.findall(r"\w\w+", row["text"].lower())) for words, row in zip(wanted, said, strict=True)]
    assert sum(map(len, found)) >= 0.75 * sum(map(len, wanted))
