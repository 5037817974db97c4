"""Options that several commands of the command line share, and the settings of those that only tell."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tubelake import disk, job, settings
from tubelake.errors import UsageError
from tubelake.settings import Settings

Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="SECTION.KEY=VALUE", help="Change a setting; may be given many times.", show_default=False
    ),
]
Config = Annotated[Path | None, typer.Option("--config", help="YAML file with settings.", show_default=False)]
Keywords = Annotated[
    list[str] | None,
    typer.Option("--keyword", "-k", help="Keyword to search; may be given many times.", show_default=False),
]
VideoIds = Annotated[
    str | None, typer.Option("--video-ids", help="Video ids, separated by commas.", show_default=False)
]
Channels = Annotated[
    list[str] | None,
    typer.Option("--channel", help="Channel id; may be given many times.", show_default=False),
]
Videos = Annotated[
    list[str] | None,
    typer.Option("--video", help="Video id; may be given many times.", show_default=False),
]
EXTRAS = (
    "channels", "comments", "captions", "thumbnails", "chat", "text", "pictures", "embeddings", "features", "recall",
)  # fmt: skip
With = Annotated[
    str | None,
    typer.Option("--with", metavar="WORD,WORD", help=f"Collect or read more: {', '.join(EXTRAS)}.", show_default=False),
]
AllKnown = Annotated[bool, typer.Option("--all-known", help="Every video that the lake already knows.")]
Since = Annotated[str | None, typer.Option(help="Only videos published from this date on.", show_default=False)]
Until = Annotated[str | None, typer.Option(help="Only videos published before this date.", show_default=False)]
MaxVideos = Annotated[int | None, typer.Option(help="Stop a keyword after so many results.", show_default=False)]
Names = Annotated[
    bool, typer.Option("--names", help="Names of people, handles and e-mail addresses as they are in the lake.")
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report", metavar="FILE", help="Where the report goes; not given: report.html in the lake's folder.",
        show_default=False,
    ),
]  # fmt: skip
NoReport = Annotated[bool, typer.Option("--no-report", help="Make no report.")]


def telling(config: Path | None, sets: Sequence[str] | None) -> Settings:
    """Settings of a command that only tells of a lake. Raises UsageError where there is none, and makes none."""
    wanted = settings.load(config, sets or ())
    root = disk.folder(wanted.lake)
    if root and not root.is_dir():
        raise UsageError(f"there is no lake in {root}: correct lake.root, or fill it first with tubelake pipeline")
    return job.with_run_id(brief(wanted))


def brief(wanted: Settings) -> Settings:
    """The settings of a command that only tells: its session lasts for seconds."""
    return settings.changed(wanted, "spark", brief=True)
