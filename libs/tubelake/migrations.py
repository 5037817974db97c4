"""Brings a lake that older code wrote up to the tables of this code.

Most changes need nothing here: `store.ensure` adds a column that a table was declared with since, and a derived table
whose meaning changed has another `rule` and is derived anew. What remains are tables whose rows nothing can derive: the
log, what was imported, the quota's ledger. A change of one of those raises `LAKE_VERSION` and adds a step.

Which version a lake has stands in a property of `control.job_runs`, which is made with it; without it, it is 1. A step
does what is left to do and nothing twice: a run that was killed in one begins it again.
"""

from collections.abc import Callable, Mapping

from pyspark.sql import SparkSession

from tubelake import console, store
from tubelake.errors import UsageError
from tubelake.settings import Lake
from tubelake.tables import JOB_RUNS, RESPONSES, Table
from tubelake.tables.control import LAKE_VERSION, VERSION_PROPERTY
from tubelake.tables.model import columns

_OLD_BODIES = Table("bronze", "response_bodies", "", columns("body string The answer as it came"), key=("request_id",))


def brought_up(spark: SparkSession, lake: Lake) -> SparkSession:
    """The session, once the lake has this code's version. Raises UsageError for a lake that newer code wrote."""
    found = version(spark, lake)
    if found > LAKE_VERSION:
        raise UsageError(
            f"the lake in {lake.catalog or lake.root} has version {found} and this TubeLake knows {LAKE_VERSION} at most; "
            "upgrade it: pip install --upgrade tubelake"
        )
    if found < LAKE_VERSION:
        with store.exclusive("migrations", lake):
            for before in range(version(spark, lake), LAKE_VERSION):
                STEPS[before](spark, lake)
            if store.exists(spark, JOB_RUNS, lake):
                store.set_properties(spark, JOB_RUNS, lake, {VERSION_PROPERTY: str(LAKE_VERSION)})
    return spark


def version(spark: SparkSession, lake: Lake) -> int:
    """The version of the lake's tables; 1 also where it has none yet, for which no step has anything to do."""
    if not store.exists(spark, JOB_RUNS, lake):
        return 1
    return int(store.properties(spark, JOB_RUNS, lake).get(VERSION_PROPERTY, "1"))


def _bodies_to_their_facts(spark: SparkSession, lake: Lake) -> None:
    """Version 1 kept the bodies of answers in a table of their own, beside their facts: two commits for each round."""
    if not store.exists(spark, _OLD_BODIES, lake):
        return
    console.say("This lake is of version 1: the bodies of its answers move into the log ...")
    store.ensure(spark, RESPONSES, lake)
    store.set_properties(spark, RESPONSES, lake, RESPONSES.delta_properties)
    old = spark.table(store.name(_OLD_BODIES, lake)).columns
    values = ", ".join(f"s.{name}" for name in old)
    store.execute(
        spark, RESPONSES, lake,
        f"MERGE INTO {store.name(RESPONSES, lake)} t USING {store.name(_OLD_BODIES, lake)} s"
        " ON t.request_id = s.request_id AND t.method = s.method"
        " WHEN MATCHED AND t.body IS NULL AND s.body IS NOT NULL THEN UPDATE SET body = s.body"
        # A run that was killed between the two commits of a round left bodies without facts.
        f" WHEN NOT MATCHED THEN INSERT ({', '.join(old)}) VALUES ({values})",
    )  # fmt: skip
    store.drop(spark, _OLD_BODIES, lake)


# What brings a lake from a version to the next.
STEPS: Mapping[int, Callable[[SparkSession, Lake], None]] = {1: _bodies_to_their_facts}
