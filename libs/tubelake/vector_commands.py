"""The commands `tubelake neighbours` and `tubelake export-projector`."""

from pathlib import Path
from typing import Annotated

import typer

from tubelake.errors import UsageError
from tubelake.options import Config, Names, Sets, telling

app = typer.Typer()
Sources = Annotated[
    str, typer.Option("--source", metavar="WORD,WORD", help="Which texts: as in the setting embeddings.sources.")
]


@app.command()
def neighbours(
    text: Annotated[list[str] | None, typer.Argument(help="Texts, each in quotes.", show_default=False)] = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", help="Id of an embedded text, such as a video's; many times.", show_default=False),
    ] = None,
    source: Sources = "videos",
    k: Annotated[int, typer.Option("--k", min=1, max=1_000, help="How many neighbours.")] = 10,
    distinct: Annotated[bool, typer.Option("--distinct", help="Of equal texts show one.")] = False,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """The texts nearest in meaning to a text, by the vectors of embed_text."""
    if not (text or ids):
        raise UsageError("say what to look for: a text in quotes, or --id ID")
    from tubelake.text.neighbours import show_neighbours

    show_neighbours(telling(config, sets), text or (), ids or (), _words(source), k, distinct=distinct)


@app.command(name="export-projector")
def export_projector(
    out: Annotated[Path, typer.Option("--out", metavar="PREFIX", help="Writes PREFIX_vecs.tsv and PREFIX_meta.tsv.")],
    source: Sources = "videos",
    labels: Annotated[
        str, typer.Option(metavar="WORD,WORD", help="Of text, video_id, source, source_id, text_hash, count.")
    ] = "text,video_id,count",
    names: Names = False,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """Write vectors and labels for TensorBoard's embedding projector. Its texts hold no handles, addresses or keys."""
    from tubelake.export import people, projector

    wanted = telling(config, sets)
    projector.export(wanted, _words(source), out, _words(labels), people.treated(wanted.privacy, names=names))


def _words(given: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in given.split(",") if word.strip())
    if not words:
        raise UsageError("--source and --labels need a word each; see: tubelake export-projector --help")
    return words
