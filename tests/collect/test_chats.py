"""Live chats by their answers: the next page, the earliest time for it, pauses after failures, and ends."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from pyspark.sql import Row
from pyspark.sql import functions as F
from tests.collect.test_collecting import answers

from tubelake import store, upsert
from tubelake.collect import chats
from tubelake.collect.chats import SPENT, STOPPED, Chat, Stream
from tubelake.collect.request import DEFERRED, params_json
from tubelake.emulator import ChatOptions, Emulator, EmulatorOptions, load_corpus, running
from tubelake.parse.chat import messages_from_answers
from tubelake.tables import CHAT_MESSAGES, RESPONSES

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


@pytest.mark.parametrize(
    ("seconds", "expected"), [([0], 0), ([0, 0.4, 0.9], 0.9), ([0, 0.9, 1.8], 0.9), ([5, 3, 3.5], 3.5)]
)
def test_chats_that_are_due_soon_after_the_first_are_polled_with_it(seconds, expected):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    due = [replace(Chat(STREAM), due_at=now + timedelta(seconds=second)) for second in seconds]
    assert chats.due_together(due) == now + timedelta(seconds=expected)


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
    found = chats.resumed(streams, chats.newest(log, streams, since, ["was__live_1", "was__live_2", "was__live_3"]))
    known = {
        "new": (None, None), "open": ("b", None), "ended": ("a", "ended"), "late": ("a", None), "noted": ("a", None),
    }  # fmt: skip
    assert {chat_id: (chat.token, chat.end) for chat_id, chat in found.items()} == known | {"2": ("y", None)}
    assert found["2"].stream == left
    assert (seconds(found["open"]), seconds(found["late"]), found["late"].failures) == (4.0, 10.0, 1)
    assert chats.resumed(streams, chats.newest(log, streams, since, ["was__live_1"])).keys() == known.keys()


def polled(youtube: Emulator, streams: Sequence[Stream], pause: timedelta) -> list[Row]:
    """Every answer until the chats have ended, each asked for by the one before it, by a clock that only this moves."""
    followed, rows = chats.resumed(streams, []), list[Row]()
    for number in range(1_000):
        still = [chat.request for chat in followed.values() if chat.end is None]
        if not still:
            return rows
        for row in answers(youtube.url, *still, round_id=f"r{number:03d}"):
            chat_id = chats.chat_id_of(row)
            followed[chat_id] = chats.after(followed[chat_id], row)
            rows.append(row)
        youtube.move_clock(youtube.world.clock.now() + pause)
    raise AssertionError("a chat without an end")


@pytest.mark.slow
@pytest.mark.real_data
def test_repeated_and_late_messages_give_the_same_table_whatever_their_order(spark, lake, real_data, monkeypatch):
    """The real chats ten times, each time with other repeats and delays, in many small pages."""
    monkeypatch.setattr(chats, "PAGE_SIZE", 200)
    corpus, rows, seeds = load_corpus(real_data / "corpus"), [], 10
    live = {i: video.get("liveStreamingDetails", {}).get("activeLiveChatId") for i, video in corpus.videos.items()}
    streams = [Stream(video_id, chat_id) for video_id, chat_id in live.items() if chat_id]
    for seed in range(seeds):
        played = ChatOptions(polling_seconds=0.0, repeat_rate=0.5, late_rate=0.2, late_seconds=600.0)
        options = EmulatorOptions(seed=seed, limits={"common": 100_000}, clock_speed=0.0, chat=played)
        with running(corpus, options) as youtube:
            answered = polled(youtube, streams, timedelta(seconds=100))
        rows += [{**row.asDict(), "subject": str(seed)} for row in answered]
    bodies = pd.DataFrame(rows).reindex(columns=RESPONSES.column_names).astype(object)
    asked = spark.createDataFrame(bodies.where(bodies.notna(), None), RESPONSES.ddl)
    # One table for all, in which the seed is part of the key; the later pages come in a merge of their own.
    table = replace(CHAT_MESSAGES, key=("video_id", "message_id"))
    store.ensure(spark, table, lake)
    is_later = F.col("request_id") >= "r003"
    received = [messages_from_answers(asked.where(part)) for part in (~is_later, is_later)]
    stored = [upsert.merge(messages, table, lake) for messages in received]

    truth = {message["id"]: message for messages in corpus.chats.values() for message in messages}
    assert sum(stored) == seeds * len(truth) < sum(row["item_count"] for row in rows)  # some came more than once
    assert min(stored) > 0
    same = store.read(spark, table, lake).drop("fetched_at", "video_id")
    found = same.groupBy(*same.columns).count().collect()
    assert Counter(row["count"] for row in found) == {seeds: len(truth)}
    for row in found:
        snippet = truth[row["message_id"]]["snippet"]
        said = snippet.get("textMessageDetails", {}).get("messageText") or snippet["superChatDetails"]["userComment"]
        assert (row["text"], row["chat_id"]) == (said, snippet["liveChatId"])
