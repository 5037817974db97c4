"""The report's section on feelings in texts, against counts of the tables themselves."""

import pytest
from tests.report.telling import full_lake, reading, shown, without
from tests.report.told_rows import EVIL, NAMES

from tubelake import store, tables
from tubelake.report.sections import feelings

TABLES = (
    tables.TEXT_SCORES, tables.VIDEO_SENTIMENT, tables.CAPTION_WINDOWS, tables.ASPECTS, tables.VIDEOS, tables.CHAT_MESSAGES,
)  # fmt: skip


@pytest.fixture(scope="module")
def section(spark):
    return feelings.section(reading(spark, full_lake(spark)))


def test_it_counts_what_the_tables_hold(spark, section):
    page, scores = shown(section), store.name(tables.TEXT_SCORES, full_lake(spark))
    told = spark.sql(
        f"SELECT count(*), count_if(polarity < 0), count_if(polarity = 0), count_if(polarity > 0), count_if(polarity IS NULL) "
        f"FROM {scores} WHERE source != 'caption_windows' GROUP BY source ORDER BY source DESC"
    ).collect()
    rows = page.tables["What could be scored, and how it came out"][1:]
    assert [row[0] for row in rows] == ["titles", "comments", "captions"]
    assert [[int(cell) for cell in row[1:]] for row in rows[:2]] == [list(row) for row in told]
    assert rows[2][1:] == ["3", "0", "0", "3", "0"]  # one track, cut one way: not four times
    bars = page.charts["What could be scored, and how it came out"]["data"]["values"]
    for name in ("titles", "comments", "captions"):
        assert sum(each["share"] for each in bars if each["label"] == name) == pytest.approx(1)


def test_scores_spread_over_bins_of_a_tenth(section):
    page = shown(section)
    bins = page.charts["Polarity of the comments"]["data"]["values"]
    assert [each["lower"] for each in bins] == [at / 10 for at in range(-10, 10)]
    # 0.01 to 0.09 are nine, and 1 stands with 0.9; scored texts without a known word are left out.
    assert [each["texts"] for each in bins] == [0] * 10 + [9] + [10] * 8 + [11]
    titles = {each["lower"]: each["texts"] for each in page.charts["Polarity of the titles"]["data"]["values"]}
    assert {at: count for at, count in titles.items() if count} == {-0.3: 1, 0.9: 1}


def test_unscored_is_told_with_its_reason(section):
    page = shown(section)
    assert page.tables["Why comments are unscored"][1:] == [["there are no words in them", "", "3", "2.1"]]
    assert page.tables["Why titles are unscored"][1:] == [
        ["textblob does not read their language", "ar", "1", "25"], ["textblob does not read their language", "ja", "1", "25"],
    ]  # fmt: skip
    assert [row[1] for row in page.tables["The most viewed ones without a score"][1:]] == ["ja", "ar"]
    rows = page.tables["The most positive and the most negative ones"][1:]
    assert [row[1] for row in rows] == ["1", "-0.3"]
    assert rows[0][2] == f"best {EVIL} +1.0"
    assert "not neutral" in page.text


def test_videos_aspects_and_names(section):
    page = shown(section)
    label = "The videos with the best and the worst comments"
    assert [row[1:4] for row in page.tables[label][1:]] == [["0.05", "-0.05", "0.15"], ["-0.3", "-0.4", "-0.2"]]
    points = page.charts[label]["data"]["values"]
    assert [each["is_clear"] for each in points] == [False, True]  # and v3 has too few words
    (row,) = page.tables["What is said about each aspect"][1:]
    assert row[:8] == ["sound", "chat messages", "8", "2", "4", "0", "2", "1"]
    assert row[8] == "GOAL [name] wrote wow to [address]"
    assert not [name for name in [*NAMES, "anna real"] if name in page.markup]
    assert "<script>alert" not in page.markup
    assert "Of the scored comments, 71% are positive and 0% negative." in [each.text for each in section.findings]


def test_an_empty_lake(spark, lake):
    assert "tubelake run score_text" in shown(feelings.section(reading(spark, lake))).text


@pytest.mark.slow
def test_a_lake_without_some_tables(spark, tmp_path):
    gold = without(full_lake(spark), tmp_path / "gold", tables.TEXT_SCORES, tables.CAPTION_WINDOWS, tables.ASPECTS)
    page = shown(feelings.section(reading(spark, gold)))
    assert "The videos with the best and the worst comments" in page.tables
    for job in ("score_text", "build_windows", "score_aspects"):
        assert f"tubelake run {job}" in page.text
    silver = without(full_lake(spark), tmp_path / "silver", tables.VIDEO_SENTIMENT, tables.VIDEOS)
    page = shown(feelings.section(reading(spark, silver)))
    assert len(page.tables["What could be scored, and how it came out"]) == 4
    assert "tubelake run compare_groups" in page.text
