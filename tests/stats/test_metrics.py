"""A video's metrics come from its newest counts; what cannot be divided is null."""

from datetime import datetime

import pytest

from tubelake import tables
from tubelake.stats.metrics import METRICS, metrics_by_keyword

PUBLISHED, FIRST, SECOND = datetime(2024, 1, 1), datetime(2024, 1, 3), datetime(2024, 1, 11)


def frame(spark, table: tables.Table, *rows: dict):
    return spark.createDataFrame([tuple(row.get(name) for name in table.column_names) for row in rows], table.ddl)


def counts(video_id: str, at: datetime, views=None, likes=None, comments=None) -> dict:
    return {
        "video_id": video_id, "fetched_at": at, "view_count": views, "like_count": likes, "comment_count": comments,
    }  # fmt: skip


@pytest.fixture(scope="module")
def found(spark):
    pairs = [
        ("cats", "a"),
        ("cats", "b"),
        ("dogs", "a"),
        ("dogs", "gone"),
        ("dogs", None),
        ("cats", "c"),
        ("cats", "d"),
    ]
    hits = frame(spark, tables.SEARCH_HITS, *[{"keyword": keyword, "video_id": video} for keyword, video in pairs])
    videos = frame(
        spark, tables.VIDEOS,
        *[{"video_id": v, "published_at": PUBLISHED, "duration_seconds": 60, "view_count": 1} for v in ("a", "b", "c")],
        {"video_id": "d", "published_at": SECOND, "view_count": 99}, {"video_id": "unsearched"},
    )  # fmt: skip
    snapshots = frame(
        spark, tables.VIDEO_SNAPSHOTS,
        counts("a", SECOND, 1_000, 50, 10), counts("a", FIRST, 5_000, 7, 7),
        counts("b", FIRST, 100, 10, 1), counts("b", SECOND, 0, None, 0),
        counts("d", FIRST, 5, 1, 1),
    )  # fmt: skip
    rows = metrics_by_keyword(hits, videos, snapshots).collect()
    return {(row["keyword"], row["video_id"], row["metric"]): row["value"] for row in rows}


def values(found, keyword: str, video_id: str) -> dict[str, float | None]:
    return {metric: found[keyword, video_id, metric] for metric in METRICS}


def test_each_keyword_and_video_it_found_has_every_metric_once(found):
    pairs = [("cats", "a"), ("cats", "b"), ("cats", "c"), ("cats", "d"), ("dogs", "a")]
    assert sorted(found) == sorted((*pair, metric) for pair in pairs for metric in METRICS)


def test_the_newest_counts_and_what_is_made_of_them(found):
    expected = {
        "view_count": 1_000, "like_count": 50, "comment_count": 10, "dislike_count": None, "favorite_count": None,
        "duration_seconds": 60, "likes_per_view": 0.05, "comments_per_view": 0.01, "views_per_day": 100,
    }  # fmt: skip
    assert values(found, "cats", "a") == expected
    assert values(found, "dogs", "a") == expected


def test_a_hidden_count_stays_hidden_though_an_older_one_was_not(found):
    found = values(found, "cats", "b")
    assert (found["view_count"], found["like_count"], found["comment_count"]) == (0, None, 0)


def test_nothing_is_divided_by_0_or_by_negative_time(found):
    unseen = values(found, "cats", "b")
    assert (unseen["likes_per_view"], unseen["comments_per_view"], unseen["views_per_day"]) == (None, None, 0)
    assert values(found, "cats", "d")["views_per_day"] is None


def test_a_video_that_was_never_counted_has_null_counts(found):
    uncounted = values(found, "cats", "c")
    assert {name: value for name, value in uncounted.items() if value is not None} == {"duration_seconds": 60}
