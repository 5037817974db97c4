"""The notebooks as they are stored: without outputs, keys and paths of anybody's machine, and true to the names there are."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from typer.main import get_command

from tubelake import cli, job, settings, tables

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
NAMES = [
    "01_from_keyword_to_statistics",
    "02_words_and_feelings",
    "03_what_thumbnails_say",
    "04_live_chat",
    "05_on_databricks",
]
KEY = re.compile(r"AIza[\w-]{10,}")
PATH = re.compile(r"(?<![\w.$}])/(?:home|root|work|tmp|Users|mnt|opt|srv|var)/|\b[A-Z]:\\")
OTHERS = {"to_pyarrow_table", "to_pandas", "pyarrow.table", "search.list"}  # names of other programs


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, 4)


def prose(notebook) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def code(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_all_five_are_there():
    assert [path.stem for path in NOTEBOOKS] == NAMES


def test_it_is_stored_as_if_never_run(notebook):
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in cells if cell.outputs or cell.execution_count is not None] == []
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert notebook.metadata.kernelspec.name == "python3"


def test_it_has_no_key_and_no_path_of_a_machine(notebook):
    text = "\n".join(cell.source for cell in notebook.cells)
    assert KEY.findall(text) + PATH.findall(text) == []


def test_it_begins_with_a_title_then_the_lake_and_ends_with_what_to_do_next(notebook):
    first, second, last = notebook.cells[0], notebook.cells[1], notebook.cells[-1]
    assert first.source.startswith("# ")
    assert second.cell_type == "code"
    assert re.search(r"^LAKE = ", second.source, re.MULTILINE)
    assert sum("LAKE = " in cell for cell in code(notebook)) == 1
    assert "## What to do next\n" in last.source


def test_its_code_parses_and_has_no_magic(notebook):
    for cell in code(notebook):
        ast.parse(cell)
        assert not re.search(r"^\s*[!%]", cell, re.MULTILINE)


def test_names_in_its_prose_exist(notebook):
    of_tables = {table.name for table in tables.ALL} | {table.full_name for table in tables.ALL}
    columns = {column.name for table in tables.ALL for column in table.columns}
    nodes = [node for cell in code(notebook) for node in ast.walk(ast.parse(cell))]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    used |= {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    known = of_tables | columns | set(job.find_all()) | set(settings.names()) | used | OTHERS
    named = re.findall(r"(?<!`)`([a-z]+(?:[_.][a-z]+)+)`(?!`)", prose(notebook))
    assert [name for name in named if name not in known and not name.endswith(".ipynb")] == []


def test_commands_in_its_prose_exist(notebook):
    commands = set(get_command(cli.app).commands)
    said = re.findall(r"tubelake ([a-z-]+)((?: [^`\n]*)?)", prose(notebook).replace("\n    ", "\n"))
    assert [command for command, _ in said if command not in commands] == []
    jobs = [words.split()[0] for command, words in said if command == "run" and words.split()]
    assert [name for name in jobs if name not in job.find_all() and name != "NAME"] == []
    sets = [name for _, words in said for name in re.findall(r"--set ([a-z_.]+)=", words)]
    assert [name for name in sets if name not in settings.names()] == []


def test_other_notebooks_that_it_names_exist(notebook):
    named = re.findall(r"`(\w+)\.ipynb`", prose(notebook))
    assert [name for name in named if name not in NAMES] == []
