"""The emulator for people: the demo, and the commands that serve and write a corpus."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pyspark.sql import functions as F

from tubelake import console, emulator, job, pipeline, settings, store, tables
from tubelake.emulator import accuracy
from tubelake.emulator.synthetic import DEFAULT_KEYWORDS
from tubelake.errors import UsageError
from tubelake.settings import Search, Settings

CHAT = emulator.ChatOptions(speed=60.0, polling_seconds=1.0)  # a stream of minutes in some seconds
SHOWN_MESSAGES = 3
PICTURES = 40  # thumbnails that the demo reads: models take 8 s to start, and a core reads 4 a second
SHOWN = ("metric", "value_count", "missing_count", "mean", "sd", "min", "q1", "median", "q3", "max")


def run(folder: Path, videos: int, sets: Sequence[str]) -> int:
    """Collect a synthetic YouTube into FOLDER/lake and print what came out; gives the exit code."""
    corpus = folder / "corpus"
    if not (corpus / "videos.jsonl").exists():
        console.say(write_corpus(corpus, videos, seed=1, keywords=None))
    served = emulator.load_corpus(corpus)
    with emulator.running(served, emulator.EmulatorOptions(chat=CHAT)) as youtube:
        console.say(f"a YouTube of this machine answers at {youtube.url}")
        overrides = [
            f"lake.root={folder / 'lake'}", f"youtube.endpoint={youtube.url}", "youtube.api_key=demo",
            f"search.keywords={','.join(DEFAULT_KEYWORDS)}", *sets,
        ]  # fmt: skip
        wanted = job.with_run_id(settings.load(overrides=overrides))
        code = (
            job.run_all(partial(pipeline.jobs_of, wanted), wanted)
            or _follow_a_chat(served, wanted)
            or _read_pictures(served, wanted)
        )
    if code == 0:
        _print_statistics(wanted)
        _print_chat(wanted)
        _print_pictures(served, wanted)
        _print_next_steps(wanted)
    return code


def _print_statistics(wanted: Settings) -> None:
    spark = job.start(wanted)
    rows = store.read(spark, tables.KEYWORD_STATISTICS, wanted.lake).orderBy("keyword", "metric").collect()
    for keyword in wanted.search.keywords:
        of_keyword = [row for row in rows if row["keyword"] == keyword]
        title = f"{keyword}: {of_keyword[0]['video_count']:,} videos" if of_keyword else f"{keyword}: no videos"
        console.show(title, SHOWN, [[row[column] for column in SHOWN] for row in of_keyword])


def _follow_a_chat(served: emulator.Corpus, wanted: Settings) -> int:
    """Follow the first live stream that the corpus has a chat of; gives the exit code."""
    streams = (i for i, video in served.videos.items() if video.get("liveStreamingDetails", {}).get("activeLiveChatId"))
    live_id = next(streams, None)
    if live_id is None:
        return 0
    # The stream is over in seconds: its messages come into chat_messages once, at its end.
    of_chat = settings.changed(wanted, "chat", video_ids=(live_id,), build_seconds=60.0)
    return job.run_all(["collect_chat"], of_chat.model_copy(update={"search": Search()}))


def _print_chat(wanted: Settings) -> None:
    spark = job.start(wanted)
    if not store.exists(spark, tables.CHAT_MESSAGES, wanted.lake):
        return
    messages = store.read(spark, tables.CHAT_MESSAGES, wanted.lake)
    paid = messages.where("amount_micros IS NOT NULL").orderBy("published_at").limit(SHOWN_MESSAGES)
    last = messages.where("event = 'text'").orderBy(F.desc("published_at")).limit(SHOWN_MESSAGES)
    columns = ("published_at", "event", "author_name", "text", "currency", "amount_micros")
    rows = sorted(paid.unionByName(last).select(*columns).collect(), key=lambda row: row["published_at"])
    console.show(f"a live chat: {console.counted(messages.count(), 'message')}, some of them", columns, rows)


def _read_pictures(served: emulator.Corpus, wanted: Settings) -> int:
    """Read some thumbnails that the corpus draws; gives the exit code."""
    known = store.read(job.start(wanted), tables.VIDEOS, wanted.lake).select("video_id").collect()
    drawn = sorted(served.thumbnails.keys() & {row["video_id"] for row in known})
    if not drawn:
        return 0
    of_some = settings.changed(wanted, "videos", ids=tuple(drawn[:PICTURES])).model_copy(update={"search": Search()})
    return job.run_all(["collect_thumbnails", "read_thumbnails", "read_faces"], of_some)


def _print_pictures(served: emulator.Corpus, wanted: Settings) -> None:
    """What was read off thumbnails, beside what stands on them."""
    spark = job.start(wanted)
    if not store.exists(spark, tables.PICTURE_FACES, wanted.lake):
        return
    texts = store.read(spark, tables.PICTURE_TEXT, wanted.lake).select("video_id", "text").collect()
    faces = store.read(spark, tables.PICTURE_FACES, wanted.lake).select("video_id", "face_count").collect()
    found = accuracy.accuracy(served.thumbnails, dict(map(tuple, texts)), dict(map(tuple, faces)))
    title = f"thumbnails: what was read of {console.counted(found.pictures, 'picture')}"
    console.show(title, found._fields[1:], [found[1:]])


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
