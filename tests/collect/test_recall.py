"""Windows of a search are searched again: a few, each once, seen by no frontier; what that says about completeness."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from pyspark.sql import Row

from tubelake import disk, job, pipeline, store, tables
from tubelake.collect import fetch, recall, search
from tubelake.collect.fetch import Round
from tubelake.collect.gate import Pace
from tubelake.collect.request import REQUEST_COLUMNS, Price, Request
from tubelake.collect.rounds import has_failed
from tubelake.collect.spans import SECOND, gaps
from tubelake.emulator import EmulatorOptions, Fault, running
from tubelake.emulator.entries import fold
from tubelake.emulator.removal import without
from tubelake.emulator.search import matches
from tubelake.errors import QuotaSpent
from tubelake.settings import Recall, Search, Settings
from tubelake.stats.recall import estimated, search_recall
from tubelake.youtube.client import Access

PACE = Pace(threads=4, calls_per_second=1e6, seconds=60.0, attempts=3, retry_base_seconds=0.001, retry_max_seconds=0.01)
NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
COOKING = Search(keywords=("cooking",))


def matching(corpus, keyword: str) -> set[str]:
    words = tuple(fold(keyword).split())
    return {entry.id for entry in corpus.entries["video"] if matches(entry.text, words)}


def answers(url: str, requests: list[Request], round_id: str, run_id: str = "run") -> list[Row]:
    this = Round(run_id, round_id, Access(url, "AIzaKey", 0.5), PACE, Price("search", 1, date(2026, 12, 1)), (100,))
    asked = [dict(zip(REQUEST_COLUMNS, request.row(f"{round_id}-{n:03d}"), strict=True)) for n, request in enumerate(requests)]  # fmt: skip
    rows = [row for chain in fetch._fetch_all(asked, this) for row in chain]
    return [Row(run_id=run_id, **row) for row in sorted(rows, key=lambda row: row["request_id"])]


def all_answers(url: str, due, name: str, *, rounds: int = 50, run_id: str = "run") -> list[Row]:
    """All answers, round by round, until nothing is due or so many rounds have passed."""
    rows: list[Row] = []
    for number in range(rounds):
        if not (work := due(rows)).requests:
            break
        rows += answers(url, work.requests, f"{name}{number:03d}", run_id)
    return rows


def first_search(url: str, wanted: Search = COOKING) -> list[Row]:
    return all_answers(url, lambda rows: search.due(search.queries(wanted, rows, NOW), rows, None, "run"), "first")


def again(url: str, log: list[Row], wanted: Recall, **options) -> list[Row]:
    run_id = options.get("run_id", "run")
    return all_answers(url, recall.due(COOKING, wanted, lambda: log, run_id, NOW), f"again-{run_id}-{len(log)}", **options)  # fmt: skip


def windows(log: list[Row]):
    (query,) = search.queries(COOKING, log, NOW)
    return recall.windows(query, log)


@pytest.mark.parametrize(("calls", "lost"), [(1, 0.0), (2, 0.0), (6, 0.0), (6, 0.5), (50, 0.0)])
def test_no_more_calls_than_are_wanted_and_no_window_twice(corpus, calls, lost):
    with running(corpus, EmulatorOptions(seed=3, lost_token_rate=lost)) as youtube:
        log = first_search(youtube.url)
        before = len(youtube.calls())
        repeats = again(youtube.url, log, Recall(calls=calls))
        asked = [params for _, params, _ in youtube.calls()][before:]
        more = again(youtube.url, [*log, *repeats], Recall(calls=calls))
    assert len(asked) == len(repeats) <= calls
    assert more == []
    (query,) = search.queries(COOKING, log, NOW)
    due = [recall.calls_due(query, Recall(calls=calls), rows, "run") for rows in ([], log, [*log, *repeats])]
    assert due == [calls, calls, 0]
    assert {params["order"] for params in asked} == {"relevance"}
    found = list(windows([*log, *repeats]))
    assert all(gaps(one, [other]) == [one] for one in found for other in found if one != other)
    oldest = min(row["oldest_published_at"] for row in log if row["oldest_published_at"])
    assert found[0].lo == search.FIRST_VIDEO
    assert found[0].hi == oldest.replace(microsecond=0)
    if calls == 50:  # every window: together they are all that was searched
        assert sum((one.hi - one.lo for one in found), timedelta()) == query.until - query.since
        assert {item for row in repeats for item in row["item_ids"]} == matching(corpus, "cooking")
    elif calls == 6:
        assert 3 <= len(found) <= 6


def test_the_frontier_asks_the_same_with_and_without_a_second_search(corpus):
    later = NOW + timedelta(days=2)
    with running(corpus, EmulatorOptions(seed=3)) as youtube:
        log = first_search(youtube.url)
        both = sorted([*log, *again(youtube.url, log, Recall())], key=lambda row: row["fetched_at"])
    assert len(both) > len(log)
    for wanted in (COOKING, Search(keywords=("cooking",), order="relevance")):
        for moment in (NOW, later):
            plain, mixed = (search.due(search.queries(wanted, rows, moment), rows, None, "next") for rows in (log, both))  # fmt: skip
            assert plain == mixed
            assert bool(plain.requests) == (moment == later or wanted != COOKING)
    assert search.summary(search.queries(COOKING, log, NOW)[0], both) == search.summary(search.queries(COOKING, log, NOW)[0], log)  # fmt: skip


def test_a_search_that_goes_on_is_searched_again_where_it_has_been(corpus):
    with running(corpus, EmulatorOptions(seed=3)) as youtube:
        log = first_search(youtube.url)[:-1]  # without the call that sees the end
        repeats = again(youtube.url, log, Recall(calls=9))
    reached = min(row["oldest_published_at"] for row in log)
    assert repeats
    assert min(window.lo for window in windows([*log, *repeats])) + SECOND >= reached.replace(microsecond=0)
    assert again(youtube.url, [], Recall()) == []


def test_pages_go_on_where_they_ended_and_failures_are_asked_by_the_next_run(corpus):
    four = Recall(calls=4)
    always = Fault(match=(("order", "relevance"),), status=503, reason="backendError")
    with running(corpus, EmulatorOptions(seed=3)) as youtube:
        log = first_search(youtube.url)
        whole = again(youtube.url, log, four)
        youtube.set_faults(always)
        failed = again(youtube.url, log, four)
        youtube.set_faults()
        assert again(youtube.url, [*log, *failed], four) == []
        begun = again(youtube.url, [*log, *failed], four, run_id="next", rounds=1)
        rest = again(youtube.url, [*log, *failed, *begun], four, run_id="last")
    assert failed
    assert all(has_failed(row) for row in failed)
    pages = [(row["shard"], row["page_token"]) for row in [*begun, *rest]]
    assert len(pages) == len(set(pages)) <= 4
    assert {row["shard"] for row in failed} <= {row["shard"] for row in whole} == {shard for shard, _ in pages}


def test_only_a_search_by_date_is_searched_again(corpus):
    wanted = Search(keywords=("cooking",), order="viewCount")
    with running(corpus, EmulatorOptions(seed=3)) as youtube:
        log = first_search(youtube.url, wanted)
    assert recall.due(wanted, Recall(), lambda: log, "run", NOW)([]).requests == []
    (query,) = search.queries(wanted, log, NOW)
    assert "search.order=date" in recall.summary(query, Recall(), log)


def test_a_second_search_comes_after_the_first_and_before_what_reads_it_and_only_if_asked():
    ordered = pipeline.jobs_of(Settings(search=COOKING), ("recall",))
    places = [ordered.index(name) for name in ("collect_search", "collect_recall", "collect_videos", "build_recall")]
    assert places == sorted(places)
    assert not {"collect_recall", "build_recall"} & {*pipeline.jobs_of(Settings(search=COOKING))}


# ---------------------------------------------------------------- the estimate


COUNTS = (
    "keyword string, window_count bigint, call_count bigint, found_first bigint, found_again bigint, overlap bigint"
)
CASES = {  # found first, found again, both
    "all": (50, 50, 50), "most": (90, 100, 81), "none of the first": (0, 7, 0), "nothing": (0, 0, 0),
    "apart": (5, 5, 0), "more than again": (100, 50, 50),
}  # fmt: skip


def test_estimates_are_those_of_the_formulas(spark):
    rows = [(name, 3, 6, *case) for name, case in CASES.items()]
    found = {row["keyword"]: row for row in estimated(spark.createDataFrame(rows, COUNTS)).collect()}
    for name, (first, second, both) in CASES.items():
        row, total = found[name], (first + 1) * (second + 1) / (both + 1) - 1
        assert row["total_estimate"] == pytest.approx(total), name
        assert first + second - both <= row["total_low"] <= total + 1e-9, name
        assert (row["total_high"] is None) == (both == 0), name
        assert row["total_high"] is None or row["total_high"] >= total - 1e-9, name
        assert row["recall"] == (both / second if second else None), name
        assert row["recall"] is None or 0 <= row["recall_low"] <= row["recall"] <= row["recall_high"] <= 1, name
    assert (found["most"]["total_low"], found["most"]["total_high"]) == pytest.approx((109, 90 / 0.7222), abs=0.1)
    assert found["all"]["total_high"] == pytest.approx(50 / 0.92865, abs=0.01)
    assert (found["most"]["recall_low"], found["most"]["recall_high"]) == pytest.approx((0.722, 0.875), abs=1e-3)
    assert found["all"]["recall_low"] == pytest.approx(0.929, abs=1e-3)
    assert (
        "of 100 results that a second search found in 3 windows the first had 81: 72 to 87 %" in found["most"]["note"]
    )
    assert "nothing can be said" in found["nothing"]["note"]


def test_intervals_hold_what_they_say_where_captures_are_independent(spark):
    random, trials, total = np.random.default_rng(5), 1_000, 200
    first, second = random.binomial(total, 0.8, trials), random.binomial(total, 0.9, trials)
    both = random.hypergeometric(first, total - first, second)
    rows = [(str(n), 1, 1, *map(int, case)) for n, case in enumerate(zip(first, second, both, strict=True))]
    found = estimated(spark.createDataFrame(rows, COUNTS)).select("total_estimate", "total_low", "total_high", "recall_low", "recall_high", "found_first").toPandas()  # fmt: skip
    assert found["total_estimate"].mean() == pytest.approx(total, rel=0.01)
    assert ((found["total_low"] <= total) & (total <= found["total_high"])).mean() > 0.95
    true = found["found_first"] / total
    # All of the second capture is a large share of all there is, so that the interval is on the cautious side.
    assert ((found["recall_low"] <= true) & (true <= found["recall_high"])).mean() > 0.95


# ---------------------------------------------------------------- whole jobs


JOBS = ("collect_search", "collect_recall", "build_videos", "build_recall")


@pytest.mark.slow
def test_from_an_incomplete_search_to_its_recall_and_again(spark, corpus, shared, wanted, capsys):
    truth = sorted(matching(corpus, "cooking"))
    missing = set(truth[::5])  # 48 of 240
    options = ("search.keywords=cooking", "recall.calls=20")
    with running(without(corpus, missing)) as youtube:
        assert job.run(spark, "collect_search", wanted(youtube.url, *options, run="first")) == 0
    with running(corpus) as youtube:
        spent = wanted(youtube.url, *options, "quota.search=8", run="spent")
        with pytest.raises(QuotaSpent):  # 5 or 6 calls of the first search are paid
            job.load("collect_recall").run(spark, spent)
        begun = len(youtube.calls())
        assert 0 < begun < 8
        rest = wanted(youtube.url, *options, run="rest")
        assert [job.run(spark, name, rest) for name in JOBS] == [0, 0, 0, 0]
        calls = youtube.calls()
        repeats = [params for method, params, _ in calls if params.get("order") == "relevance"]
        assert len(repeats) == len(calls) <= 12  # the first search asks nothing more
        assert len({json.dumps(params, sort_keys=True) for params in repeats}) == len(repeats)
        capsys.readouterr()
        commits = _commits(shared)
        assert [job.run(spark, name, wanted(youtube.url, *options, run="again")) for name in JOBS] == [0, 0, 0, 0]
        assert youtube.calls() == calls
        assert f"windows searched again in {len(repeats)} of 20 calls" in capsys.readouterr().out
    assert _commits(shared) == commits
    (row,) = store.read(spark, tables.SEARCH_RECALL, shared).where("keyword = 'cooking'").collect()
    seconds = {video: corpus.videos[video]["snippet"]["publishedAt"] for video in truth}
    spans = [(params["publishedAfter"], params["publishedBefore"]) for params in repeats]
    inside = {video for video in truth if any(lo <= seconds[video] < hi for lo, hi in spans)}
    assert (row["window_count"], row["call_count"]) == (len(set(spans)), len(repeats))
    assert (row["found_first"], row["found_again"]) == (len(inside - missing), len(inside))
    assert row["overlap"] == len(inside - missing)
    assert row["total_estimate"] == pytest.approx(len(inside))
    assert row["recall_low"] < 0.8 < row["recall_high"] < 1
    hits = {hit["video_id"] for hit in store.read(spark, tables.SEARCH_HITS, shared).where("keyword = 'cooking'").collect()}  # fmt: skip
    assert hits == {*truth} - missing | inside


@pytest.mark.slow
def test_a_search_that_is_complete_has_a_recall_of_1_and_another_keyword_none(spark, corpus, shared, wanted):
    with running(corpus, EmulatorOptions(seed=2, lost_token_rate=0.3)) as youtube:
        asked = wanted(youtube.url, "search.keywords=lofi", run="lofi")
        assert [job.run(spark, name, asked) for name in JOBS] == [0, 0, 0, 0]
    pages, hits = (store.read(spark, table, shared) for table in (tables.RESPONSES.of(search.METHOD), tables.SEARCH_HITS))  # fmt: skip
    found = {row["keyword"]: row for row in search_recall(pages.where("subject = 'lofi'"), hits).collect()}
    assert found.keys() == {"lofi"}
    assert (found["lofi"]["recall"], found["lofi"]["overlap"]) == (1.0, 30)
    assert found["lofi"]["total_estimate"] == 30


def _commits(lake) -> dict[str, int]:
    logs = disk.folder(lake).glob("*/*/_delta_log")
    return {log.parent.name: len(list(log.glob("*.json"))) for log in logs}
