"""The lake as the report reads it: nothing is made or changed, and what is missing has no rows and a remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from tubelake import job, store
from tubelake.settings import Lake, Settings
from tubelake.tables import Table

MOST_ROWS = 20_000  # that one question may bring to the driver: some 10 MB


@dataclass(frozen=True)
class Reading:
    """A lake that is read for a report."""

    spark: SparkSession
    settings: Settings

    @property
    def lake(self) -> Lake:
        return self.settings.lake

    def has(self, *tables: Table) -> bool:
        """Whether all of these tables are there."""
        return all(store.exists(self.spark, table, self.lake) for table in tables)

    def rows(self, table: Table) -> DataFrame:
        """The table's rows, with the columns that it is declared with; none where it is missing."""
        if not self.has(table):
            return self.spark.createDataFrame([], table.ddl)
        found = self.spark.table(store.name(table, self.lake))
        return found.select(*(_column(found, each.name, each.type) for each in table.columns))


def _column(rows: DataFrame, name: str, kind: str) -> Column:
    """A column that an older lake lacks is null."""
    return F.col(name) if name in rows.columns else F.lit(None).cast(kind).alias(name)


def collected(rows: DataFrame, most: int = MOST_ROWS) -> Sequence[Row]:
    """At most so many rows, on the driver."""
    return rows.limit(most).collect()


@cache
def filled_by(table: Table) -> str:
    """The job that fills the table: what to run where it is missing."""
    writers = {name: job.load(name).WRITES for name in job.find_all()}
    filling = [name for name, written in writers.items() if table.name in {each.name for each in written}]
    return min(filling, key=lambda name: len(writers[name]), default="pipeline")  # one that looks after all fills none
