"""Answers about comments, captions, channels and charts as rows."""

import json
from datetime import datetime

import pytest

from tubelake import tables
from tubelake.parse.captions import snippets_from_answers, tracks_from_answers
from tubelake.parse.channels import channels_from_answers, entries_from_answers
from tubelake.parse.comments import comments_from_answers
from tubelake.privacy import fingerprint, pseudonym, with_pseudonyms
from tubelake.tables import Table

WRITTEN, EDITED = "2026-01-02T03:04:05Z", "2026-01-02T03:09:05Z"


def has_the_columns_of(spark, table: Table, rows) -> bool:
    declared = {field.name: field.dataType for field in spark.createDataFrame([], table.ddl).schema}
    return rows.columns == table.column_names and {field.name: field.dataType for field in rows.schema} == declared


def comment(comment_id: str, text: str = "text", **snippet) -> dict:
    about = {"textDisplay": text, "authorDisplayName": f"@{comment_id}", "authorChannelId": {"value": f"UC{comment_id}"},
             "likeCount": 3, "publishedAt": WRITTEN, "updatedAt": WRITTEN}  # fmt: skip
    return {"kind": "youtube#comment", "id": comment_id, "snippet": about | snippet}


def thread(thread_id: str, *replies: dict, first: dict, total: int) -> dict:
    snippet = {"videoId": "of the thread", "topLevelComment": first, "totalReplyCount": total}
    return {"kind": "youtube#commentThread", "id": thread_id, "snippet": snippet} | (
        {"replies": {"comments": list(replies)}} if replies else {}
    )


def test_comments_and_replies_are_rows_of_one_table(spark, answers_from):
    answers = answers_from(
        {"method": "commentThreads.list", "subject": "video1", "items": [
            thread("t1", comment("t1.a", parentId="t1", textOriginal="as written"), first=comment("t1", "=cmd() <b>"), total=7),
            thread("t2", first=comment("t2", updatedAt=EDITED, likeCount="three", authorChannelId=None), total=0),
            {"id": "broken"},
        ]},
        {"method": "comments.list", "subject": "video1", "params": json.dumps({"parentId": "t1"}),
         "items": [comment("t1.b"), {"snippet": {}}]},
        {"method": "commentThreads.list", "subject": "off", "status": 403, "reason": "commentsDisabled", "items": []},
        {"method": "videos.list", "subject": "video1", "items": [comment("elsewhere")]},
    )  # fmt: skip
    rows = comments_from_answers(answers)
    assert has_the_columns_of(spark, tables.COMMENTS, rows)
    found = {row["comment_id"]: row.asDict() for row in rows.collect()}
    columns = ("video_id", "thread_id", "parent_id", "text", "reply_count", "like_count", "is_edited")
    assert {name: tuple(row[column] for column in columns) for name, row in found.items()} == {
        "t1": ("video1", "t1", None, "=cmd() <b>", 7, 3, False),
        "t1.a": ("video1", "t1", "t1", "as written", None, 3, False),
        "t1.b": ("video1", "t1", "t1", "text", None, 3, False),
        "t2": ("video1", "t2", None, "text", 0, None, True),
    }
    assert found["t1.b"]["published_at"] == datetime(2026, 1, 2, 3, 4, 5)
    assert (found["t2"]["author_channel_id"], found["t1"]["author_channel_id"]) == (None, "UCt1")


def track(track_id: str, snippets: list | None, **columns) -> dict:
    return {
        "id": track_id, "videoId": "v", "languageCode": "en", "language": "English", "isGenerated": False,
        "isTranslatable": True, "translationLanguages": ["ko"], "translatedFrom": None, "snippets": snippets,
    } | columns  # fmt: skip


def test_captions_are_tracks_and_what_they_say(spark, answers_from):
    said = [{"text": "a\nb 🎵", "start": 0.5, "duration": 1}, {"text": "", "start": 2, "duration": 0.25}]
    answers = answers_from(
        {"method": "transcripts", "items": [track("v/en/manual", said), track("v/es/manual", None, languageCode="es")]},
        {"method": "captions.download", "items": [track("own", said[:1], isTranslatable=None)]},
        {"method": "transcripts", "status": 200, "reason": "RequestBlocked", "items": [track("cut", said)]},
        {"method": "transcripts", "items": [track("empty", [])]},
    )
    tracks, snippets = tracks_from_answers(answers), snippets_from_answers(answers)
    assert has_the_columns_of(spark, tables.CAPTION_TRACKS, tracks)
    assert has_the_columns_of(spark, tables.CAPTION_SNIPPETS, snippets)
    assert {
        (row["track_id"], row["language_code"], row["is_translatable"], row["method"]) for row in tracks.collect()
    } == {
        ("v/en/manual", "en", True, "transcripts"),
        ("v/es/manual", "es", True, "transcripts"),
        ("own", "en", None, "captions.download"),
        ("empty", "en", True, "transcripts"),
    }
    assert sorted(tuple(row)[:2] + tuple(row)[4:7] for row in snippets.collect()) == [
        ("own", 0, 0.5, 1.0, "a\nb 🎵"),
        ("v/en/manual", 0, 0.5, 1.0, "a\nb 🎵"),
        ("v/en/manual", 1, 2.0, 0.25, ""),
    ]


def test_channels(spark, answers_from):
    full = {
        "id": "UC1",
        "snippet": {"title": "t", "customUrl": "@t", "publishedAt": WRITTEN, "thumbnails": {
            "default": {"url": "small", "width": 88, "height": 88}, "high": {"url": "large", "width": 800, "height": 800}}},
        "contentDetails": {"relatedPlaylists": {"uploads": "UU1"}},
        "statistics": {"viewCount": "5", "subscriberCount": "7", "hiddenSubscriberCount": False, "videoCount": "9"},
        "brandingSettings": {"channel": {"keywords": 'a "b c"', "country": "KR"}},
    }  # fmt: skip
    hidden = {"id": "UC2", "statistics": {"subscriberCount": "7", "hiddenSubscriberCount": True, "viewCount": "x"}}
    rows = channels_from_answers(answers_from({"method": "channels.list", "items": [full, hidden, {}]}))
    assert has_the_columns_of(spark, tables.CHANNELS, rows)
    found = {row["channel_id"]: row for row in rows.collect()}
    columns = (
        "title",
        "country",
        "uploads_playlist_id",
        "view_count",
        "subscriber_count",
        "video_count",
        "thumbnail_url",
    )
    assert {name: tuple(row[column] for column in columns) for name, row in found.items()} == {
        "UC1": ("t", "KR", "UU1", 5, 7, 9, "large"),
        "UC2": (None, None, None, None, None, None, None),
    }


def test_ranks_of_a_chart_run_on_over_its_pages(spark, answers_from):
    params = json.dumps({"chart": "mostPopular", "maxResults": "50", "regionCode": "US"})
    chart = {"method": "videos.list", "subject": "US/10", "params": params}
    rows = entries_from_answers(answers_from(
        chart | {"request_id": "run-videos.list-0001-0000-000", "item_ids": ["a", "b"]},
        chart | {"request_id": "run-videos.list-0001-0000-001", "item_ids": ["c"]},
        chart | {"request_id": "run-videos.list-0001-0000-002", "item_ids": [], "status": 500, "reason": "backendError"},
        {"method": "videos.list", "params": json.dumps({"id": "d"}), "item_ids": ["d"]},
    ))  # fmt: skip
    assert has_the_columns_of(spark, tables.CHART_ENTRIES, rows)
    assert sorted(tuple(row)[:5] for row in rows.collect()) == [
        ("run-videos.list-0001-0000", "US", "10", 1, "a"),
        ("run-videos.list-0001-0000", "US", "10", 2, "b"),
        ("run-videos.list-0001-0000", "US", "10", 51, "c"),
    ]


def test_pseudonyms_are_a_keyed_hash_that_no_plan_shows(spark):
    key = b"a key that nobody may read"
    names = spark.createDataFrame(
        [("@one", 1), ("@one", 2), ("@two", 3), (None, 4), ("\ud83d", 5)], "name string, n int"
    )
    hashed = with_pseudonyms(names, ["name"], key)
    found = {row["n"]: row["name"] for row in hashed.collect()}
    assert (
        found[1] == found[2] == pseudonym("@one", key) == "b60c45422e40ea6c24cd0387afd1f867"
    )  # as openssl dgst -hmac says
    assert found[3] == pseudonym("@two", key) != pseudonym("@two", b"another")
    assert found[4] is None
    assert key.decode() not in hashed._jdf.queryExecution().toString()
    assert with_pseudonyms(names, ["name"], None) is names
    assert fingerprint(None) is None
    assert fingerprint(key) != fingerprint(b"another")


@pytest.mark.real_data
def test_recorded_answers_are_read_whole(answers_from, real_data):
    cases = {
        "commentThreads.list": (comments_from_answers, lambda item: item["snippet"]["topLevelComment"]["id"]),
        "channels.list": (channels_from_answers, lambda item: item["id"]),
    }
    bodies = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((real_data / "api_json").rglob("*.json"))]
    recorded = [item for body in bodies if isinstance(body, dict) for item in body.get("items", [])]
    for method, (transform, id_of) in cases.items():
        kind = f"youtube#{method.split('.')[0].removesuffix('s')}"
        items = [item for item in recorded if isinstance(item, dict) and item.get("kind") == kind]
        assert len(items) > 1, method
        rows = transform(answers_from({"method": method, "items": items})).collect()
        assert {id_of(item) for item in items} <= {row[0] for row in rows}
