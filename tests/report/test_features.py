"""What goes with views: what is shown of which videos, and which texts agree least."""

from collections import Counter

import pytest
from tests.report.charted import lacking, shown, words
from tests.report.test_report import EVIL, add

from tubelake import tables
from tubelake.report.lake import Reading
from tubelake.report.sections import features
from tubelake.settings import Lake


def association(feature: str, rho: float | None, p_adjusted: float | None, keyword: str = "", count: int = 100) -> dict:
    bounds = {} if rho is None else {"rho_low": rho - 0.05, "rho_high": rho + 0.05}
    return {"keyword": keyword, "feature": feature, "video_count": count, "rho": rho, "p_adjusted": p_adjusted, **bounds,
            "least_detectable": 0.27, "verdict": f"a verdict of {feature}"}  # fmt: skip


COSINES = {"title_picture": (-0.5, 0.05, 0.06, 0.9, 1.0), "title_caption": (0.2, 0.1, None, float("nan"), 0.3)}


@pytest.fixture(scope="module")
def reading(spark, settings_of, tmp_path_factory) -> Reading:
    lake = Lake(root=str(tmp_path_factory.mktemp("features") / "lake"))
    add(spark, lake, tables.FEATURE_ASSOCIATIONS,
        association("face_count", 0.1, 0.9), association("caption_word_count", -0.4, 0.001), association("like_count", 0.9, 0.0),
        association("chat_polarity", None, None, count=3), association("title_polarity", 0.35, 0.01),
        association("not_known_here", 0.9, 0.0),
        *(association("face_count", 0.01 * at, 0.9, f"k{at}", count=at) for at in range(1, features.MOST_KEYWORDS + 4)),
        association("face_count", 0.5, 0.9, features.EVERY, count=99),
    )  # fmt: skip
    add(spark, lake, tables.VIDEO_FEATURES, *(
        {"video_id": f"v{at}", "title": EVIL if at == 1 else f"title {at}", "view_count": 10**at, "picture_text": f"three words {at}",
         "picture_word_count": 1 if at == 0 else 3, "caption_language": "en",
         **{f"{pair}_similarity": values[at] for pair, values in COSINES.items()}}
        for at in range(5)
    ))  # fmt: skip
    return Reading(spark, settings_of(lake))


def test_what_goes_with_views_is_told_apart_from_what_does_anyway(reading):
    section = features.section(reading)
    page = shown(section)
    told = " ".join(page.words)
    rows = [[row["label"] for row in spec["data"]["values"]] for spec in page.specs[:2]]
    assert rows == [
        [
            "More words in captions (100)",
            "A better mood of the title (100)",
            "More faces on the thumbnail (100)",
        ],
        ["More likes (100)"],
    ]
    values = page.specs[0]["data"]["values"][0]
    assert (values["value"], values["low"], values["high"], values["is_clear"]) == pytest.approx(
        (-0.4, -0.45, -0.35, True)
    )
    assert "More likes: who likes has viewed, so these grow together anyway." in told
    assert "1 feature that too few videos have" in told
    assert "a better mood of live chat." in told
    assert "associations, not causes" in told
    tabs = [word for word in page.words if word in (features.EVERY, "All videos (keyword)", "k15", "k5", "k4")]
    assert Counter(tabs)["k4"] == 0  # of 16 keywords those with the most videos
    assert set(tabs) == {features.EVERY, "All videos (keyword)", "k15", "k5"}
    assert [each.text for each in section.findings] == [
        "Videos with more words in captions tend to have fewer views: rho -0.40 over 100 videos.",
        "Videos with a better mood of the title tend to have more views: rho 0.35 over 100 videos.",
    ]
    assert "not a cause" in section.findings[0].doubt


def test_texts_that_agree_least_are_clues(reading):
    page = shown(features.section(reading))
    drawn = page.specs[-2:]
    counts = [sum(row["video_count"] for row in spec["data"]["values"]) for spec in drawn]
    assert counts == [3, 5]  # neither null nor NaN is an agreement
    picture = {row["lower"]: row["video_count"] for row in drawn[1]["data"]["values"] if row["video_count"]}
    assert picture == {-0.5: 1, 0.0: 2, 0.9: 2}  # 1 stands in the last bin
    told = " ".join(page.words)
    assert "5 videos; median 0.06, the middle half 0.05 to 0.90." in told
    listed = page.words[page.words.index("Videos whose texts are least alike") :]
    assert [word for word in listed if word.startswith("title ") and word[6:].isdigit()] == [
        "title 0", "title 4", "title 2", "title 3", "title 4",
    ]  # fmt: skip
    assert listed.count(EVIL) == 2
    assert "three words 0" not in told  # a thumbnail of one word says little


def test_what_is_missing_is_said(spark, reading, settings_of, tmp_path):
    nothing = features.section(lacking(reading, tables.FEATURE_ASSOCIATIONS))
    assert "tubelake pipeline --all-known --with features" in words(nothing)
    assert not nothing.findings
    assert "--with embeddings,features" in words(features.section(lacking(reading, tables.VIDEO_FEATURES)))
    lake = Lake(root=str(tmp_path / "lake"))
    add(
        spark,
        lake,
        tables.FEATURE_ASSOCIATIONS,
        association("face_count", 0.1, 0.9),
        association("like_count", 0.9, 0.0),
    )
    (found,) = features.section(Reading(spark, settings_of(lake))).findings
    assert found.text == "None of 1 features of titles, captions and thumbnails goes clearly with views."
