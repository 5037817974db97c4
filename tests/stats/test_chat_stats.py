"""Statistics of chats equal a recount, whatever the messages are; peaks and examples are those a person would name."""

import json
import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import fmean, median

import numpy as np
import pytest
from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

from tubelake import tables
from tubelake.parse.chat import messages_from_answers
from tubelake.stats.chat import chatters, minutes, scored_messages, super_chats, with_peaks
from tubelake.stats.chat_examples import examples, is_readable

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def frame(spark, table: tables.Table, rows: list[dict]):
    return spark.createDataFrame([tuple(row.get(name) for name in table.column_names) for row in rows], table.ddl)


def said(chat: str, second: float | None, text: str | None, author: str | None = "UCa", *, offset=True, **more) -> dict:
    """A message `second` s after the start; without `offset` the start is not known."""
    at = None if second is None else START + timedelta(seconds=second)
    return {
        "chat_id": chat, "video_id": f"v {chat}", "event": "text", "author_channel_id": author, "author_name": author,
        "text": text, "published_at": at, "offset_seconds": float(second) if offset and second is not None else None, "fetched_at": START, **more,
    }  # fmt: skip


def numbered(rows: list[dict]) -> list[dict]:
    return [{"message_id": f"m{number:05}", **row} for number, row in enumerate(rows)]


def score(message_id: str, polarity: float | None, subjectivity: float | None = 0.5, language: str = "en") -> dict:
    return {
        "source": "chat_messages", "source_id": message_id, "polarity": polarity, "subjectivity": subjectivity,
        "is_scored": polarity is not None, "language": language,
    }  # fmt: skip


ODD = {
    "nothing": None, "empty": "", "blank": " \u3000\n", "emoji": "🔥🔥", "address": "https://example.com/a",
    "long": "good " * 200_000, "right to left": "مرحبا بالجميع",
}  # fmt: skip
KNOWN = [
    said("known", -61, "early bird"), said("known", -0.5, "hello"), said("known", 0, "hi all", "UCb"),
    said("known", 59.999, "great start", "UCb"), said("known", 60, "bad sound", None), said("known", 60, "bad"),
    *(said("known", 200, text, "UCodd") for text in ODD.values()),
    said("known", None, "when?", "UCtimeless"), said("known", 90, "late offset", "UCb", offset=False),
    said("unknown", 30, "first", offset=False), said("unknown", 89.9, "second", offset=False),
    said("unknown", 90.1, "third", "UCb", offset=False),
]  # fmt: skip
HAND = {  # messages, authors, positive, negative, unscored
    ("known", -2): (1, 1, 0, 0, 1), ("known", -1): (1, 1, 0, 0, 1), ("known", 0): (2, 1, 1, 0, 1),
    ("known", 1): (3, 2, 0, 2, 1), ("known", 3): (4, 1, 1, 0, 3),
    ("unknown", 0): (2, 1, 0, 0, 2), ("unknown", 1): (1, 1, 0, 0, 1),
}  # fmt: skip


POLARITIES = {"great start": 0.8, "bad sound": -0.7, "bad": -0.3, ODD["long"]: 0.7}
BURSTS = [
    *(said("burst", at * 60 + n, "nice stream today") for at in range(24) for n in range(4)),
    *(said("burst", 11 * 60 + n, "GOAL goal goal what a stream", f"UC{n}") for n in range(40)),
    *(said("burst", 18 * 60 + n, "😂😂") for n in range(60)),
    said("burst", 11 * 60 + 50, "unrepeatable"),
    *(said("spanish", at * 60, "hola") for at in range(24)),
    *(said("spanish", 700 + n, "el gol de ayer") for n in range(30)),
]
ROLES = [
    said("roles", 0, "x", is_member=False, author_name="old name"),
    said("roles", 1, "x", is_member=True, author_name="new name"),
    said("roles", 2, "x", is_member=False, is_owner=False, author_name=None),
]


def polarity_of(number: int) -> float | None:
    """Some polarity for each message: none for a third of them."""
    return (number % 7 - 3) / 3 if number % 3 else None


def skewed() -> list[dict]:
    """Nine of ten messages are of one chat."""
    random = np.random.default_rng(3)
    chats = ["large" if random.random() < 0.9 else f"small {random.integers(5)}" for _ in range(3_000)]
    return [
        said(chat, float(np.round(random.uniform(0, 5_000), 6)), "a message", f"UC{int(random.zipf(1.5)) % 200}", is_member=False)
        for chat in chats
    ]  # fmt: skip


SKEWED = skewed()


@pytest.fixture(scope="module")
def scored(spark):
    """All of these chats, with scores of their messages."""
    rows = numbered([*KNOWN, *BURSTS, *ROLES, *SKEWED])
    scores = [score(row["message_id"], POLARITIES.get(row["text"])) for row in rows if row["text"] != "hello"]
    first = len(rows) - len(SKEWED)
    for number, row in enumerate(rows[first:]):
        scores[number - len(SKEWED)] = score(row["message_id"], polarity_of(number))
    for one, row in zip(scores, [row for row in rows if row["text"] != "hello"], strict=True):
        one["language"] = "es" if row["chat_id"] == "spanish" else "en"
    return scored_messages(frame(spark, tables.CHAT_MESSAGES, rows), frame(spark, tables.TEXT_SCORES, scores)).cache()


@pytest.fixture(scope="module")
def by_minute(scored):
    found = minutes(scored)
    assert sorted(found.columns) == sorted(tables.CHAT_MINUTES.column_names)
    return {(row["chat_id"], row["minute"]): row for row in found.collect()}


@pytest.fixture(scope="module")
def by_author(scored):
    found = chatters(scored)
    assert sorted(found.columns) == sorted(tables.CHATTERS.column_names)
    return {(row["chat_id"], row["author_channel_id"]): row for row in found.collect()}


def test_minutes_counted_by_hand(by_minute):
    rows = {key: row for key, row in by_minute.items() if key[0] in ("known", "unknown")}
    names = ("message_count", "author_count", "positive_count", "negative_count", "unscored_count")
    assert {key: tuple(row[name] for name in names) for key, row in rows.items()} == HAND
    second = rows["known", 1]
    assert second["mean_polarity"] == pytest.approx(-0.5)
    assert (second["positive_share"], second["negative_share"], second["video_id"]) == (0.0, 1.0, "v known")
    unscored = rows["unknown", 0]
    assert [unscored[name] for name in ("mean_polarity", "positive_share", "negative_share")] == [None] * 3
    assert not any(row["is_peak"] or row["peak_words"] for row in rows.values())


def test_a_minute_begins_where_the_stream_or_else_the_first_message_says(by_minute):
    began = {key: row["began_at"].astimezone(UTC) for key, row in by_minute.items()}
    assert began["known", -2] == START - timedelta(minutes=2)
    assert began["known", 1] == START + timedelta(minutes=1)
    assert began["unknown", 1] == START + timedelta(seconds=90)
    late = {minute: at for (chat, minute), at in began.items() if chat == "large"}
    assert max(late) > 80
    assert {at - timedelta(minutes=minute) for minute, at in late.items()} == {began["large", 0]}


def test_chatters_counted_by_hand(by_author):
    assert ("known", None) not in by_author
    counts = {author: row["message_count"] for (chat, author), row in by_author.items() if chat == "known"}
    assert counts == {"UCa": 3, "UCb": 3, "UCodd": 4, "UCtimeless": 1}
    assert by_author["known", "UCa"]["share"] == 3 / 12  # the one whose author is not known is one of them
    assert by_author["known", "UCa"]["median_gap_seconds"] == pytest.approx((60.5 + 60.5) / 2)
    assert by_author["known", "UCtimeless"]["median_gap_seconds"] is None
    assert by_author["known", "UCtimeless"]["first_at"] is None
    assert by_author["known", "UCa"]["last_at"].astimezone(UTC) == START + timedelta(minutes=1)
    assert by_author["known", "UCb"]["mean_polarity"] == pytest.approx(0.8)


def test_roles_are_those_that_somebody_ever_had_and_the_name_is_the_newest(by_author):
    names = ("author_name", "is_member", "is_owner", "is_moderator", "is_verified")
    assert [by_author["roles", "UCa"][name] for name in names] == ["new name", True, False, None, None]


QUIET = [4, 5, 6, 5, 4, 5, 6, 5, 4, 5, 6]
# Messages of each minute -> the minutes that are peaks.
COUNTS: dict[str, tuple[list[int], list[int]]] = {
    "steady": ([20] * 40, []),
    "scattered": (np.random.default_rng(5).poisson(30, 300).tolist(), []),
    "burst": ([*QUIET, 60, *QUIET], [11]),
    "small burst": ([*[0, 1] * 8, 9, *[0, 1] * 8], []),
    "silence, then a burst": ([1, *[0] * 12, 30, *[0] * 12, 1], [13]),
    "of a burst of three minutes one": ([*QUIET, 40, 80, 70, *QUIET], [12]),
    "of two equal minutes the first": ([*QUIET, 80, 80, *QUIET], [11]),
    "two bursts": ([*QUIET, 80, *QUIET, 90, *QUIET], [11, 23]),
    "growing": (list(range(5, 150, 3)), []),
    "at the start": ([90, *QUIET, *QUIET], [0]),
    "at the end": ([*QUIET, *QUIET, 90], [22]),
    "too short to tell": ([5, 500, 5], []),
    "one minute": ([500], []),
}


def test_peaks_stand_out_of_the_minutes_around_them(spark):
    rows = [(name, at, count) for name, (counts, _) in COUNTS.items() for at, count in enumerate(counts) if count]
    counted = spark.createDataFrame(rows, "chat_id string, minute int, message_count bigint")
    found = with_peaks(counted)
    assert found.columns == [*counted.columns, "is_peak"]
    peaks = defaultdict(list)
    for row in found.where("is_peak").orderBy("minute").collect():
        peaks[row["chat_id"]].append(row["minute"])
    assert {name: peaks[name] for name in COUNTS} == {name: expected for name, (_, expected) in COUNTS.items()}


def test_words_of_a_peak_are_those_that_it_says_more_often(by_minute):
    found = {
        key: row["peak_words"] for key, row in by_minute.items() if row["is_peak"] and key[0] in ("burst", "spanish")
    }
    assert found == {("burst", 11): ["goal", "stream"], ("burst", 18): [], ("spanish", 11): ["ayer", "gol"]}


def test_super_chats_add_up_exactly(spark):
    def paid(micros: int | None, currency: str | None, author: str = "UCa", event: str = "super_chat") -> dict:
        return said("c", 1, "take it", author, event=event, amount_micros=micros, currency=currency)

    rows = [
        *[paid(100_000, "USD")] * 3, paid(200_000, "USD", "UCb", "super_sticker"), paid(9_000_000_000_000_000, "KRW"),
        paid(1, "KRW"), paid(None, "EUR"), paid(5, None), paid(7_000_000, "USD", event="text"),
    ]  # fmt: skip
    found = super_chats(frame(spark, tables.CHAT_MESSAGES, numbered(rows)))
    assert sorted(found.columns) == sorted(tables.SUPER_CHATS.column_names)
    assert {
        row["currency"]: (row["paid_count"], row["author_count"], row["amount"], row["largest"])
        for row in found.collect()
    } == {
        "USD": (4, 2, Decimal("0.5"), Decimal("0.2")),
        "KRW": (2, 1, Decimal("9000000000.000001"), Decimal(9_000_000_000)),
        "EUR": (1, 1, None, None),
    }


READABLE = {
    "this is the best stream so far": True,
    "Honestly I'm a bit disappointed with the battery": True,
    "¡Qué buen partido el de hoy!": True,
    "اليوم كان البث رائعا جدا": True,
    "nice stream": False,  # too short
    "word " * 41: False,
    " ".join(f"w{number}" for number in range(41)): False,
    "THIS IS THE WORST STREAM EVER": False,
    "best best best best best best": False,
    "best phone ever see https://example.com": False,
    "best phone ever at cheap-phones.xyz today": False,
    "this is soooooo good for me": False,
    "love :heart: :heart: :heart: :heart: you :heart: :heart: guys": False,
    "I love you all so much ❤️": True,
    "😂😂😂😂😂😂😂😂😂😂 so so bad man 😂😂😂😂": False,
    "asdjkhaskdjhaskjdhaskjdhaskjdhaskjd what a good game": False,
    "good " * 200_000: False,
    "": False,
}


def test_what_a_person_would_quote(spark):
    texts = spark.createDataFrame([(text,) for text in READABLE], "text string")
    actual = texts.select("text", is_readable(F.col("text")).alias("is_readable"))
    assertDataFrameEqual(actual, [Row(text=text, is_readable=expected) for text, expected in READABLE.items()])


def test_examples_are_the_strongest_of_different_people_and_words(spark):
    told = [  # text, author, polarity, subjectivity
        ("best show I ever saw", "UCa", 1.0, 0.3), ("best show I have ever seen", "UCb", 1.0, 0.9),
        ("Best show, I have ever seen!", "UCc", 1.0, 0.9),  # says the same, later
        ("another best show today friends", "UCb", 0.9, 0.9),  # of the same author
        ("good show with nice people", "UCd", 0.7, None), ("good show with nice people here", "UCe", 0.7, 0.1),
        ("SUCH A GREAT GREAT SHOW", "UCf", 1.0, 1.0), ("nobody knows what this is", "UCg", 0.0, 0.5),
        ("terrible sound all the time", "UCa", -1.0, 1.0), ("it is not that good today", None, -0.35, 0.6),
        ("who can say what it is", "UCh", None, None),
    ]  # fmt: skip
    rows = numbered([said("c", at, text, author) for at, (text, author, _, _) in enumerate(told)])
    scores = [score(row["message_id"], *given[2:]) for row, given in zip(rows, told, strict=True)]
    messages = scored_messages(frame(spark, tables.CHAT_MESSAGES, rows), frame(spark, tables.TEXT_SCORES, scores))
    found = examples(messages, 3)
    assert found.columns == tables.CHAT_EXAMPLES.column_names
    shown = {(row["side"], row["rank"]): (row["text"], row["offset_seconds"]) for row in found.collect()}
    assert shown == {
        ("positive", 1): ("best show I have ever seen", 1.0), ("positive", 2): ("best show I ever saw", 0.0),
        ("positive", 3): ("good show with nice people here", 5.0),
        ("negative", 1): ("terrible sound all the time", 8.0), ("negative", 2): ("it is not that good today", 9.0),
    }  # fmt: skip


def recount(messages: list[dict]) -> tuple[dict, dict]:
    """Minutes and chatters of messages with words, in plain Python."""
    by_minute, by_author, of_chat = defaultdict(list), defaultdict(list), Counter()
    for message in messages:
        by_minute[message["chat"], math.floor(message["second"] / 60)].append(message)
        by_author[message["chat"], message["author"]].append(message)
        of_chat[message["chat"]] += 1
    counted = {}
    for key, rows in by_minute.items():
        scores = [row["polarity"] for row in rows if row["polarity"] is not None]
        signs = [sum(score > 0 for score in scores), sum(score < 0 for score in scores)]
        mean = pytest.approx(fmean(scores)) if scores else None
        counted[key] = (len(rows), len({row["author"] for row in rows}), mean, *signs, len(rows) - len(scores))
    wrote = {}
    for key, rows in by_author.items():
        seconds = sorted(row["second"] for row in rows)
        gaps = [later - earlier for earlier, later in pairwise(seconds)]
        gap = pytest.approx(median(gaps), abs=1e-5) if gaps else None
        wrote[key] = (len(rows), pytest.approx(len(rows) / of_chat[key[0]]), gap, any(row["is_member"] for row in rows))
    return counted, wrote


MINUTE = ("message_count", "author_count", "mean_polarity", "positive_count", "negative_count", "unscored_count")
AUTHOR = ("message_count", "share", "median_gap_seconds", "is_member")


def picked(rows: dict, names: tuple[str, ...]) -> dict:
    return {key: tuple(row[name] for name in names) for key, row in rows.items()}


def test_a_chat_with_nine_of_ten_messages_is_counted_as_any_other(by_minute, by_author):
    told = [
        {
            "chat": row["chat_id"], "second": row["offset_seconds"], "author": row["author_channel_id"],
            "polarity": polarity_of(number), "is_member": False,
        }
        for number, row in enumerate(SKEWED)
    ]  # fmt: skip
    found = [
        {key: row for key, row in rows.items() if key[0].startswith(("large", "small"))}
        for rows in (by_minute, by_author)
    ]
    assert (picked(found[0], MINUTE), picked(found[1], AUTHOR)) == recount(told)


@pytest.mark.real_data
def test_real_chats_equal_a_plain_recount(spark, real_data):
    lines = [json.loads(line) for line in (real_data / "corpus/chat.jsonl").read_text(encoding="utf-8").splitlines()]
    streams = {}
    for line in (real_data / "corpus/videos.jsonl").read_text(encoding="utf-8").splitlines():
        video = json.loads(line)
        if "liveStreamingDetails" in video:
            details = video["liveStreamingDetails"]
            streams[details["activeLiveChatId"]] = (video["id"], details["actualStartTime"])
    of_chat = defaultdict(list)
    for line in lines:
        of_chat[line["snippet"]["liveChatId"]].append(line)
    unknown = min(of_chat)  # of one chat the start is not known
    answers = [
        {
            "request_id": chat, "method": "liveChatMessages.list", "subject": streams[chat][0], "status": 200,
            "params": json.dumps({"liveChatId": chat}), "shard": None if chat == unknown else streams[chat][1],
            "fetched_at": START, "body": json.dumps({"items": items}),
        }
        for chat, items in of_chat.items()
    ]  # fmt: skip
    scores = [score(line["id"], polarity_of(number)) for number, line in enumerate(lines)]
    messages = messages_from_answers(frame(spark, tables.RESPONSES, answers))
    scored = scored_messages(messages, frame(spark, tables.TEXT_SCORES, scores)).cache()

    told = []
    firsts = {chat: min(line["snippet"]["publishedAt"] for line in items) for chat, items in of_chat.items()}
    for number, line in enumerate(lines):
        snippet, chat = line["snippet"], line["snippet"]["liveChatId"]
        comment = snippet.get("superChatDetails", {}).get("userComment")
        text = snippet.get("textMessageDetails", {}).get("messageText") or comment
        if text and text.strip():
            start = firsts[chat] if chat == unknown else streams[chat][1]
            second = datetime.fromisoformat(snippet["publishedAt"]) - datetime.fromisoformat(start)
            told.append({
                "chat": chat, "second": second / timedelta(seconds=1), "author": snippet["authorChannelId"],
                "polarity": polarity_of(number), "is_member": line["authorDetails"]["isChatSponsor"],
            })  # fmt: skip
    assert len(told) > 8_000
    found = {(row["chat_id"], row["minute"]): row for row in minutes(scored).collect()}
    wrote = {(row["chat_id"], row["author_channel_id"]): row for row in chatters(scored).collect()}
    assert (picked(found, MINUTE), picked(wrote, AUTHOR)) == recount(told)

    sums = defaultdict(int)
    for line in lines:
        if details := line["snippet"].get("superChatDetails"):
            sums[line["snippet"]["liveChatId"], details["currency"]] += int(details["amountMicros"])
    paid = {(row["chat_id"], row["currency"]): row["amount"] for row in super_chats(messages).collect()}
    assert paid == {key: Decimal(micros) / 1_000_000 for key, micros in sums.items()}
    scored.unpersist()
