"""Live chats by their answers: the next page, the earliest time for it, pauses after failures, and ends."""

from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import Row

from tubelake.collect import chats
from tubelake.collect.chats import SPENT, STOPPED, Chat, Stream
from tubelake.collect.request import DEFERRED, params_json

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STREAM = Stream("video_id___", "chat")


def answer(
    second: float = 0.0, reason: str | None = None, *, status: int = 200, token: str | None = None, items: int = 3,
    pause: float | None = 2.0, offline: bool = False, stream: Stream = STREAM,
) -> Row:  # fmt: skip
    return Row(
        fetched_at=NOW + timedelta(seconds=second), request_id=f"r{second:09.3f}",
        params=params_json(chats.params(stream)), subject=stream.video_id, shard=stream.started_at, status=status, reason=reason, next_page_token=token, item_count=items,
        pause_seconds=pause, offline_at=NOW if offline else None,
    )  # fmt: skip


def left_by(*rows: Row, pause: float = 0.0) -> Chat:
    chat = Chat(STREAM)
    for row in rows:
        chat = chats.after(chat, row, pause)
    return chat


def seconds(chat: Chat) -> float:
    return (chat.due_at - NOW).total_seconds()


def test_a_new_chat_is_due_at_once_without_a_token():
    chat = left_by()
    assert chat.due_at < NOW
    assert (chat.request.page_token, chat.request.subject) == (None, "video_id___")
    assert chat.request.params == {"liveChatId": "chat", "part": "id,snippet,authorDetails", "maxResults": "2000"}


@pytest.mark.parametrize(("said", "stretched", "expected"), [(2.0, 0.0, 12.0), (2.0, 30.0, 40.0), (None, 0.0, 15.0)])
def test_the_next_poll_waits_as_long_as_was_told(said, stretched, expected):
    chat = left_by(answer(10, token="b", pause=said), pause=stretched)
    assert (chat.token, seconds(chat), chat.end) == ("b", expected, None)


def test_failures_wait_longer_each_time_and_lose_no_place():
    failures = [answer(100 * n, "noAnswer: OSError", status=0, token=None) for n in range(1, 9)]
    waits = [seconds(left_by(answer(0, token="b"), *failures[:n])) - 100 * n for n in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    chat = left_by(answer(0, token="b"), *failures)
    assert (chat.token, chat.failures, chat.end) == ("b", 8, None)
    assert chats.unreached_seconds(chat) == 760
    again = left_by(answer(0, token="b"), *failures, answer(900, token="c"))
    assert (again.token, again.failures, chats.unreached_seconds(again)) == ("c", 0, 0.0)


@pytest.mark.parametrize(
    ("last", "end"),
    [
        (answer(5, "liveChatEnded", status=403), "ended"),
        (answer(5, "liveChatDisabled", status=403), "disabled"),
        (answer(5, "liveChatNotFound", status=404), "not found"),
        (answer(5, token="c", items=0, offline=True), "ended"),
        (answer(5, token="c", items=7, offline=True), None),  # there may be more: only an empty page is the last
        (answer(5, STOPPED, status=0), None),
        (answer(5, SPENT, status=0), None),
        (answer(5, DEFERRED, status=0), None),
        (answer(5, "backendError", status=500), None),
    ],
)
def test_ends_are_told_apart_from_what_is_only_late(last, end):
    assert left_by(answer(0, token="b"), last).end == end


def test_a_token_that_is_refused_is_dropped():
    chat = left_by(answer(0, token="b"), answer(5, "invalidPageToken", status=400))
    assert (chat.token, chat.end) == (None, None)


def test_units_are_shared_out_over_the_time_that_is_left():
    assert chats.stretched(10, 5, 6_000, None) == 0.0
    assert chats.stretched(10, 5, 6_000, 3_600.0) == 30.0  # 1,200 polls in an hour, 120 for each chat
    assert chats.stretched(10, 5, 0, 60.0) == 3_000.0
    assert chats.stretched(0, 5, 6_000, 3_600.0) == 0.0


def test_the_log_tells_where_each_chat_is(spark):
    names = ("new", "open", "ended", "late", "noted")
    of = {name: Stream(f"video_{name:>5}", name) for name in names}
    over, left, old = (Stream(f"was__live_{n}", n, "2026-11-20T11:00:00Z") for n in "123")
    rows = [
        answer(1, token="a", stream=of["open"]), answer(2, token="b", stream=of["open"]),
        answer(1, token="a", stream=of["ended"]), answer(3, "liveChatEnded", status=403, stream=of["ended"]),
        answer(1, token="a", stream=of["late"]), answer(9, "backendError", status=500, stream=of["late"]),
        answer(1, token="a", stream=of["noted"]), answer(9, STOPPED, status=0, stream=of["noted"]),
        answer(1, token="x", stream=over), answer(2, "liveChatEnded", status=403, stream=over),
        answer(1, token="y", stream=left), answer(-90_000, token="z", stream=old),
    ]  # fmt: skip
    log = spark.createDataFrame(
        [tuple(row) for row in rows],
        "fetched_at timestamp, request_id string, params string, subject string, shard string, status int, reason string, "
        "next_page_token string, item_count int, pause_seconds double, offline_at timestamp",
    )
    streams, since = list(of.values()), NOW - timedelta(days=1)
    found = chats.resumed(streams, chats.newest(log, streams, since, None))
    known = {
        "new": (None, None), "open": ("b", None), "ended": ("a", "ended"), "late": ("a", None), "noted": ("a", None),
    }  # fmt: skip
    assert {chat_id: (chat.token, chat.end) for chat_id, chat in found.items()} == known | {"2": ("y", None)}
    assert found["2"].stream == left
    assert (seconds(found["open"]), seconds(found["late"]), found["late"].failures) == (4.0, 10.0, 1)
    assert chats.resumed(streams, chats.newest(log, streams, since, ["was__live_1"])).keys() == known.keys()
