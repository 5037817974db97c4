"""Pictures over HTTP: stored ones, drawn ones whose words and faces are known, missing ones, damaged ones."""

import http.client
import io
import json
import time
import urllib.parse
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import face_recognition
import numpy as np
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from tubelake.emulator import CorpusError, Emulator, EmulatorOptions, load_corpus, parse_faults, pictures, running

SIZES = {
    "default": (120, 90),
    "mqdefault": (320, 180),
    "hqdefault": (480, 360),
    "sddefault": (640, 480),
    "maxresdefault": (1280, 720),
    "fhddefault": (1920, 1080),
    "qhddefault": (2560, 1440),
    "uhddefault": (3840, 2160),
}
WORD_BOX = (100, 560, 700, 120)
FACE_BOX = (500, 150, 200, 236)
OTHER_FACE_BOX = (900, 150, 200, 236)
RECIPE = {
    "video_id": "drawn",
    "sizes": list(SIZES)[:-1],
    "background": 77,
    "words": [{"text": "OCEAN 100%", "box": WORD_BOX, "colour": "#ffe600"}],
    "faces": [{"box": FACE_BOX}, {"box": OTHER_FACE_BOX, "mirrored": True, "brightness": 0.7}],
}
IDS = ("stored", "no jpeg", "drawn", "bare", "../outside")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    videos = [{"id": video_id, "snippet": {"publishedAt": "2020-01-01T00:00:00Z"}} for video_id in IDS]
    (folder / "videos.jsonl").write_text("\n".join(map(json.dumps, videos)), encoding="utf-8")
    recipes = [RECIPE, {"video_id": "bare", "sizes": ["default"]}, RECIPE | {"video_id": "not a video"}]
    (folder / "thumbnails.jsonl").write_text("\n".join(map(json.dumps, recipes)), encoding="utf-8")
    (folder / "thumbnails").mkdir()
    green = Image.new("RGB", SIZES["mqdefault"], (20, 160, 60))
    green.save(folder / "thumbnails" / "stored.jpg", quality=60)
    green.save(folder / "outside.jpg")
    (folder / "thumbnails" / "no jpeg.jpg").write_bytes(b"<html>no picture</html>")
    return folder


@pytest.fixture(scope="module")
def emulator(folder):
    with running(load_corpus(folder)) as emulator:
        yield emulator


def fetch(emulator: Emulator, video_id: str, name: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body of a picture; redirects are not followed."""
    host = urllib.parse.urlsplit(emulator.url).netloc
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", f"/vi/{urllib.parse.quote(video_id, safe='')}/{name}.jpg")
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


def decoded(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    return picture


def scaled(box: tuple[int, int, int, int], size: str) -> tuple[int, int, int, int]:
    """A box of a recipe as left, top, right, bottom in a size, which may have bars above and below."""
    width, height = SIZES[size]
    factor, bar = width / 1280, (height - width * 9 / 16) / 2
    left, top, wide, high = box
    corners = (left * factor, top * factor + bar, (left + wide) * factor, (top + high) * factor + bar)
    return tuple(map(round, corners))


def test_which_pictures_exist(emulator):
    existing = {
        "stored": ["default", "mqdefault"],
        "no jpeg": ["mqdefault"],
        "drawn": list(SIZES)[:-1],
        "bare": ["default"],
        "../outside": [],
        "not a video": [],
        "nowhere": [],
    }
    for video_id, sizes in existing.items():
        for name in (*SIZES, "0"):
            status, headers, data = fetch(emulator, video_id, name)
            assert (status, headers["Content-Type"]) == (200 if name in sizes else 404, "image/jpeg")
            if status == 404:
                grey = decoded(data)
                assert grey.size == (120, 90)
                assert max(ImageStat.Stat(grey.convert("HSV")).extrema[1]) == 0
            elif video_id != "no jpeg":
                assert decoded(data).size == SIZES[name]


def test_a_stored_picture_is_served_as_it_is_and_made_smaller_with_bars(emulator, folder):
    for video_id in ("stored", "no jpeg"):
        assert fetch(emulator, video_id, "mqdefault")[2] == (folder / "thumbnails" / f"{video_id}.jpg").read_bytes()
    small = decoded(fetch(emulator, "stored", "default")[2])
    colours = np.asarray(small)[[3, 45, 86], 60].astype(int)
    assert np.abs(colours - [(0, 0, 0), (20, 160, 60), (0, 0, 0)]).max() < 12


@pytest.mark.parametrize("size", ["mqdefault", "hqdefault", "maxresdefault", "fhddefault"])
def test_a_word_fills_its_box_and_stands_out(emulator, size):
    picture = decoded(fetch(emulator, "drawn", size)[2])
    light = np.asarray(picture.convert("L")) > 170
    left, top, right, bottom = scaled(WORD_BOX, size)
    inside = light[top:bottom, left:right]
    assert 0.15 < inside.mean() < 0.7
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    assert np.ptp(rows) > 0.75 * inside.shape[0]
    assert np.ptp(columns) > 0.9 * inside.shape[1]
    # Below the faces nothing else is light.
    around = light[scaled((0, 540, 1, 1), size)[1] : scaled((0, 719, 1, 1), size)[1]].copy()
    assert around.sum() <= inside.sum() * 1.02


def test_faces_are_the_photograph_in_their_boxes(emulator):
    photograph = Path(find_spec("skimage").origin).parent / "data" / "astronaut.png"
    with Image.open(photograph) as whole:
        face = whole.convert("RGB").crop((174, 68, 274, 186)).resize((200, 236))
    picture = decoded(fetch(emulator, "drawn", "maxresdefault")[2])
    darker = ImageOps.mirror(face).point(lambda level: round(level * 0.7))
    for box, expected in ((FACE_BOX, face), (OTHER_FACE_BOX, darker)):
        difference = ImageChops.difference(picture.crop(scaled(box, "maxresdefault")), expected)
        assert max(ImageStat.Stat(difference).mean) < 8


def test_a_detector_finds_the_faces_where_they_are_said_to_be(emulator):
    found = face_recognition.face_locations(np.asarray(decoded(fetch(emulator, "drawn", "maxresdefault")[2])))
    centres = sorted(((left + right) / 2, (top + bottom) / 2) for top, right, bottom, left in found)
    assert len(centres) == 2
    for (x, y), (left, top, wide, high) in zip(centres, (FACE_BOX, OTHER_FACE_BOX), strict=True):
        assert left + wide / 4 < x < left + wide * 3 / 4
        assert top + high / 4 < y < top + high * 3 / 4


def test_the_same_recipe_gives_the_same_bytes(emulator, folder, tmp_path):
    first = fetch(emulator, "drawn", "mqdefault")[2]
    pictures.drawn.cache_clear()
    with running(load_corpus(folder)) as again:
        assert fetch(again, "drawn", "mqdefault")[2] == first
    (tmp_path / "videos.jsonl").write_bytes((folder / "videos.jsonl").read_bytes())
    (tmp_path / "thumbnails.jsonl").write_text(json.dumps(RECIPE | {"background": 78}), encoding="utf-8")
    with running(load_corpus(tmp_path)) as other:
        assert fetch(other, "drawn", "mqdefault")[2] != first


def test_pictures_are_on_record_and_free(folder):
    with running(load_corpus(folder)) as emulator:
        fetch(emulator, "stored", "mqdefault")
        fetch(emulator, "stored", "hqdefault")
        recorded = [
            ("thumbnails", {"video_id": "stored", "name": "mqdefault"}, 200),
            ("thumbnails", {"video_id": "stored", "name": "hqdefault"}, 404),
        ]
        assert emulator.calls() == recorded
        assert emulator.usage() == {}


SCHEDULE = """
- {method: thumbnails, match: {name: default}, kind: redirect, location: mqdefault}
- {method: thumbnails, at: [1], status: 503, retry_after: 3}
- {method: thumbnails, at: [2], kind: html}
- {method: thumbnails, at: [3], kind: empty}
- {method: thumbnails, at: [4], kind: broken_json}
- {method: thumbnails, at: [5], kind: truncate}
- {method: thumbnails, at: [6], kind: reset}
- {method: thumbnails, at: [7], kind: redirect, location: "http://10.0.0.1/x.jpg"}
- {method: thumbnails, at: [8], delay: 0.3}
- {method: videos.list, kind: redirect, location: /elsewhere}
"""


def test_faults(folder):
    good = (folder / "thumbnails" / "stored.jpg").read_bytes()
    with running(load_corpus(folder), EmulatorOptions(faults=parse_faults(SCHEDULE, "test"))) as emulator:

        def call() -> tuple[int, http.client.HTTPMessage, bytes]:
            return fetch(emulator, "stored", "mqdefault")

        status, headers, data = call()
        assert (status, headers["Retry-After"], headers["Content-Type"][:9]) == (503, "3", "text/html")
        status, headers, data = call()
        assert (status, headers["Content-Type"][:9], data[:9]) == (200, "text/html", b"<!DOCTYPE")
        status, headers, data = call()
        assert (status, headers["Content-Type"], headers["Content-Length"], data) == (200, "image/jpeg", "0", b"")
        status, headers, data = call()
        assert (status, headers["Content-Type"], data) == (200, "image/jpeg", good[: len(good) // 2])
        with pytest.raises(http.client.IncompleteRead) as short:
            call()
        assert short.value.partial == good[: len(good) // 2]
        with pytest.raises(ConnectionError):
            call()
        status, headers, _ = call()
        assert (status, headers["Location"]) == (302, "http://10.0.0.1/x.jpg")
        started = time.monotonic()
        assert call()[2] == good
        assert time.monotonic() - started >= 0.3
        assert fetch(emulator, "stored", "default")[1]["Location"] == "/vi/stored/mqdefault.jpg"
        with urllib.request.urlopen(f"{emulator.url}/vi/stored/default.jpg", timeout=10) as followed:
            assert followed.read() == good
        host = urllib.parse.urlsplit(emulator.url).netloc
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", "/youtube/v3/videos?part=id&id=stored&key=any")
        assert connection.getresponse().headers["Location"] == "/elsewhere"
        connection.close()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[]", "thumbnails.jsonl:1: not the recipe of a thumbnail: line:"),
        ("{}", "thumbnails.jsonl:1: not the recipe of a thumbnail: video_id: Field required"),
        ('{"video_id": "a", "sizes": ["huge"]}', "sizes.0: Value error, there is no size 'huge'; there are default,"),
        ('{"video_id": "a", "words": [{"text": "A", "box": [0, 0, 10]}]}', "words.0.box"),
        ('{"video_id": "a", "words": [{"text": "", "box": [0, 0, 1, 1]}]}', "words.0.text"),
        ('{"video_id": "a", "words": [{"text": "A", "box": [0, 0, 1, 1], "colour": "red"}]}', "words.0.colour"),
        ('{"video_id": "a", "faces": [{"box": [0, 0, 0, 9]}]}', "faces.0.box.2"),
    ],
)
def test_a_bad_recipe_is_named(tmp_path, line, message):
    (tmp_path / "thumbnails.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(CorpusError) as raised:
        load_corpus(tmp_path)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.real_data
def test_the_real_pictures_are_served_as_they_are(real_data):
    corpus = load_corpus(real_data / "corpus")
    stored = sorted((real_data / "corpus" / "thumbnails").iterdir())
    with running(corpus) as emulator:
        for path in stored:
            assert fetch(emulator, path.stem, "mqdefault")[::2] == (200, path.read_bytes())
            assert fetch(emulator, path.stem, "hqdefault")[0] == 404
        decoded(fetch(emulator, stored[0].stem, "default")[2])
    assert len(stored) == 136
