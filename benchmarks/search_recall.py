"""Everything a keyword has, at the fewest calls: 10,500 of 30,000 videos, lost tokens, useless totals, 100 searches a day.

Baseline: the plain loop over nextPageToken, which ends where one query ends.
"""

import tempfile
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

from googleapiclient.discovery import build

from benchmarks.common import result, settings_for, warm_session
from tubelake import emulator, job, store, tables
from tubelake.errors import QuotaSpent

KEYWORD, MATCHES, VIDEOS, SHARDS = "cooking", 10_500, 30_000, 8
NOON = datetime(2026, 11, 2, 20, tzinfo=UTC)


def plain_loop(url: str) -> tuple[int, int]:
    """(videos found, calls) of following nextPageToken to its end."""
    youtube = build("youtube", "v3", developerKey="any", client_options={"api_endpoint": url})
    found: set[str] = set()
    calls, request = 0, youtube.search().list(q=KEYWORD, part="snippet", type="video", maxResults=50)
    while request is not None:
        answer, calls = request.execute(), calls + 1
        found |= {item["id"]["videoId"] for item in answer["items"]}
        request = youtube.search().list_next(request, answer)
    return len(found), calls


def collect_for_days(folder: Path, youtube: emulator.Emulator) -> int:
    """Run search and details day after day until nothing is due; gives the days it took."""
    day = 0
    while True:
        now = NOON + timedelta(days=day)
        youtube.move_clock(now)
        wanted = settings_for(
            folder, youtube.url, f"search.keywords={KEYWORD}", f"search.shards={SHARDS}", f"run.now={now.isoformat()}",
            f"search.until={NOON.isoformat()}",
        )  # fmt: skip
        spark, day = job.start(wanted), day + 1
        try:
            job.load("collect_search").run(spark, wanted)
        except QuotaSpent:
            continue
        job.load("collect_videos").run(spark, wanted)
        return day


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = emulator.make_corpus(folder / "corpus", VIDEOS, 11, matches={KEYWORD: MATCHES})[KEYWORD]
        corpus = emulator.load_corpus(folder / "corpus")
        options = emulator.EmulatorOptions(seed=3, lost_token_rate=0.05, clock_start=NOON)
        with emulator.running(corpus, options) as youtube:
            loop_found, loop_calls = plain_loop(youtube.url)
        with emulator.running(corpus, options) as youtube:
            wanted = settings_for(folder, youtube.url)
            spark = warm_session(wanted)
            days = collect_for_days(folder, youtube)
            calls = [method for method, _, status in youtube.calls() if status == 200]
            log = store.read(spark, tables.RESPONSES.of("search.list"), wanted.lake)
            found = log.selectExpr("explode(item_ids) AS id").distinct().count()
        searches, details = calls.count("search.list"), calls.count("videos.list")
        print(f"baseline, the plain loop: {loop_found:,} of {truth:,} found in {loop_calls} calls")
        print(
            f"ours: {found:,} of {truth:,} found in {searches} searches over {days} quota days, {details} detail calls"
        )
        result("share found", found / truth, 0.995, at_least=True)
        result("search calls", searches, 1.05 * truth / 50 + 2 * SHARDS)
        result("detail calls", details, ceil(found / 50))


if __name__ == "__main__":
    main()
