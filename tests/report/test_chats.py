"""The report's section on live chats, against counts of the tables themselves."""

import pytest
from pyspark.sql import Row
from tests.report.telling import full_lake, reading, shown, without
from tests.report.told_rows import EVIL, NAMES

from tubelake import store, tables
from tubelake.report.sections import chats
from tubelake.report.sections.chat_panel import values_of
from tubelake.report.sections.chat_rows import MOST_MINUTES, Chat, median_around, step_of

TABLES = (
    tables.CHATS, tables.CHAT_MESSAGES, tables.CHAT_MINUTES, tables.CHATTERS, tables.SUPER_CHATS, tables.CHAT_EXAMPLES,
    tables.VIDEOS,
)  # fmt: skip


@pytest.fixture(scope="module")
def section(spark):
    return chats.section(reading(spark, full_lake(spark)))


def test_it_says_what_the_tables_say(spark, section):
    lake, page = full_lake(spark), shown(section)
    minutes, said = (store.name(table, lake) for table in (tables.CHAT_MINUTES, tables.CHAT_MESSAGES))
    bars = page.charts["Messages a minute"]["data"]["values"]
    told = spark.sql(f"SELECT minute, message_count FROM {minutes} WHERE chat_id = 'c1'").collect()
    assert {bar["minute"]: bar["pace"] for bar in bars} == {5: 0, **dict(told)}
    sides = spark.sql(
        f"SELECT chat_id, sum(negative_count), sum(message_count - positive_count - negative_count - unscored_count), "
        f"sum(positive_count), sum(unscored_count) FROM {minutes} GROUP BY chat_id ORDER BY chat_id"
    ).collect()
    assert [[int(each) for each in row[1:]] for row in page.tables["The mood of each chat"][1:]] == [
        list(row[1:]) for row in sides
    ]
    counted = spark.sql(
        f"SELECT count(*), count(DISTINCT author_channel_id) FROM {said} WHERE text IS NOT NULL GROUP BY chat_id ORDER BY 1 DESC"
    ).collect()
    every = page.tables["All chats that were followed"]
    assert [row[1:3] for row in every[1:]] == [*([f"{a:,}", f"{b:,}"] for a, b in counted), ["0", ""]]
    assert [row[3:] for row in every[1:]] == [
        ["40:00", "9", "45", "the stream ended"], ["", "", "", "not known: the log of polls is gone"],
        ["40:00", "9", "45", "still followed, or the run was killed"],
    ]  # fmt: skip
    assert page.tables["Super chats"][1:] == [["EUR", "3", "2", "17.5", "10"]]
    assert page.tables["The most talkative"][1:3] == [
        ["chatter\u00a01", "20", "17.2", "12.5", "0.1"], ["chatter\u00a02, moderator", "19", "16.4", "12.5", "0.1"],
    ]  # fmt: skip


def test_a_peak_has_its_words_messages_and_pace(section):
    page = shown(section)
    (peak,) = page.tables["Peaks"][1:]
    assert peak[:4] == ["30:00", "40", "20", "goal, <b>wow"]
    assert peak[4].count("goal") >= 3
    dots = page.charts["Messages a minute"]["layer"][1]["data"]["values"]
    assert dots == [{"middle": 30.5, "pace": 40, "clock": "30:00", "word": "goal"}]
    assert "https://www.youtube.com/watch?v=v1&t=1800s" in page.links
    assert "https://www.youtube.com/watch?v=v1&t=65s" in page.links
    finding = section.findings[0]
    assert "30:00: 40 messages in that minute, 20.0 times" in finding.text
    assert "12 of these" in finding.doubt
    assert all(0 <= each.weight <= 1 for each in section.findings)


def told_of_moods(*positive: int) -> str:
    """The finding about chats with so many positive ones of 100 scored messages each."""
    rated = [
        Row(chat_id=str(at), rated_count=110, unscored_count=10, positive_count=count)
        for at, count in enumerate(positive)
    ]
    return chats._of_mood(rated, {str(at): f"chat {at}" for at in range(len(positive))}).text


def test_a_chat_is_the_friendliest_where_chance_alone_would_not_make_it_so():
    assert "The friendliest chat is that of “\u2068chat 0\u2069”: 60%" in told_of_moods(60, 30)
    none = "None of {} chats is surely friendlier than another: 30% to 45% of their scored messages are positive."
    assert told_of_moods(45, 30) != none.format(2)  # 2.2 standard errors: enough for one pair
    assert told_of_moods(45, 30, *[38] * 8) == none.format(10)  # and not for the extremes of 45
    assert told_of_moods(0, 0) == "None of 2 chats is surely friendlier than another: 0% to 0% of their scored messages are positive."  # fmt: skip


def test_nobody_is_named_and_nothing_is_markup(section):
    page = shown(section)
    for text in (page.markup, *(each.text + each.doubt for each in section.findings)):
        assert not [
            name for name in [*NAMES, "Some.Body", "example.org", "anna real", "VIEWER_12", "UC1"] if name in text
        ]
    assert "[name] wrote wow to [address]" in page.text
    assert EVIL in page.text  # whole, as text
    assert "<script>alert" not in page.markup
    assert f"{EVIL} (2)".replace("\u202e", "") in page.text  # two streams of one title are two tabs


def test_an_empty_lake(spark, lake):
    assert "--with chat" in shown(chats.section(reading(spark, lake))).text


@pytest.mark.slow
def test_a_lake_without_some_tables(spark, tmp_path):
    silver = without(full_lake(spark), tmp_path / "silver", *TABLES[2:])
    page = shown(chats.section(reading(spark, silver)))
    assert page.tables["All chats that were followed"][1][:3] == ["v1", "116", "5"]
    assert "Missing: the time line and the mood, the most talkative, the super chats, the best" in page.text
    assert "tubelake run analyse_chat" in page.text
    gold = without(full_lake(spark), tmp_path / "gold", *TABLES[:2])
    page = shown(chats.section(reading(spark, gold)))
    assert page.tables["All chats that were followed"][1][1:3] == ["116", ""]
    assert page.tables["Peaks"][1][:3] == ["30:00", "40", "20"]
    assert "--with chat" in page.text


def test_what_is_usual_and_how_many_minutes_share_a_bar():
    assert median_around(30, [2] * 20, 0, 39) == 2
    assert median_around(30, [2] * 9, 0, 39) == 0  # most minutes around were silent
    assert median_around(2, [4, 4, 6], 0, 3) == 4  # the stream did not last longer
    assert median_around(0, [], 0, 0) == 0
    assert [step_of({"first_minute": first, "last_minute": last}) for first, last in
            ((None, None), (0, 0), (-5, MOST_MINUTES - 6), (0, MOST_MINUTES), (0, 10 * MOST_MINUTES))] == [1, 1, 1, 2, 11]  # fmt: skip


def test_the_mood_weighs_messages_and_has_gaps():
    def row(minute: int, count: int, polarity: float | None) -> dict:
        return {
            "minute": minute,
            "message_count": count,
            "unscored_count": 0 if polarity is not None else count,
            "mean_polarity": polarity,
        }

    values = values_of(
        Chat(None, [row(0, 3, 1.0), row(2, 1, -1.0), row(4, 2, None), row(10, 4, 0.5)], 2, (), (), (), ())
    )
    assert [value["mood"] for value in values] == [0.5, 0.5, None, None, None, 0.5]
    assert [value["pace"] for value in values] == [1.5, 0.5, 1, 0, 0, 2]
