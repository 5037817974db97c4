"""Work of models in rounds, each of which is kept: a run that is killed loses a round at most, and the next goes on."""

from collections.abc import Callable
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake import upsert
from tubelake.follow import Counts
from tubelake.progress import Progress
from tubelake.settings import Lake
from tubelake.tables import Table


class MadeBy(NamedTuple):
    """What a row depends on besides what it was made from: another one has everything made anew."""

    backend: str
    model_hash: str
    rules: str

    @property
    def is_it(self) -> Column:
        """Whether a row was made by the same."""
        backend, model_hash, rules = (F.col(name) == F.lit(value) for name, value in self._asdict().items())
        return backend & model_hash & rules


def bring(
    due: Callable[[], DataFrame], make: Callable[[DataFrame], DataFrame], target: Table, lake: Lake, *, most: int,
    order_by: str, show: Progress, what: str,
) -> Counts:  # fmt: skip
    """Merge into `target` what `make` makes of the rows that are `due`, at most `most` of them a round.

    What is due is asked of the tables before each round: a row of `target` must make what it was made from due no more.
    """
    counts, total = Counts(), due().count()
    while counts.rows_in < total:
        show(counts.rows_in, total, what)
        changed = upsert.merge(make(due().orderBy(order_by).limit(most)), target, lake)
        counts += Counts(min(most, total - counts.rows_in), changed)
    return counts
