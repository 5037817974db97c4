"""Lists by their pages in the log: which are due, at which page, and when they end."""

from datetime import UTC, datetime

import pytest
from pyspark.sql import Row

from tubelake.collect.lists import Walk, due, due_lists
from tubelake.collect.request import DEFERRED, Request, params_json, params_with

LOG = (
    "params string, request_id string, run_id string, page_token string, next_page_token string, "
    "status int, reason string, fetched_at timestamp"
)
DAY = {number: datetime(2026, 11, number, tzinfo=UTC) for number in range(1, 30)}


def page(run: int, token: str | None, following: str | None, *, status: int = 200, reason: str | None = None):
    """One answer of run number `run`, on that day of the month."""
    return (f"run-{run}", token, following, status, reason, DAY[run])


# The pages of each list, and the page at which it is due in run 9: None where it is not, "" for the first one.
CASES = {
    "never asked": ([], ""),
    "complete": ([page(5, None, "b"), page(5, "b", None)], None),
    "cut off": ([page(5, None, "b"), page(5, "b", "c")], "c"),
    "cut off in this run": ([page(9, None, "b")], "b"),
    "deferred": ([page(9, None, "b"), page(9, "b", None, status=0, reason=DEFERRED)], "b"),
    "failed at first": ([page(5, None, None, status=500, reason="backendError")], ""),
    "failed at a later page": ([page(5, None, "b"), page(6, "b", None, status=503, reason="backendError")], "b"),
    "failed in this run": ([page(5, None, "b"), page(9, "b", None, status=503, reason="backendError")], None),
    "final": ([page(5, None, None, status=403, reason="commentsDisabled")], None),
    "final by its status": ([page(5, None, None, status=404, reason="videoNotFound")], None),
    "blocked": ([page(5, None, None, status=200, reason="RequestBlocked")], ""),
    "a token of yesterday": ([page(5, None, "b"), page(6, "b", None, status=400, reason="invalidPageToken")], ""),
    "circle": ([page(5, None, "b"), page(5, "b", "c"), page(5, "c", "b")], None),
    "old": ([page(2, None, "b"), page(2, "b", None)], ""),
    "old and cut off again": ([page(2, None, None), page(6, None, "b")], "b"),
    "old circle, walked again": ([page(2, None, "b"), page(2, "b", "b"), page(5, None, "b"), page(5, "b", None)], None),
}


def test_which_lists_are_due_and_where(spark):
    rows = [
        (name, f"{answer[0]}-{number:03d}", *answer)
        for name, (pages, _) in CASES.items()
        for number, answer in enumerate(pages)
    ]
    log = spark.createDataFrame(rows, LOG)
    wanted = spark.createDataFrame(
        [(name, f"about {name}", DAY[4], 1) for name in CASES],
        "params string, subject string, newer_than timestamp, calls bigint",
    )
    found = due_lists(wanted, log, "run-9").collect()
    assert {row["params"]: row["page_token"] or "" for row in found} == {
        name: token for name, (_, token) in CASES.items() if token is not None
    }
    assert all(row["subject"] == f"about {row['params']}" for row in found)


def answered(params: str, token: str | None, following: str | None, reason: str | None = None) -> Row:
    return Row(params=params, page_token=token, next_page_token=following, reason=reason)


@pytest.fixture
def lists(spark):
    rows = [(params_json({"id": name}), name, None, 2, token) for name, token in (("a", None), ("b", "t"), ("c", None))]
    ddl = "params string, subject string, newer_than timestamp, calls bigint, page_token string"
    return spark.createDataFrame(rows, ddl)


def test_rounds_go_on_where_answers_ended_and_read_the_log_again_only_when_it_may_hold_more(lists):
    reads = []

    def read():
        reads.append(True)
        return lists.limit(2) if len(reads) < 3 else lists.where("subject = 'c'")

    next_round = due(Walk("m", max_pages=5), read, most=2)
    a, b, c = (params_json({"id": name}) for name in "abc")
    first = next_round([])
    assert [(r.subject, r.page_token, r.max_pages) for r in first.requests] == [("a", None, 5), ("b", "t", 5)]
    rows = [answered(a, None, "u"), answered(b, "t", "v"), answered(b, "v", "t")]  # b goes in a circle
    onward = next_round(rows)
    assert ([(r.params, r.page_token) for r in onward.requests], onward.calls) == ([({"id": "a"}, "u")], 1)
    rows.append(answered(a, "u", None, "backendError"))
    asked = len(reads)
    assert [r.subject for r in next_round(rows).requests] == ["c"]
    assert len(reads) == asked + 1
    rows.append(answered(c, None, None))
    assert next_round(rows).requests == []
    assert len(reads) == asked + 1


def test_a_list_that_goes_on_is_expected_to_have_as_much_again(lists):
    next_round = due(Walk("m", max_pages=100), lambda: lists.where("subject = 'a'"), most=10)
    tokens, rows, expected = [None, *(f"t{number:02d}" for number in range(40))], [], []
    for asked in (1, 2, 4, 8, 16):
        expected.append(next_round(rows).calls)
        rows += [answered(params_json({"id": "a"}), *tokens[at : at + 2]) for at in range(len(rows), len(rows) + asked)]
    assert expected == [2, 1, 3, 7, 15]  # 2 as was guessed


def test_a_broken_walk_of_moving_pages_starts_again(lists):
    next_round = due(Walk("m", max_pages=5, is_resumable=False), lambda: lists, most=10)
    assert {request.page_token for request in next_round([]).requests} == {None}
    rows = [answered(params_json({"id": "a"}), None, "u"), answered(params_json({"id": "c"}), None, None)]
    assert {(r.subject, r.page_token) for r in next_round(rows).requests} == {("a", None), ("b", None)}


def test_params_made_by_spark_are_those_made_by_python(spark):
    fixed = {"part": "snippet", "textFormat": "plainText", "maxResults": "100"}
    ids = spark.createDataFrame([("dQw4w9WgXcQ",), ("-_-_-_-_-_-",)], "id string")
    made = [row[0] for row in ids.select(params_with("videoId", ids["id"], fixed)).collect()]
    assert made == [Request("m", {**fixed, "videoId": row["id"]}).row("r")[2] for row in ids.collect()]
