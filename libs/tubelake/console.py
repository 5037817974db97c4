"""What a person reads: results on standard output, complaints on standard error, tables where they fit."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

NARROWEST = 8  # characters that a column takes at least, with its border
_DRAWING: list[Console] = []  # what keeps a picture at the end of the terminal; not a context: threads say things too
NUMBERS = 4  # of a vector that are shown: it may have hundreds, which tell the eye nothing


def say(line: str) -> None:
    """One line of a result."""
    _console().print(escape(line), highlight=False, soft_wrap=True)


def complain(line: str) -> None:
    """One line that says what went wrong and what to do."""
    _console(stderr=True).print(f"[bold]{escape(line)}[/bold]", highlight=False, soft_wrap=True)


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; where its columns do not fit side by side, record by record."""
    console = _console()
    fits = len(columns) * NARROWEST <= console.width
    console.print((table_of if fits else records_of)(title, columns, rows))


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table; numbers are right-aligned."""
    listed = [list(row) for row in rows]
    table = Table(title=escape(title), title_justify="left", title_style="bold", header_style="bold")
    for at, column in enumerate(columns):
        numeric = any(isinstance(row[at], int | float) and not isinstance(row[at], bool) for row in listed)
        table.add_column(escape(column), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*[escape(text(value)) for value in row])
    return table


def records_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A line a column, a section a row."""
    table = Table(title=escape(title), title_justify="left", title_style="bold", show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            table.add_row(escape(column), escape(text(value)))
        table.add_section()
    return table


def text(value: object) -> str:
    """A cell as people write it: thousands separated, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, list) and all(isinstance(each, str | float) for each in value):
        return _listed(value)
    return str(value)


def _number(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def _listed(values: list[str | float]) -> str:
    """Words one after another; of a vector its first numbers, and how many there are."""
    if len(values) <= NUMBERS or isinstance(values[0], str):
        return ", ".join(map(text, values))
    return f"{', '.join(map(text, values[:NUMBERS]))}, ... ({len(values):,} numbers)"


def clock(seconds: float) -> str:
    """4:05, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def counted(number: int, noun: str) -> str:
    """1 chat, 1,200 chats."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@contextmanager
def above(drawing: Console) -> Iterator[None]:
    """While the block runs, what is said on a terminal goes through `drawing`, above the picture that it keeps there."""
    _DRAWING.append(drawing)
    try:
        yield
    finally:
        _DRAWING.remove(drawing)


def _console(*, stderr: bool = False) -> Console:
    """Made at each call: tests and progress bars put other streams in the place of sys.stdout."""
    stream = sys.stderr if stderr else sys.stdout
    if _DRAWING and stream.isatty():
        return _DRAWING[-1]
    return Console(file=stream, width=None if stream.isatty() else 160)
