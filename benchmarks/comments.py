"""A video with 100,000 comments, nearly all replies of one thread: complete, in flat memory. Baseline: a plain loop."""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import job, store, tables

FEW, MANY = 1_000, 100_000
VIDEO = "manyreplies"
WRITTEN = "2026-01-02T03:04:05Z"
PLAIN = """
import sys
from googleapiclient.discovery import build
youtube = build("youtube", "v3", developerKey="any", client_options={"api_endpoint": sys.argv[1]}, static_discovery=True)
found, asked = [], dict(part="snippet,replies", videoId=sys.argv[2], maxResults=100)
request = youtube.commentThreads().list(**asked)
while request is not None:
    answer = request.execute()
    for thread in answer["items"]:
        found.append(thread["snippet"]["topLevelComment"])
        replies = youtube.comments().list(part="snippet", parentId=thread["id"], maxResults=100)
        while replies is not None:
            page = replies.execute()
            found += page["items"]
            replies = youtube.comments().list_next(replies, page)
    request = youtube.commentThreads().list_next(request, answer)
print(len({comment["id"] for comment in found}))
"""


def write_corpus(folder: Path, comments: int) -> None:
    """One video with this many comments: ten threads, and all the rest replies to the first of them."""
    folder.mkdir(parents=True)
    video = {
        "kind": "youtube#video", "id": VIDEO, "snippet": {"publishedAt": WRITTEN, "channelId": "UC" + "c" * 22, "title": "t"},
        "statistics": {"viewCount": "1", "commentCount": str(comments)},
    }  # fmt: skip
    (folder / "videos.jsonl").write_text(json.dumps(video), encoding="utf-8")
    threads = [_comment(f"thread{number}", {"videoId": VIDEO}) for number in range(10)]
    replies = (_comment(f"thread0.{number:06d}", {"parentId": "thread0"}) for number in range(comments - 10))
    with (folder / "comments.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in chain(threads, replies))


def _comment(comment_id: str, about: dict[str, str]) -> dict[str, object]:
    author = {"authorDisplayName": "@somebody", "authorChannelId": {"value": "UC" + "a" * 22}}
    text = {"textOriginal": f"This is what {comment_id} has to say about it, in some dozen words.", "likeCount": 1}
    times = {"publishedAt": WRITTEN, "updatedAt": WRITTEN}
    return {"kind": "youtube#comment", "id": comment_id, "snippet": {**about, **author, **text, **times}}


@contextmanager
def served(corpus: Path, *options: str) -> Iterator[str]:
    """The address of an emulator in a process of its own: the corpus must not be in the memory that is measured."""
    command = [
        sys.executable,
        "-u",
        "-m",
        "tubelake",
        "emulator",
        "serve",
        "--corpus",
        str(corpus),
        "--port",
        "0",
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout is not None
            yield serving.stdout.readline().split()[2].rstrip(";")  # serving at URL; ...
        finally:
            serving.terminate()


def peak_mb() -> float:
    """The most memory that this process, the driver's Python, ever had (MB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def collect(folder: Path, endpoint: str) -> tuple[float, float, int]:
    """Seconds of collecting, seconds of building, comments in the table."""
    wanted = settings_for(folder, endpoint, f"videos.ids={VIDEO}")
    spark = warm_session(wanted)
    for name in ("collect_videos", "build_videos"):
        job.load(name).run(spark, wanted)
    with stopwatch() as collecting:
        job.load("collect_comments").run(spark, wanted)
    with stopwatch() as building:
        job.load("build_comments").run(spark, wanted)
    return collecting[0], building[0], store.read(spark, tables.COMMENTS, wanted.lake).count()


def main() -> None:
    peaks = {}
    with tempfile.TemporaryDirectory() as name:
        for comments in (FEW, MANY):
            folder = Path(name) / str(comments)
            write_corpus(folder / "corpus", comments)
            with served(folder / "corpus") as url:
                with stopwatch() as plain:
                    done = subprocess.run(
                        [sys.executable, "-c", PLAIN, url, VIDEO], capture_output=True, text=True, check=True
                    )
                collecting, building, found = collect(folder, url)
            peaks[comments] = peak_mb()
            print(
                f"{comments:,} comments: plain loop {plain[0]:.1f} s ({int(done.stdout):,} found, in memory), "
                f"collected in {collecting:.1f} s, rows in {building:.1f} s, driver's peak {peaks[comments]:.0f} MB"
            )
            result(f"comments found of {comments:,}", found, comments, at_least=True)
    result("growth of the driver's peak", peaks[MANY] / peaks[FEW], 1.1)
    result("collecting against the plain loop", collecting / plain[0], 1.0)


if __name__ == "__main__":
    main()
