"""Thumbnails in the report: their numbers are the lake's, filters find what they show, and they take a bounded place."""

from datetime import timedelta

import pytest
from pyspark.sql import Row
from tests.export.test_sheet import MADE, NOW, Strict, face, picture, sha, word
from tests.report.charted import lacking, shown, words
from tests.report.test_report import ARABIC, EVIL, add

from tubelake import tables
from tubelake.export.markup import html, tag
from tubelake.export.previews import Preview
from tubelake.report.lake import Reading
from tubelake.report.section import Section
from tubelake.report.sections import gallery
from tubelake.settings import Lake

DATA = {name: picture(640 + 2 * at, 360) for at, name in enumerate(("most", "evil", "arabic", "still", "unread"))}
TITLES = {"most": "The most viewed", "evil": EVIL, "arabic": ARABIC.replace("\0", ""), "still": "", "unread": "Unread"}


def said(name: str, **columns) -> dict:
    return {"video_id": name, "sha256": sha(DATA[name]), **MADE, **columns}


def seen(name: str, *faces: dict) -> dict:
    each = [found["emotion"] for found in faces]
    return said(
        name, face_count=len(faces), found=list(faces), **{kind: each.count(kind) for kind in set(each) - {None}}
    )


@pytest.fixture(scope="module")
def reading(spark, settings_of, tmp_path_factory) -> Reading:
    lake = Lake(root=str(tmp_path_factory.mktemp("gallery") / "lake"))
    add(spark, lake, tables.PICTURES, *(
        {"video_id": name, "run_id": "r", "fetched_at": NOW, "data": data, "sha256": sha(data)} for name, data in DATA.items()
    ), {"video_id": "refused", "run_id": "r", "fetched_at": NOW, "reason": "notAPicture"},
       {"video_id": "none", "run_id": "r", "fetched_at": NOW, "reason": "notFound"})  # fmt: skip
    add(spark, lake, tables.VIDEOS, *(
        {"video_id": name, "title": title, "published_at": NOW - timedelta(days=at), "view_count": 10 ** (9 - at)}
        for at, (name, title) in enumerate(TITLES.items())
    ))  # fmt: skip
    add(spark, lake, tables.SEARCH_HITS, *(
        {"keyword": keyword, "kind": "video", "item_id": name, "video_id": name}
        for keyword, name in (("cats|dogs", "most"), (EVIL, "most"), (EVIL, "evil"), ("unseen", "none"))
    ))  # fmt: skip
    add(spark, lake, tables.PICTURE_TEXT,
        said("most", text="HELO", word_count=1, words=[word("HELO", (10, 30, 200, 80))]),
        said("evil", text=EVIL, word_count=2, words=[word(EVIL, (0, 0, 300, 40))]), said("still", text="", word_count=0, words=[]),
        said("arabic", error="timeOut: more than 6 s"),
    )  # fmt: skip
    add(spark, lake, tables.CORRECTED_TEXTS,
        {"source": "picture_text", "source_id": "most", "video_id": "most", "text": "HELO", "corrected_text": "HELLO", "changes": [], **MADE})  # fmt: skip
    add(spark, lake, tables.PICTURE_FACES,
        seen("most", face("happy", 0.8), face("happy", 0.7), face(None, 0.4)), seen("evil", face("sad", 0.9)), seen("still"))  # fmt: skip
    add(spark, lake, tables.THUMBNAIL_HISTOGRAMS, *(
        {"keyword": keyword, "metric": metric, "bin": at, "lower": at - 0.5, "upper": at + 0.5, "video_count": 7 - at}
        for keyword in ("", "cats|dogs") for metric in (gallery.WORDS, gallery.FACES, "sad_count") for at in range(4)
    ))  # fmt: skip
    add(spark, lake, tables.THUMBNAIL_STATISTICS,
        {"keyword": "", "metric": gallery.WORDS, "video_count": 99, "value_count": 99, "zero_share": 0.9, "mean": 9.0},
        {"keyword": EVIL, "metric": gallery.WORDS, "video_count": 2, "value_count": 2, "zero_share": 0.25, "mean": 1.5},
        {"keyword": EVIL, "metric": gallery.FACES, "video_count": 2, "value_count": 0, "zero_share": None, "mean": None})  # fmt: skip
    return Reading(spark, settings_of(lake))


@pytest.fixture(scope="module")
def section(reading) -> Section:
    return gallery.section(reading)


def items(section: Section) -> dict[str, dict]:
    """What filters compare, by title, in the order of the page."""
    page = Strict(html(tag("section", *section.body)))
    told = [attributes for attributes in page.all("li") if attributes.get("class") == "tile"]
    links = [attributes["href"].rpartition("=")[2] for attributes in page.all("a")]
    return dict(zip(links, told, strict=True))


def test_its_numbers_are_those_of_the_lake(spark, reading, section):
    page = Strict(html(tag("section", *section.body)))
    figures = dict(zip(page.of("dt"), page.of("dd"), strict=False))
    root = reading.lake.root
    told = spark.sql(f"""
        SELECT count_if(word_count > 0) AS with_words, count_if(word_count = 0) / count(word_count) AS without,
               (SELECT count_if(face_count > 0) FROM delta.`{root}/silver/picture_faces`) AS with_faces,
               (SELECT count(DISTINCT video_id) FROM delta.`{root}/bronze/pictures` WHERE reason IS NULL) AS good
        FROM delta.`{root}/silver/picture_text`
    """).first()  # fmt: skip
    assert figures["thumbnails"] == str(told["good"] + 1)  # one could not be had
    assert figures["with words"] == str(told["with_words"])
    assert figures["without words"] == f"{told['without']:.0%}"
    assert figures["with faces"] == str(told["with_faces"])
    assert "1 videos have none, 1 could not be had" in page.of("small")
    assert "4 faces" in page.of("h3")
    assert [spec["data"]["values"][0]["video_count"] for spec in shown(section).specs] == [7, 7]
    assert "22 pictures; the bar at 0 are those without." in words(section)
    row = page.of("td")[page.of("td").index("75%") :]
    assert row[:2] == ["75%", "1.5"]
    assert "90%" not in page.of("td")  # all videos are no keyword
    (found,) = section.findings
    assert found.text == "67% of 3 thumbnails carry words, and 67% of 3 show a face."


def test_the_most_viewed_come_first_and_filters_find_what_they_show(section):
    each = items(section)
    assert list(each) == list(DATA)
    assert [attributes["data-words"] for attributes in each.values()] == ["yes", "yes", "no", "no", "no"]
    assert [attributes["data-faces"] for attributes in each.values()] == ["yes", "yes", "no", "no", "no"]
    assert each["most"]["data-emotion"] == "happy|unsure"
    assert {"HELO", "HELLO", "viewed"} <= set(each["most"]["data-text"].split())
    assert each["evil"]["data-keyword"] == EVIL
    assert set(each["most"]["data-keyword"].split("|")) == {"cats/dogs", EVIL}
    page = Strict(html(tag("section", *section.body)))
    choices = [attributes["value"] for attributes in page.all("option")]
    assert choices == ["", "happy", "sad", "unsure", "", EVIL, "cats/dogs"]
    assert {"happy (1)", "sad (1)"} <= set(page.of("option"))
    (form,) = page.all("form")
    assert form["data-filters"] in {attributes.get("id") for attributes in page.all("ol")}
    fields = {
        attributes["name"] for name in ("input", "select") for attributes in page.all(name) if "name" in attributes
    }
    assert all({f"data-{field}" for field in fields} <= set(attributes) for attributes in each.values())


def test_nothing_of_a_video_is_markup_and_links_tell_nobody(section):
    page = Strict(html(tag("section", *section.body)))
    shown(section)
    assert EVIL in page.of("a")
    assert all(
        attributes["src"].startswith("data:image/jpeg;base64,") and attributes["loading"] == "lazy"
        for attributes in page.all("img")
    )
    assert {(attributes["rel"], attributes["target"]) for attributes in page.all("a")} == {
        ("noreferrer noopener", "_blank")
    }
    assert len(page.all("img")) == len(DATA)
    assert "could not be read: timeOut: more than 6 s" in page.of("dd")


def test_pictures_take_a_bounded_place(section, monkeypatch):
    names = ("reason", "channel_title", "published_at", "text", "text_error", "corrected_text", "word_count", "words", "found",
             "face_count", "faces_error", "keywords")  # fmt: skip
    rows = [Row(video_id=f"v{at}", title=EVIL * at, view_count=at, **dict.fromkeys(names)) for at in range(5)]
    made = {row["video_id"]: Preview(b"jpeg" * 1_000, 16, 9) for row in rows}
    tiles = [element for part in gallery.gallery(rows, made, 5) for element in part.iter("li")]
    sizes = [len(html(element).encode()) for element in tiles]
    assert min(sizes) > 5_000
    assert len(list(gallery.within(sum(sizes), iter(tiles)))) == 5
    assert len(list(gallery.within(sum(sizes) - 1, iter(tiles)))) == 4
    monkeypatch.setattr(gallery, "MOST_BYTES", sizes[0] + sizes[1])
    few = Section("gallery", "", list(gallery.gallery(rows, made, 5)))
    assert list(items(few)) == ["v0", "v1"]
    assert "2 of 5, the most viewed first." in words(few)
    assert "All 5, the most viewed first." in words(section)


def test_what_is_missing_is_said(spark, reading, settings_of, tmp_path):
    lake = Lake(root=str(tmp_path / "lake"))
    nothing = gallery.section(Reading(spark, settings_of(lake)))
    assert "tubelake pipeline --all-known --with thumbnails" in words(nothing)
    assert not nothing.findings
    one = (tables.VIDEOS, tables.PICTURE_FACES, tables.THUMBNAIL_HISTOGRAMS)
    other = (tables.SEARCH_HITS, tables.PICTURE_TEXT, tables.CORRECTED_TEXTS, tables.THUMBNAIL_STATISTICS)
    asked = {one: {"read_faces", "build_thumbnail_features"}, other: {"read_thumbnails"}, (*one, *other): {
        "read_thumbnails", "read_faces", "build_thumbnail_features"}}  # fmt: skip
    for lacks, jobs in asked.items():
        rest = gallery.section(lacking(reading, *lacks))
        assert sorted(items(rest)) == sorted(DATA)
        told = words(rest)
        for name in ("read_thumbnails", "read_faces", "build_thumbnail_features"):
            assert (f"tubelake run {name}" in told) == (name in jobs), (lacks, name)
