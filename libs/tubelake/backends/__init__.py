"""Swappable sentiment: each backend is a module with `load(options) -> Backend`, loaded once a worker process."""

import importlib
from functools import lru_cache

from pyspark.sql import SparkSession

from tubelake.backends.base import Backend, Options, Score

__all__ = ["Backend", "Options", "Score", "load", "threads"]


@lru_cache(4)
def load(options: Options) -> Backend:
    """The backend that the options name. Raises UsageError where what it needs is missing."""
    module = importlib.import_module(f"tubelake.backends.{options.backend}")
    return module.load(options)  # type: ignore[no-any-return]


def threads(spark: SparkSession) -> int:
    """How many threads a model may use in a task: the cores that the task has."""
    return int(spark.conf.get("spark.task.cpus", "1") or 1)
