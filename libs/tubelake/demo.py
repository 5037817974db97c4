"""The emulator for people: the demo, and the commands that serve and write a corpus."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tubelake import console, emulator, job, settings, store, tables
from tubelake.emulator.synthetic import DEFAULT_KEYWORDS
from tubelake.errors import UsageError
from tubelake.settings import Settings

SHOWN = ("metric", "value_count", "missing_count", "mean", "sd", "min", "q1", "median", "q3", "max")


def run(folder: Path, videos: int, sets: Sequence[str]) -> int:
    """Collect a synthetic YouTube into FOLDER/lake and print what came out; gives the exit code."""
    corpus = folder / "corpus"
    if not (corpus / "videos.jsonl").exists():
        console.say(write_corpus(corpus, videos, seed=1, keywords=None))
    with emulator.running(emulator.load_corpus(corpus)) as youtube:
        console.say(f"a YouTube of this machine answers at {youtube.url}")
        overrides = [
            f"lake.root={folder / 'lake'}", f"youtube.endpoint={youtube.url}", "youtube.api_key=demo",
            f"search.keywords={','.join(DEFAULT_KEYWORDS)}", *sets,
        ]  # fmt: skip
        wanted = job.with_run_id(settings.load(overrides=overrides))
        code = job.run_all(job.pipeline_jobs(wanted), wanted)
    if code == 0:
        _print_statistics(wanted)
        _print_next_steps(wanted)
    return code


def _print_statistics(wanted: Settings) -> None:
    spark = job.start(wanted)
    rows = store.read(spark, tables.KEYWORD_STATISTICS, wanted.lake).orderBy("keyword", "metric").collect()
    for keyword in wanted.search.keywords:
        of_keyword = [row for row in rows if row["keyword"] == keyword]
        title = f"{keyword}: {of_keyword[0]['video_count']:,} videos" if of_keyword else f"{keyword}: no videos"
        console.show(title, SHOWN, [[row[column] for column in SHOWN] for row in of_keyword])


def _print_next_steps(wanted: Settings) -> None:
    root = wanted.lake.root
    console.say(f"The lake is in {root}: look into it with  tubelake show videos --set lake.root={root}")
    console.say("With a real key:  export YOUTUBE_API_KEY=...  then  tubelake plan --keyword WORD")
    console.say("and               tubelake pipeline --keyword WORD --set lake.root=./lake")


def write_corpus(folder: Path, videos: int, seed: int, keywords: Sequence[str] | None) -> str:
    """Write a synthetic corpus; gives a line about it. Raises UsageError where that is impossible."""
    try:
        truth = emulator.make_corpus(folder, videos, seed, tuple(keywords or DEFAULT_KEYWORDS))
    except (ValueError, OSError) as error:
        raise UsageError(f"cannot make a corpus in {folder}: {error}") from None
    return f"wrote {videos:,} videos to {folder}: {', '.join(f'{word} {count:,}' for word, count in truth.items())}"


def serve_corpus(
    corpus: Path, port: int, *, speed: float, faults: Path | None, clock: str | None, latency: float,
    lost_tokens: float, search_limit: int | None, seed: int,
) -> None:  # fmt: skip
    """Serve until interrupted. Raises UsageError for a corpus, schedule, time or port that cannot be used."""
    try:
        options = emulator.EmulatorOptions(
            seed=seed,
            lost_token_rate=lost_tokens,
            limits={} if search_limit is None else {"search": search_limit},
            faults=tuple(emulator.load_faults(faults)) if faults else (),
            clock_start=_moment(clock) if clock else None,
            clock_speed=speed,
            latency_seconds=latency,
        )
        emulator.serve(emulator.load_corpus(corpus), options, port, on_ready=_announce)
    except (ValueError, OSError) as error:
        raise UsageError(f"cannot serve {corpus}: {error}") from None


def _announce(url: str) -> None:
    console.say(f"serving at {url}; any key is accepted; end with Ctrl-C")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
