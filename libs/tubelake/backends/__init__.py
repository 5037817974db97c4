"""Swappable sentiment: each backend is a module with `load(options) -> Backend`, loaded once a worker process."""

import importlib
from functools import lru_cache

from tubelake.backends.base import Backend, Options, Score

__all__ = ["Backend", "Options", "Score", "load"]


@lru_cache(4)
def load(options: Options) -> Backend:
    """The backend that the options name. Raises UsageError where what it needs is missing."""
    module = importlib.import_module(f"tubelake.backends.{options.backend}")
    return module.load(options)  # type: ignore[no-any-return]
