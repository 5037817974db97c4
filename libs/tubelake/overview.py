"""The jobs of a run on a terminal: a line a job that waits, runs or has ended, and how many of them are done."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tubelake import console, progress
from tubelake.progress import Progress

LOOKS_A_SECOND = 5
BAR = 16  # characters
BESIDES = 2  # lines of the terminal that are not a job's: the count of all, and where the cursor stands
COLOURS = {"done": "green", "up to date": "dim", "quota": "yellow", "blocked": "yellow", "stopped": "yellow"}


@dataclass
class Line:
    """What is known of a job: when it began, what it told since, and how it ended."""

    began: float | None = None  # s, of the monotonic clock
    told: tuple[int, int | None, str] | None = None  # done, of how many (None: not known), a few words
    told_first: float = 0.0
    state: str | None = None  # how it ended; None: it has not
    words: str = ""


class Overview:
    """The lines of the jobs; `is_shown`: on a terminal, in the place of lines that say how each job ended."""

    def __init__(self, names: Sequence[str]) -> None:
        self.lines = {name: Line() for name in names}
        self.latest: str | None = None  # the job that runs, or has run last
        self.started = time.monotonic()
        self.is_shown = False

    def begin(self, name: str) -> None:
        self.latest, self.lines[name] = name, Line(began=time.monotonic())

    def end(self, name: str, state: str, words: str) -> None:
        self.lines[name].state, self.lines[name].words = state, words

    def take(self, _what: str) -> Progress:
        """The progress of the job that runs."""
        line = self.lines[self.latest] if self.latest else Line()
        line.told, line.told_first = None, time.monotonic()

        def show(done: int, total: int | None, note: str = "") -> None:
            line.told = (done, total, note)

        return show

    def rendered(self, height: int) -> Table:
        """A grid of at most `height` lines: of many jobs those around the one that runs."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_column(width=max(map(len, self.lines)), no_wrap=True)
        grid.add_column()  # the one that is cut where the terminal is narrow
        for name in _around(list(self.lines), self.latest, height - BESIDES):
            grid.add_row(*_cells(name, self.lines[name]))
        ended = sum(line.state is not None for line in self.lines.values())
        grid.add_row(
            "", Text(f"{ended} of {len(self.lines)} jobs", "bold"), console.clock(time.monotonic() - self.started)
        )
        return grid


@contextmanager
def shown(names: Sequence[str]) -> Iterator[Overview]:
    """The overview of several jobs, on standard error while the block runs if that is a terminal; it leaves nothing."""
    overview, terminal = Overview(names), Console(file=sys.stderr)
    if len(names) < 2 or not terminal.is_terminal:
        yield overview
        return
    overview.is_shown = sys.stdout.isatty()
    live = Live(
        get_renderable=lambda: overview.rendered(terminal.height), console=terminal, transient=True,
        refresh_per_second=LOOKS_A_SECOND, redirect_stdout=overview.is_shown,
    )  # fmt: skip
    with live, console.above(terminal), progress.taken_over(overview.take):
        yield overview


def _around(names: list[str], latest: str | None, most: int) -> list[str]:
    """At most so many neighbours of the latest job, itself among them."""
    at = names.index(latest) if latest else 0
    first = max(0, min(at - most // 2, len(names) - most))
    return names[first : first + max(1, most)]


def _cells(name: str, line: Line) -> tuple[RenderableType, RenderableType, RenderableType]:
    if line.state is not None:
        mark = "✓" if line.state in ("done", "up to date") else "✗"
        colour = COLOURS.get(line.state, "red")
        return Text(mark, colour), Text(name), _cut((line.state, colour), f"  {line.words}")
    if line.began is None:
        return "", Text(name, "dim"), Text("waiting", "dim")
    return Spinner("dots"), Text(name, "bold"), _running(line, line.began, time.monotonic())


def _running(line: Line, began: float, now: float) -> Text:
    """A bar where it is known how much there is, how much is done, the rate, and the time left (or gone)."""
    if line.told is None:
        return Text(console.clock(now - began))
    (done, total, note), seconds = line.told, max(now - line.told_first, 1e-9)
    rate = f"{done / seconds:.1f}/s"
    if not total:
        return _cut(f"{done:,}  {rate}  {console.clock(now - began)}  ", (note, "dim"))
    full = min(BAR, BAR * done // total)
    left = f"{console.clock(max(0, total - done) * seconds / done)} left" if done else console.clock(now - began)
    bar = (("━" * full, "green"), ("━" * (BAR - full), "dim"))
    return _cut(*bar, f" {done:,}/{total:,}  {rate}  {left}  ", (note, "dim"))


def _cut(*words: str | tuple[str, str]) -> Text:
    """One line, whatever the terminal has room for."""
    return Text.assemble(*words, no_wrap=True, overflow="ellipsis")
