"""What a commit tells the driver is what the table holds, and nothing is computed twice for it."""

from datetime import date, datetime

import pytest

from tubelake import store
from tubelake.collect import told
from tubelake.tables import Column, Table

ANSWERS = Table(
    "bronze", "told", "Answers",
    (
        Column("id", "string", "Which"), Column("ids", "array<string>", "Items"), Column("units", "bigint", "Units"),
        Column("pause", "double", "Pause (s)"), Column("last", "boolean", "Whether it is the last"),
        Column("at", "timestamp", "When (UTC)"), Column("day", "date", "Quota day"), Column("body", "string", "Body"),
    ),
    key=("id",),
)  # fmt: skip
ROWS = [
    ("a", ["x", 'quoted "y"', "한국어 🐐"], 2**53 + 1, 0.1, True, datetime(2026, 3, 29, 1, 30, 0, 123456), date(2026, 3, 29), "x"),
    ("b", [], 0, 5.0, False, datetime(1969, 12, 31, 23, 59, 59, 999999), date(1969, 12, 31), None),
    ("c", None, None, None, None, None, None, "</script>\n\u2028"),
]  # fmt: skip


@pytest.mark.parametrize("rows", [ROWS, []], ids=["some", "none"])
def test_what_is_told_is_what_the_table_holds(spark, lake, tmp_path, rows):
    def count(batches):
        for batch in batches:
            with (tmp_path / "computed").open("a") as file:
                file.write("x" * batch.num_rows)
            yield batch

    store.ensure(spark, ANSWERS, lake)
    answers = spark.createDataFrame(rows, ANSWERS.ddl).coalesce(1).mapInArrow(count, ANSWERS.ddl)
    heard = told.append(answers, ANSWERS, lake, without=["body"])
    held = store.read(spark, ANSWERS, lake).drop("body").collect()
    assert sorted(heard) == sorted(held)
    assert [row.asDict() for row in sorted(heard)] == [
        dict(zip(ANSWERS.column_names, row[:-1], strict=False)) for row in rows
    ]
    assert not rows or (tmp_path / "computed").stat().st_size == len(rows)
