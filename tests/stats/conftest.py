"""Metrics of made-up keywords: long tails, gaps, zeros, ties."""

from collections.abc import Mapping

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

_random = np.random.default_rng(11)
_TAIL = np.floor(_random.lognormal(8, 2.5, 700))
VALUES: Mapping[str, list[float | None]] = {
    "long tail": [*_TAIL.tolist(), *[None] * 40],
    "zeros": [0.0, 0.0, 0.0, 1.0, 10.0, 1_000.0, 5.0, None],
    "only zeros": [0.0, 0.0],
    "nothing": [None, None, None],
    "one": [42.0],
    "one of two": [None, 42.0],
    "equal": [7.0] * 5,
    "two": [1.0, 2.0],
    "even": [1.0, 2.0, 3.0, 4.0],
    "ratios": (_random.random(301) / 1_000).tolist(),
    "edges": [float(number) for number in range(101)],
    "huge": [1.0, 5e10, 9e10, 3.0],
}


@pytest.fixture(scope="session")
def values() -> Mapping[str, list[float | None]]:
    return VALUES


@pytest.fixture(scope="session")
def metrics(spark: SparkSession) -> DataFrame:
    """Each list of values as the metric `m` of a keyword."""
    rows = [(keyword, f"v{at}", "m", value) for keyword, numbers in VALUES.items() for at, value in enumerate(numbers)]
    return spark.createDataFrame(rows, "keyword string, video_id string, metric string, value double").cache()
