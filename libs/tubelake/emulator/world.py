"""The state of one running emulator: what it serves, how it misbehaves, and what it was asked."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tubelake.emulator.charts import Chart, make_chart
from tubelake.emulator.chats import ChatOptions, Stage, chats_of
from tubelake.emulator.corpus import Corpus
from tubelake.emulator.faults import Fault, Schedule
from tubelake.emulator.oauth import Grants
from tubelake.emulator.quota import DAILY_LIMITS, Clock, Quota
from tubelake.emulator.removal import without
from tubelake.emulator.search import Search, make_search

# A call: method, parameters without the key, HTTP status. Old ones go, so that a server can run for weeks.
Call = tuple[str, dict[str, str], int]
_CALLS_KEPT = 200_000


@dataclass(frozen=True)
class EmulatorOptions:
    """How the emulator behaves; the defaults are the real API on a good day.

    `limits` changes some buckets and leaves the others; `keys` None accepts any non-empty key;
    `clock_start` None is the time now.
    """

    seed: int = 0
    result_cap: int = 500
    uploads_cap: int = 20_000
    lost_token_rate: float = 0.0
    loop_token_rate: float = 0.0
    limits: Mapping[str, int] = field(default_factory=dict)
    keys: frozenset[str] | None = None
    faults: tuple[Fault, ...] = ()
    clock_start: datetime | None = None
    clock_speed: float = 1.0
    latency_seconds: float = 0.0
    chat: ChatOptions = field(default_factory=ChatOptions)


@dataclass
class World:
    """One emulator: every method reads it, only the server and `remove` change it."""

    corpus: Corpus
    options: EmulatorOptions
    clock: Clock
    quota: Quota
    schedule: Schedule
    search: Search
    chart: Chart
    grants: Grants
    stage: Stage
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=_CALLS_KEPT))
    pages_asked: Counter[tuple[bytes, int]] = field(default_factory=Counter)

    @cached_property
    def chat_ids(self) -> frozenset[str]:
        """Every chat that there is."""
        of_videos = (chat_id for video in self.corpus.videos.values() for chat_id in chats_of(self.corpus, video))
        return frozenset(of_videos)

    def remove(self, video_ids: Iterable[str]) -> None:
        """Delete videos: nothing finds or shows them from now on. A ValueError names one that is not there."""
        gone = frozenset(video_ids)
        unknown = sorted(gone - self.corpus.videos.keys())
        if unknown:
            msg = f"there is no video {unknown[0]!r} to remove"
            raise ValueError(msg)
        left = without(self.corpus, gone)
        self.search = make_search(left, self.options.result_cap, self.options.seed)
        self.chart = make_chart(left, self.options.seed)
        self.corpus = left
        self.__dict__.pop("chat_ids", None)


def make_world(corpus: Corpus, options: EmulatorOptions) -> World:
    """A world at its beginning: full buckets, no call yet."""
    unknown = set(options.limits) - set(DAILY_LIMITS)
    if unknown:
        msg = f"no such quota bucket: {', '.join(sorted(unknown))}; there are {', '.join(DAILY_LIMITS)}"
        raise ValueError(msg)
    clock = Clock(options.clock_start, options.clock_speed)
    return World(
        corpus=corpus,
        options=options,
        clock=clock,
        quota=Quota(clock, {**DAILY_LIMITS, **options.limits}),
        schedule=Schedule(options.faults, options.seed),
        search=make_search(corpus, options.result_cap, options.seed),
        chart=make_chart(corpus, options.seed),
        grants=Grants(clock),
        stage=Stage(options.chat, options.seed, clock),
    )
