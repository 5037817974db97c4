"""Two processes on one lake: they share a day's quota to the unit, and never fetch the same page."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from tests.slow import killing

from tubelake import store, tables
from tubelake.emulator import EmulatorOptions, load_corpus, make_corpus, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
LIMIT = 100  # as published
NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)  # both clocks stand far from the end of a Pacific day


def both(tmp_path, url: str, *keywords: str) -> list[int]:
    """Exit codes of two searches that are started at once."""
    common = [
        f"lake.root={tmp_path / 'lake'}",
        f"youtube.endpoint={url}",
        "youtube.api_key=any",
        f"run.now={NOW.isoformat()}",
    ]
    processes = []
    for number, keyword in enumerate(keywords):
        given = [*common, f"search.keywords={keyword}", f"run.logs={tmp_path / 'logs'}"]
        arguments = ["run", "collect_search", *(part for one in given for part in ("--set", one))]
        processes.append(killing.start(arguments, tmp_path / f"out-{number}"))
    return [process.wait() for process in processes]


def said(tmp_path) -> str:
    return "\n".join(file.read_text() for file in sorted(tmp_path.glob("out-*")))


def test_two_keywords_share_the_units_of_a_day_exactly(spark, tmp_path, lake):
    make_corpus(tmp_path / "corpus", 6_500, seed=3, matches={"cooking": 3_200, "lofi": 3_200})
    with running(load_corpus(tmp_path / "corpus"), EmulatorOptions(clock_start=NOW)) as youtube:
        codes = both(tmp_path, youtube.url, "cooking", "lofi")
        calls, usage = youtube.calls(), youtube.usage()
    assert sorted(codes) == [0, 75], said(tmp_path)
    assert {status for _, _, status in calls} == {200}
    assert len(calls) == LIMIT == sum(units["search"] for units in usage.values())
    (account,) = store.read(spark, tables.QUOTA_BUCKETS, lake).collect()
    assert (account["units_leased"], account["units_settled"], account["exhausted"]) == (LIMIT, LIMIT, False)
    pages = Counter(row["subject"] for row in store.read(spark, tables.RESPONSES, lake).collect())
    assert pages.total() == LIMIT
    assert max(pages.values()) > 60


def test_the_same_job_twice_at_once_fetches_every_page_once(spark, corpus, tmp_path, lake):
    with running(corpus, EmulatorOptions(latency_seconds=0.3)) as youtube:
        assert both(tmp_path, youtube.url, "cooking", "cooking") == [0, 0], said(tmp_path)
        assert len(youtube.calls()) == 6
    rows = store.read(spark, tables.RESPONSES, lake).collect()
    assert len({(row["params"], row["page_token"]) for row in rows}) == len(rows) == 6
    assert len({video_id for row in rows for video_id in row["item_ids"]}) == 240
