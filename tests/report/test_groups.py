"""Do groups differ: which pairs are shown, in which order and direction, and what is said of them."""

import pytest
from tests.report.charted import lacking, shown, words
from tests.report.test_report import EVIL, add

from tubelake import tables
from tubelake.report.lake import Reading
from tubelake.report.sections import groups
from tubelake.settings import Lake

CLEAR, DOUBTFUL = "a verdict that is clear", "no difference that these data can show"


def pair(at: int, effect: float, p_adjusted: float, **other) -> dict:
    """Two categories; the interval is 0.1 wide on each side."""
    return {
        "grouping": "category", "metric": "view_count", "group_a": f"A{at}", "group_b": f"B{at}", "video_count_a": 40 + at,
        "video_count_b": 20, "median_a": 10.0 * (1 + effect), "median_b": 10.0, "effect": effect, "effect_low": effect - 0.1,
        "effect_high": effect + 0.1, "p_value": p_adjusted / 9, "p_adjusted": p_adjusted,
        "verdict": CLEAR if p_adjusted < 0.05 else DOUBTFUL, **other,
    }  # fmt: skip


@pytest.fixture(scope="module")
def reading(spark, settings_of, tmp_path_factory) -> Reading:
    lake = Lake(root=str(tmp_path_factory.mktemp("groups") / "lake"))
    unclear = [pair(at, 0.01 * at, 0.5) for at in range(20, 40)]
    add(spark, lake, tables.COMPARISONS, *unclear,
        pair(1, 0.6, 0.001), pair(2, -0.8, 0.0001), pair(3, 0.4, 0.01, group_a=EVIL),
        pair(4, 1.0, 0.06, metric="polarity of titles", effect_low=None, effect_high=None),
        pair(5, 0.2, 0.9, grouping="keyword", group_a="lofi", group_b="jazz"),
        pair(6, -0.3, 0.04, grouping="keyword", metric="likes_per_view", group_a="lofi", group_b="jazz"),
        pair(7, 0.1, 0.1, grouping="something else"),
    )  # fmt: skip
    add(spark, lake, tables.KEYWORD_STATISTICS, *(
        {"keyword": keyword, "metric": metric, "video_count": count, "value_count": count, "q1": low, "median": low * 2, "q3": low * 90}
        for keyword, count, low in (("lofi", 30, 10.0), (EVIL, 50, 0.5)) for metric in ("view_count", "likes_per_view")
    ), {"keyword": "empty", "metric": "view_count", "video_count": 3, "value_count": 0})  # fmt: skip
    return Reading(spark, settings_of(lake))


def test_the_clearest_pairs_are_shown_with_the_higher_group_first(reading):
    section = groups.section(reading)
    page = shown(section)
    views = next(spec for spec in page.specs if len(spec["data"]["values"]) == groups.MOST_PAIRS)["data"]["values"]
    plain = [row["label"].replace("\u2068", "").replace("\u2069", "") for row in views]
    assert plain[:4] == ["B2 over A2", "A1 over B1", f"{EVIL[:39]}… over B3", "A39 over B39"]
    assert [row["is_clear"] for row in views] == [True] * 3 + [False] * 12
    first = views[0]
    assert (first["value"], first["low"], first["high"]) == pytest.approx((0.8, 0.7, 0.9))
    assert all(row["low"] <= row["value"] <= row["high"] for row in views)
    told = " ".join(page.words)
    assert "24 comparisons, 3 of them clear." in told  # of categories, over both metrics
    assert "2 comparisons, 1 of them clear." in told
    assert "The 15 clearest of 23 pairs" in told
    assert EVIL in told
    assert "something else" not in told
    assert told.count(f": {CLEAR}") == 4
    # Two groups alone have one chart for all metrics.
    (few,) = [
        spec["data"]["values"]
        for spec in page.specs
        if any("jazz" in str(row.get("label")) for row in spec["data"]["values"])
    ]
    assert [row["label"].replace("\u2068", "").replace("\u2069", "") for row in few] == [
        "views: lofi over jazz", "likes a view: jazz over lofi",
    ]  # fmt: skip


def test_findings_name_the_clearest_pair_of_each_grouping(reading):
    found = groups.section(reading).findings
    texts = [each.text.replace("\u2068", "").replace("\u2069", "") for each in found]
    assert texts == [
        "Keyword “jazz” is above “lofi” in likes a view: medians 10 and 7.",
        "Category “B2” is above “A2” in views: medians 10 and 2.",
    ]
    assert (
        "20 and 42 videos; Cliff's delta 0.80 (95 % interval 0.70 to 0.90), the surest of 24 comparisons"
        in found[1].doubt
    )
    assert found[1].weight > found[0].weight


def test_medians_of_keywords_stand_side_by_side(reading):
    page = shown(groups.section(reading))
    at = page.words.index("Medians of keywords")
    assert page.words[at + 1 : at + 13] == [
        "keyword", "videos", "median views", "median likes a view", EVIL, "50", "1", "1", "lofi", "30", "20", "20",
    ]  # fmt: skip
    spreads = [spec for spec in page.specs if {"count"} <= set(spec["data"]["values"][0])]
    assert len(spreads) == 2
    assert spreads[0]["data"]["values"][0] == {"label": EVIL, "low": 0.5, "value": 1.0, "high": 45.0, "count": 50}
    assert spreads[0]["layer"][0]["encoding"]["x"]["scale"] == {"type": "log"}


def test_what_is_missing_is_said_and_nothing_clear_is_a_finding_too(spark, reading, settings_of, tmp_path):
    assert "tubelake run compare_groups" in words(groups.section(lacking(reading, tables.COMPARISONS)))
    assert "tubelake run build_statistics" in words(groups.section(lacking(reading, tables.KEYWORD_STATISTICS)))
    lake = Lake(root=str(tmp_path / "lake"))
    assert groups.section(Reading(spark, settings_of(lake))).findings == []
    add(spark, lake, tables.COMPARISONS, pair(1, 0.3, 0.2), pair(2, 0.2, 0.9))
    (found,) = groups.section(Reading(spark, settings_of(lake))).findings
    assert found.text == "No group of videos differs clearly from another: 2 comparisons were made."
