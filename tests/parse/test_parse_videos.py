"""Answers about videos as rows: one frame of all the shapes that answers have, and the recorded ones."""

import json
from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.parse.videos import snapshots_from_answers, videos_from_answers

FULL = {
    "kind": "youtube#video",
    "etag": "x",
    "id": "full0000000",
    "snippet": {
        "publishedAt": "2019-08-28T09:29:43.000Z",
        "channelId": "UC1",
        "title": "요리 &amp; 🍜 👩‍🍳 <b>été</b>",
        "description": '첫 줄\n둘째 줄 "quoted" \\ \t end',
        "thumbnails": {
            "default": {"url": "https://i/default.jpg", "width": 120, "height": 90},
            "maxres": {"url": "https://i/maxres.jpg", "width": 1280, "height": 720},
            "high": {"url": "https://i/high.jpg", "width": 480, "height": 360},
        },
        "channelTitle": "채널",
        "tags": ["요리", "cooking show", "🍜"],
        "categoryId": "26",
        "liveBroadcastContent": "none",
        "defaultLanguage": "ko",
        "defaultAudioLanguage": "ko-KR",
        "localized": {"title": "x"},
        "brandNewField": {"deep": [1, 2]},
    },
    "contentDetails": {
        "duration": "PT15M33S", "dimension": "2d", "definition": "hd", "caption": "true", "licensedContent": True,
        "regionRestriction": {"blocked": ["DE"]}, "contentRating": {},
    },
    "status": {"privacyStatus": "public", "embeddable": True, "madeForKids": False, "license": "youtube"},
    "statistics": {
        "viewCount": "3000000000", "likeCount": "5", "dislikeCount": "4", "favoriteCount": "0", "commentCount": "3",
    },
    "topicDetails": {"topicCategories": ["https://en.wikipedia.org/wiki/Food"]},
    "liveStreamingDetails": {
        "actualStartTime": "2020-01-01T10:00:00Z", "actualEndTime": "2020-01-01T11:00:00Z",
        "scheduledStartTime": "2020-01-01T09:00:00Z", "activeLiveChatId": "chat",
    },
    "brandNewPart": {"x": 1},
}  # fmt: skip
EXPECTED = {
    "video_id": "full0000000",
    "title": FULL["snippet"]["title"],
    "description": FULL["snippet"]["description"],
    "tags": ["요리", "cooking show", "🍜"],
    "category_id": "26",
    "channel_id": "UC1",
    "channel_title": "채널",
    "published_at": datetime(2019, 8, 28, 9, 29, 43),
    "duration_seconds": 933,
    "definition": "hd",
    "dimension": "2d",
    "has_captions": True,
    "is_licensed": True,
    "default_language": "ko",
    "default_audio_language": "ko-KR",
    "live_broadcast_content": "none",
    "live_scheduled_at": datetime(2020, 1, 1, 9),
    "live_started_at": datetime(2020, 1, 1, 10),
    "live_ended_at": datetime(2020, 1, 1, 11),
    "live_chat_id": "chat",
    "privacy_status": "public",
    "is_embeddable": True,
    "is_made_for_kids": False,
    "topic_categories": ["https://en.wikipedia.org/wiki/Food"],
    "thumbnail_url": "https://i/maxres.jpg",
    "thumbnail_width": 1280,
    "thumbnail_height": 720,
    "view_count": 3_000_000_000,
    "like_count": 5,
    "dislike_count": 4,
    "favorite_count": 0,
    "comment_count": 3,
    "fetched_at": datetime(2026, 7, 1, 12),
    "method": "videos.list",
}
COUNTS = ["view_count", "like_count", "dislike_count", "favorite_count", "comment_count"]
FIELDS = ["viewCount", "likeCount", "dislikeCount", "favoriteCount", "commentCount"]


def video(video_id: str, **parts) -> dict:
    return {"id": video_id, "snippet": {"title": video_id, "publishedAt": "2020-01-01T00:00:00Z"}} | parts


def without(field: str) -> dict:
    statistics = {name: value for name, value in FULL["statistics"].items() if name != field}
    return video(f"no-{field}", statistics=statistics)


GOOD = [
    {"items": [FULL, {"id": "bare"}, video("no-stats"), video("empty-stats", statistics={})]},
    {"items": [without(field) for field in FIELDS]},
    {"items": [video("odd-types", statistics={"viewCount": 12, "likeCount": "many", "commentCount": None}),
               video("odd-tags", snippet={"title": "odd-tags", "tags": "no list", "publishedAt": 5}),
               video("odd-snippet", snippet="no object"), {"kind": "youtube#video"}, None, video("after-odd")]},
    {"items": [video("null", snippet={"title": None})]},
    {"items": []},
    {"body": '{"kind": "youtube#videoListResponse"}'},
    {"body": '{"items": [{"id": "half", "snippet": {"title": "lone \\ud83c surrogate"}}, {"id": "\\uc694"}]}'},
    {"body": "[]"},
    {"body": "<html>"},
    {"body": ""},
    {"body": None},
]  # fmt: skip
IGNORED = [
    {"items": [video("failed-status")], "status": 500, "reason": "backendError"},
    {"items": [video("failed-reason")], "reason": "brokenAnswer"},
    {"items": [video("no-answer")], "status": 0, "reason": "noAnswer: x"},
    {"items": [video("other-method")], "method": "search.list"},
]
STATS = [
    {"method": "videos.batchGetStats", "items": [
        {"kind": "youtube#videoStats", "id": "counted", "statistics": {"viewCount": "9", "likeCount": "8"},
         "snippet": {"publishTime": "2020-01-01T00:00:00Z"}, "contentDetails": {"duration": "90s"}},
        {"kind": "youtube#videoStats", "id": "uncounted"},
    ]},
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(answers_from):
    return answers_from(*GOOD, *IGNORED, *STATS).cache()


@pytest.fixture(scope="module")
def videos(answers):
    frame = videos_from_answers(answers)
    assert frame.columns == tables.VIDEOS.column_names
    return {row["video_id"]: row.asDict() for row in frame.collect()}


@pytest.fixture(scope="module")
def snapshots(answers):
    frame = snapshots_from_answers(answers)
    assert frame.columns == tables.VIDEO_SNAPSHOTS.column_names
    return {row["video_id"]: row.asDict() for row in frame.collect()}


def test_every_column_comes_from_the_answer(videos):
    assert videos["full0000000"] == EXPECTED


def test_the_types_are_those_of_the_table(spark, answers):
    for frame, table in (
        (videos_from_answers(answers), tables.VIDEOS),
        (snapshots_from_answers(answers), tables.VIDEO_SNAPSHOTS),
    ):
        declared = {field.name: field.dataType for field in spark.createDataFrame([], table.ddl).schema}
        assert {field.name: field.dataType for field in frame.schema} == declared


def test_what_is_missing_is_null(videos):
    bare = {name: value for name, value in videos["bare"].items() if value is not None}
    assert bare == {"video_id": "bare", "fetched_at": EXPECTED["fetched_at"], "method": "videos.list"}


def test_missing_statistics_are_null_and_not_0(videos):
    for video_id in ("no-stats", "empty-stats"):
        assert [videos[video_id][name] for name in COUNTS] == [None] * 5


@pytest.mark.parametrize(("field", "column"), zip(FIELDS, COUNTS, strict=True))
def test_a_hidden_counter_is_null_and_the_others_stay(videos, snapshots, field, column):
    expected = {name: None if name == column else EXPECTED[name] for name in COUNTS}
    for rows in (videos, snapshots):
        assert {name: rows[f"no-{field}"][name] for name in COUNTS} == expected


def test_a_field_of_the_wrong_type_costs_that_field_alone(videos):
    odd = videos["odd-types"]
    assert [odd[name] for name in COUNTS] == [12, None, None, None, None]
    assert odd["title"] == "odd-types"
    assert (videos["odd-tags"]["title"], videos["odd-tags"]["tags"]) == ("odd-tags", None)
    assert videos["odd-tags"]["published_at"] is None
    assert videos["odd-snippet"]["title"] is None
    assert videos["after-odd"]["title"] == "after-odd"


def test_failed_answers_and_those_of_other_methods_give_no_rows(videos, snapshots):
    given = {item["id"] for answer in GOOD for item in answer.get("items", []) if item and "id" in item}
    assert set(videos) == given | {"half", "요"}
    with_statistics = {"full0000000", "empty-stats", "odd-types", *[f"no-{field}" for field in FIELDS]}
    assert set(snapshots) == with_statistics | {"counted"}


def test_snapshots_say_when_and_by_which_method(snapshots):
    assert snapshots["full0000000"] == {
        "video_id": "full0000000",
        "fetched_at": EXPECTED["fetched_at"],
        **{name: EXPECTED[name] for name in COUNTS},
        "method": "videos.list",
    }
    counted = snapshots["counted"]
    assert [counted[name] for name in COUNTS] == [9, 8, None, None, None]
    assert counted["method"] == "videos.batchGetStats"


@pytest.mark.real_data
def test_recorded_answers_are_read_whole(spark, answers_from, real_data):
    """Every field of the recorded answers, worked out once more in plain Python."""
    files = [*(real_data / "api_json").rglob("videos/videos_*.json"), *(real_data / "api_json/azavalny").glob("*.json")]
    lines = (real_data / "corpus" / "videos.jsonl").read_text(encoding="utf-8").splitlines()
    bodies = [*[file.read_text(encoding="utf-8") for file in files], f'{{"items": [{",".join(lines)}]}}']
    items = [item for body in bodies for item in json.loads(body)["items"]]
    frame = answers_from(*[{"body": body} for body in bodies])
    rows = videos_from_answers(frame).collect()
    assert len(rows) == len(items) > 1_000
    found = sorted(
        (
            row["video_id"],
            *(str(row[name]) for name in ("title", "tags", "published_at", "view_count", "thumbnail_url")),
        )
        for row in rows
    )
    assert found == sorted(_expected(item) for item in items)
    counted = snapshots_from_answers(frame).agg(F.count("*"), F.sum("view_count")).first()
    views = [int(item["statistics"].get("viewCount", 0)) for item in items if "statistics" in item]
    assert tuple(counted) == (len(views), sum(views))


def _expected(item: dict) -> tuple[str, ...]:
    snippet = item.get("snippet", {})
    pictures = sorted(snippet.get("thumbnails", {}).values(), key=lambda picture: picture["width"] * picture["height"])
    published = snippet.get("publishedAt")
    moment = datetime.fromisoformat(published).astimezone(UTC).replace(tzinfo=None) if published else None
    views = item.get("statistics", {}).get("viewCount")
    picture = pictures[-1]["url"] if pictures else None
    return (item["id"], *(str(value) for value in (snippet.get("title"), snippet.get("tags"), moment, views, picture)))
