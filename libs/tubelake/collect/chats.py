"""Live chats: how far each is by its answers, when it may be asked again, and how it ended. Facts in, polls out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from tubelake.collect.callers import CHAT
from tubelake.collect.lists import STALE_TOKEN
from tubelake.collect.request import DEFERRED, Request, params_json
from tubelake.collect.rounds import has_failed
from tubelake.settings import Settings, changed
from tubelake.youtube.outcomes import CHAT_FORBIDDEN, is_final

METHOD = CHAT
PAGE_SIZE = 2_000  # the API's largest
PARTS = "id,snippet,authorDetails"
USUAL_PAUSE_SECONDS = 5.0  # where an answer asks for none
TOGETHER = timedelta(seconds=1)  # a round takes so long to ask 200 chats: they are due again one after the other
LONGEST_PAUSE_SECONDS = 60.0  # between tries of a chat that cannot be reached
_AT_ONCE = datetime(2005, 4, 23, tzinfo=UTC)
# Reasons of the API, and our own notes at the end of a run, as the ends that `chats` tells.
STOPPED, SPENT, UNREACHED = "stopped", "quotaSpent", "unreached"
_ENDED = "liveChatEnded"
ENDS: Mapping[str, str] = {
    _ENDED: "ended",
    "liveChatDisabled": "disabled",
    "liveChatNotFound": "not found",
    CHAT_FORBIDDEN: "forbidden",
    STOPPED: "stopped",
    SPENT: "quota",
}

_NOTES = (DEFERRED, STOPPED, SPENT)  # of a run, about polls that were not made


@dataclass(frozen=True)
class Stream:
    """A live video, its chat, and when it began (ISO time as YouTube tells it)."""

    video_id: str
    chat_id: str
    started_at: str | None = None


@dataclass(frozen=True)
class Chat:
    """A chat that is followed: the page that is next, the earliest time for it, and how it ended (None: it has not)."""

    stream: Stream
    token: str | None = None
    due_at: datetime = _AT_ONCE
    failures: int = 0  # in a row
    failing_since: datetime | None = None
    end: str | None = None

    @property
    def request(self) -> Request:
        return Request(METHOD, params(self.stream), self.stream.video_id, self.stream.started_at, self.token)


def params(stream: Stream) -> dict[str, str]:
    """The parameters of a poll; the log knows a chat by them."""
    return {"liveChatId": stream.chat_id, "part": PARTS, "maxResults": str(PAGE_SIZE)}


def paced(settings: Settings) -> Settings:
    """The settings with one try a poll: a chat that fails has its next turn later, and holds up no other one."""
    return changed(settings, "collect", attempts=1)


def due_together(chats: Sequence[Chat]) -> datetime:
    """When the chats are due that are so within a second of the first: one that a round left out would be a round behind."""
    first = min(chat.due_at for chat in chats)
    return max(chat.due_at for chat in chats if chat.due_at <= first + TOGETHER)


def chat_id_of(row: Row) -> str:
    """The chat that a row of the log is about."""
    return str(json.loads(row["params"])["liveChatId"])


def after(chat: Chat, row: Row, pause: float = 0.0) -> Chat:
    """The chat after one more answer of the log, polled no more often than every `pause` seconds."""
    reason, fetched_at = row["reason"], row["fetched_at"].astimezone(UTC)
    if reason in _NOTES:
        return chat
    if reason is None:
        wait = max(pause, row["pause_seconds"] or USUAL_PAUSE_SECONDS)
        due_at = fetched_at + timedelta(seconds=wait)
        # A stream that is offline may have messages that were not read yet: the page without any is the last.
        end = "ended" if row["offline_at"] is not None and not row["item_count"] else None
        return replace(
            chat, token=row["next_page_token"] or chat.token, due_at=due_at, failures=0, failing_since=None, end=end
        )
    if has_failed(row):
        wait = min(LONGEST_PAUSE_SECONDS, 2.0**chat.failures)
        due_at, since = fetched_at + timedelta(seconds=wait), chat.failing_since or fetched_at
        return replace(chat, due_at=due_at, failures=chat.failures + 1, failing_since=since)
    if reason == STALE_TOKEN:
        return replace(chat, token=None, due_at=fetched_at + timedelta(seconds=USUAL_PAUSE_SECONDS))
    if is_final(row["status"], reason):
        return replace(chat, end=ENDS.get(reason, reason))
    return chat


def is_the_end() -> Column:
    """Whether an answer of the log is the last of its chat: it says so, or is empty and the stream offline."""
    return F.col("reason").eqNullSafe(_ENDED) | is_read_out()


def is_read_out(of: str = "") -> Column:
    """Whether a good answer is empty and its stream offline. `of` goes before its columns, such as "last."."""
    is_empty = F.col(f"{of}item_count") == 0
    return F.col(f"{of}reason").isNull() & F.col(f"{of}offline_at").isNotNull() & is_empty


def unreached_seconds(chat: Chat) -> float:
    """For how long nothing but failures came of a chat, by the answers that did come (s)."""
    return (chat.due_at - chat.failing_since).total_seconds() if chat.failing_since else 0.0


def given_up(chat: Chat) -> Chat:
    """The chat as one that this run asks no more; the log holds no end of it, and the next run goes on."""
    return replace(chat, end=UNREACHED)


def newest(log: DataFrame, streams: Sequence[Stream], since: datetime, video_ids: Sequence[str]) -> list[Row]:
    """Of each of these chats the last good answer and, where it is newer, the last answer of all; oldest first.

    With them come other chats of the videos `video_ids` that were polled `since`: a stream may have ended
    meanwhile, and what its chat said before is still to be had.
    """
    texts = [params_json(params(stream)) for stream in streams]
    left_open = F.col("subject").isin(*video_ids) & (F.col("fetched_at") >= F.lit(since))
    is_wanted = F.col("params").isin(*texts) | left_open
    facts = F.struct(
        "fetched_at", "request_id", "params", "subject", "shard", "status", "reason", "next_page_token", "item_count",
        "pause_seconds", "offline_at",
    )  # fmt: skip
    is_noted = F.col("reason").isin(*_NOTES)
    both = (
        log.where(is_wanted & ~F.coalesce(is_noted, F.lit(False)))
        .groupBy("params")
        .agg(F.max(F.when(F.col("reason").isNull(), facts)).alias("good"), F.max(facts).alias("last"))
    )
    found = both.select(F.explode(F.array_distinct(F.array("good", "last"))).alias("row")).where("row IS NOT NULL")
    return sorted(found.select("row.*").collect(), key=lambda row: (row["fetched_at"], row["request_id"]))


def resumed(streams: Sequence[Stream], rows: Sequence[Row]) -> dict[str, Chat]:
    """Each chat by its id, where the rows of `newest` left it; without those of the log that had ended."""
    named = {chat_id_of(row): Stream(row["subject"], chat_id_of(row), row["shard"]) for row in rows}
    chats = {chat_id: Chat(stream) for chat_id, stream in named.items()}
    chats |= {stream.chat_id: Chat(stream) for stream in streams}
    for row in rows:
        chat_id = chat_id_of(row)
        chats[chat_id] = after(chats[chat_id], row)
    live = {stream.chat_id for stream in streams}
    return {chat_id: chat for chat_id, chat in chats.items() if chat_id in live or chat.end is None}


def stretched(chats: int, units: int, units_left: int, seconds_left: float | None) -> float:
    """The least pause (s) between two polls of a chat with which the units last for the rest; the same for all chats.

    `units` is what a poll costs; without a time that they have to last (None) it is 0.
    """
    if seconds_left is None or not chats:
        return 0.0
    return seconds_left * chats * units / max(1, units_left)
