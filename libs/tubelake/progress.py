"""Shows what a job is doing: what, how much of how much, rate, time left, quota left. Quiet off a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars


class Progress(Protocol):
    """Told by a job how far it is."""

    def __call__(self, done: int, total: int | None, note: str = "") -> None:
        """`done` of `total` (None: not known yet), and a few words, such as the quota left."""


_TAKER: ContextVar[Callable[[str], Progress] | None] = ContextVar("taker", default=None)


def silent(done: int, total: int | None, note: str = "") -> None:
    """Shows nothing."""


@contextmanager
def shown(what: str, console: Console | None = None) -> Iterator[Progress]:
    """A line with a bar while the job runs, if standard error is a terminal; or what has taken over to show it."""
    if (take := _TAKER.get()) is not None:
        yield take(what)
        return
    console = console or Console(file=sys.stderr)
    if not console.is_terminal:
        yield silent
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), TextColumn("[dim]{task.fields[note]}"),
    )  # fmt: skip
    started = time.monotonic()
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task(what, total=None, rate="", note="")

        def show(done: int, total: int | None, note: str = "") -> None:
            rate = f"{done / max(time.monotonic() - started, 1e-9):.1f}/s"
            bars.update(task, completed=done, total=total, rate=rate, note=note)

        yield show


@contextmanager
def taken_over(take: Callable[[str], Progress]) -> Iterator[None]:
    """While the block runs, `take` says what becomes of the progress of what a job is doing."""
    before = _TAKER.set(take)
    try:
        yield
    finally:
        _TAKER.reset(before)
