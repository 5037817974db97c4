"""The whole flow at scale: 10,000 videos with captions and comments, 500,000 chat messages, 1,000 pictures, the report.

On a synthetic YouTube of this machine, in one process with the default settings. Prints the time of each job, the most
memory that all processes together had, and the report's size and the time in which a browser has it open. With
`--videos=N --messages=N --pictures=N` other numbers; `--folder=DIR` keeps the lake.
"""

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from heapq import merge
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from pyspark.sql import functions as F

from benchmarks.comments import served
from benchmarks.common import result, settings_for, stopwatch
from benchmarks.report import OPEN_SECONDS, REPORT_MB, opened
from tubelake import emulator, job, pipeline, store, tables
from tubelake.demo import WORDS
from tubelake.emulator.corpus import CHAT_FILE
from tubelake.emulator.draw_chat import chat_messages
from tubelake.report import build
from tubelake.settings import Search, Settings, changed

KEYWORDS = {"lofi": 1.0, "cooking": 0.2, "review": 0.05}  # and of which share of the videos each is part
LIMITS = ("--search-limit", "100000", "--common-limit", "1000000")
GIB = 1024**3
MACHINE_GIB = 24


class Chosen(NamedTuple):
    """Ids of the videos that have a live chat, and of those whose pictures are collected."""

    live: tuple[str, ...]
    pictured: tuple[str, ...]


def write_corpus(folder: Path, videos: int, messages: int, pictures: int) -> Chosen:
    """Write the corpus; its live chats have so many messages together, or a few more."""
    emulator.make_corpus(folder, videos, 1, matches={word: round(videos * share) for word, share in KEYWORDS.items()})
    corpus = emulator.load_corpus(folder)
    most = -(-messages // len(corpus.live))
    with (folder / CHAT_FILE).open("w", encoding="utf-8") as file:
        for video_id in corpus.live:
            file.writelines(json.dumps(message) + "\n" for message in _chat(corpus.videos[video_id], most))
    return Chosen(corpus.live, tuple(corpus.thumbnails)[:pictures])


def _chat(video: Mapping[str, Any], most: int) -> Iterator[dict[str, Any]]:
    """As many messages as wanted: drawn chats of the stream, one over the other, and the end of the longest."""
    drawn: list[list[dict[str, Any]]] = []
    for seed in count():
        drawn.append(list(chat_messages([video], seed)))
        if sum(len(chat) - 1 for chat in drawn) + 1 >= most:
            break
    end = max((chat.pop() for chat in drawn), key=_moment)
    yield from merge(*drawn, [end], key=_moment)


def _moment(message: Mapping[str, Any]) -> str:
    return str(message["snippet"]["publishedAt"])


@contextmanager
def watched() -> Iterator[list[float]]:
    """A list whose last value is the most memory (GiB) that this process and its children had at a time."""
    most, done, this = [0.0], threading.Event(), psutil.Process()

    def held() -> int:
        sizes = []
        for process in (this, *this.children(recursive=True)):
            try:
                sizes.append(process.memory_info().rss)
            except psutil.Error:
                continue
        return sum(sizes)

    def watch() -> None:
        while not done.wait(0.5):
            most.append(max(most[-1], held() / GIB))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


def apart(wanted: Settings, chosen: Chosen) -> dict[str, Settings]:
    """Settings of the jobs that get some of the videos only."""
    pictured = changed(wanted, "videos", ids=chosen.pictured).model_copy(update={"search": Search()})
    live = changed(wanted, "chat", video_ids=chosen.live).model_copy(update={"search": Search()})
    return {"collect_thumbnails": pictured, "collect_chat": live}


def run(folder: Path, videos: int, messages: int, pictures: int) -> bool:
    with stopwatch() as making:
        chosen = write_corpus(folder / "corpus", videos, messages, pictures)
    print(f"corpus of {videos:,} videos, {len(chosen.live)} of them live: {making[0]:.0f} s", flush=True)
    with served(folder / "corpus", "--chat-speed", "600", "--polling", "0.5", *LIMITS) as url, watched() as memory:
        wanted = settings_for(
            folder, url, f"search.keywords={','.join(KEYWORDS)}", "policy.derived_metrics_accepted=true",
            "captions.requests_per_second=1000", "collect.requests_per_second=1000", "quota.search=100000",
            "quota.common=1000000",
        )  # fmt: skip
        with stopwatch() as taken:
            code = job.run_all(lambda: pipeline.jobs_of(wanted, WORDS), wanted, apart(wanted, chosen))
        with stopwatch() as reporting:
            build.write(wanted, folder / "report.html")
    spark = job.start(wanted)
    runs = store.read(spark, tables.JOB_RUNS, wanted.lake).orderBy(F.desc("seconds"))
    for row in runs.select("job", "seconds", "rows_out", "calls").collect():
        print(f"  {row['job']}: {row['seconds']:.1f} s, {row['rows_out']:,} rows, {row['calls']:,} calls")
    said = store.read(spark, tables.CHAT_MESSAGES, wanted.lake).count()
    found = store.read(spark, tables.VIDEOS, wanted.lake).count()
    size, seconds = (folder / "report.html").stat().st_size / 1e6, opened(folder / "report.html")
    print(f"all jobs {taken[0]:.0f} s, the report {reporting[0]:.0f} s, {memory[-1]:.1f} GiB at most", flush=True)
    return all((
        result("the pipeline's exit code", code, 0),
        result("videos", found, videos, at_least=True),
        result("chat messages", said, messages, at_least=True),
        result("memory of all processes", memory[-1], MACHINE_GIB, " GiB"),
        result("the report's size", size, REPORT_MB, " MB"),
        seconds is None or result("a browser has the report open", seconds, OPEN_SECONDS, " s"),
    ))  # fmt: skip


def main() -> bool:
    options = argparse.ArgumentParser(description=__doc__)
    for name, usual in {"videos": 10_000, "messages": 500_000, "pictures": 1_000}.items():
        options.add_argument(f"--{name}", type=int, default=usual)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    if given.folder:
        return run(given.folder, given.videos, given.messages, given.pictures)
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder), given.videos, given.messages, given.pictures)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
