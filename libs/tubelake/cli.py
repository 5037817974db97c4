"""The command line: thin words around jobs; every command takes --set section.key=value."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from tubelake import __version__, console, job, pipeline, settings
from tubelake.emulator_commands import app as emulator_app
from tubelake.errors import Postponed, TubeLakeError, UsageError
from tubelake.export_commands import app as export_app
from tubelake.options import (
    EXTRAS,
    AllKnown,
    Channels,
    Config,
    Keywords,
    MaxVideos,
    NoReport,
    Report,
    Sets,
    Since,
    Until,
    VideoIds,
    Videos,
    With,
    brief,
    telling,
)
from tubelake.report_commands import app as report_app
from tubelake.settings import Settings
from tubelake.sheet_commands import app as sheet_app
from tubelake.vector_commands import app as vector_app

# A pipeline needs one of these settings, wherever it is given, or --all-known.
SELECTING = ("search.keywords", "videos.ids", "channels.ids", "charts.regions", "import.path")
app = typer.Typer(
    help="TubeLake: from keywords to a Delta lake of YouTube videos, and what they say.",
    no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False,
    epilog="Start with [bold]tubelake demo[/bold]: no key, no internet. Settings: [bold]tubelake settings[/bold].",
)  # fmt: skip
app.add_typer(emulator_app, name="emulator")
app.add_typer(vector_app)
app.add_typer(sheet_app)
app.add_typer(report_app)
app.add_typer(export_app)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        console.say(f"tubelake {__version__}")
        raise typer.Exit


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's corpus and lake go.")] = Path("demo"),
    videos: Annotated[int, typer.Option(min=10, help="Videos of the synthetic YouTube.")] = 1_500,
    sets: Sets = None,
) -> None:
    """The whole flow on a synthetic YouTube on this machine: no key, no internet."""
    from tubelake import demo as demonstration

    raise typer.Exit(demonstration.run(folder, videos, sets or ()))


@app.command(name="warm-up")
def warm_up(nlp: Annotated[bool, typer.Option("--nlp", help="For sessions with Spark NLP.")] = False) -> None:
    """Prepare faster starts on this machine, once: jars, and the classes that Spark loads."""
    from tubelake import warm_up as preparation

    console.say(preparation.warm_up(nlp=nlp))


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="JOB", help="Name of the job; `tubelake jobs` lists them.")],
    keyword: Keywords = None,
    channel: Channels = None,
    video: Videos = None,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """Run one job; the same as spark-submit jobs/JOB.py."""
    job.find(name)
    ids = ",".join(video) if video else None
    wanted = _selected(config, sets, keywords=keyword, video_ids=ids, channels=channel)
    raise typer.Exit(job.run_all([name], wanted))


@app.command()
def jobs() -> None:
    """List the jobs, in the order in which they feed each other."""
    names = dict.fromkeys([*pipeline.in_order(pipeline.writers()), *job.find_all()])
    lines = {name: (job.load(name).__doc__ or "").strip() for name in names}
    console.show("Jobs", ["job", "what it does"], list(lines.items()))


@app.command(name="pipeline")
def run_pipeline(
    keyword: Keywords = None,
    video_ids: VideoIds = None,
    all_known: AllKnown = False,
    since: Since = None,
    until: Until = None,
    max_videos: MaxVideos = None,
    channel: Channels = None,
    extras: With = None,
    report: Report = None,
    no_report: NoReport = False,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """Keywords, channels or ids in, statistics out: every job in order, each only where something is missing."""
    wanted = _selected(
        config, sets, keywords=keyword, video_ids=video_ids, since=since, until=until, max_videos=max_videos,
        channels=channel,
    )  # fmt: skip
    if not all_known and not any(settings.value(wanted, name) for name in SELECTING):
        raise UsageError(
            "say what to collect: --keyword WORD, --channel ID, --video-ids ID,ID or --all-known, "
            "or search.keywords in a settings file"
        )
    wanted, words = job.with_run_id(wanted), _extras(extras)
    code = _unless_done(wanted, words)
    out = None if no_report else pipeline.report_file(wanted.lake, report)
    if out and code in (0, Postponed.exit_code):  # a report of what is there by then
        pipeline.make_report(wanted, out)
    raise typer.Exit(code)


def _unless_done(wanted: Settings, words: tuple[str, ...]) -> int:
    """Run the pipeline, unless the same run has just left nothing to do; gives the exit code."""
    if ended_at := pipeline.ended_before(wanted, words):
        seconds = (datetime.now(UTC) - ended_at).total_seconds()
        console.say(
            f"up to date: the same run ended {console.clock(seconds)} ago, and nothing has changed since "
            "(--set run.again_minutes=0 looks at everything again)"
        )
        return 0
    return job.run_all(partial(pipeline.jobs_of, wanted, words), wanted, then=partial(pipeline.remember, wanted, words))


def _extras(words: str | None) -> tuple[str, ...]:
    """The words of --with. Raises UsageError for one that no job answers to."""
    asked = tuple(word.strip() for word in (words or "").split(",") if word.strip())
    wrong = [word for word in asked if word not in EXTRAS]
    if wrong:
        raise UsageError(f"--with knows {', '.join(EXTRAS)}; got {wrong[0]!r}")
    return asked


@app.command()
def plan(
    keyword: Keywords = None,
    since: Since = None,
    until: Until = None,
    max_videos: MaxVideos = None,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """What a collection will cost: calls, quota days and storage, before anything is spent."""
    wanted = _selected(config, sets, keywords=keyword, since=since, until=until, max_videos=max_videos)
    raise typer.Exit(job.run_all(["plan"], brief(wanted)))


@app.command()
def status(keyword: Keywords = None, sets: Sets = None, config: Config = None) -> None:
    """How far each keyword is, what quota is left today and when it resets."""
    raise typer.Exit(job.run_all(["status"], brief(_selected(config, sets, keywords=keyword))))


@app.command()
def watch(
    seconds: Annotated[float, typer.Option(min=1, help="Pause between two looks.")] = 10.0,
    once: Annotated[bool, typer.Option("--once", help="Print the table once.")] = False,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """The live chats that are followed: messages, pace, last poll, units, how they ended."""
    from tubelake.watch import watch_chats

    watch_chats(telling(config, sets), seconds, once=once)


@app.command()
def reactions(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="Id of a video whose live chat was followed.")],
    at: Annotated[str, typer.Option(help="Moment of the stream: 754, 12:34 or 1:02:03.")],
    seconds: Annotated[float, typer.Option(min=10, max=3600, help="How far to look before and after it.")] = 60.0,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """How a live chat reacted to a moment: how much was said, in what mood, which words mark it."""
    from tubelake.reactions import show_reactions

    show_reactions(telling(config, sets), video, at, seconds)


@app.command()
def maintain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be deleted.")] = False,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """Refresh or delete what is too old, delete videos that are gone, and tidy the tables' files."""
    given = {"retention.dry_run": True} if dry_run else {}
    raise typer.Exit(job.run_all(["maintain_tables"], settings.load(config, sets or (), given=given)))


@app.command()
def show(
    table: Annotated[str, typer.Argument(help="Table, such as videos or gold.keyword_statistics.")],
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Rows to print.")] = 20,
    where: Annotated[str | None, typer.Option(help="SQL condition on the rows.", show_default=False)] = None,
    columns: Annotated[str | None, typer.Option(help="Columns, separated by commas.", show_default=False)] = None,
    sets: Sets = None,
    config: Config = None,
) -> None:
    """Print rows of a table of the lake."""
    from tubelake.show import show_table

    show_table(telling(config, sets), table, limit, where, columns)


@app.command(name="settings")
def list_settings(sets: Sets = None, config: Config = None) -> None:
    """List every setting with its value and meaning."""
    values = settings.load(config, sets or ())
    console.show("Settings", ["setting", "value", "meaning"], settings.explained(values))


def _selected(
    config: Path | None, sets: Sequence[str] | None, *, keywords: Sequence[str] | None, video_ids: str | None = None,
    since: str | None = None, until: str | None = None, max_videos: int | None = None,
    channels: Sequence[str] | None = None,
) -> Settings:  # fmt: skip
    """Settings with the options of a selection; --set comes last and wins."""
    options = {
        "search.keywords": tuple(keywords) if keywords else None,
        "videos.ids": video_ids,
        "channels.ids": tuple(channels) if channels else None,
        "search.since": since,
        "search.until": until,
        "search.max_videos": max_videos,
    }
    given = {name: value for name, value in options.items() if value is not None}
    return settings.load(config, sets or (), given=given)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every error of ours or of usage is one line, with its exit code."""
    sys.exit(_exit_code(arguments))


def run_job() -> None:
    """`tubelake-job NAME ...` is `tubelake run NAME ...`, for schedulers that start an entry point of a package.

    A job that is done returns: some of them take any exit for a failure, also that with code 0.
    """
    if code := _exit_code(["run", *sys.argv[1:]]):
        sys.exit(code)


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        result = get_command(app).main(args=arguments, prog_name="tubelake", standalone_mode=False)
    except TubeLakeError as error:
        console.complain(str(error))
        return error.exit_code
    except typer.TyperException as error:  # Typer has a click of its own: the package's errors are others
        console.complain(f"{error.format_message().rstrip('.')}; see: tubelake --help")
        return 2
    except (KeyboardInterrupt, EOFError):
        console.complain("stopped; everything fetched is kept: run the same command again to go on")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0
