"""The command `tubelake contact-sheet`."""

from pathlib import Path
from typing import Annotated

import typer

from tubelake.options import Config, Sets, telling

app = typer.Typer()
MOST, MOST_A_PAGE = 2_000, 60  # 50 MB of HTML that the driver holds; more on a page were stamps


@app.command(name="contact-sheet")
def contact_sheet(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="HTML file to write.")] = Path(
        "contact-sheet.html"
    ),
    keyword: Annotated[
        list[str] | None,
        typer.Option("--keyword", "-k", help="Only what a search for it found; many times: any.", show_default=False),
    ] = None,
    with_text: Annotated[
        bool | None,
        typer.Option("--with-text/--without-text", help="Only with words, or only without.", show_default=False),
    ] = None,
    emotion: Annotated[
        list[str] | None,
        typer.Option(
            "--emotion", help="Only with a face that is happy, sad, ...; many times: any.", show_default=False
        ),
    ] = None,
    with_faces: Annotated[bool, typer.Option("--with-faces", help="Only with faces.")] = False,
    video: Annotated[
        list[str] | None, typer.Option("--video", help="Only of this video; many times.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="Pictures on the sheet.")] = 240,
    per_page: Annotated[int, typer.Option(min=1, max=MOST_A_PAGE, help="Pictures on a page, as printed.")] = 24,
    order: Annotated[str, typer.Option(help="newest, views, text (most words) or faces first.")] = "newest",
    sets: Sets = None,
    config: Config = None,
) -> None:
    """Thumbnails with the words, faces and emotions found in them drawn in, as an HTML file to look at and to print."""
    from tubelake.export import sheet

    wanted = sheet.Filters(tuple(keyword or ()), tuple(video or ()), tuple(emotion or ()), with_text, with_faces)
    values = telling(config, sets)
    sheet.make(values, out, wanted, order, limit=limit, per_page=per_page)
