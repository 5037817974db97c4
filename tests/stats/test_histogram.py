"""Histograms count every value once on each scale, in bins that cover the range without a gap."""

import math
from collections import defaultdict

import numpy as np
import pytest

from tubelake import tables
from tubelake.stats.histogram import NOT_POSITIVE, histograms

BINS = 100


@pytest.fixture(scope="module")
def found(metrics):
    """(keyword, scale) -> rows by bin."""
    frame = histograms(metrics, BINS)
    assert frame.columns == tables.HISTOGRAMS.column_names
    rows = defaultdict(dict)
    for row in frame.collect():
        assert row["bin"] not in rows[row["keyword"], row["scale"]]
        rows[row["keyword"], row["scale"]][row["bin"]] = row
    return dict(rows)


def with_value(values) -> dict[str, list[float]]:
    present = {keyword: [number for number in numbers if number is not None] for keyword, numbers in values.items()}
    return {keyword: numbers for keyword, numbers in present.items() if numbers}


def test_both_scales_count_every_value(found, values):
    counted = {key: sum(row["video_count"] for row in rows.values()) for key, rows in found.items()}
    expected = {(keyword, scale): len(n) for keyword, n in with_value(values).items() for scale in ("linear", "log")}
    assert counted == expected


def test_every_bin_is_a_row(found, values):
    for (keyword, scale), rows in found.items():
        numbers = with_value(values)[keyword]
        has_positive = scale == "linear" or max(numbers) > 0
        not_shown = [NOT_POSITIVE] if scale == "log" and min(numbers) <= 0 else []
        assert sorted(rows) == not_shown + (list(range(BINS)) if has_positive else []), (keyword, scale)


def test_linear_bins_are_those_of_numpy(found, values):
    for keyword, numbers in with_value(values).items():
        if min(numbers) == max(numbers):
            continue
        rows = found[keyword, "linear"]
        counts, edges = np.histogram(numbers, bins=BINS)
        assert [rows[at]["video_count"] for at in range(BINS)] == counts.tolist(), keyword
        assert [rows[at]["lower"] for at in range(BINS)] == pytest.approx(edges[:-1].tolist(), rel=1e-9, abs=1e-12)
        assert [rows[at]["upper"] for at in range(BINS)] == pytest.approx(edges[1:].tolist(), rel=1e-9, abs=1e-12)


def test_log_bins_have_equal_ratios_from_the_least_positive_to_the_greatest(found, values):
    for keyword, numbers in with_value(values).items():
        positive = [number for number in numbers if number > 0]
        if not positive or min(positive) == max(positive):
            continue
        rows = [found[keyword, "log"][at] for at in range(BINS)]
        assert rows[0]["lower"] == pytest.approx(min(positive))
        assert rows[-1]["upper"] == pytest.approx(max(positive))
        ratios = [row["upper"] / row["lower"] for row in rows]
        assert ratios == pytest.approx([(max(positive) / min(positive)) ** (1 / BINS)] * BINS)
        counts, _ = np.histogram([math.log(number) for number in positive], bins=BINS)
        assert [row["video_count"] for row in rows] == counts.tolist(), keyword


def test_bins_follow_each_other_without_a_gap(found):
    for key, rows in found.items():
        edges = [(rows[at]["upper"], rows[at + 1]["lower"]) for at in range(BINS - 1) if at in rows]
        assert all(upper == lower for upper, lower in edges), key


def test_zeros_lie_in_the_bin_before_the_first_of_the_log_scale(found):
    row = found["zeros", "log"][NOT_POSITIVE]
    assert (row["lower"], row["upper"], row["video_count"]) == (0.0, 0.0, 3)
    assert found["only zeros", "log"][NOT_POSITIVE]["video_count"] == 2


@pytest.mark.parametrize(("keyword", "value", "count"), [("one", 42.0, 1), ("one of two", 42.0, 1), ("equal", 7.0, 5)])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_equal_values_lie_in_the_first_bin(found, keyword, scale, value, count):
    rows = found[keyword, scale]
    assert [row["bin"] for row in rows.values() if row["video_count"]] == [0]
    assert rows[0]["video_count"] == count
    assert [edge for row in rows.values() for edge in (row["lower"], row["upper"])] == pytest.approx([value] * 2 * BINS)


def test_whole_numbers_lie_in_the_bin_that_they_begin(found):
    rows = found["edges", "linear"]
    assert [rows[at]["video_count"] for at in range(BINS)] == [1] * 99 + [2]
    assert [rows[at]["lower"] for at in range(BINS)] == list(range(BINS))


def test_a_metric_without_values_has_no_histogram(found):
    assert ("nothing", "linear") not in found
    assert ("nothing", "log") not in found
