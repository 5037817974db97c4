"""Which videos are gone by the log, and how the log forgets their ids and goes on as before."""

import json
from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F

from tubelake.collect import search, videos
from tubelake.collect.channels import UPLOADS
from tubelake.collect.tombstones import GONE
from tubelake.maintain import gone
from tubelake.settings import Search, Settings
from tubelake.settings.sections import Videos

DDL = (
    "request_id string, method string, params string, subject string, status int, reason string, run_id string, "
    "item_ids array<string>, fetched_at timestamp, body string"
)


def answer(method: str, asked: dict, found: list[str], day: int, *, subject=None, reason=None, body=None) -> tuple:
    at = datetime(2026, 1, day, tzinfo=UTC)
    status = 200 if reason is None else 503
    return (f"{method}-{day:02d}", method, json.dumps(asked), subject, status, reason, "old", found, at, body)


HERE, LEFT, LOST, BACK, TYPO, PRIVATE, UNSURE = (
    "here_______", "left_______", "lost_______", "back_______", "typo_______", "private____", "unsure_____",
)  # fmt: skip
FOUND = [HERE, LEFT, LOST, UNSURE]
LOG = [
    answer("search.list", {"q": LEFT, "type": "video"}, FOUND, 1, subject=LEFT),  # an id as the words of a search
    answer("playlistItems.list", {"playlistId": "UU1"}, [PRIVATE], 20),  # goes on listing it, as "Private video"
    answer("videos.list", {"id": f"{HERE},{LEFT},{BACK},{TYPO},{PRIVATE}", "part": "x"}, [HERE, LEFT, BACK], 3),
    answer("videos.list", {"id": LOST}, [], 2, body='{"items": []}'),  # found by the search, without details since
    answer("videos.list", {"id": UNSURE}, [], 9, reason="backendError"),  # a failure says nothing
    answer("videos.batchGetStats", {"id": f"{HERE},{LEFT},{BACK}"}, [HERE], 10),
    answer("videos.batchGetStats", {"id": BACK}, [BACK], 11),
    answer("commentThreads.list", {"videoId": LEFT}, ["comment"], 5, subject=LEFT),
    answer(
        "transcripts", {"videoId": LEFT, "tracks": "all"}, [f"{LEFT}/en/manual", f"{LEFT}/ko/manual"], 8, subject=LEFT
    ),
    answer("comments.list", {"parentId": "c1"}, ["c1.1"], 6, body=f'{{"items": [{{"videoId": "{LEFT}"}}]}}'),
    answer("captions.list", {"videoId": HERE}, ["c"], 7, subject=HERE, body=rf'{{"text": "see \"{LEFT}\" or {LEFT}"}}'),
]
GONE_NOW = [LEFT, LOST, PRIVATE]


@pytest.fixture(scope="module")
def log(spark):
    return spark.createDataFrame(LOG, DDL).cache()


@pytest.fixture(scope="module")
def ids(spark):
    return spark.createDataFrame([(video_id,) for video_id in GONE_NOW], "video_id string")


def names(frame, column: str = "video_id") -> list[str]:
    return sorted(row[column] for row in frame.select(column).distinct().collect())


def test_gone_is_what_the_newest_good_answer_lacks(log):
    assert names(gone.gone_videos(log)) == sorted(GONE_NOW)


def test_a_body_is_about_a_video_that_its_facts_or_its_values_name_not_its_texts(log, ids):
    found = gone.naming(log, F.concat(gone.ids_of_facts(), gone.ids_of_body()), ids)
    assert names(found, "request_id") == [
        "commentThreads.list-05", "comments.list-06", "playlistItems.list-20", "search.list-01", "transcripts-08",
        "videos.batchGetStats-10", "videos.list-02", "videos.list-03",
    ]  # fmt: skip


def test_the_log_forgets_ids_and_nothing_else_and_nobody_asks_again(spark, log, ids):
    scrubbed = gone.with_tombstones(log, ids)
    other = log.join(scrubbed.select("request_id"), on="request_id", how="left_anti")
    whole = scrubbed.unionByName(other).cache()
    before, after = ({row["request_id"]: row for row in frame.collect()} for frame in (log, whole))
    assert before.keys() == after.keys()
    text = json.dumps([[row["params"], row["item_ids"], row["subject"]] for row in after.values()])
    # What is left is the user's own: the words of the search.
    assert {video_id: text.count(video_id) for video_id in GONE_NOW} == {LEFT: 2, LOST: 0, PRIVATE: 0}
    assert after["search.list-01"]["params"] == before["search.list-01"]["params"]
    assert after["commentThreads.list-05"]["subject"].startswith(GONE)
    assert json.loads(after["videos.list-03"]["params"])["part"] == "x"
    for key, row in before.items():
        assert [a if a.partition("/")[0] not in GONE_NOW else None for a in row["item_ids"]] == [
            a if not a.startswith(GONE) else None for a in after[key]["item_ids"]
        ]
        assert len(set(row["item_ids"])) == len(set(after[key]["item_ids"]))
    assert names(gone.gone_videos(whole)) == []

    methods = (search.METHOD, UPLOADS.method, videos.DETAILS, videos.COUNTS)
    searches, uploads, details, counts = (whole.where(F.col("method") == method) for method in methods)
    known = videos.wanted_ids(searches, uploads, details, Settings())
    assert names(known) == sorted([HERE, BACK, TYPO, UNSURE])
    asked = Settings(search=Search(keywords=(LEFT,)), videos=Videos(ids=(LOST, PRIVATE, "new________")))
    named = videos.wanted_ids(searches, uploads, details, asked)
    assert names(videos.without_details(named, details, "this")) == sorted([UNSURE, "new________"])
    late = datetime(2026, 2, 1, tzinfo=UTC)
    assert names(videos.with_old_details(details, late, "this")) == sorted([HERE, BACK])
    assert names(videos.with_old_details(details, datetime(2026, 1, 3, tzinfo=UTC), "this")) == []
    assert names(videos.with_old_counts(named, details, counts, late, "this")) == [HERE]
