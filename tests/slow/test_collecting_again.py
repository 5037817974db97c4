"""Collecting again: what is old, what a spent quota left, what failed. Whole jobs against the emulator."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from tests.collect.test_collecting import matching, rows_of

from tubelake import job, tables
from tubelake.emulator import EmulatorOptions, Fault, running
from tubelake.errors import QuotaSpent
from tubelake.tables import RESPONSES

pytestmark = pytest.mark.slow

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)  # 10 o'clock in California


def test_counts_are_fetched_again_when_they_are_old(spark, corpus, shared, wanted):
    counted = (i for i in sorted(matching(corpus, "cooking")) if "statistics" in corpus.videos[i])
    ids = list(islice(counted, 60))
    missing, gone = "zzzzzzzzzzz", ids[0]
    only = f"videos.ids={','.join([*ids, missing])}"
    with running(corpus, EmulatorOptions()) as youtube:
        assert job.run(spark, "collect_videos", wanted(youtube.url, only, run="details")) == 0
        asked = [params["id"] for _, params, _ in youtube.calls()]
        assert [missing in chunk for chunk in asked].count(True) == 1
    later = f"run.now={(datetime.now(UTC) + timedelta(hours=168)).isoformat()}"
    left = replace(corpus, videos={k: video for k, video in corpus.videos.items() if k != gone})
    with running(left, EmulatorOptions()) as youtube:
        assert job.run(spark, "collect_videos", wanted(youtube.url, only, later, run="counts")) == 0
        methods = [method for method, _, _ in youtube.calls()]
        assert job.run(spark, "collect_videos", wanted(youtube.url, only, later, run="counts-again")) == 0
        assert [method for method, _, _ in youtube.calls()] == methods == ["videos.batchGetStats"] * 2
        assert job.run(spark, "build_videos", wanted(youtube.url, run="build")) == 0
    rows = [row for row in rows_of(spark, tables.VIDEO_SNAPSHOTS, shared) if row["video_id"] in ids]
    by_method = Counter((row["video_id"], row["method"]) for row in rows)
    assert by_method == Counter(
        [(video_id, "videos.list") for video_id in ids]
        + [(video_id, "videos.batchGetStats") for video_id in ids if video_id != gone]
    )


def test_a_spent_quota_is_resumed_on_the_next_day_without_paying_a_page_twice(spark, corpus, shared, wanted, capsys):
    tomorrow = NOW + timedelta(hours=20)
    with running(corpus, EmulatorOptions(limits={"search": 4}, clock_start=NOW)) as youtube:
        today = wanted(youtube.url, "search.keywords=COOKING", f"run.now={NOW.isoformat()}", run="today")
        assert job.run(spark, "collect_search", today) == QuotaSpent.exit_code
        complaint = capsys.readouterr().err
        assert "quota of 100 units a day is used up" in complaint
        assert "run the same command again after" in complaint
        calls = len(youtube.calls())
        assert calls == 5
        same_day = wanted(youtube.url, "search.keywords=COOKING", f"run.now={NOW.isoformat()}", run="same-day")
        assert job.run(spark, "collect_search", same_day) == QuotaSpent.exit_code
        assert len(youtube.calls()) == calls
        youtube.move_clock(tomorrow)
        next_day = wanted(youtube.url, "search.keywords=COOKING", f"run.now={tomorrow.isoformat()}", run="next-day")
        assert job.run(spark, "collect_search", next_day) == 0
        assert [sum(units.values()) for units in youtube.usage().values()] == [4, 2]
    rows = [row for row in rows_of(spark, RESPONSES, shared, "subject = 'COOKING'") if row["reason"] is None]
    assert len({(row["params"], row["page_token"]) for row in rows}) == len(rows) == 6
    assert {i for row in rows for i in row["item_ids"]} == matching(corpus, "cooking")


def test_a_failed_call_is_exit_code_1_and_all_that_the_next_run_asks(spark, corpus, shared, wanted, capsys):
    always = Fault(match=(("q", "lofi"),), status=500, reason="backendError")
    with running(corpus, EmulatorOptions(faults=(always,))) as youtube:
        keywords = "search.keywords=lofi,Xyzzy"
        assert job.run(spark, "collect_search", wanted(youtube.url, keywords, run="fails")) == 1
        complaint = capsys.readouterr().err
        assert "1 requests failed after their retries; run again to ask only those" in complaint
        assert len(youtube.calls()) == 4
        youtube.set_faults()
        assert job.run(spark, "collect_search", wanted(youtube.url, keywords, run="mends")) == 0
        assert [params["q"] for _, params, _ in youtube.calls()[4:]] == ["lofi", "lofi"]
    assert {row["reason"] for row in rows_of(spark, RESPONSES, shared, "subject = 'lofi'")} == {"backendError", None}
