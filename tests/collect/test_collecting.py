"""Collecting against the emulator: the parts in this process, then whole jobs in the shared session."""

import json
import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from pyspark.sql import Row
from pyspark.sql import functions as F
from tests.filling import add

from tubelake import disk, job, session, store, tables
from tubelake.collect import fetch, live, rounds, search, videos
from tubelake.collect.fetch import Round
from tubelake.collect.gate import Pace
from tubelake.collect.request import DEFERRED, REQUEST_COLUMNS, Price, Request
from tubelake.collect.rounds import has_failed
from tubelake.emulator import EmulatorOptions, Fault, running
from tubelake.emulator.entries import fold
from tubelake.emulator.search import matches
from tubelake.errors import UsageError
from tubelake.settings import Lake, Search, Settings
from tubelake.settings.sections import Channels, Import, Videos
from tubelake.tables import RESPONSES
from tubelake.youtube.client import Access

PACE = Pace(threads=4, calls_per_second=1e6, seconds=60.0, attempts=4, retry_base_seconds=0.001, retry_max_seconds=0.01)
NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)  # 10 o'clock in California
JOBS = ("collect_search", "collect_videos", "build_videos", "build_statistics")


def matching(corpus, keyword: str) -> set[str]:
    """The truth: ids that match by the emulator's rule."""
    words = tuple(fold(keyword).split())
    return {entry.id for entry in corpus.entries["video"] if matches(entry.text, words)}


# ---------------------------------------------------------------- in this process: one task without Spark


def answers(
    url: str, *requests: Request, calls: int = 100, key: str = "AIzaTestKey0123456789", round_id: str = "r",
    timeout: float = 30.0,
) -> list[Row]:  # fmt: skip
    """What a task answers to these requests, in the order of their ids."""
    this = Round("run", round_id, Access(url, key, timeout), PACE, Price("search", 1, date(2026, 12, 1)), (calls,))
    asked = [
        dict(zip(REQUEST_COLUMNS, request.row(f"{round_id}-{n:03d}"), strict=True))
        for n, request in enumerate(requests)
    ]
    rows = [row for chain in fetch._fetch_all(asked, this) for row in chain]
    return [Row(run_id="run", **row) for row in sorted(rows, key=lambda row: row["request_id"])]


def chain(keyword: str = "cooking", max_pages: int = 10) -> Request:
    params = {"part": "snippet", "maxResults": "50", "type": "video", "order": "date", "q": keyword}
    return Request("search.list", params, keyword, "shard", None, max_pages)


def collected(url: str, wanted: Search, *, most: int | None = None) -> list[Row]:
    """All answers of a search, round by round, as the driver asks for them."""
    rows: list[Row] = []
    queries = search.queries(wanted, rows, NOW)
    for number in range(50):
        work = search.due(queries, rows, most, "run")
        if not work.requests:
            return rows
        rows += answers(url, *work.requests, round_id=f"r{number:03d}")
    raise AssertionError("a search without an end")


ONE_PAGE = {
    "500": (Fault(first=1, status=500, reason="backendError"), 2, None),
    "503 twice": (Fault(first=2, status=503, reason="backendError"), 3, None),
    "reset": (Fault(first=1, kind="reset"), 2, None),
    "time-out": (Fault(first=1, delay=0.8), 2, None),
    "429": (Fault(first=1, status=429, reason="rateLimitExceeded", retry_after=0.05), 2, None),
    "HTML": (Fault(first=1, kind="html"), 2, None),
    "truncated": (Fault(first=1, kind="truncate"), 2, None),
    "broken JSON": (Fault(first=1, kind="broken_json"), 2, None),
    "500 for ever": (Fault(status=500, reason="backendError"), 4, "backendError"),
    "HTML for ever": (Fault(kind="html"), 4, "brokenAnswer"),
    "reset for ever": (Fault(kind="reset"), 4, "noAnswer: "),
    "404": (Fault(status=404, reason="notFound"), 1, "notFound"),
    "400": (Fault(status=400, reason="badRequest"), 1, "badRequest"),
    "quota": (Fault(status=403, reason="quotaExceeded"), 1, "quotaExceeded"),
}


@pytest.mark.parametrize("case", ONE_PAGE)
def test_a_call_is_tried_as_often_as_its_fault_allows_and_every_try_is_paid(corpus, case):
    fault, tries, reason = ONE_PAGE[case]
    with running(corpus, EmulatorOptions(faults=(fault,))) as youtube:
        (row,) = answers(youtube.url, chain(max_pages=1), timeout=0.5 if case == "time-out" else 30.0)
    assert (row["attempt"], row["units"]) == (tries, tries)
    assert row["reason"] == reason or (reason and row["reason"].startswith(reason))
    assert has_failed(row) == (case.endswith("for ever"))
    assert row["item_count"] == (0 if reason else 50)


def test_what_a_round_has_no_calls_for_is_deferred_and_never_counted_as_failed(corpus):
    with running(corpus, EmulatorOptions(faults=(Fault(at=(2,), status=503, reason="backendError"),))) as youtube:
        rows = answers(youtube.url, chain(), calls=2)
        asked = len(youtube.calls())
    assert [row["reason"] for row in rows] == [None, DEFERRED]
    assert [row["attempt"] for row in rows] == [1, 1]
    assert asked == 2
    assert not any(map(has_failed, rows))


def test_a_spent_quota_stops_the_task_and_keeps_its_pages(corpus):
    with running(corpus, EmulatorOptions(limits={"search": 3})) as youtube:
        rows = answers(youtube.url, chain(), chain("lofi", 1), chain("review", 1), chain("xyzzy", 1))
        usage = youtube.usage()
    good = [row for row in rows if row["reason"] is None]
    assert sum(row["units"] for row in good) == 3
    assert all(row["body"] for row in good)
    assert {row["reason"] for row in rows} - {None} <= {"quotaExceeded", DEFERRED}
    assert list(usage.values()) == [{"search": 3}]


def test_a_search_finds_everything_once_and_pays_no_page_twice(corpus):
    with running(corpus, EmulatorOptions()) as youtube:
        rows = collected(youtube.url, Search(keywords=("cooking", "lofi", "xyzzy")))
        calls = youtube.calls()
    found = {
        keyword: {i for r in rows if r["subject"] == keyword for i in r["item_ids"]}
        for keyword in ("cooking", "lofi", "xyzzy")
    }
    assert found == {keyword: matching(corpus, keyword) for keyword in found}
    assert len({json.dumps(params, sort_keys=True) for _, params, _ in calls}) == len(calls) == len(rows)
    assert Counter(row["subject"] for row in rows) == {"cooking": 6, "lofi": 2, "xyzzy": 1}


@pytest.mark.parametrize(("most", "calls"), [(1, 1), (50, 1), (51, 2), (120, 3), (1_000, 6)])
def test_max_videos_bounds_the_calls(corpus, most, calls):
    wanted = Search(keywords=("cooking",))
    with running(corpus, EmulatorOptions()) as youtube:
        rows = collected(youtube.url, wanted, most=most)
    assert sum(row["attempt"] for row in rows) == calls
    found = len({i for row in rows for i in row["item_ids"]})
    assert found >= min(most, 240)
    (query,) = search.queries(wanted, rows, NOW)
    enough = f"cooking: {found} results, no more wanted than {most}"
    assert search.summary(query, rows, most) == ("cooking: 240 results" if found == 240 else enough)
    assert search.summary(query, rows).endswith(" results" if found == 240 else " calls to go")


@pytest.mark.parametrize("options", [{"loop_token_rate": 1.0}, {"loop_token_rate": 0.5}, {"lost_token_rate": 0.5}])
def test_tokens_that_loop_or_get_lost_cost_calls_but_no_videos(corpus, options):
    with running(corpus, EmulatorOptions(seed=3, **options)) as youtube:
        rows = collected(youtube.url, Search(keywords=("cooking",)))
    assert {i for row in rows for i in row["item_ids"]} == matching(corpus, "cooking")
    assert len(rows) <= 30


def test_a_page_that_fails_for_good_ends_its_run_and_is_the_only_one_that_the_next_run_asks(corpus):
    wanted = Search(keywords=("cooking", "lofi"))
    always = Fault(match=(("q", "lofi"),), status=500, reason="backendError")
    with running(corpus, EmulatorOptions(faults=(always,))) as youtube:
        rows = collected(youtube.url, wanted)
        youtube.set_faults()
        before = len(youtube.calls())
        later = search.due(search.queries(wanted, rows, NOW), rows, None, "run-2")
        answers(youtube.url, *later.requests)
        calls = youtube.calls()[before:]
    assert [row["subject"] for row in rows if has_failed(row)] == ["lofi"]
    assert {params["q"] for _, params, _ in calls} == {"lofi"}
    assert {i for row in rows for i in row["item_ids"]} == matching(corpus, "cooking")


# ---------------------------------------------------------------- which videos are due, in Spark but without tables


CHANNEL = "UC0123456789abcdefghijkl"


def logged(
    method: str, ids: str, found: list[str], *, reason: str | None = None, run: str = "old", day: int = 1,
    subject: str = "cooking",
) -> tuple:  # fmt: skip
    params = json.dumps({"type": "video", "id": ids} if ids else {"type": "video"})
    return (method, params, subject, reason, run, found, datetime(2026, 1, day, tzinfo=UTC))


LOG = [
    logged("search.list", "", ["new", "had", "gone", "fails", "failed", "later", "old", "fresh", "vanished"]),
    logged("playlistItems.list", "", ["uploaded", "had"], subject=CHANNEL),
    logged("videos.list", "", ["charted"], day=9),
    logged("videos.list", "had,gone", ["had"], day=9),
    logged("videos.list", "fails", [], reason="backendError", run="this"),
    logged("videos.list", "failed", [], reason="backendError"),
    logged("videos.list", "later", [], reason=DEFERRED, run="this"),
    logged("videos.list", "old,fresh,vanished,tried,cut", ["old", "fresh", "vanished", "tried", "cut"]),
    logged("videos.batchGetStats", "fresh,vanished", ["fresh"], day=9),
    logged("videos.batchGetStats", "tried", [], reason="backendError", run="this", day=9),
    logged("videos.batchGetStats", "cut", [], reason=DEFERRED, run="this", day=9),
]


def test_which_videos_are_due(spark):
    log = spark.createDataFrame(
        LOG,
        "method string, params string, subject string, reason string, run_id string, item_ids array<string>, fetched_at timestamp",
    ).cache()
    methods = (search.METHOD, "playlistItems.list", videos.DETAILS, videos.COUNTS)
    searches, uploads, details, counts = (log.where(F.col("method") == method) for method in methods)
    everything = videos.wanted_ids(searches, uploads, details, Settings())
    asked = Settings(search=Search(keywords=("cooking",)), videos=Videos(ids=("AAAAAAAAAAA",)))
    of_keyword = videos.wanted_ids(searches, uploads, details, asked)
    of_channel = videos.wanted_ids(searches, uploads, details, Settings(channels=Channels(ids=(CHANNEL,))))
    assert {row["video_id"] for row in everything.collect()} >= {"new", "uploaded", "charted", "tried"}
    trending = spark.createDataFrame([("trending", "x"), ("new", "x")], "video_id string, cohort string")
    cases = {None: 1, "USvideos.csv": 0}  # what an import has brought is asked for by other runs only
    for path, more in cases.items():
        with_imports = Settings(**{"import": Import(path=path)})
        known = videos.wanted_ids(searches, uploads, details, with_imports, trending)
        assert known.count() == everything.count() + more
    assert videos.wanted_ids(searches, uploads, details, asked, trending).where("video_id = 'trending'").isEmpty()
    assert [row["video_id"] for row in videos.without_details(of_channel, details, "this").collect()] == ["uploaded"]
    due = videos.without_details(of_keyword, details, "this")
    old = videos.with_old_counts(everything, details, counts, datetime(2026, 1, 5, tzinfo=UTC), "this")
    assert sorted(row["video_id"] for row in due.collect()) == ["AAAAAAAAAAA", "failed", "later", "new"]
    # `vanished` was asked for on day 9, in vain: not again before its time; `gone` never was there.
    assert sorted(row["video_id"] for row in old.collect()) == ["cut", "old"]


# ---------------------------------------------------------------- whole jobs


def rows_of(spark, table, lake: Lake, where: str = "true") -> list[Row]:
    return store.read(spark, table, lake).where(where).collect()


def commits(lake: Lake) -> dict[str, int]:
    """How many commits each table has."""
    logs = disk.folder(lake).glob("*/*/_delta_log")
    return {log.parent.name: len(list(log.glob("*.json"))) for log in logs}


FAULTS = (
    Fault(method="search.list", at=(2,), status=503, reason="backendError"),
    Fault(method="search.list", at=(5,), status=429, reason="rateLimitExceeded", retry_after=0.1),
    Fault(method="videos.list", at=(1,), kind="truncate"),
    Fault(method="videos.list", at=(4,), kind="html"),
)


def test_from_keywords_to_tables_and_again(spark, corpus, shared, wanted, capsys):
    keywords = ("cooking", "xyzzy")
    truth = matching(corpus, "cooking")
    with running(corpus, EmulatorOptions(faults=FAULTS)) as youtube:
        first = wanted(youtube.url, f"search.keywords={','.join(keywords)}", run="first")
        assert [job.run(spark, name, first) for name in JOBS] == [0, 0, 0, 0]
        calls, before = youtube.calls(), commits(shared)
        assert "xyzzy: no results" in capsys.readouterr().out
        again = wanted(youtube.url, f"search.keywords={','.join(keywords)}", run="again")
        assert [job.run(spark, name, again) for name in JOBS] == [0, 0, 0, 0]
        assert youtube.calls() == calls
    assert commits(shared) == before

    assert Counter(method for method, _, _ in calls) == {"search.list": 9, "videos.list": math.ceil(240 / 50) + 2}
    log = rows_of(spark, RESPONSES, shared)
    asked = [(row["method"], row["params"], row["page_token"]) for row in log if row["reason"] is None]
    assert len(asked) == len(set(asked)) == 12
    assert sum(row["units"] for row in log) == sum(row["attempt"] for row in log) == len(calls)
    assert all(row["executor_id"] for row in log)

    hits = rows_of(spark, tables.SEARCH_HITS, shared)
    assert sorted(row["video_id"] for row in hits) == sorted(truth)
    found = rows_of(spark, tables.VIDEOS, shared)
    assert sorted(row["video_id"] for row in found) == sorted(truth)
    assert {row["video_id"]: row["view_count"] for row in found} == {
        video_id: int(views) if (views := corpus.videos[video_id].get("statistics", {}).get("viewCount")) else None
        for video_id in truth
    }
    assert {row["video_count"] for row in rows_of(spark, tables.KEYWORD_STATISTICS, shared)} == {240}
    (paid,) = rows_of(spark, tables.QUOTA_BUCKETS, shared, "bucket = 'search'")
    assert (paid["units_leased"], paid["units_settled"]) == (9, 9)


def test_a_round_has_no_more_partitions_than_tasks_and_as_many_as_are_wanted(spark):
    requests = spark.createDataFrame(pd.DataFrame({"page": range(9)}))
    cores = session.parallelism(spark)
    counts = {tasks: rounds._in_partitions(requests, tasks).rdd.getNumPartitions() for tasks in (1, cores, 7)}
    assert counts == {1: 1, cores: cores, 7: 7}


def test_questions_of_one_run_share_no_answer_and_leave_few_files(spark, corpus, wanted, monkeypatch):
    monkeypatch.setattr(rounds, "MANY_FILES", 1)
    with running(corpus) as youtube:
        for video_id in corpus.live[:3]:
            asked = wanted(youtube.url, f"videos.ids={video_id}", run="same")
            assert [stream.video_id for stream in live.find(spark, asked, datetime.now(UTC), live.Looks())] == [
                video_id
            ]
    ids = [row["request_id"] for row in rows_of(spark, RESPONSES, asked.lake, "run_id = 'same'")]
    assert len(ids) == len(set(ids)) == 3
    files = store.read(spark, RESPONSES.of("videos.list"), asked.lake).select("_metadata.file_path").distinct()
    assert files.count() == 2  # those of old put together, and the last


def test_a_live_video_belongs_to_the_keyword_that_found_it(spark, corpus, wanted):
    now = datetime.now(UTC)
    with running(corpus) as youtube:
        cooking, lofi = (
            wanted(youtube.url, f"search.keywords={word}", run=f"live {word}") for word in ("cooking", "lofi")
        )
        found = {stream.video_id for stream in live.find(spark, cooking, now, live.Looks())}
    assert found
    assert found <= set(live.asked_ids(spark, cooking, now)) <= matching(corpus, "cooking")
    assert live.asked_ids(spark, lofi, now) == []
    assert live.asked_ids(spark, cooking, now + timedelta(days=8)) == []
    named = wanted(youtube.url, "chat.video_ids=abcdefghijk", run="named")
    assert live.asked_ids(spark, named, now) == ["abcdefghijk"]


def test_what_is_over_by_the_log_is_not_asked_again(spark, corpus, settings_for):
    states = {i: video["snippet"]["liveBroadcastContent"] for i, video in corpus.videos.items()}
    plain, stream = (next(i for i, told in states.items() if told == state) for state in ("none", "live"))
    now = datetime.now(UTC)
    with running(corpus) as youtube:
        asked = settings_for(youtube.url, f"videos.ids={plain},{stream}")

        def look() -> tuple[list[str], list[str]]:
            """The streams that are live, and whom YouTube was asked about."""
            before = len(youtube.calls())
            found = live.find(spark, asked, now, live.Looks())
            return [each.video_id for each in found], [params["id"] for _, params, _ in youtube.calls()[before:]]

        assert look() == ([stream], [f"{plain},{stream}"])
        assert look() == ([stream], [stream])
        asked = settings_for(youtube.url)  # what the log knows
        assert look() == ([stream], [stream])
        poll = {"method": "liveChatMessages.list", "subject": stream, "reason": "liveChatEnded"}
        add(spark, asked.lake, RESPONSES, {**poll, "request_id": "long ago", "fetched_at": now - timedelta(hours=1)})
        assert look() == ([stream], [stream])
        add(spark, asked.lake, RESPONSES, {**poll, "request_id": "just now", "fetched_at": now + timedelta(minutes=1)})
        assert look() == ([], [])


def test_what_only_the_user_can_put_right_is_one_line_and_exit_code_2(spark, corpus, wanted, capsys):
    with running(corpus, EmulatorOptions(keys=frozenset({"good"}))) as youtube:
        cases = {
            "no API key": ("collect_search", ["search.keywords=lofi", "youtube.api_key="]),
            "no keyword to search": ("collect_search", []),
            "YouTube refused videos.list (400 API_KEY_INVALID)": ("collect_videos", ["videos.ids=AAAAAAAAAAA"]),
        }
        for line, (name, overrides) in cases.items():
            assert job.run(spark, name, wanted(youtube.url, *overrides, run=f"{name}-refused")) == UsageError.exit_code
            said = capsys.readouterr()
            assert line in said.err
            assert (said.err.count("\n"), said.out) == (1, "")
        youtube.set_faults(Fault(status=400, reason="badRequest"))
        good = wanted(youtube.url, "videos.ids=BBBBBBBBBBB", "youtube.api_key=good", run="400")
        with pytest.raises(UsageError, match="check the settings that became parameters of the call"):
            job.load("collect_videos").run(spark, good)
