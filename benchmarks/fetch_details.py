"""Details of 10,500 videos at 100 ms a call. Baseline: one call after the other, at 50 ids a call and at one."""

import tempfile
from pathlib import Path
from statistics import median

from googleapiclient.discovery import build
from pyspark.sql import SparkSession

from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import emulator, job
from tubelake.collect import videos as wanted_videos
from tubelake.settings import Settings

VIDEOS = 10_500
LATENCY_SECONDS = 0.1
ROUNDS = 3


def plain_loop(url: str, ids: list[str]) -> tuple[float, int]:
    """(seconds, calls) of asking 50 ids at a time, one call after the other."""
    youtube = build("youtube", "v3", developerKey="any", client_options={"api_endpoint": url})
    with stopwatch() as taken:
        chunks = [ids[at : at + 50] for at in range(0, len(ids), 50)]
        for chunk in chunks:
            youtube.videos().list(id=",".join(chunk), part="snippet,contentDetails,statistics").execute()
    return taken[0], len(chunks)


def ours(spark: SparkSession, wanted: Settings) -> tuple[float, float]:
    """(seconds of the fetch alone, seconds of the whole job with due ids, quota and log)."""
    from tubelake.collect import rounds

    fetching: list[float] = []
    append = rounds.store.append

    def timed(*arguments: object) -> None:
        with stopwatch() as taken:
            append(*arguments)  # type: ignore[arg-type]
        fetching.append(taken[0])

    rounds.store.append = timed  # type: ignore[assignment]
    try:
        with stopwatch() as whole:
            report = job.load("collect_videos").run(spark, wanted)
    finally:
        rounds.store.append = append
    assert report.calls == -(-VIDEOS // wanted_videos.IDS_A_CALL), report
    return fetching[0], whole[0]  # the first append computes the fetch and commits the bodies


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        emulator.make_corpus(folder / "corpus", VIDEOS, 5)
        corpus = emulator.load_corpus(folder / "corpus")
        options = emulator.EmulatorOptions(latency_seconds=LATENCY_SECONDS)
        with emulator.running(corpus, options) as youtube:
            ids = list(corpus.videos)
            loop_seconds, loop_calls = plain_loop(youtube.url, ids)
            measured = []
            for number in range(ROUNDS + 1):  # the first warms up the Python workers and is left out
                lake = folder / str(number)
                wanted = settings_for(
                    lake,
                    youtube.url,
                    f"videos.ids={','.join(ids)}",
                    "collect.requests_per_second=1000",
                    "collect.threads=64",
                )
                spark = warm_session(wanted)
                measured.append(ours(spark, wanted))
        fetch_seconds, job_seconds = (median(column) for column in zip(*measured[1:], strict=True))
        print(f"baseline, one call after the other: {loop_seconds:.1f} s for {loop_calls} calls of 50 ids")
        print(f"ours: {fetch_seconds:.2f} s to fetch and commit, {job_seconds:.2f} s the whole job, median of {ROUNDS}")
        result("times as fast, fetch and commit", loop_seconds / fetch_seconds, 12, at_least=True)
        print(f"     times as fast, whole job: {loop_seconds / job_seconds:.1f}")
        result("times fewer calls than one id a call", VIDEOS / loop_calls, 40, at_least=True)


if __name__ == "__main__":
    main()
