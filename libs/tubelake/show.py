"""Prints rows of a table."""

import difflib

from pyspark.errors import AnalysisException

from tubelake import console, job, store, tables
from tubelake.errors import UsageError, first_line
from tubelake.settings import Settings
from tubelake.tables import Table


def show_table(settings: Settings, name: str, limit: int, where: str | None, columns: str | None) -> None:
    """Print at most `limit` rows. Raises UsageError for an unknown table, column or a wrong condition."""
    table = find(name)
    spark = job.start(settings)
    if not store.exists(spark, table, settings.lake):
        raise UsageError(f"{settings.lake.root} has no table {table.full_name} yet; run the pipeline first")
    try:
        rows = store.read(spark, table, settings.lake).where(where or "true")
        shown = rows.select(*([column.strip() for column in columns.split(",")] if columns else rows.columns))
        listed = shown.limit(limit).collect()
    except AnalysisException as error:
        raise UsageError(f"cannot show that: {first_line(error)}") from None
    console.show(f"{table.full_name}: {rows.count():,} rows", shown.columns, listed)


def find(name: str) -> Table:
    """The table called NAME or LAYER.NAME. Raises UsageError, naming the tables there are."""
    found = [table for table in tables.ALL if name in (table.name, table.full_name)]
    if not found:
        known = [table.full_name for table in tables.ALL]
        near = difflib.get_close_matches(name, [*known, *(table.name for table in tables.ALL)], n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; the tables are: {', '.join(known)}"
        raise UsageError(f"there is no table {name!r}{hint}")
    return found[0]
