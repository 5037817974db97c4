"""The command `tubelake report`."""

from pathlib import Path
from typing import Annotated

import typer

from tubelake.options import Config, Sets, telling

app = typer.Typer()


@app.command()
def report(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="HTML file to write.")] = Path("report.html"),
    sets: Sets = None,
    config: Config = None,
) -> None:
    """All that the lake says, as one HTML page that opens offline."""
    from tubelake.report import build

    build.write(telling(config, sets), out)
