"""Answers of searches as rows: videos, channels and playlists, with texts as people wrote them."""

import html
import json
from datetime import datetime

import pytest
from pyspark.sql import Row
from pyspark.testing import assertDataFrameEqual

from tubelake import tables
from tubelake.parse.search import hits_from_answers


def hit(kind: str, item_id: str, **snippet) -> dict:
    return {"kind": "youtube#searchResult", "id": {"kind": f"youtube#{kind}", f"{kind}Id": item_id}, "snippet": snippet}


def answer(*items, **columns) -> dict:
    return {"method": "search.list", "subject": "요리", "items": list(items)} | columns


def test_every_result_is_a_row(spark, answers_from):
    answers = answers_from(
        answer(
            hit("video", "v1", title="Tom &amp; Jerry&#39;s 🍜 &lt;요리&gt; &amp;lt;", channelId="UC1",
                publishedAt="2019-08-28T09:29:43.000Z"),
            hit("channel", "UC2", title="c", channelId="UC2", publishedAt="2020-01-01T00:00:00Z"),
            hit("playlist", "PL1", title="p", channelId="UC1", publishedAt="not a time"),
        ),
        answer({"id": {"kind": "youtube#video", "videoId": "v2"}}, {"id": {"kind": "youtube#video"}}, {}, subject="cats"),
        answer({"id": {"kind": "youtube#channel", "channelId": "UC3"}}),
        answer(hit("video", "failed", title="x"), status=403, reason="quotaExceeded"),
        answer(hit("video", "elsewhere", title="x"), method="videos.list"),
        answer(),
        {"method": "search.list", "subject": "cats", "body": "{}"},
    )  # fmt: skip
    fetched = datetime(2026, 7, 1, 12)
    rows = [
        (
            "요리",
            "video",
            "v1",
            "v1",
            "UC1",
            "Tom & Jerry's 🍜 <요리> &lt;",
            datetime(2019, 8, 28, 9, 29, 43),
            fetched,
            "r0",
        ),
        ("요리", "channel", "UC2", None, "UC2", "c", datetime(2020, 1, 1), fetched, "r0"),
        ("요리", "playlist", "PL1", None, "UC1", "p", None, fetched, "r0"),
        ("cats", "video", "v2", "v2", None, None, None, fetched, "r1"),
        ("요리", "channel", "UC3", None, "UC3", None, None, fetched, "r2"),
    ]
    hits = hits_from_answers(answers)
    names = tables.SEARCH_HITS.column_names
    assert hits.columns == names
    assertDataFrameEqual(hits, [Row(**dict(zip(names, row, strict=True))) for row in rows])
    declared = {field.name: field.dataType for field in spark.createDataFrame([], tables.SEARCH_HITS.ddl).schema}
    assert {field.name: field.dataType for field in hits.schema} == declared


@pytest.mark.real_data
def test_recorded_searches_are_read_whole(answers_from, real_data):
    files = sorted((real_data / "api_json").rglob("search/search_*.json"))
    bodies = [file.read_text(encoding="utf-8") for file in files]
    items = [item for body in bodies for item in json.loads(body)["items"]]
    rows = hits_from_answers(answers_from(*[answer(body=body, items=None) for body in bodies])).collect()
    found = sorted((row["item_id"], row["kind"], row["title"] or "", row["channel_id"] or "") for row in rows)
    assert len(found) > 50
    assert found == sorted(
        (
            next(value for name, value in item["id"].items() if name != "kind"),
            item["id"]["kind"].removeprefix("youtube#"),
            html.unescape(item.get("snippet", {}).get("title", "")),
            item.get("snippet", {}).get("channelId", ""),
        )
        for item in items
    )
