"""Fills tables of a test's lake."""

from tubelake import store


def add(spark, lake, table, *rows: dict) -> None:
    """Rows of the table; what a row does not name is null."""
    store.ensure(spark, table, lake)
    listed = [tuple(row.get(name) for name in table.column_names) for row in rows]
    store.append(spark.createDataFrame(listed, table.ddl), table, lake)
