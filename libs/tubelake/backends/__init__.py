"""Swappable sentiment: each backend is a module with `load(options) -> Backend`, loaded once a worker process."""

import importlib
from functools import lru_cache
from pathlib import Path

from pyspark.sql import SparkSession

from tubelake.backends import stored
from tubelake.backends.base import Backend, Options, Score

__all__ = ["Backend", "Options", "Score", "load", "threads"]


def load(options: Options) -> Backend:
    """The backend that the options name. Raises UsageError where what it needs is missing."""
    return _load(options, _changed_at(options))


@lru_cache(4)
def _load(options: Options, _changed_at: tuple[int, ...]) -> Backend:
    module = importlib.import_module(f"tubelake.backends.{options.backend}")
    return module.load(options)  # type: ignore[no-any-return]


def _changed_at(options: Options) -> tuple[int, ...]:
    """When the files that a backend is loaded from last changed: within a session a model can be trained again."""
    files = [stored.folder(options.model, options.backend) / stored.FILE]
    if options.lexicon:
        files.append(Path(options.lexicon))
    return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)


def threads(spark: SparkSession) -> int:
    """How many threads a model may use in a task: the cores that the task has."""
    return int(spark.conf.get("spark.task.cpus", "1") or 1)
