"""The reference of all tables as Markdown, made of what declares them: `python -m tubelake.reference > docs/tables.md`."""

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType

from tubelake import job, tables
from tubelake.tables import Column, Table

LAYERS = {
    "bronze": "what was fetched or imported, as it came",
    "silver": "typed rows, one row a thing",
    "gold": "results, small enough to be built anew",
    "control": "about the runs themselves",
}
HEAD = """# Tables

A lake has a folder `LAYER/TABLE` for each table, in the format of Delta. A table is made when a job first reads or writes
it. This page is made of the code that declares the tables: `python -m tubelake.reference > docs/tables.md`.
"""


def markdown() -> str:
    """The whole page."""
    parts = [HEAD]
    for layer, meaning in LAYERS.items():
        of_layer = [table for table in tables.ALL if table.layer == layer]
        links = ", ".join(f"[{table.name}](#{table.name})" for table in of_layer)
        parts += [f"## {layer.capitalize()}: {meaning}\n", f"{links}\n", *map(_section, of_layer)]
    return "\n".join(parts)


def _section(table: Table) -> str:
    facts = [f"Key: {_code(table.key)}.", *_facts(table), f"Written by {_jobs(table, 'WRITES')}.", _readers(table)]
    rows = "\n".join(_row(column) for column in table.columns)
    return (
        f"### {table.name}\n\n{table.comment}. {' '.join(facts)}\n\n"
        f"| column | type | unit | meaning |\n|---|---|---|---|\n{rows}\n"
    )


def _facts(table: Table) -> Iterator[str]:
    if table.partition_by:
        yield f"Partitioned by {_code(table.partition_by)}."
    if table.newest_by:
        yield f"Of two rows with one key the one with the greater `{table.newest_by}` stays."
    if table.oldest_by:
        yield f"Of two rows with one key the one with the lesser `{table.oldest_by}` stays."
    if table.aged_by and table.forgets:
        yield f"Age, from `{table.aged_by}`, empties {_code(table.forgets)}."
    elif table.aged_by:
        yield f"Age, from `{table.aged_by}`, deletes rows."


def _readers(table: Table) -> str:
    readers = _jobs(table, "READS")
    return f"Read by {readers}." if readers else "Read by no job."


def _jobs(table: Table, what: str) -> str:
    """The jobs that declare it, but for the one that tidies all tables; where none does: the runs themselves."""
    found = [
        name
        for name, module in _modules().items()
        if any(other.full_name == table.full_name for other in getattr(module, what))
    ]
    if found or what == "READS":
        return _code(found)
    return "the runs themselves"


@cache
def _modules() -> dict[str, ModuleType]:
    return {name: job.load(name) for name in job.find_all() if name != "maintain_tables"}


def _row(column: Column) -> str:
    meaning = column.comment.replace(f" ({column.unit})", "", 1)  # what else stands beside a unit stays
    cells = (f"`{column.name}`", f"`{column.type}`", column.unit or "", meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.stdout.write(markdown())
