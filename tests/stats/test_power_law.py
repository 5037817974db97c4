"""Power laws that are drawn are found; what is none is said to be none; what cannot be fitted says why."""

import math
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from tubelake import job, store, tables
from tubelake.parse.columns import with_missing
from tubelake.stats import power_law, tail_fit
from tubelake.stats.metrics import COUNTS
from tubelake.stats.tails import ccdf, power_laws, value_counts

ALPHA, COUNT, ROUNDS = 2.1, 10_000, 20
NOW = datetime(2026, 3, 1)


def pure(xmin: float):
    return lambda random: power_law.draw(ALPHA, xmin, COUNT, random)


def with_body(random):
    """Of 10,000 values 4,000 are of a power law from 1,000 on."""
    return np.concatenate([np.floor(random.uniform(1, 1_000, 6_000)), power_law.draw(ALPHA, 1_000, 4_000, random)])


def lognormal(random):
    return np.floor(random.lognormal(8, 1.5, COUNT)) + 1


def exponential(random):
    return np.floor(random.exponential(10_000, COUNT)) + 1


def test_zeta_is_that_of_scipy():
    alphas, numbers = (each.ravel() for each in np.meshgrid([1.2, 1.5, 2.1, 3, 5], [1.0, 2, 15, 16, 20, 1e3, 1e9]))
    assert power_law.zeta(alphas, numbers) == pytest.approx(special.zeta(alphas, numbers), rel=2e-5)


@pytest.mark.parametrize("xmin", [1, 5, 15, 16, 1_000])
def test_values_are_drawn_with_the_shares_of_the_law(xmin):
    drawn = power_law.draw(ALPHA, xmin, 100_000, np.random.default_rng(xmin))
    low = np.arange(xmin, xmin + 30)
    shares = low**-ALPHA / special.zeta(ALPHA, xmin)
    seen = np.array([Counter(drawn)[number] for number in low])
    rest = 100_000 - seen.sum(), 100_000 * (1 - shares.sum())
    assert stats.chisquare([*seen, rest[0]], [*(100_000 * shares), rest[1]]).pvalue > 1e-3
    assert drawn.min() == xmin


@pytest.mark.parametrize(("make", "xmin"), [(pure(1), 1), (pure(5), 5), (pure(2_000), 2_000), (with_body, 1_000)])
def test_a_power_law_is_found_with_its_exponent(make, xmin):
    p_values = []
    for seed in range(4):
        random = np.random.default_rng(seed)
        data = power_law.counted(make(random))
        found = power_law.fit(data)
        assert found.alpha == pytest.approx(ALPHA, abs=0.05), seed
        assert xmin <= found.xmin * 1.2, seed
        exact = stats.norm.ppf(0.9995) * (ALPHA - 1) / math.sqrt(found.tail)
        assert found.alpha == pytest.approx(ALPHA, abs=exact + 0.01), seed
        p_values.append(power_law.p_value(data, found, random, rounds=20))
    assert sum(p > 0.1 for p in p_values) >= 3, p_values


@pytest.mark.parametrize("make", [lognormal, exponential])
def test_what_is_no_power_law_is_told(make):
    for seed in range(3):
        random = np.random.default_rng(seed)
        data = power_law.counted(make(random))
        assert power_law.p_value(data, power_law.fit(data), random, rounds=20) < 0.1, seed


def test_a_fit_is_the_best_of_all_beginnings_that_are_tried():
    """Checked number by number: the likelihood by scipy's zeta and optimiser, the distance over every whole number."""
    from scipy.optimize import minimize_scalar

    values = power_law.draw(2.5, 3, 400, np.random.default_rng(2))
    values = values[values < 200]
    found, tried = power_law.fit(power_law.counted(values)), {}
    for xmin in np.unique(values):
        tail = values[values >= xmin]
        if len(tail) < power_law.FEWEST:
            break
        cost = lambda alpha: len(tail) * np.log(special.zeta(alpha, xmin)) + alpha * np.log(tail).sum()  # noqa: B023, E731
        alpha = minimize_scalar(cost, bounds=(1.01, 9), method="bounded").x
        numbers = np.arange(xmin, tail.max() + 2)
        seen = np.array([(tail >= number).mean() for number in numbers])
        tried[xmin] = alpha, np.abs(seen - special.zeta(alpha, numbers) / special.zeta(alpha, xmin)).max(), len(tail)
    best = min(tried, key=lambda xmin: tried[xmin][1])
    assert (found.xmin, found.tail) == (best, tried[best][2])
    assert (found.alpha, found.distance) == pytest.approx(tried[best][:2], rel=1e-4)


def test_the_log_normal_and_the_exponential_are_the_likeliest():
    random = np.random.default_rng(4)
    tail = power_law.counted(np.floor(random.lognormal(8, 1.5, 3_000)))
    tail = tail.where(tail.numbers >= 3_000)
    mu, sigma = tail_fit.lognormal_of(tail, 3_000).parameters
    assert (mu, sigma) == (pytest.approx(8, abs=0.5), pytest.approx(1.5, abs=0.25))
    (rate,) = tail_fit.exponential_of(tail, 3_000).parameters
    by_rate = [float(_geometric(tail, at).sum()) for at in (rate * 0.99, rate, rate * 1.01)]
    assert max(by_rate) == by_rate[1] == pytest.approx(tail_fit.exponential_of(tail, 3_000).likelihoods.sum())


def _geometric(tail, rate):
    return np.repeat(np.log(1 - np.exp(-rate)) - rate * (tail.numbers - 3_000), tail.times)


@pytest.mark.parametrize(
    ("p", "ratios", "words"),
    [
        (0.4, {"log-normal": (2, 0.04), "exponential": (9, 0)}, "a power law above 12,000 (40% of videos) fits (alpha 2.10, p 0.40), and better than"),
        (0.4, {"log-normal": (-1, 0.3), "exponential": (9, 0)}, "; a log-normal fits as well: these data cannot tell them apart"),
        (0.4, {"log-normal": (-1, 0.3), "exponential": (-1, 0.2)}, "; a log-normal and an exponential fit as well"),
        (0.4, {"log-normal": (-3, 0.01), "exponential": (9, 0)}, "not a power law, though one would pass (p 0.40): above 12,000 (40% of videos) a log-normal fits better"),
        (0.1, {"log-normal": (-1, 0.2), "exponential": (9, 0)}, "not a power law (p 0.10); above 12,000 (40% of videos) a log-normal fits no worse"),
        (0.02, {"log-normal": (2, 0.01), "exponential": (9, 0)}, "not a power law (p 0.02); above 12,000 (40% of videos) a log-normal and an exponential fit worse"),
    ],
)  # fmt: skip
def test_verdicts(p, ratios, words):
    found = power_law.Fit(12_000, 2.1, 0.01, 400)
    assert words in tail_fit.verdict(found, 0.4, p, ratios, list(ratios))


def _groups() -> dict[str, list[float | None]]:
    random = np.random.default_rng(6)
    small = 1_000
    return {
        "power": power_law.draw(ALPHA, 500, small, random).tolist(),
        "small numbers": [*power_law.draw(ALPHA, 1, small, random).tolist(), *[0.0] * 100, *[None] * 7],
        "normal logs": np.floor(random.lognormal(8, 1.2, 2_000)).tolist(),
        "exponential": np.floor(random.exponential(9_000, 6_000) + 1).tolist(),
        "one": [42.0], "zeros": [0.0] * 60, "equal": [7.0] * 60, "nothing": [None] * 60,
        "nearly": [*[7.0] * 990, *[8.0] * 3], "few": [*map(float, range(27)), None],
    }  # fmt: skip


@pytest.fixture(scope="module")
def groups():
    return _groups()


@pytest.fixture(scope="module")
def counts(spark, groups):
    rows = [(keyword, "view_count", value, times) for keyword, values in groups.items() for value, times in Counter(values).items()]  # fmt: skip
    return spark.createDataFrame(rows, "keyword string, metric string, value double, times bigint").cache()


@pytest.fixture(scope="module")
def found(counts):
    return {row["keyword"]: row for row in power_laws(counts, rounds=ROUNDS).collect()}


def test_each_group_has_a_row_with_its_numbers(found, groups):
    assert found.keys() == groups.keys()
    for keyword, values in groups.items():
        known = [value for value in values if value is not None]
        row = found[keyword]
        assert (row["video_count"], row["value_count"], row["zero_count"]) == (len(values), len(known), known.count(0)), keyword  # fmt: skip
        if row["xmin"] is not None:
            tail = [value for value in known if value >= row["xmin"]]
            assert (row["tail_count"], row["tail_share"]) == (len(tail), pytest.approx(len(tail) / len(known))), keyword
            assert row["alpha_low"] < row["alpha"] < row["alpha_high"], keyword


def test_power_laws_are_told_from_others(found):
    for keyword in ("power", "small numbers"):
        row = found[keyword]
        assert row["alpha_low"] - 0.05 < ALPHA < row["alpha_high"] + 0.05
        assert (row["p_value"] > 0.1, row["is_long_tailed"]) == (True, True)
        assert row["verdict"].startswith(f"long-tailed: a power law above {row['xmin']:,.0f} (")
    assert found["normal logs"]["p_value"] < 0.1
    assert found["normal logs"]["lognormal_sigma"] == pytest.approx(1.2, abs=0.3)
    assert found["normal logs"]["verdict"].startswith("long-tailed: not a power law")
    assert found["normal logs"]["verdict"].endswith("a log-normal fits better")
    assert found["exponential"]["exponential_rate"] == pytest.approx(1 / 9_000, rel=0.2)
    assert not found["exponential"]["is_long_tailed"]
    assert found["exponential"]["verdict"].endswith("an exponential fits better")


REASONS = {
    "one": "too few videos: 1 with a value above 0, and 50 are needed",
    **dict.fromkeys(("zeros", "nothing"), "too few videos: 0 with a value above 0, and 50 are needed"),
    "few": "too few videos: 26 with a value above 0, and 50 are needed",
    "equal": "nothing to fit: every value above 0 is 7",
    "nearly": "nothing to fit: a tail needs 5 different values, and nearly all above 0 are the same",
}  # fmt: skip


@pytest.mark.parametrize("keyword", REASONS)
def test_what_cannot_be_fitted_says_why(found, keyword):
    assert found[keyword]["verdict"] == REASONS[keyword]
    assert found[keyword]["alpha"] is None


def test_a_repeat_gives_the_same_rows(counts, found):
    few = counts.where("keyword IN ('power', 'small numbers', 'one')").repartition(3, "value")
    assert {row["keyword"]: row for row in power_laws(few, rounds=ROUNDS).collect()} == {
        keyword: found[keyword] for keyword in ("power", "small numbers", "one")
    }


def test_of_many_values_the_largest_are_fitted(spark, counts, groups):
    row = power_laws(counts.where("keyword = 'power'"), most=200, rounds=ROUNDS).collect()[0]
    largest = sorted(set(groups["power"]))[-200:]
    kept = [value for value in groups["power"] if value in largest]
    expected = power_law.fit(power_law.counted(np.array(kept)))
    assert (row["xmin"], row["alpha"], row["tail_count"]) == (expected.xmin, pytest.approx(expected.alpha), expected.tail)  # fmt: skip
    assert (row["video_count"], row["value_count"]) == (1_000, 1_000)
    assert row["tail_share"] == pytest.approx(expected.tail / 1_000)


def test_the_curve_is_exact_at_its_points(counts, groups):
    rows = ccdf(counts, points=50).collect()
    curves = {keyword: {row["value"]: row["share_at_or_above"] for row in rows if row["keyword"] == keyword} for keyword in groups}  # fmt: skip
    for keyword, values in groups.items():
        known = np.array([value for value in values if value is not None])
        positive = known[known > 0]
        curve = curves[keyword]
        assert len(curve) == sum(row["keyword"] == keyword for row in rows) <= 50
        assert curve == {value: pytest.approx((known >= value).mean()) for value in curve}
        if len(positive):
            assert (min(curve), max(curve)) == (positive.min(), positive.max())
            assert len(curve) >= min(len(np.unique(positive)), 10), keyword


def frame(spark, table, rows):
    """Rows of the columns that the first one names; the others are null."""
    names = [column for column in table.columns if column.name in rows[0]]
    values = [tuple(row[column.name] for column in names) for row in rows]
    given = spark.createDataFrame(values, ", ".join(f"{column.name} {column.type}" for column in names))
    return with_missing(given, table).select(*table.column_names)


def _put(spark, lake, table, rows):
    store.ensure(spark, table, lake)
    store.append(frame(spark, table, rows), table, lake)


def test_videos_count_once_in_all_and_with_their_newest_counts(spark):
    hits = frame(spark, tables.SEARCH_HITS, [{"keyword": k, "video_id": v} for k, v in (("a", "1"), ("a", "2"), ("b", "2"), ("b", None))])  # fmt: skip
    videos = frame(spark, tables.VIDEOS, [{"video_id": v} for v in ("1", "2", "3")])
    snapshots = frame(spark, tables.VIDEO_SNAPSHOTS, [{"video_id": v, "fetched_at": at, "view_count": n, "like_count": 0 if v == "3" else None} for v, at, n in (("1", NOW, 5), ("2", NOW, 9), ("2", datetime(2026, 1, 1), 7), ("3", NOW, 5))])  # fmt: skip
    rows = value_counts(hits, videos, snapshots).collect()
    told = {(row["keyword"], row["metric"], row["value"]): row["times"] for row in rows if row["times"]}
    assert {key: times for key, times in told.items() if key[1] in ("view_count", "like_count")} == {
        ("a", "view_count", 5.0): 1, ("a", "view_count", 9.0): 1, ("b", "view_count", 9.0): 1,
        ("", "view_count", 5.0): 2, ("", "view_count", 9.0): 1,
        ("a", "like_count", None): 2, ("b", "like_count", None): 1, ("", "like_count", None): 2, ("", "like_count", 0.0): 1,
    }  # fmt: skip


@pytest.mark.slow
def test_the_job_fills_both_tables_and_a_repeat_commits_nothing(spark, lake, settings_for):
    wanted = settings_for("http://127.0.0.1:1")
    fit = job.load("fit_power_laws")
    assert fit.run(spark, wanted).rows_out == len(COUNTS)
    empty = store.read(spark, tables.POWER_LAWS, lake).collect()
    assert {(row["keyword"], row["video_count"]) for row in empty} == {("", 0)}
    assert {row["metric"] for row in empty} == set(COUNTS)
    assert all(row["verdict"].startswith("too few videos: 0 ") for row in empty)
    views = power_law.draw(ALPHA, 100, 300, np.random.default_rng(1)).astype(int).tolist()
    ids = [f"v{at}" for at in range(300)]
    _put(spark, lake, tables.VIDEOS, [{"video_id": v, "fetched_at": NOW} for v in ids])
    _put(spark, lake, tables.VIDEO_SNAPSHOTS, [{"video_id": v, "fetched_at": NOW, "view_count": n} for v, n in zip(ids, views, strict=True)])  # fmt: skip
    _put(spark, lake, tables.SEARCH_HITS, [{"keyword": "cats", "kind": "video", "item_id": v, "video_id": v} for v in ids])  # fmt: skip
    report = fit.run(spark, wanted)
    rows = store.read(spark, tables.POWER_LAWS, lake).collect()
    assert sorted((row["keyword"], row["metric"]) for row in rows) == sorted(
        (k, m) for k in ("", "cats") for m in COUNTS
    )
    by_key = {(row["keyword"], row["metric"]): row for row in rows}
    same = {name: by_key["", "view_count"][name] for name in ("xmin", "alpha", "tail_count", "ks_distance")}
    assert by_key["cats", "view_count"].asDict().items() >= same.items()
    points = store.read(spark, tables.CCDF, lake)
    assert report.rows_out == len(rows) + points.count()
    assert points.where("keyword = 'cats'").agg({"share_at_or_above": "max"}).first()[0] == 1.0
    before = commits(lake)
    assert fit.run(spark, wanted) == job.Report(0, 0)
    assert commits(lake) == before


def commits(lake) -> int:
    return sum(1 for _ in Path(lake.root).rglob("_delta_log/*.json"))


@pytest.mark.slow
def test_200_000_videos_are_fitted(spark):
    values = np.floor(np.random.default_rng(8).lognormal(9, 2, 200_000)).tolist()
    rows = [("k", "view_count", value, times) for value, times in Counter(values).items()]
    frame = spark.createDataFrame(rows, "keyword string, metric string, value double, times bigint")
    row = power_laws(frame).collect()[0]
    assert row["verdict"].endswith("a log-normal fits better")
    assert row["value_count"] == 200_000
    assert ccdf(frame).count() <= 200
