"""Imported rows as days, videos and snapshots: the order of imports makes no difference, and the API's details win."""

from datetime import date, datetime

import pytest
from pyspark.sql import functions as F

from tubelake import job, settings, store, tables, upsert
from tubelake.parse.trending import days_from_rows, snapshots_from_rows, tag_list, with_line_ends

OLD, NEW = date(2018, 6, 14), date(2018, 6, 15)
FIXED = {"file": "f", "sha256": "s", "record_number": 1, "line_number": 2, "cohort": "trending", "country": "US",
         "trending_date": OLD, "view_count": 10, "like_count": 3, "dislike_count": 2, "comment_count": 1}  # fmt: skip
RICH = {"title": "Old", "description": r"a\nb", "tags": 'x|"y z"', "channel_title": "Chan", "category_id": "10",
        "category": "Music", "published_at": datetime(2018, 6, 1), "thumbnail_url": "https://i/1.jpg"}  # fmt: skip
ROWS = [
    {"video_id": "video000001", **RICH},
    {"video_id": "video000001", "sha256": "t", "title": "New", "trending_date": NEW, "view_count": 20},
    {"video_id": "video000001", "sha256": "t", "record_number": 2, "country": "GB", "trending_date": NEW, "view_count": 25},
    {"video_id": "video000001", "sha256": "t", "record_number": 3, "country": "GB", "trending_date": NEW, "view_count": 24},
    {"video_id": "video000002", "country": None, "cohort": "not_trending", "is_ratings_disabled": True,
     "is_comments_disabled": True, "like_count": 0, "dislike_count": 0, "comment_count": 0, "record_number": 2},
    {"video_id": "#NAME?", "record_number": 3},
    {"video_id": "video000003", "trending_date": None, "record_number": 4},
]  # fmt: skip
DAYS = {
    ("video000001", "US", OLD, "trending"): (10, 3, 2, 1),
    ("video000001", "US", NEW, "trending"): (20, 3, 2, 1),
    ("video000001", "GB", NEW, "trending"): (25, 3, 2, 1),
    ("video000002", "ZZ", OLD, "not_trending"): (10, None, None, None),
}
SNAPSHOTS = {
    ("video000001", OLD): (10, 3, 2, 1), ("video000001", NEW): (25, 3, 2, 1), ("video000002", OLD): (10, None, None, None),
}  # fmt: skip
VIDEOS = {
    "video000001": ("New", "a\nb", ["x", "y z"], "Chan", "10", NEW, 25, 2),
    "video000002": (None, None, None, None, None, OLD, 10, None),
}


def frame(spark, rows):
    table = tables.TRENDING_ROWS
    return spark.createDataFrame(
        [tuple({**FIXED, **row}.get(n) for n in table.column_names) for row in rows], table.ddl
    )


def counts(row):
    return row["view_count"], row["like_count"], row["dislike_count"], row["comment_count"]


def snapshots(rows):
    return {(row["video_id"], row["fetched_at"].date()): counts(row) for row in rows.collect()}


def videos(spark, lake):
    return {
        row["video_id"]: (
            row["title"], row["description"], row["tags"], row["channel_title"], row["category_id"],
            row["fetched_at"].date(), row["view_count"], row["dislike_count"],
        )
        for row in store.read(spark, tables.VIDEOS, lake).collect()
    }  # fmt: skip


@pytest.mark.parametrize(
    "batches",
    [
        pytest.param([ROWS], id="one", marks=pytest.mark.slow),
        pytest.param([ROWS[:1], ROWS[1:]], id="two", marks=pytest.mark.slow),
        pytest.param([ROWS[1:], ROWS[:1]], id="turned"),
    ],
)
def test_days_videos_and_snapshots_in_any_order_of_imports(spark, lake, batches):
    build, wanted = job.load("build_trending").run, settings.load(overrides=[f"lake.root={lake.root}"], environ={})
    store.ensure(spark, tables.TRENDING_ROWS, lake)
    for rows in batches:
        store.append(frame(spark, rows), tables.TRENDING_ROWS, lake)
        build(spark, wanted)
    days = store.read(spark, tables.TRENDING_DAYS, lake).collect()
    keys = {(row["video_id"], row["country"], row["trending_date"], row["cohort"]): counts(row) for row in days}
    assert (keys, len(days)) == (DAYS, len(DAYS))
    assert snapshots(store.read(spark, tables.VIDEO_SNAPSHOTS, lake)) == SNAPSHOTS
    assert videos(spark, lake) == VIDEOS
    if len(batches) == 1:
        assert build(spark, wanted) == job.Report()
        the_api_wins(spark, lake, build, wanted)


def the_api_wins(spark, lake, build, wanted):
    """Details that the API gave are newer than any chart, also than one that is imported after them."""
    known = store.read(spark, tables.VIDEOS, lake)
    newer = known.where("video_id = 'video000001'").withColumns(
        {"title": F.lit("Newest"), "fetched_at": F.lit(datetime(2026, 7, 1))}
    )
    upsert.merge(newer, tables.VIDEOS, lake)
    later = {"video_id": "video000001", "sha256": "u", "title": "Later", "trending_date": date(2018, 6, 16)}
    store.append(frame(spark, [later]), tables.TRENDING_ROWS, lake)
    build(spark, wanted)
    assert videos(spark, lake)["video000001"][0] == "Newest"
    assert snapshots(store.read(spark, tables.VIDEO_SNAPSHOTS, lake)).keys() > SNAPSHOTS.keys()


def test_an_empty_frame_gives_empty_frames(spark):
    rows = frame(spark, [])
    assert days_from_rows(rows).collect() == snapshots_from_rows(rows).collect() == []


def test_tags_and_descriptions(spark):
    cases = {
        'a|"b"|"c d"': ["a", "b", "c d"], "[none]": None, "[None]": None, None: None, "one": ["one"],
        '"a"|': ["a"], r"x\ny": [r"x\ny"],
    }  # fmt: skip
    rows = spark.createDataFrame([(text,) for text in cases], "text string")
    found = rows.select("text", tag_list(F.col("text")).alias("tags"), with_line_ends(F.col("text")).alias("lines"))
    found = {row["text"]: row for row in found.collect()}
    assert {text: row["tags"] for text, row in found.items()} == cases
    assert (found[r"x\ny"]["lines"], found[None]["lines"], found["one"]["lines"]) == ("x\ny", None, "one")
