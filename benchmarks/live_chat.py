"""200 live chats at once: nothing lost, nothing doubled, in time. Baseline: a plain loop that polls one after the other."""

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from benchmarks.comments import served
from benchmarks.common import result, settings_for, stopwatch
from tubelake import job, store, tables
from tubelake.settings import Settings

MANY, FEW = 200, 20
PER_SECOND, SECONDS, POLLING = 2, 300, 5.0
BURST = 10_000
BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLAIN = """
import sys, time
from googleapiclient.discovery import build
youtube = build("youtube", "v3", developerKey="any", client_options={"api_endpoint": sys.argv[1]}, static_discovery=True)
tokens, found, polls, started = {f"chat{n:03d}": None for n in range(int(sys.argv[2]))}, set(), 0, time.time()
while time.time() < started + float(sys.argv[3]):
    for chat, token in tokens.items():
        asked = dict(liveChatId=chat, part="id,snippet,authorDetails", maxResults=2000, pageToken=token)
        page = youtube.liveChatMessages().list(**asked).execute()
        tokens[chat], polls = page["nextPageToken"], polls + 1
        found.update(item["id"] for item in page["items"])
print(polls / (time.time() - started))
"""


def write_corpus(folder: Path, chats: int, seconds: float, *, burst: int = 0) -> None:
    """Streams with PER_SECOND messages a second, or with one burst of 10 s in the first of them."""
    folder.mkdir(parents=True)
    names = [f"chat{number:03d}" for number in range(chats)]
    videos = [_video(name) for name in names]
    (folder / "videos.jsonl").write_text("\n".join(map(json.dumps, videos)), encoding="utf-8")
    with (folder / "chat.jsonl").open("w", encoding="utf-8") as file:
        for name in names:
            count = burst or int(seconds * PER_SECOND)
            step = 10 / burst if burst else 1 / PER_SECOND
            file.writelines(json.dumps(_message(name, number, number * step)) + "\n" for number in range(count + 1))


def _video(name: str) -> dict[str, object]:
    details = {"actualStartTime": _text(0), "activeLiveChatId": name}
    snippet = {"publishedAt": _text(0), "title": name, "channelId": "UC" + "c" * 22, "liveBroadcastContent": "live"}
    return {"kind": "youtube#video", "id": f"live{name}", "snippet": snippet, "liveStreamingDetails": details}


def _message(chat: str, number: int, second: float) -> dict[str, object]:
    snippet = {
        "type": "textMessageEvent", "liveChatId": chat, "authorChannelId": "UC" + "a" * 22, "publishedAt": _text(second),
        "hasDisplayContent": True, "textMessageDetails": {"messageText": f"message number {number} of this chat"},
    }  # fmt: skip
    author = {"channelId": "UC" + "a" * 22, "displayName": "viewer", "isVerified": False, "isChatOwner": False,
              "isChatModerator": False, "isChatSponsor": False}  # fmt: skip
    return {
        "kind": "youtube#liveChatMessage",
        "id": f"{chat}-{number:06d}",
        "snippet": snippet,
        "authorDetails": author,
    }


def _text(second: float) -> str:
    return (BEGAN + timedelta(seconds=second)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def follow(folder: Path, endpoint: str, chats: int) -> tuple[SparkSession, Settings, float]:
    """Follow until all chats have ended; the session, the settings, and the seconds that it took."""
    ids = ",".join(f"livechat{number:03d}" for number in range(chats))
    wanted = settings_for(folder, endpoint, f"chat.video_ids={ids}", "quota.common=1000000")
    spark = job.start(wanted)
    with stopwatch() as taken:
        assert job.run(spark, "collect_chat", wanted) == 0
    return spark, wanted, taken[0]


def delays(spark: SparkSession, wanted: Settings) -> list[float]:
    """Seconds from each message's appearance in its chat to the commit that had it in chat_messages, ascending."""
    span = {"readChangeFeed": "true", "startingVersion": 0}
    added = store.reader(spark, tables.CHAT_MESSAGES, wanted.lake, span).where("_change_type = 'insert'")
    chats = store.read(spark, tables.CHATS, wanted.lake).select("chat_id", "first_polled_at")
    appeared = F.unix_micros("first_polled_at") / 1e6 + F.col("offset_seconds")
    delay = (F.unix_micros("_commit_timestamp") / 1e6 - appeared).alias("delay")
    return [row["delay"] for row in added.join(chats, on="chat_id").select(delay).orderBy("delay").collect()]


def seconds_a_poll(folder: Path, chats: int) -> float:
    """What a poll costs where a chat may be asked again at once, so that the run never waits."""
    write_corpus(folder / "corpus", chats, 60)
    with served(folder / "corpus", "--common-limit", "1000000", "--polling", "0.01") as url:
        spark, wanted, _ = follow(folder, url, chats)
    polls = store.read(spark, tables.RESPONSES.of("liveChatMessages.list"), wanted.lake).where("attempt > 0")
    seconds = (F.max(F.unix_micros("fetched_at")) - F.min(F.unix_micros("fetched_at"))) / 1e6
    return float(polls.agg((seconds / F.count("*")).alias("a_poll")).collect()[0]["a_poll"])


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_corpus(folder / "corpus", MANY, SECONDS)
        with served(folder / "corpus", "--common-limit", "1000000") as url:
            plain = subprocess.run(
                [sys.executable, "-c", PLAIN, url, str(MANY), "20"], capture_output=True, text=True, check=True
            )
        print(
            f"plain loop: {float(plain.stdout):.0f} polls/s; {MANY} chats every {POLLING:.0f} s need {MANY / POLLING:.0f}"
        )
        with served(folder / "corpus", "--common-limit", "1000000") as url:
            spark, wanted, taken = follow(folder / "many", url, MANY)
        expected = MANY * (SECONDS * PER_SECOND + 1)
        rows = store.read(spark, tables.CHAT_MESSAGES, wanted.lake)
        found, distinct = rows.count(), rows.select("message_id").distinct().count()
        late = delays(spark, wanted)
        print(f"{MANY} chats of {SECONDS} s followed in {taken:.0f} s; median delay {late[len(late) // 2]:.1f} s")
        result("messages that arrived", distinct, expected, at_least=True)
        result("messages doubled", found - distinct, 0)
        result("delay of 95 % of the messages", late[int(len(late) * 0.95)], POLLING + 5, " s")
        costs = {chats: seconds_a_poll(folder / f"at-once-{chats}", chats) for chats in (FEW, MANY)}
        result(f"cost of a poll of {MANY} chats, in those of {FEW}", costs[MANY] / costs[FEW], 1.3)
        write_corpus(folder / "burst" / "corpus", 1, 10, burst=BURST)
        with served(folder / "burst" / "corpus", "--common-limit", "1000000") as url:
            spark, wanted, taken = follow(folder / "burst", url, 1)
        texts = store.read(spark, tables.CHAT_MESSAGES, wanted.lake).orderBy("published_at", "message_id")
        ids = [row["message_id"] for row in texts.select("message_id").collect()]
        result("messages of a burst", float(ids == [f"chat000-{n:06d}" for n in range(BURST + 1)]), 1, at_least=True)


if __name__ == "__main__":
    main()
