"""The report's long tails: the curve that was seen, and what was fitted to it, from where the tail begins."""

import pytest
from tests.filling import add
from tests.report.test_report import NOW, Page

from tubelake import tables
from tubelake.report import page
from tubelake.report.lake import Reading
from tubelake.report.sections import tails

LAW = {
    "keyword": "", "metric": "view_count", "video_count": 400, "value_count": 390, "zero_count": 0, "xmin": 100.0,
    "tail_count": 200, "tail_share": 0.5, "alpha": 2.0, "alpha_low": 1.9, "alpha_high": 2.1, "ks_distance": 0.03,
    "p_value": 0.4, "lognormal_ratio": -0.5, "lognormal_p": 0.6, "lognormal_mu": 4.0, "lognormal_sigma": 2.0,
    "exponential_ratio": 3.0, "exponential_p": 0.001, "exponential_rate": 0.001, "is_long_tailed": True,
    "verdict": "long-tailed: a power law fits",
}  # fmt: skip
SEEN = [(10.0, 1.0), (100.0, 0.5), (1_000.0, 0.05), (10_000.0, 0.005)]


def test_fitted_curves_begin_where_the_tail_does_and_fall_as_their_law_says():
    curves = tails.fitted_curves(LAW, 10_000.0, 0.001)
    of = {name: [each for each in curves if each["what"] == name] for name in tails.FITTED}
    for curve in of.values():
        assert (curve[0]["value"], curve[0]["share"]) == pytest.approx((100.0, 0.5))
    assert (of["power law"][-1]["value"], of["power law"][-1]["share"]) == pytest.approx((10_000.0, 0.005))
    assert of["exponential"][-1]["share"] >= 0.001  # what is below it is not drawn
    assert len(of["exponential"]) < len(of["power law"])
    assert tails.fitted_curves({**LAW, "xmin": None}, 10.0, 0.001) == []


def test_tails_are_told_for_all_videos_first_and_few_videos_with_their_reason(spark, settings_for, lake):
    few = dict.fromkeys(LAW) | {
        "keyword": "lofi",
        "metric": "view_count",
        "video_count": 9,
        "verdict": "too few videos: 9 with a value above 0, and 50 are needed",
    }
    likes = LAW | {"metric": "like_count", "verdict": "long-tailed: a log-normal fits better"}
    add(spark, lake, tables.POWER_LAWS, few, likes, LAW)
    add(spark, lake, tables.CCDF, *(
        {"keyword": "", "metric": metric, "value": value, "share_at_or_above": share}
        for metric in ("view_count", "like_count") for value, share in SEEN
    ))  # fmt: skip
    section = tails.section(Reading(spark, settings_for("http://127.0.0.1:9")))
    shown = Page("".join(page.pieces(page.Heading("lake", NOW), [section])))
    tabs = [word for word in shown.words if word in ("all videos", "lofi", "views", "likes")]
    assert tabs[:2] == ["all videos", "lofi"]
    cells = shown.words[shown.words.index("against exponential") + 1 :][:8]
    assert cells == ["views", "200", "100", "2.00", "1.90 to 2.10", "0.40", "-0.5 (p 0.60)", "3.0 (p 0.00)"]
    assert "Long-tailed: a power law fits." in shown.words
    assert any("too few videos: 9" in word for word in shown.words)
    assert [finding.text for finding in section.findings] == ["Views of all videos: long-tailed: a power law fits."]
    spec = next(each for each in shown.specs if each["layer"][0]["encoding"]["x"]["title"] == "views")
    assert [(row["value"], row["share"]) for row in spec["data"]["values"]] == SEEN
