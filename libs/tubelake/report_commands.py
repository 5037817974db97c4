"""The command `tubelake report`."""

from pathlib import Path
from typing import Annotated

import typer

from tubelake import job, settings
from tubelake.options import Config, Sets

app = typer.Typer()


@app.command()
def report(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="HTML file to write.")] = Path("report.html"),
    sets: Sets = None,
    config: Config = None,
) -> None:
    """All that the lake says, as one HTML page that opens offline."""
    from tubelake.report import build

    build.write(job.with_run_id(settings.changed(settings.load(config, sets or ()), "spark", brief=True)), out)
