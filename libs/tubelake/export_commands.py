"""The command `tubelake export`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from tubelake.errors import UsageError
from tubelake.options import Config, Names, Sets, telling

app = typer.Typer()


@app.command()
def export(
    tables: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TABLE",
            help="Tables, such as videos or gold.comparisons; none: the usual ones.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder of the files.")] = Path("export"),
    form: Annotated[
        Literal["csv", "parquet"], typer.Option("--format", help="One file a table, of this kind.")
    ] = "csv",
    everything: Annotated[bool, typer.Option("--all", help="Every table that the lake has.")] = False,
    where: Annotated[str | None, typer.Option(help="SQL condition on the rows.", show_default=False)] = None,
    columns: Annotated[str | None, typer.Option(help="Columns, separated by commas.", show_default=False)] = None,
    keyword: Annotated[
        list[str] | None,
        typer.Option("--keyword", "-k", help="Only what a search for it found; many times: any.", show_default=False),
    ] = None,
    names: Names = False,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV files with the sign by which Excel knows UTF-8.")
    ] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Leave cells of CSV as they are that a spreadsheet would take for formulas.")
    ] = False,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """Tables as CSV or Parquet files, and columns.csv, which says what each column means.

    Without TABLE: all tables of results (gold), videos and video_snapshots. People have pseudonyms in the files.
    """
    if tables and everything:
        raise UsageError("name tables, or say --all")
    if form == "parquet" and (bom or raw):
        raise UsageError("--bom and --raw are about CSV: leave them out with --format parquet")
    from tubelake.export import lake
    from tubelake.export.people import treated

    chosen = tuple(name.strip() for name in columns.split(",") if name.strip()) if columns is not None else ()
    if columns is not None and not chosen:
        raise UsageError("--columns wants names, separated by commas")
    values = telling(config, sets)
    wanted = lake.Wanted(
        tuple(tables or ()), everything, where, tuple(dict.fromkeys(chosen)), tuple(keyword or ()), form, bom,
        guarded=not raw,
    )  # fmt: skip
    lake.export(values, wanted, out, treated(values.privacy, names=names))
