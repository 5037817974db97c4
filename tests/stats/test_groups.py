"""Sentiment of videos and comparisons of groups equal recounts with numpy and scipy; what cannot differ does not."""

import math
import warnings
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tubelake import tables
from tubelake.stats import effect
from tubelake.stats.groups import (
    BIG,
    SMALL,
    comparisons,
    least_detectable,
    memberships,
    metrics,
    with_adjusted,
    with_keyword_sizes,
)
from tubelake.stats.sentiment import video_sentiment
from tubelake.stats.tracks import one_track

AT = datetime(2026, 3, 1)


def frame(spark, table: tables.Table, rows: list[dict]):
    return spark.createDataFrame([tuple(row.get(name) for name in table.column_names) for row in rows], table.ddl)


def score(source: str, key: str, video: str, words: int = 5, polarity=None, subjectivity=None, coverage=0.5) -> dict:
    is_scored = polarity is not None
    return {
        "source": source, "source_id": key, "video_id": video, "word_count": words, "polarity": polarity,
        "subjectivity": subjectivity, "is_scored": is_scored, "coverage": coverage if is_scored else 0.0,
    }  # fmt: skip


def window(track: str, video: str, language: str | None, kind: str, position: int = 0) -> dict:
    return {"track_id": track, "kind": kind, "position": position, "window_id": f"{track}/{kind}/{position}", "video_id": video, "language_code": language}  # fmt: skip


# Video -> tracks with their languages, the first of which counts.
TRACKS = {
    "own": [("own/ko/manual", "ko"), ("own/en/manual", "en")],
    "regional": [("regional/en-GB/generated", "en-GB"), ("regional/de/manual", "de")],
    "manual": [("manual/en/manual", "en"), ("manual/en/generated", "en")],
    "translated": [("translated/fr/generated", "fr"), ("translated/en/from-fr", "en")],
    "unknown": [("unknown/de/manual", "de"), ("unknown/en/manual", "en")],
    "api": [("AAA", None), ("BBB", "en")],
}


def test_one_track_speaks_for_a_video(spark):
    windows = [
        window(track, video, language, "words") for video, tracks in TRACKS.items() for track, language in tracks
    ]
    spoken = {"own": "ko", "regional": "en-US", "translated": "en"}
    videos = [{"video_id": video, "default_audio_language": spoken.get(video)} for video in TRACKS if video != "api"]
    found = one_track(frame(spark, tables.CAPTION_WINDOWS, windows * 2), frame(spark, tables.VIDEOS, videos))
    assert {row["video_id"]: row["track_id"] for row in found.collect()} == {
        video: tracks[0][0] for video, tracks in TRACKS.items()
    }


@pytest.fixture(scope="module")
def felt(spark):
    """(video, source) -> row of `video_sentiment`."""
    random = np.random.default_rng(4)
    chat = [(int(words), float(p), float(s)) for words, p, s in zip(random.integers(1, 30, 80), random.uniform(-1, 1, 80), random.random(80), strict=True)]  # fmt: skip
    scores = [score("chat_messages", f"m{n}", "v", *given) for n, given in enumerate(chat)]
    scores += [score("chat_messages", f"u{n}", "v") for n in range(20)]
    scores += [score("videos", "v", "v", 4, 0.5, 0.5), score("comments", "c1", "w"), score("comments", "c2", "w", 0)]
    scores += [score("comments", f"vader{n}", "x", 10, 0.1 * n) for n in range(3)]
    scores += [score("comments", f"equal{n}", "e", 100, 0.3, 0.7) for n in range(5)]
    scores += [score("comments", "sure", "f", 300, 1.0, 1.0), score("comments", "sure2", "f", 1, -1.0, 0.0)]
    windows = []
    for video, track, language, kinds in (
        ("v", "v/en/manual", "en", ("words", "minutes", "sentence")), ("v", "v/fr/manual", "fr", ("words",)),
        ("w", "w/en/manual", "en", ("minutes", "paragraph")),
    ):  # fmt: skip
        for kind in kinds:
            windows += [window(track, video, language, kind, at) for at in range(2)]
    values = {"words": 0.4, "minutes": -0.2, "sentence": 0.9, "paragraph": 0.9}
    scores += [score("caption_windows", w["window_id"], w["video_id"], 150, values[w["kind"]], 0.5) for w in windows if w["language_code"] == "en"]  # fmt: skip
    scores += [
        score("caption_windows", w["window_id"], "v", 150, -1.0, 1.0) for w in windows if w["language_code"] == "fr"
    ]
    frames = (
        frame(spark, tables.TEXT_SCORES, scores), frame(spark, tables.CAPTION_WINDOWS, windows),
        frame(spark, tables.VIDEOS, [{"video_id": "v", "default_audio_language": "en"}]),
    )  # fmt: skip
    found = video_sentiment(*frames)
    assert sorted(found.columns) == sorted(tables.VIDEO_SENTIMENT.column_names)
    return {(row["video_id"], row["source"]): row for row in found.collect()}, chat


def test_means_and_intervals_are_weighted_by_words(felt):
    rows, chat = felt
    row = rows["v", "chat_messages"]
    words, polarity, subjectivity = map(np.array, zip(*chat, strict=True))
    assert (row["text_count"], row["scored_count"], row["word_count"]) == (100, 80, words.sum())
    assert row["coverage"] == pytest.approx(0.5)
    for name, values in (("polarity", polarity), ("subjectivity", subjectivity)):
        mean = np.average(values, weights=words)
        error = math.sqrt(80 / 79 * (words**2 * (values - mean) ** 2).sum()) / words.sum()
        expected = [mean, mean - 1.959964 * error, mean + 1.959964 * error]
        assert [row[name], row[f"{name}_low"], row[f"{name}_high"]] == pytest.approx(expected)


def test_captions_count_once(felt):
    rows, _ = felt
    counts = {key: (row["text_count"], row["word_count"], row["polarity"]) for key, row in rows.items() if key[1] == "caption_windows"}  # fmt: skip
    assert counts == {
        ("v", "caption_windows"): (2, 300, pytest.approx(0.4)), ("w", "caption_windows"): (2, 300, pytest.approx(-0.2)),
    }  # fmt: skip


def test_what_is_not_scored_is_not_neutral(felt):
    row = felt[0]["w", "comments"]
    assert (row["text_count"], row["scored_count"], row["word_count"], row["has_enough_words"]) == (2, 0, 0, False)
    names = ("polarity", "subjectivity", "coverage", "polarity_low", "subjectivity_high", "subjectivity_rank")
    assert [row[name] for name in names] == [None] * 6
    title = felt[0]["v", "videos"]
    assert (title["polarity"], title["polarity_low"], title["polarity_high"]) == (0.5, None, None)
    without = felt[0]["x", "comments"]
    assert (without["polarity"], without["subjectivity"], without["subjectivity_low"]) == (
        pytest.approx(0.1),
        None,
        None,
    )


def test_intervals_stay_where_scores_can_be(felt):
    equal, sure = felt[0]["e", "comments"], felt[0]["f", "comments"]
    assert [equal[name] for name in ("polarity_low", "polarity_high")] == pytest.approx([0.3, 0.3], abs=1e-6)
    assert sure["polarity_high"] <= 1
    assert sure["subjectivity_high"] <= 1


def test_only_videos_with_enough_words_are_ranked_among_their_like(felt):
    ranks = {key: (row["subjectivity_rank"], row["objectivity_rank"]) for key, row in felt[0].items() if row["has_enough_words"]}  # fmt: skip
    assert ranks == {
        ("v", "chat_messages"): (1, 1), ("e", "comments"): (2, 1), ("f", "comments"): (1, 2),
        ("v", "caption_windows"): (1, 1), ("w", "caption_windows"): (1, 1),
    }  # fmt: skip


def test_delta_is_counted_pair_by_pair():
    random = np.random.default_rng(8)
    for a, b in (
        (random.normal(size=40), random.normal(0.4, 1, 60)),
        (random.integers(0, 4, 50), random.integers(1, 5, 7)),
    ):
        delta, p_value = effect.cliffs_delta(np.asarray(a, float), np.asarray(b, float))
        assert delta == pytest.approx(np.sign(np.subtract.outer(a, b)).mean())
        assert p_value == pytest.approx(stats.mannwhitneyu(a, b).pvalue)


def compared(**groups) -> dict[tuple[str, str], dict]:
    parts = [pd.DataFrame({"grouping": "g", "metric": "m", "group": name, "value": np.asarray(values, float), "words": np.nan}) for name, values in groups.items()]  # fmt: skip
    shuffled = pd.concat(parts).sample(frac=1, random_state=1).reset_index(drop=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {(row["group_a"], row["group_b"]): row for row in effect.compare(shuffled).to_dict("records")}


def test_ties_single_and_equal_values_are_no_accident():
    found = compared(same=[1.0] * 9, equal=[1.0] * 6, one=[3.0], four=[1, 2, 3, 4], tied=[0, 0, 0, 1, 1], more=[2] * 5)
    assert {pair: row["effect"] for pair, row in found.items()} == {
        ("equal", "same"): 0, ("equal", "more"): -1, ("more", "same"): 1, ("equal", "tied"): pytest.approx(0.6),
        ("more", "tied"): 1, ("same", "tied"): pytest.approx(0.6),
    }  # fmt: skip
    assert (found["equal", "same"]["p_value"], found["equal", "same"]["effect_low"]) == (1, 0)


def test_the_interval_is_that_of_a_plain_bootstrap():
    random = np.random.default_rng(9)
    a, b = random.lognormal(8, 2, 700), random.lognormal(8.5, 2, 500)  # more different values than bins
    row = compared(a=a, b=b)["a", "b"]

    def delta() -> float:
        drawn, others = random.choice(a, len(a)), random.choice(b, len(b))
        ranks = stats.rankdata(np.concatenate([drawn, others]))[: len(a)].sum()
        return 2 * (ranks - len(a) * (len(a) + 1) / 2) / (len(a) * len(b)) - 1

    low, high = np.percentile([delta() for _ in range(1_000)], [2.5, 97.5])
    assert (row["effect_low"], row["effect_high"]) == pytest.approx((low, high), abs=0.012)
    assert row["effect_low"] < row["effect"] < row["effect_high"]
    assert compared(a=a[::-1], b=b)["a", "b"] == row  # whatever the order of the rows


def test_the_least_effect_is_seen_in_four_of_five_cases(spark):
    counts = [(5, 5), (60, 60), (30, 200), (4_000, 9_000)]
    rows = spark.createDataFrame(counts, "a bigint, b bigint")
    least = [row[0] for row in rows.select(least_detectable(rows["a"], rows["b"])).collect()]
    assert least == pytest.approx([1.0, 0.295, 0.317, 0.0308], rel=0.01)
    random = np.random.default_rng(10)
    shift = math.sqrt(2) * stats.norm.ppf((least[1] + 1) / 2)  # of two normal distributions with that delta
    seen = [
        stats.mannwhitneyu(random.normal(shift, 1, 60), random.normal(0, 1, 60)).pvalue < 0.05 for _ in range(1_000)
    ]
    assert np.mean(seen) == pytest.approx(0.8, abs=0.04)


def test_p_values_are_adjusted_by_holm_over_the_grouping(spark):
    values = [0.01, 0.04, 0.03, 0.005, 0.9]
    rows = [("g", f"m{at}", "a", "b", p) for at, p in enumerate(values)] + [
        ("h", "m", "a", "b", 0.04),
        ("h", "n", "a", "b", None),
    ]
    pairs = spark.createDataFrame(
        rows, "grouping string, metric string, group_a string, group_b string, p_value double"
    )
    adjusted = with_adjusted(pairs, ["grouping"], ["metric", "group_a", "group_b"]).collect()
    found = {(row["grouping"], row["p_value"]): row["p_adjusted"] for row in adjusted}
    assert found == {
        ("g", 0.005): pytest.approx(0.025), ("g", 0.01): pytest.approx(0.04), ("g", 0.03): pytest.approx(0.09),
        ("g", 0.04): pytest.approx(0.09), ("g", 0.9): pytest.approx(0.9), ("h", 0.04): 0.04, ("h", None): None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def lake_frames(spark):
    """Keywords: cats and dogs with 80 videos each, birds with 6, fish with 2; cats have far more views than dogs."""
    random = np.random.default_rng(12)
    sizes = {"cats": 80, "dogs": 80, "birds": 6, "fish": 2}
    ids = {keyword: [f"{keyword}{n}" for n in range(size)] for keyword, size in sizes.items()}
    hits = [
        {"keyword": keyword, "kind": "video", "item_id": v, "video_id": v}
        for keyword, known in ids.items()
        for v in known
    ]
    hits += [{"keyword": "birds", "kind": "video", "item_id": "gone", "video_id": "gone"}, {"keyword": "birds", "kind": "channel", "item_id": "UC"}]  # fmt: skip
    videos, snapshots, sentiment = [], [], []
    for keyword, known in ids.items():
        for number, video in enumerate(known):
            category = {0: "10", 1: "99"}.get(number % 3)
            videos.append({"video_id": video, "category_id": category, "duration_seconds": 60, "published_at": AT})
            views = int(random.lognormal(12 if keyword == "cats" else 8, 1))
            snapshots.append({"video_id": video, "fetched_at": AT, "view_count": views, "like_count": views // 10, "comment_count": None})  # fmt: skip
            sentiment.append({"video_id": video, "source": "videos", "polarity": number * 7 % 20 / 20, "subjectivity": None, "word_count": 7})  # fmt: skip
    days = [
        {"video_id": v, "country": "US", "trending_date": AT.date(), "cohort": "trending"} for v in ids["cats"][:10]
    ]
    days += [{**day, "country": "GB"} for day in days] + [
        {**days[0], "video_id": v, "cohort": "not"} for v in ids["dogs"][:10]
    ]
    tables_of = {tables.SEARCH_HITS: hits, tables.VIDEOS: videos, tables.VIDEO_SNAPSHOTS: snapshots, tables.VIDEO_SENTIMENT: sentiment, tables.TRENDING_DAYS: days}  # fmt: skip
    return {table.name: frame(spark, table, rows) for table, rows in tables_of.items()}


@pytest.fixture(scope="module")
def members(lake_frames):
    frames = (lake_frames[name] for name in ("search_hits", "videos", "trending_days"))
    return with_keyword_sizes(memberships(*frames)).cache()


def test_each_video_is_once_in_each_of_its_groups(members):
    counts = {(row["grouping"], row["group"]): row["count"] for row in members.groupBy("grouping", "group").count().collect()}  # fmt: skip
    assert counts == {
        ("keyword", "cats"): 80, ("keyword", "dogs"): 80, ("keyword", "birds"): 6, ("keyword", "fish"): 2,
        ("category", "Music"): 27 + 27 + 2 + 1, ("category", "category 99"): 27 + 27 + 2 + 1,
        ("cohort", "trending"): 10, ("cohort", "not"): 10,
        ("keyword size", BIG): 160, ("keyword size", SMALL): 8,
    }  # fmt: skip


def test_comparisons_say_in_plain_words_what_data_can_show(lake_frames, members):
    values = metrics(*(lake_frames[name] for name in ("videos", "video_snapshots", "video_sentiment")))
    found = comparisons(members, values)
    assert sorted(found.columns) == sorted(tables.COMPARISONS.column_names)
    rows = {(row["grouping"], row["metric"], row["group_a"], row["group_b"]): row for row in found.collect()}
    assert {key[1] for key in rows} == {"view_count", "duration_seconds", "likes_per_view", "polarity of titles"}
    pairs = {key[2:] for key in rows if key[0] == "keyword"}
    assert pairs == {("birds", "cats"), ("birds", "dogs"), ("cats", "dogs")}  # fish has too few
    views = rows["keyword", "view_count", "cats", "dogs"]
    assert views["verdict"].startswith("cats: higher than dogs, a large difference (delta ")
    assert (views["effect"] > 0.9, views["word_count_a"], views["video_count_a"]) == (True, None, 80)
    titles = rows["keyword", "polarity of titles", "cats", "dogs"]
    assert (titles["effect"], titles["word_count_b"], titles["median_a"]) == (0, 560, pytest.approx(0.475))
    assert titles["verdict"] == "no difference that these data can show (an effect under 0.26 would go unseen)"
    durations = rows["cohort", "duration_seconds", "not", "trending"]
    assert (durations["p_value"], durations["effect"], durations["effect_low"]) == (1, 0, 0)
    assert durations["verdict"].startswith("no difference that these data can show (an effect under 0.7")
    few = rows["keyword size", "polarity of titles", BIG, SMALL]
    assert few["verdict"].startswith("no difference")
