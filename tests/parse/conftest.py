"""Answers of the API as rows of `responses`."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from tubelake import tables

FETCHED = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def answers_from(spark: SparkSession) -> Callable[..., DataFrame]:
    """A frame of answers, each a dict of columns; `items` stands for a body with those items."""

    def row(number: int, given: dict[str, Any]) -> tuple[Any, ...]:
        items = given.pop("items", None)
        body = None if items is None else json.dumps({"kind": "youtube#x", "items": items}, ensure_ascii=False)
        values = {
            "request_id": f"r{number}", "method": "videos.list", "status": 200, "fetched_at": FETCHED, "body": body,
        } | given  # fmt: skip
        return tuple(values.get(name) for name in tables.RESPONSES.column_names)

    def make(*given: dict[str, Any]) -> DataFrame:
        rows = [row(number, dict(answer)) for number, answer in enumerate(given)]
        return spark.createDataFrame(rows, tables.RESPONSES.ddl)

    return make
