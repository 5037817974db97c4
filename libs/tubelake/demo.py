"""The emulator for people: the demo, and the commands that serve and write a corpus."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from tubelake import console, emulator, job, pipeline, settings, store, tables
from tubelake.emulator import accuracy
from tubelake.emulator.synthetic import DEFAULT_KEYWORDS
from tubelake.errors import UsageError
from tubelake.settings import Search, Settings

CHAT = emulator.ChatOptions(speed=60.0, polling_seconds=1.0)  # a stream of minutes in some seconds
WORDS = ("comments", "captions", "thumbnails", "chat", "text", "pictures", "embeddings", "features")
READ = 14  # videos of each keyword whose comments, captions and thumbnails are collected and read
OWN = ("collect_comments", "collect_captions", "collect_thumbnails", "collect_chat")  # jobs that get only those
SHOWN = {"keyword": "keyword", "video_count": "videos", "mean": "mean", "sd": "sd", "min": "min", "q1": "q1",
         "median": "median", "q3": "q3", "max": "max"}  # fmt: skip


def run(folder: Path, videos: int, sets: Sequence[str]) -> int:
    """Collect a synthetic YouTube into FOLDER/lake and print what came out; gives the exit code."""
    corpus = folder / "corpus"
    if not (corpus / "videos.jsonl").exists():
        console.say(write_corpus(corpus, videos, seed=1, keywords=None))
    served = emulator.load_corpus(corpus)
    with emulator.running(served, emulator.EmulatorOptions(chat=CHAT)) as youtube:
        console.say(f"a YouTube of this machine answers at {youtube.url}")
        wanted = job.with_run_id(settings.load(overrides=_overrides(folder, youtube.url, sets)))
        few = _few(served, wanted)
        code = job.run_all(lambda: _in_turn(wanted), wanted, dict.fromkeys(OWN, few))
    if code == 0:
        spark = job.start(wanted)
        _print_views(spark, wanted)
        _print_accuracy(spark, served, wanted)
        pipeline.make_report(wanted, folder / "report.html")
        _print_next_steps(wanted)
    return code


def _overrides(folder: Path, url: str, sets: Sequence[str]) -> list[str]:
    return [
        f"lake.root={folder / 'lake'}", f"youtube.endpoint={url}", "youtube.api_key=demo",
        f"search.keywords={','.join(DEFAULT_KEYWORDS)}",
        "captions.requests_per_second=200",  # nobody is blocked here
        "policy.derived_metrics_accepted=true",  # nothing here is YouTube's
        "chat.build_seconds=60",  # the stream is over in seconds: its messages come into chat_messages once, at its end
        *sets,
    ]  # fmt: skip


def _in_turn(wanted: Settings) -> list[str]:
    """The jobs of a pipeline, first those from the search to the statistics."""
    first = pipeline.jobs_of(wanted)
    return [*first, *(name for name in pipeline.jobs_of(wanted, WORDS) if name not in first)]


def _few(served: emulator.Corpus, wanted: Settings) -> Settings:
    """The settings of jobs that collect of some videos only: some of each keyword, and the chat of one live stream."""
    rich = sorted((served.thumbnails.keys() & served.transcripts.keys()) - set(served.live))
    titles = {video_id: served.videos[video_id]["snippet"]["title"].casefold() for video_id in rich}
    chosen = [[i for i in rich if word in titles[i]][:READ] for word in wanted.search.keywords]
    ids = dict.fromkeys(video_id for of_keyword in chosen for video_id in of_keyword)
    few = settings.changed(wanted, "videos", ids=tuple(ids)).model_copy(update={"search": Search()})
    return settings.changed(few, "chat", video_ids=served.live[:1])


def _print_views(spark: SparkSession, wanted: Settings) -> None:
    statistics = store.read(spark, tables.KEYWORD_STATISTICS, wanted.lake).where("metric = 'view_count'")
    rows = statistics.orderBy("keyword").select(*SHOWN).collect()
    console.show("Views of each keyword's videos", list(SHOWN.values()), rows)


def _print_accuracy(spark: SparkSession, served: emulator.Corpus, wanted: Settings) -> None:
    """What was read off thumbnails, beside what stands on them."""
    texts = store.read(spark, tables.PICTURE_TEXT, wanted.lake).select("video_id", "text").collect()
    faces = store.read(spark, tables.PICTURE_FACES, wanted.lake).select("video_id", "face_count").collect()
    found = accuracy.accuracy(served.thumbnails, dict(map(tuple, texts)), dict(map(tuple, faces)))
    console.say(
        f"thumbnails: {found.words_read:,} of {found.words:,} words are read, and the number of faces is right on "
        f"{found.right_face_counts:,} of {found.pictures:,}"
    )


def _print_next_steps(wanted: Settings) -> None:
    lake = f"--set lake.root={wanted.lake.root}"
    console.say(f"The lake is in {wanted.lake.root}. Look into it:  tubelake show videos {lake}")
    console.say(f"                       tubelake show caption_segments --limit 3 {lake}")
    console.say(f"                       tubelake contact-sheet {lake}")
    console.say("With a key of your own:  export YOUTUBE_API_KEY=...  then  tubelake plan --keyword WORD")


def write_corpus(folder: Path, videos: int, seed: int, keywords: Sequence[str] | None) -> str:
    """Write a synthetic corpus; gives a line about it. Raises UsageError where that is impossible."""
    try:
        truth = emulator.make_corpus(folder, videos, seed, tuple(keywords or DEFAULT_KEYWORDS))
    except (ValueError, OSError) as error:
        raise UsageError(f"cannot make a corpus in {folder}: {error}") from None
    return f"wrote {videos:,} videos to {folder}: {', '.join(f'{word} {count:,}' for word, count in truth.items())}"


def serve_corpus(
    corpus: Path, port: int, *, speed: float, faults: Path | None, clock: str | None, latency: float,
    lost_tokens: float, search_limit: int | None, common_limit: int | None, chat_speed: float, polling: float, seed: int,
) -> None:  # fmt: skip
    """Serve until interrupted. Raises UsageError for a corpus, schedule, time or port that cannot be used."""
    limits = {"search": search_limit, "common": common_limit}
    try:
        options = emulator.EmulatorOptions(
            seed=seed,
            lost_token_rate=lost_tokens,
            limits={name: units for name, units in limits.items() if units is not None},
            faults=tuple(emulator.load_faults(faults)) if faults else (),
            clock_start=_moment(clock) if clock else None,
            clock_speed=speed,
            latency_seconds=latency,
            chat=emulator.ChatOptions(speed=chat_speed, polling_seconds=polling),
        )
        emulator.serve(emulator.load_corpus(corpus), options, port, on_ready=_announce)
    except (ValueError, OSError) as error:
        raise UsageError(f"cannot serve {corpus}: {error}") from None


def _announce(url: str) -> None:
    console.say(f"serving at {url}; any key is accepted; end with Ctrl-C")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
