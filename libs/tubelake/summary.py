"""Sums up a run of several jobs: what came of each, and how many rows the tables have that were written."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import TYPE_CHECKING

from tubelake import console, store
from tubelake.job import Ended, load
from tubelake.settings import Lake
from tubelake.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COLUMNS = ("job", "rows", "calls", "units", "seconds", "state")
NOT_RUN = "not run"
LAYERS = ("bronze", "silver", "gold", "control")
LOOKS = 4  # at tables at once


def show(spark: "SparkSession", names: Sequence[str], ended: Sequence[Ended], lake: Lake) -> None:
    """A row a job with totals, then what to do about those that did not end well, then the tables written."""
    console.show("What the jobs did", COLUMNS, rows(names, ended))
    for end in ended:
        if end.message:
            console.say(f"{end.job}: {end.message}")
    written = tables_of(ended)
    with ThreadPoolExecutor(LOOKS) as threads:
        counts = list(threads.map(lambda table: store.read(spark, table, lake).count(), written))
    for layer, tables in groupby(zip(written, counts, strict=True), lambda pair: pair[0].layer):
        console.say(f"{layer}, rows now: " + ", ".join(f"{table.name} {count:,}" for table, count in tables))


def rows(names: Sequence[str], ended: Sequence[Ended]) -> list[list[object]]:
    """The cells of each job, in turn, and of all together; null for what a job never does."""
    known = {end.job: end for end in ended}
    cells: list[list[object]] = [
        _cells(known[name]) if name in known else [name, None, None, None, None, NOT_RUN] for name in names
    ]
    totals = [sum(getattr(end.report, field) for end in ended) for field in ("rows_out", "calls", "units")]
    seconds = f"{sum(end.seconds for end in ended):.1f}"
    return [*cells, ["all", *totals, seconds, f"{len(ended)} of {len(names)} jobs ran"]]


def _cells(end: Ended) -> list[object]:
    told = end.report
    return [end.job, told.rows_out, told.calls or None, told.units or None, f"{end.seconds:.1f}", end.state]


def tables_of(ended: Sequence[Ended]) -> list[Table]:
    """The tables of the jobs that wrote rows, each once and whole, from bronze to gold."""
    found = {table.full_name: table.of(None) for end in ended if end.report.rows_out for table in load(end.job).WRITES}
    return sorted(found.values(), key=lambda table: (LAYERS.index(table.layer), table.name))
