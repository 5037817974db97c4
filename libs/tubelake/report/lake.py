"""The lake as the report reads it: nothing is made or changed, and what is missing has no rows and a remedy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pyspark.sql import Column, DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F

from tubelake import store
from tubelake.job import load
from tubelake.pipeline import filled_by
from tubelake.settings import Lake, Settings
from tubelake.tables import RESPONSES, Table

MOST_ROWS = 20_000  # that one question may bring to the driver: some 10 MB


@dataclass(frozen=True)
class Reading:
    """A lake that is read for a report."""

    spark: SparkSession
    settings: Settings
    _frames: dict[str, DataFrame | None] = field(default_factory=dict)

    @property
    def lake(self) -> Lake:
        return self.settings.lake

    def has(self, *tables: Table) -> bool:
        """Whether all of these tables are there."""
        return all(self._frame(table) is not None for table in tables)

    def rows(self, table: Table) -> DataFrame:
        """The table's rows, with the columns that it is declared with; none where it is missing."""
        found = self._frame(table)
        return self.spark.createDataFrame([], table.ddl) if found is None else found

    def was_asked(self, table: Table) -> bool:
        """Whether YouTube was asked for what the table holds, by the log that its job reads."""
        methods = [read.part for read in load(filled_by(table)).READS if read.part]
        return not self.rows(RESPONSES).where(F.col("method").isin(methods)).isEmpty()

    def _frame(self, table: Table) -> DataFrame | None:
        """Each table is looked for once: sections share what they read, and all see it at one version."""
        if table.full_name not in self._frames:
            is_there = store.exists(self.spark, table, self.lake)
            self._frames[table.full_name] = self._declared(table) if is_there else None
        return self._frames[table.full_name]

    def _declared(self, table: Table) -> DataFrame:
        rows = self.spark.table(store.name(table, self.lake))
        return rows.select(*(_column(rows, each.name, each.type) for each in table.columns))


def _column(rows: DataFrame, name: str, kind: str) -> Column:
    """A column that an older lake lacks is null."""
    return F.col(name) if name in rows.columns else F.lit(None).cast(kind).alias(name)


def collected(rows: DataFrame, most: int = MOST_ROWS) -> Sequence[Row]:
    """At most so many rows, on the driver."""
    return rows.limit(most).collect()


def grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """The rows by the value of a column, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def first_of(rows: DataFrame, keys: Sequence[str], order: Sequence[Column | str], most: int) -> DataFrame:
    """The first `most` rows of each group, in that order."""
    rank = F.row_number().over(Window.partitionBy(*keys).orderBy(*order))
    return rows.withColumn("_rank", rank).where(F.col("_rank") <= most).drop("_rank")
