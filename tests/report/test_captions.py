"""The report's section on what is said, against the tables themselves."""

import pytest
from tests.report.telling import full_lake, reading, shown, without
from tests.report.told_rows import EVIL

from tubelake import store, tables
from tubelake.report.sections import captions
from tubelake.report.sections.caption_rows import MOST_NOVEL

TABLES = (
    tables.CAPTION_SEGMENTS, tables.WINDOW_ENTROPY, tables.NOVEL_SEGMENTS, tables.CAPTION_TRACKS, tables.CAPTION_SNIPPETS,
    tables.VIDEO_SENTIMENT, tables.VIDEOS,
)  # fmt: skip


@pytest.fixture(scope="module")
def section(spark):
    return captions.section(reading(spark, full_lake(spark)))


def test_each_video_is_told_by_one_track(spark, section):
    page = shown(section)
    segments = store.name(tables.CAPTION_SEGMENTS, full_lake(spark))
    told = spark.sql(
        f"SELECT start_seconds, word_count FROM {segments} WHERE document_id IN ('v1/en/manual', 'v2/en/generated') "
        "ORDER BY document_id, position"
    ).collect()
    rows = [row for row in page.tables["Segments"] if row[0] != "from"]
    assert [int(row[2]) for row in rows] == [row["word_count"] for row in told]
    assert [row[:2] for row in rows] == [
        ["0:00", "1:20"],
        ["1:30", "1:20"],
        ["3:00", "1:20"],
        ["4:30", "1:20"],
        ["0:00", "1:20"],
    ]
    assert {f"https://www.youtube.com/watch?v=v1&t={int(row['start_seconds'])}s" for row in told} <= set(page.links)
    options = [found["value"] for name, found in page.tags if name == "option"]
    assert options == [found["data-video"] for _, found in page.tags if "data-video" in found] == ["v0", "v1"]


def test_minutes_have_gaps_and_borders(section):
    charts = shown(section).charts
    for label, field, values in (
        ("Novelty by minute", "novelty", [0, 0.5, 1, None, None, 2.5]),
        ("Entropy by minute", "entropy", [6.5, 6.5, 6.5, None, None, 6.5]),
    ):
        spec = charts[label]
        assert [each[field] for each in spec["data"]["values"]] == values
        assert [each["border"] for each in spec["layer"][0]["data"]["values"]] == [1.5, 3, 4.5]


def test_novel_segments_ranks_and_tracks(spark, section):
    page = shown(section)
    rows = page.tables[f"Novel in {EVIL}"]
    assert len(rows) == MOST_NOVEL + 1
    assert rows[1][1:4] == ["1:30", "101", f"{4 + len(EVIL) / 10:.4g}"]
    assert list(page.tables).index(f"Novel in {EVIL}") < list(page.tables).index(
        "Novel in cats"
    )  # the more novel ones first
    shares = [[float(cell) for cell in row[1:4]] for row in page.tables["Subjectivity, by video"][1:]]
    assert shares == [[0.5, 0.4, 0.6], [0.4, 0.3, 0.5], [0.3, 0.2, 0.4]]
    assert [row[2:] for row in page.tables["By language and kind"][1:]] == [
        ["heard by a machine", "2", "2", "1"], ["written", "1", "1", "1"], ["translated by a machine", "1", "1", "0"],
    ]  # fmt: skip
    assert "overlap: the difference may be chance" in section.findings[1].doubt
    assert "at 1:30: one" in section.findings[0].text
    assert "<script>alert" not in page.markup


def test_an_empty_lake(spark, lake):
    assert "--with captions" in shown(captions.section(reading(spark, lake))).text


@pytest.mark.slow
def test_a_lake_without_some_tables(spark, tmp_path):
    bare = without(full_lake(spark), tmp_path / "bare", *TABLES[1:])
    page = shown(captions.section(reading(spark, bare)))
    assert len(page.tables["Segments"]) == 7  # each video's heading row among them
    for told in (
        "entropy of the minutes is missing",
        "novel is not known",
        "subjective videos are is not known",
        "tracks there are",
    ):
        assert told in page.text
    for job in ("build_segments", "find_terms", "compare_groups"):
        assert f"tubelake run {job}" in page.text
    rest = without(full_lake(spark), tmp_path / "rest", tables.CAPTION_SEGMENTS)
    page = shown(captions.section(reading(spark, rest)))
    assert "Segments" not in page.tables
    assert "No captions were cut into segments" in page.text
    assert len(page.tables["By language and kind"]) == 4
