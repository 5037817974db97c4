"""Live chats: the messages of each, the second at which each reaches the chat, and which chat a stream has now.

A chat begins when it is first asked for, and its messages come as far apart as they did, by the emulator's clock and
`ChatOptions.speed`; their own times stay as the corpus has them. With its last message a chat is over. A restarted
emulator begins each chat anew: whoever goes on from a token waits until the chat has come there again.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tubelake.emulator.corpus import Corpus
from tubelake.emulator.draws import draw
from tubelake.emulator.entries import Resource, micros
from tubelake.emulator.quota import Clock


@dataclass(frozen=True)
class ChatOptions:
    """How chats are played: `speed` against the clock; the two rates are shares of pages and of messages."""

    speed: float = 1.0
    polling_seconds: float = 5.0
    repeat_rate: float = 0.0  # pages that begin with what the page before them ended with
    late_rate: float = 0.0  # messages that come up to `late_seconds` of the chat's time too late
    late_seconds: float = 10.0


@dataclass(frozen=True)
class Line:
    """The messages of a chat in the order in which they reach it, and after how many seconds each does."""

    messages: Sequence[Resource]
    seconds: Sequence[float]

    @property
    def length(self) -> float:
        """When the chat is over (s); one without messages never is."""
        return self.seconds[-1] if self.seconds else float("inf")


class Stage:
    """The chats that have begun, and how far each is."""

    def __init__(self, options: ChatOptions, seed: int, clock: Clock) -> None:
        self._options, self._seed, self._clock = options, seed, clock
        self._begun: dict[str, datetime] = {}
        self._lines: dict[str, Line] = {}

    def line(self, corpus: Corpus, chat_id: str) -> Line:
        """The whole line of a chat, as it will have been in the end."""
        if chat_id not in self._lines:
            self._lines[chat_id] = _line(corpus.chats.get(chat_id, ()), self._options, self._seed)
        return self._lines[chat_id]

    def begin(self, chat_id: str) -> bool:
        """Let a chat begin; False where it has begun before."""
        if chat_id in self._begun:
            return False
        self._begun[chat_id] = self._clock.now()
        return True

    def standing(self, corpus: Corpus, chat_id: str) -> tuple[int, datetime | None]:
        """How many messages of its line a chat has by now, and when it was over; None while it is not.

        Both by one look at the clock: a chat that is over has all its messages.
        """
        line, elapsed = self.line(corpus, chat_id), self._elapsed(chat_id)
        over = None
        if elapsed >= line.length:
            over = self._begun[chat_id] + timedelta(seconds=line.length / self._options.speed)
        return bisect_right(line.seconds, elapsed), over

    def _elapsed(self, chat_id: str) -> float:
        begun = self._begun.get(chat_id)
        return -1.0 if begun is None else (self._clock.now() - begun).total_seconds() * self._options.speed


def _line(messages: Sequence[Resource], options: ChatOptions, seed: int) -> Line:
    first = micros(messages[0]["snippet"]["publishedAt"]) if messages else 0
    arrivals = sorted(
        (
            ((micros(message["snippet"]["publishedAt"]) - first) / 1e6 + _lateness(message, options, seed), place)
            for place, message in enumerate(messages)
        ),
    )
    return Line([messages[place] for _, place in arrivals], [second for second, _ in arrivals])


def _lateness(message: Resource, options: ChatOptions, seed: int) -> float:
    if draw(seed, "late", message["id"]) >= options.late_rate:
        return 0.0
    return draw(seed, "how late", message["id"]) * options.late_seconds


def repeated(offset: int, chat_id: str, options: ChatOptions, seed: int) -> int:
    """With how many messages that were there already the page at `offset` begins."""
    if not offset or draw(seed, "repeats", chat_id, offset) >= options.repeat_rate:
        return 0
    return min(offset, 1 + int(draw(seed, "how many", chat_id, offset) * 5))


def chats_of(corpus: Corpus, video: Resource) -> Sequence[str]:
    """The chats of a video, in the order in which its stream has them; a stream that is restarted has a new one."""
    own = video.get("liveStreamingDetails", {}).get("activeLiveChatId")
    return corpus.streams.get(video["id"], (own,) if own else ())


def as_it_is_now(corpus: Corpus, stage: Stage, video: Resource) -> Resource:
    """A live video with the chat that its stream has now; one whose chats are all over has ended."""
    chats = chats_of(corpus, video)
    if not chats:
        return video
    ends = {chat_id: stage.standing(corpus, chat_id)[1] for chat_id in chats}
    details = {**video["liveStreamingDetails"]}
    going_on = [chat_id for chat_id, ended in ends.items() if ended is None]
    if going_on:
        return {**video, "liveStreamingDetails": details | {"activeLiveChatId": going_on[0]}}
    for name in ("activeLiveChatId", "concurrentViewers"):
        details.pop(name, None)
    last = max(ended for ended in ends.values() if ended)
    details["actualEndTime"] = last.isoformat().replace("+00:00", "Z")
    snippet = {**video["snippet"], "liveBroadcastContent": "none"}
    return {**video, "snippet": snippet, "liveStreamingDetails": details}
