"""Statistics are those of pandas' describe(), whatever the tail, the gaps and the ties."""

import numpy as np
import pandas as pd
import pytest

from tubelake import tables
from tubelake.stats.describe import statistics


@pytest.fixture(scope="module")
def described(metrics):
    frame = statistics(metrics)
    assert sorted(frame.columns) == sorted(tables.KEYWORD_STATISTICS.column_names)
    return {row["keyword"]: row for row in frame.collect()}


def test_every_number_is_that_of_pandas(described, values):
    names = {"mean": "mean", "sd": "std", "min": "min", "q1": "25%", "median": "50%", "q3": "75%", "max": "max"}
    assert set(described) == set(values)
    for keyword, numbers in values.items():
        row, expected = described[keyword], pd.Series(numbers, dtype="float64").describe()
        actual = [np.nan if row[name] is None else row[name] for name in names]
        assert actual == pytest.approx([expected[name] for name in names.values()], rel=1e-12, nan_ok=True), keyword


def test_videos_with_and_without_a_value_are_counted(described, values):
    for keyword, numbers in values.items():
        row, missing = described[keyword], numbers.count(None)
        counts = (row["video_count"], row["value_count"], row["missing_count"])
        assert counts == (len(numbers), len(numbers) - missing, missing), keyword
        assert row["metric"] == "m"


def test_a_metric_without_any_value_is_a_row_of_nulls(described):
    expected = {"keyword": "nothing", "metric": "m", "video_count": 3, "value_count": 0, "missing_count": 3}
    assert {name: value for name, value in described["nothing"].asDict().items() if value is not None} == expected


def test_one_value_has_no_deviation(described):
    assert (described["one"]["sd"], described["one"]["median"]) == (None, 42.0)
    assert described["equal"]["sd"] == 0.0
