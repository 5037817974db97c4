"""The contact sheet: which pictures are on it, where its boxes are, and that no text of a video is ever markup."""

import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.filling import add

from tubelake import cli, job, pipeline, store, tables
from tubelake.errors import UsageError
from tubelake.export import sheet, sheet_tile
from tubelake.export.files import write_whole
from tubelake.export.markup import html, tag
from tubelake.export.previews import Preview, preview
from tubelake.export.sheet import Filters
from tubelake.vision.emotion import EMOTIONS

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EVIL = '<script>alert("1")</script> & \u202e"quoted" \x00\ud83d end'
BREAKING = "</text></svg><img src=x onerror=alert(1)>"
ARABIC = "عنوان الفيديو 😂"
VOID = {"meta", "img", "input"}


def picture(width: int, height: int, kind: str = "JPEG", *, turned: bool = False, colour="#c03030") -> bytes:
    stream, exif = BytesIO(), Image.Exif()
    if turned:
        exif[0x0112] = 6  # to be shown a quarter turned
    Image.new("1" if kind == "PNG" else "RGB", (width, height), None if kind == "PNG" else colour).save(
        stream, kind, exif=exif
    )
    return stream.getvalue()


PICTURES = {
    "plain": picture(640, 360), "script": picture(300, 600, "PNG"), "turned": picture(200, 100, turned=True),
    "bomb": picture(6000, 4000, "PNG"), "changed": picture(64, 36), "still": picture(80, 45), "unread": picture(90, 45),
}  # fmt: skip
OLD = picture(100, 100, colour="#0000ff")
MADE = {"backend": "test", "model_hash": "0123456789abcdef", "rules": "1", "fetched_at": NOW}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def face(emotion: str | None, sure: float, box=(10, 20, 60, 80)) -> dict:
    others = dict.fromkeys(EMOTIONS, (1 - sure) / 6)
    likely = others | {emotion or "fear": sure}
    sides = dict(zip(("left", "top", "right", "bottom"), box, strict=True))
    return {**sides, "emotion": emotion, "emotion_confidence": sure, **likely}


def word(text: str, box, sure: float = 0.99) -> dict:
    return {"text": text, "confidence": sure, **dict(zip(("left", "top", "right", "bottom"), box, strict=True))}


def add_pictures(spark, lake) -> None:
    good = [
        {
            "video_id": name,
            "run_id": "r2",
            "fetched_at": NOW,
            "data": data,
            "sha256": sha(data),
            "width": 1,
            "height": 1,
        }
        for name, data in PICTURES.items()
    ]
    others = [
        {"video_id": "plain", "run_id": "r1", "fetched_at": NOW - timedelta(days=1), "data": OLD, "sha256": sha(OLD)},
        {"video_id": "plain", "run_id": "r3", "fetched_at": NOW + timedelta(days=1), "reason": "HTTP 500"},
        {"video_id": "refused", "run_id": "r2", "fetched_at": NOW, "reason": "notAPicture"},
        {"video_id": "none", "run_id": "r2", "fetched_at": NOW, "reason": "notFound"},
    ]
    add(spark, lake, tables.PICTURES, *good, *others)


def said(table_row: dict, name: str, of: str | None = None) -> dict:
    return {"video_id": name, "sha256": sha(PICTURES[of or name]), **MADE, **table_row}


def seen(name: str, *faces: dict) -> dict:
    counts = Counter(each["emotion"] for each in faces)
    return said({"face_count": len(faces), "found": list(faces), **{key: counts[key] for key in EMOTIONS}}, name)


def read(name: str, *words: dict, **other) -> dict:
    text = " ".join(each["text"] for each in words)
    return said({"text": text, "word_count": len(words), "words": list(words), **other}, name)


@pytest.fixture(scope="module")
def filled(spark, tmp_path_factory):
    lake = store.Lake(root=str(tmp_path_factory.mktemp("sheet") / "lake"))
    add_pictures(spark, lake)
    titles = {
        "plain": "A title",
        "script": EVIL,
        "turned": ARABIC,
        "bomb": "Bomb",
        "changed": "C",
        "still": "",
        "none": "N",
    }
    add(spark, lake, tables.VIDEOS, *(
        {"video_id": name, "title": title.replace("\ud83d", ""), "published_at": NOW - timedelta(days=at), "view_count": 10**at}
        for at, (name, title) in enumerate(titles.items())
    ))  # fmt: skip
    hits = [("cats", "plain"), ("cats", "script"), ("dogs", "still"), ("dogs", "none"), ("cats", "refused")]
    add(spark, lake, tables.SEARCH_HITS, *(
        {"keyword": keyword, "kind": "video", "item_id": name, "video_id": name} for keyword, name in hits
    ))  # fmt: skip
    stale = said({"text": "OLD", "word_count": 1, "words": [word("OLD", (1, 1, 9, 9))]}, "changed", of="still")
    add(spark, lake, tables.PICTURE_TEXT,
        read("plain", word("HELO", (10, 300, 200, 350)), word("WORLD", (220, 300, 400, 350), 0.6)),
        read("script", word(BREAKING, (0, 0, 300, 40))), read("turned", word("UP", (5, 150, 95, 190))), read("still"), stale,
        said({"error": "timeOut: more than 6 s"}, "bomb"),
    )  # fmt: skip
    add(spark, lake, tables.CORRECTED_TEXTS, *(
        {"source": "picture_text", "source_id": name, "video_id": name, "text": text, "corrected_text": right, "changes": [], **MADE}
        for name, text, right in (("plain", "HELO WORLD", "HELLO WORLD"), ("turned", "another text", "never shown"))
    ))  # fmt: skip
    add(spark, lake, tables.PICTURE_FACES,
        seen("plain", face("happy", 0.87), face(None, 0.4, (300, 20, 340, 70))), seen("script", face("sad", 0.9)),
        seen("turned"), seen("still", face("happy", 0.7), face("happy", 0.6), face("angry", 0.6)),
    )  # fmt: skip
    return lake


class Strict(HTMLParser):
    """Raises for an element that is not closed in its order; keeps what there is."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, name: str) -> list[dict]:
        return [attributes for tag, attributes in self.tags if tag == name]

    def of(self, name: str) -> list[str]:
        return [text for tag, text in self.texts if tag == name]


def listing(lake) -> set[Path]:
    """All files and folders of the lake's tables."""
    return {
        path
        for layer in Path(lake.root).iterdir()
        if layer.name in {"bronze", "silver", "gold"}
        for path in layer.rglob("*")
    }


def sheet_of(settings_for, lake, out: Path, filters: Filters = Filters(), *given, **options) -> str:  # noqa: B008
    sheet.make(settings_for("http://127.0.0.1:1", f"lake.root={lake.root}"), out, filters, *given, **options)
    return out.read_text(encoding="utf-8")


def tiles(text: str) -> dict[str, str]:
    """The markup of each picture, by video, in the order of the sheet."""
    parts = text.split('<li class="tile"')[1:]
    return {part.split("watch?v=")[1].split('"')[0]: part for part in parts}


def test_filters_orders_and_limits(spark, filled):
    frames, missing = sheet.frames_of(spark, filled)
    assert missing == []
    rows = sheet.with_keywords(sheet.described(frames), frames.hits, ["cats", "dogs"]).persist()
    cases = {
        Filters(): ["bomb", "changed", "none", "plain", "refused", "script", "still", "turned", "unread"],
        Filters(with_text=True): ["plain", "script", "turned"],
        Filters(with_text=False): ["still"],  # what was not read is not known to be without words
        Filters(with_faces=True): ["plain", "script", "still"],
        Filters(emotions=("happy",)): ["plain", "still"],
        Filters(emotions=("sad", "angry")): ["script", "still"],
        Filters(emotions=("disgust",)): [],
        Filters(keywords=("cats",)): ["plain", "refused", "script"],
        Filters(keywords=("cats", "dogs"), with_faces=True): ["plain", "script", "still"],
        Filters(video_ids=("still", "none", "nowhere")): ["none", "still"],
        Filters(keywords=("cats",), emotions=("happy",), with_text=True): ["plain"],
    }
    passing = [sheet.all_of(sheet.conditions(filters).values()).alias(str(at)) for at, filters in enumerate(cases)]
    told = rows.select("video_id", *passing).orderBy("video_id").collect()
    assert {filters: [row["video_id"] for row in told if row[str(at)]] for at, filters in enumerate(cases)} == cases

    def first(order: str, limit: int) -> list[str]:
        return [row["video_id"] for row in sheet.chosen(rows, {}, order, limit).collect()]

    assert first("newest", 99) == ["plain", "script", "turned", "bomb", "changed", "still", "unread", "refused"]
    assert first("views", 3) == ["still", "changed", "bomb"]
    assert first("text", 3) == ["plain", "script", "turned"]
    assert first("faces", 2) == ["still", "plain"]
    counts = sheet.counted(rows, sheet.conditions(Filters(keywords=("cats",), emotions=("happy",)))).asDict()
    assert counts | {"pictures": 8, "missing": 1, "refused": 1, "matching": 1, "faces": 2, "happy": 1, "with_text": 1,
                     "corrected": 1, "filter_0": 3, "filter_1": 2} == counts  # fmt: skip
    rows.unpersist()


def test_the_whole_sheet(filled, settings_for, tmp_path):
    before = listing(filled)
    text = sheet_of(settings_for, filled, tmp_path / "new/all.html", per_page=3)
    assert listing(filled) == before  # it only reads
    page, tile_of = Strict(text), tiles(text)
    assert list(tile_of) == ["plain", "script", "turned", "bomb", "changed", "still", "unread", "refused"]
    assert [attributes["id"] for attributes in page.all("h2") if "id" in attributes] == ["page1", "page2", "page3"]

    # Nothing of a video is markup, and nothing leaves the file.
    assert EVIL.replace("\ud83d", "").replace("\0", "\ufffd") in page.of("a")
    assert BREAKING in page.of("text")
    assert ARABIC in page.of("a")
    assert {"script", "link", "iframe"}.isdisjoint(name for name, _ in page.tags)
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")]
    assert all(attributes["src"].startswith("data:image/jpeg;base64,") for attributes in page.all("img"))
    away = [attributes["href"] for attributes in page.all("a") if not attributes["href"].startswith("#")]
    assert away == [f"https://www.youtube.com/watch?v={name}" for name in tile_of]
    assert "url(" not in text
    assert "@import" not in text
    told = {
        attributes["http-equiv"]: attributes["content"] for attributes in page.all("meta") if "http-equiv" in attributes
    }
    assert told["Content-Security-Policy"].startswith("default-src 'none'")
    assert told["x-dns-prefetch-control"] == "off"

    # Boxes are in pixels of the picture as it is looked at, whatever size is shown.
    boxes = [attributes["viewbox"] for attributes in page.all("svg") if attributes["class"] == "marks"]
    assert boxes == ["0 0 640 360", "0 0 300 600", "0 0 100 200", "0 0 64 36", "0 0 80 45", "0 0 90 45"]
    assert '<rect x="10" y="300" width="190" height="50"' in tile_of["plain"]
    assert '<g class="word doubtful">' in tile_of["plain"]
    assert "<del>HELO</del> WORLD" in tile_of["plain"]
    assert "<ins>HELLO</ins> WORLD" in tile_of["plain"]
    assert "never shown" not in text  # a correction of another text
    assert ">happy 87%<" in tile_of["plain"]
    assert "unsure: fear 40%, " in tile_of["plain"]
    assert ">OLD<" not in tile_of["changed"]  # read off another picture
    assert tile_of["changed"].count("not yet") == tile_of["unread"].count("not yet") == 2
    assert "no words" in tile_of["still"]
    assert "tooManyPixels: more than 20,000,000" in tile_of["bomb"]
    assert "could not be read: timeOut: more than 6 s" in tile_of["bomb"]
    assert ">notAPicture<" in tile_of["refused"]
    assert "not yet" not in tile_of["refused"]
    figures = dict(zip(page.of("dt"), page.of("dd"), strict=False))
    assert (figures["in the lake"], figures["with words"], figures["with faces"]) == ("8", "3", "3")
    assert page.of("small")[0] == "1 could not be had, 1 video without one"
    assert page.of("td")[:3] == ["test", "0123456789abcdef", "1"]


def test_a_lake_with_pictures_alone(spark, lake, settings_for, tmp_path, capsys):
    add_pictures(spark, lake)
    before = listing(lake)
    out = tmp_path / "sheet.html"
    text = sheet_of(settings_for, lake, out, limit=2, per_page=1)
    page = Strict(text)
    assert list(tiles(text)) == ["bomb", "changed"]
    assert len([name for name, attributes in page.tags if attributes.get("class") == "page"]) == 2
    assert "There is no table silver.picture_text: tubelake run read_thumbnails" in page.of("p")
    assert capsys.readouterr().out.startswith(f"{out}: 2 pictures of 8 on 2 pages, ")
    asked = {
        Filters(with_text=True): "silver.picture_text yet: tubelake run read_thumbnails",
        Filters(emotions=("sad",)): "silver.picture_faces yet: tubelake run read_faces",
        Filters(keywords=("cats",)): "silver.search_hits yet: tubelake run build_videos",
    }
    for filters, told in asked.items():
        with pytest.raises(UsageError, match=told):
            sheet_of(settings_for, lake, out, filters)
    assert out.read_text(encoding="utf-8") == text
    for nowhere in (out / "below.html", tmp_path):
        with pytest.raises(UsageError, match="give another --out"):
            write_whole(nowhere, ["text"])
    assert not list(tmp_path.rglob("*.part"))
    assert listing(lake) == before


def test_what_is_missing_is_filled_by_these_jobs():
    for table, name in ((each, pipeline.filled_by(each)) for each in sheet.TABLES):
        assert table.full_name in {written.full_name for written in job.load(name).WRITES}, name


def test_the_command(spark, filled, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = ["--set", f"lake.root={filled.root}", "--set", f"run.logs={tmp_path}"]

    def run(*arguments: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["contact-sheet", *arguments, *given])
        told = capsys.readouterr()
        return ended.value.code, " ".join((told.out + told.err).split())

    assert run("--emotion", "glad") == (2, f"there is no emotion 'glad'; they are: {', '.join(EMOTIONS)}")
    assert run("--order", "best") == (2, "--order knows newest, views, text, faces; got 'best'")
    assert run("--out", ".") == (2, ". is a folder; give --out a file, such as contact-sheet.html")
    assert run("--limit", "0")[0] == run("--per-page", "100")[0] == 2
    assert run("-k", "cats", "--emotion", "disgust") == (
        2, "none of 8 pictures passes all filters: 3 found by a search for cats, 0 with a face labelled disgust",
    )  # fmt: skip
    code, told = run("-k", "cats", "--with-text", "--order", "views", "--out", "x.html")
    assert (code, told) == (0, "x.html: 2 pictures of 2 on 1 page, 0.0 MB")
    assert list(tiles((tmp_path / "x.html").read_text(encoding="utf-8"))) == ["script", "plain"]
    assert not list(tmp_path.glob(".*.part"))


def test_pictures_are_made_small_or_say_why_not():
    cases = {
        "large": (picture(1280, 720), (480, 270), (1280, 720)),
        "high": (picture(360, 720), (240, 480), (360, 720)),
        "small": (picture(120, 90), (120, 90), (120, 90)),
        "turned": (picture(200, 100, turned=True), (100, 200), (100, 200)),
        "long": (picture(3000, 1), (480, 1), (3000, 1)),
    }
    for name, (data, shown, itself) in cases.items():
        made = preview(data)
        assert made.jpeg is not None, name
        image = Image.open(BytesIO(made.jpeg))
        assert (image.format, image.size, (made.width, made.height), dict(image.getexif())) == (
            "JPEG",
            shown,
            itself,
            {},
        ), name
    bad = {b"": "notAPicture", b"<html>": "notAPicture", picture(6000, 4000, "PNG"): "tooManyPixels", picture(64, 64)[:-40]: "brokenPicture"}  # fmt: skip
    for data, why in bad.items():
        made = preview(data)
        assert (made.jpeg, made.error.partition(":")[0]) == (None, why)


def test_changes_are_marked():
    cases = {
        ("HELO WORLD", "HELLO WORLD"): "<dd><del>HELO</del> WORLD</dd>",
        ("teh cat, teh dog", "the cat, the dog"): "<dd><del>teh</del> cat, <del>teh</del> dog</dd>",
        ("same", "same"): "<dd>same</dd>",
        ("<b> x", "<b> y"): "<dd>&lt;b&gt; <del>x</del></dd>",
        ("", "x"): "<dd></dd>",
        ("a " * 5_000, "a " * 5_000): f"<dd>{'a ' * 500}…</dd>",
    }
    for (text, other), expected in cases.items():
        assert html(tag("dd", *sheet_tile.marked(text, other, "del"))) == expected


def test_labels_stay_in_the_picture_and_apart():
    crowd = [face("surprise", 0.99, (left, top, left + 20, top + 20)) for left in (0, 40, 300) for top in (0, 80, 160)]
    row = {"video_id": "v", "title": None, "words": None, "found": crowd}
    labels: list[sheet_tile.Label] = []
    for each in crowd:
        labels.append(sheet_tile._label(each, labels, 320, 180))
    for label in labels:
        assert 0 <= label.left <= 320 - label.width
        assert 0 <= label.top <= 180 - label.height
    assert sum(one.overlaps(other) for at, one in enumerate(labels) for other in labels[:at]) == 0
    marks = Strict(html(sheet_tile._marks(row, 320, 180)))
    assert len(marks.of("text")) == len(crowd)


@pytest.mark.parametrize("title", ['"><svg onload=1>', "a\tb\nc", "\x00\x1b\x85\ufffe", "\ud800 half", "%3Cb%3E &amp;"])
def test_any_title_is_a_title(title):
    row = dict.fromkeys(
        ("reason", "channel_title", "published_at", "view_count", "text", "word_count", "words", "text_error", "corrected_text",
         "face_count", "found", "faces_error")
    )  # fmt: skip
    item = Strict(html(sheet_tile.tile(1, {**row, "video_id": 'v"&?<', "title": title}, Preview(b"jpeg", 16, 9))))
    html(tag("p", title)).encode()  # no half of a pair is left, which no file could hold
    (link,) = item.all("a")
    assert link["href"] == "https://www.youtube.com/watch?v=v%22%26%3F%3C"
    assert len(item.of("a")) == 1
    assert {name for name, _ in item.tags} == {
        "li",
        "article",
        "div",
        "img",
        "svg",
        "g",
        "h3",
        "a",
        "p",
        "dl",
        "dt",
        "dd",
    }


@pytest.mark.real_data
def test_real_thumbnails_stay_small(real_data):
    made = [preview(file.read_bytes()) for file in sorted((real_data / "corpus/thumbnails").glob("*.jpg"))]
    assert {(each.width, each.height, each.error) for each in made} == {(320, 180, None)}
    assert sum(len(each.jpeg or b"") for each in made) / len(made) < 30_000
