"""Frames that a job reads more than once, kept for as long as it takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from pyspark.sql import DataFrame

Made = Callable[[], DataFrame]


@contextmanager
def keeping() -> Iterator[Callable[[Made], Made]]:
    """Gives `keep`: of a function that makes a frame it makes one that persists it when it is first asked, if it is.

    A job that finds nothing new asks for none: to plan them alone takes a second. All are let go at the end.
    """
    kept: list[DataFrame] = []

    def keep(make: Made) -> Made:
        @cache
        def made() -> DataFrame:
            kept.append(make().persist())
            return kept[-1]

        return made

    try:
        yield keep
    finally:
        for frame in kept:
            frame.unpersist()
