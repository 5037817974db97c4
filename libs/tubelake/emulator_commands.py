"""The commands `tubelake emulator serve` and `tubelake emulator make-corpus`."""

from pathlib import Path
from typing import Annotated

import typer

from tubelake import console
from tubelake.options import Keywords

app = typer.Typer(help="A YouTube on this machine, for demos and tests.", no_args_is_help=True)


@app.command(name="serve")
def serve(
    corpus: Annotated[Path, typer.Option(help="Folder with videos.jsonl.")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0: a free one.")] = 8765,
    speed: Annotated[float, typer.Option(help="How fast its clock runs.")] = 1.0,
    faults: Annotated[
        Path | None, typer.Option(help="YAML file with a schedule of faults.", show_default=False)
    ] = None,
    clock: Annotated[str | None, typer.Option(help="Time at its start, ISO 8601.", show_default=False)] = None,
    latency: Annotated[float, typer.Option(help="Seconds before each answer.")] = 0.0,
    lost_tokens: Annotated[float, typer.Option(help="Share of page tokens that get lost.")] = 0.0,
    search_limit: Annotated[int | None, typer.Option(help="Searches a day, if not 100.", show_default=False)] = None,
    common_limit: Annotated[
        int | None, typer.Option(help="Units a day of all else, if not 10,000.", show_default=False)
    ] = None,
    chat_speed: Annotated[float, typer.Option(min=0.001, help="How fast live chats are played.")] = 1.0,
    polling: Annotated[
        float, typer.Option(min=0.01, help="Seconds that a live chat asks to wait between polls.")
    ] = 5.0,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
) -> None:
    """Serve a corpus as the YouTube Data API, over HTTP on 127.0.0.1."""
    from tubelake.demo import serve_corpus

    serve_corpus(
        corpus, port, speed=speed, faults=faults, clock=clock, latency=latency, lost_tokens=lost_tokens,
        search_limit=search_limit, common_limit=common_limit, chat_speed=chat_speed, polling=polling, seed=seed,
    )  # fmt: skip


@app.command(name="make-corpus")
def make_corpus(
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
    videos: Annotated[int, typer.Option(min=1, help="How many videos.")] = 1_500,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    keyword: Keywords = None,
) -> None:
    """Write a synthetic corpus, the same for the same seed."""
    from tubelake.demo import write_corpus

    console.say(write_corpus(folder, videos, seed, keyword))
