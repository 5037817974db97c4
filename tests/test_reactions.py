"""How a chat reacted to a moment: counted by hand, printed for people."""

from datetime import UTC, datetime, timedelta

import pytest

from tubelake import store, tables
from tubelake.errors import UsageError
from tubelake.reactions import reactions, seconds_of, show_reactions

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def frame(spark, table: tables.Table, rows: list[dict]):
    return spark.createDataFrame([tuple(row.get(name) for name in table.column_names) for row in rows], table.ddl)


TIMES = {"754": 754, "12:34": 754, "1:02:03": 3723, "0": 0, "7.5": 7.5, "90:00": 5400, " 0:05 ": 5, "12:34.5": 754.5}


@pytest.mark.parametrize(("at", "seconds"), TIMES.items())
def test_times_as_people_write_them(at, seconds):
    assert seconds_of(at) == seconds


@pytest.mark.parametrize("at", ["", "abc", "-3", "1:75", "1:60:00", "1:2:3", "12:3", "1e3", "12:34:56:78", "12:"])
def test_other_times_are_one_line_that_shows_how(at):
    with pytest.raises(UsageError, match=r"^--at .* is no time of a stream; write seconds \(754\), .*$"):
        seconds_of(at)


def told() -> list[tuple[float, str, str, float | None]]:
    """Second, author, text, polarity: the moment is at 100 s."""
    chatter = [(float(at), "Ann", "what a nice phone", 0.6) for at in range(0, 60, 5)]
    return [
        *chatter, (95.0, "Ben", "good phone", 0.7), (99.9, "Cid", "hm", None),
        (100.0, "Ben", "the battery died", -0.4), (101.0, "Cid", "battery!!!", None), (103.0, "Dan", "bad battery", -0.7),
        (104.0, "Dan", "bad bad battery", -0.7), (109.9, "Eve", "Bad battery", -0.7), (112.0, "Fay", "still a nice phone", 0.6),
        (130.0, "Gus", "battery bad", -0.7), (131.0, "Gus", "bad battery", -0.7),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def chat(spark):
    rows, scores = [], []
    for number, (second, author, text, polarity) in enumerate(told()):
        rows.append({
            "message_id": f"m{number:03}", "chat_id": "c", "video_id": "v", "author_channel_id": f"UC{author}",
            "author_name": author, "text": text, "published_at": START + timedelta(seconds=second), "fetched_at": START,
            "offset_seconds": second,
        })  # fmt: skip
        scores.append({"source": "chat_messages", "source_id": f"m{number:03}", "video_id": "v", "polarity": polarity, "is_scored": polarity is not None, "language": "en"})  # fmt: skip
    rows.append({**rows[0], "message_id": "other", "video_id": "w", "chat_id": "d", "text": "battery"})
    return frame(spark, tables.CHAT_MESSAGES, rows), frame(spark, tables.TEXT_SCORES, scores)


def test_a_reaction_counted_by_hand(chat):
    found = reactions(*chat, "v", 100.0, 20.0, 30.0)
    bins = [tuple(row) for row in found.bins.collect()]
    assert bins == [
        (-20.0, 0, None), (-10.0, 2, 0.7), (0.0, 5, pytest.approx(-2.5 / 4)), (10.0, 1, 0.6), (20.0, 0, None),
    ]  # fmt: skip
    moods = {row["side"]: tuple(row)[1:] for row in found.moods.collect()}
    assert moods == {"before": (2, 1, 0.7), "after": (6, 5, pytest.approx((-2.5 + 0.6) / 5))}
    assert [(row["word"], row["message_count"]) for row in found.words.collect()] == [("battery", 5)]
    # Those with most of these words; once what says the same, once each author.
    assert [(row["seconds"], row["text"]) for row in found.examples.collect()] == [
        (0.0, "the battery died"), (1.0, "battery!!!"), (3.0, "bad battery"),
    ]  # fmt: skip


def test_what_is_printed(spark, chat, lake, settings_for, capsys):
    for table, rows in zip((tables.CHAT_MESSAGES, tables.TEXT_SCORES), chat, strict=True):
        store.ensure(spark, table, lake)
        store.append(rows, table, lake)
    settings = settings_for("http://127.0.0.1:1")
    show_reactions(settings, "v", "1:40", 30)
    shown = capsys.readouterr().out
    for line in ("v around 1:40", "30 s before: 2 messages, mean polarity +0.70 of 1 scored", "words that mark the time after: battery (5)", "the battery died"):  # fmt: skip
        assert line in shown
    show_reactions(settings, "v", "1:00:00")
    assert capsys.readouterr().out == "v: nobody wrote within 60 s of 1:00:00\n"
    with pytest.raises(UsageError, match=r"^unknown has no chat in .*$"):
        show_reactions(settings, "unknown", "5")


def test_a_lake_without_chat_says_so_in_one_line(settings_for):
    with pytest.raises(UsageError, match=r"has no chat yet; follow one first"):
        show_reactions(settings_for("http://127.0.0.1:1"), "v", "5")
