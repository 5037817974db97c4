"""Follows live chats: polls each when it is due, looks for new streams now and then, and ends when there is none left."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

from pyspark.sql import Row, SparkSession

from tubelake import console, store
from tubelake.collect import chats, ledger, live
from tubelake.collect.chats import Chat
from tubelake.collect.request import params_json
from tubelake.collect.rounds import Work, clock_of, id_of_round
from tubelake.settings import Settings
from tubelake.tables import RESPONSES
from tubelake.youtube import quota

LEFT_OPEN = timedelta(days=1)  # chats polled in this time are asked once more, though their stream may be over
ROUND = timedelta(seconds=2.5)  # between rounds, at least: one costs much the same for one chat as for a hundred
LEASED_SECONDS = 60.0  # polls whose units are leased at once: each lease is a commit


@dataclass
class Following:
    """The chats of a run, by their ids, and what was seen of them."""

    spark: SparkSession
    settings: Settings
    stop: threading.Event
    chats: dict[str, Chat] = field(default_factory=dict)
    looked_at: datetime | None = None
    looks: live.Looks = field(default_factory=live.Looks)
    units_left: int = 0
    messages: int = 0

    def __post_init__(self) -> None:
        self.clock = clock_of(self.settings)
        self.started = self.next_round_at = self.clock()

    @property
    def open(self) -> list[Chat]:
        return [chat for chat in self.chats.values() if chat.end is None]

    @property
    def ends_at(self) -> datetime | None:
        hours = self.settings.chat.hours
        return None if hours is None else self.started + timedelta(hours=hours)

    def next_round(self, rows: Sequence[Row]) -> Work:
        """The polls that are due after these answers; waits until one is. None: the run is over."""
        self._take(rows)
        while not self.stop.is_set():
            now = self.clock()
            if self.ends_at is not None and now >= self.ends_at:
                break
            if self.looked_at is None or now - self.looked_at >= self._look_again:
                self._look(now)
                continue
            starts_at = self._round_starts_at()
            if starts_at is not None and now >= starts_at:
                self.next_round_at = now + ROUND
                return self._work([chat for chat in self.open if chat.due_at <= now])
            if not self.open and not self._may_come:
                break
            self.stop.wait(self._pause_until_next(now))
        return Work()

    def _round_starts_at(self) -> datetime | None:
        """When the next round starts; None without a chat."""
        still = self.open
        return max(self.next_round_at, chats.due_together(still)) if still else None

    def _take(self, rows: Sequence[Row]) -> None:
        pause = self._stretched()
        for row in rows:
            chat_id = chats.chat_id_of(row)
            self.chats[chat_id] = chats.after(self.chats[chat_id], row, pause)
            self.messages += row["item_count"] or 0
            self.units_left -= row["units"]
        self._give_up()

    def _give_up(self) -> None:
        """Leave chats that could not be reached for long to the next run."""
        limit = self.settings.chat.give_up_minutes * 60.0
        for chat_id, chat in list(self.chats.items()):
            if chat.end is None and chats.unreached_seconds(chat) >= limit:
                self.chats[chat_id] = chats.given_up(chat)

    def _stretched(self) -> float:
        ends_at = self.ends_at
        seconds = None if ends_at is None else (ends_at - self.clock()).total_seconds()
        return chats.stretched(len(self.open), self._price, self.units_left, seconds)

    @property
    def _price(self) -> int:
        return quota.cost(chats.METHOD, quota.quota_day(self.clock())).units

    @property
    def _look_again(self) -> timedelta:
        return timedelta(minutes=self.settings.chat.look_again_minutes)

    @property
    def _may_come(self) -> bool:
        """Whether to wait for streams though there is none: only for as long as the run was told to last."""
        return self.ends_at is not None

    def _look(self, now: datetime) -> None:
        """Join the streams that are live now, and those that a killed run left open, each where the log left it."""
        # What another run has just looked for is not asked again. In this run every look is a new one.
        since = now - self._look_again if self.looked_at is None else now
        live_now = live.find(self.spark, self.settings, since, self.looks)
        log = store.read(self.spark, RESPONSES.of(chats.METHOD), self.settings.lake)
        rows = chats.newest(log, live_now, now - LEFT_OPEN, live.asked_ids(self.spark, self.settings, now))
        self.chats = chats.resumed(live_now, rows) | self.chats
        account = ledger.account(quota.cost(chats.METHOD, quota.quota_day(now)).bucket, self.settings.quota, now)
        self.units_left = ledger.balance(self.spark, account, self.settings.lake).left(account.limit)
        if self.looked_at is None:
            self.started = self.clock()  # the first look may have waited for others
        self.looked_at = now

    def _work(self, due: Sequence[Chat]) -> Work:
        pause = max(self._stretched(), chats.USUAL_PAUSE_SECONDS)
        polls_an_hour = len(self.open) * 3_600 / pause
        minutes = max((self.clock() - self.started).total_seconds() / 60, 1 / 60)
        note = f", {len(self.open):,} chats, {self.messages:,} messages, {self.messages / minutes:,.0f}/min"
        ahead = max(1, round(LEASED_SECONDS / pause * len(self.open) / len(due)))
        return Work([chat.request for chat in due], 0, ahead, note, polls_an_hour * self._price)

    def _pause_until_next(self, now: datetime) -> float:
        """Seconds until something has to be done."""
        starts_at = self._round_starts_at()
        moments = [starts_at] if starts_at else []
        moments += [self.looked_at + self._look_again] if self.looked_at else []
        moments += [self.ends_at] if self.ends_at else []
        return max(0.0, (min(moments) - now).total_seconds())

    @property
    def unreached(self) -> int:
        return sum(chat.end == chats.UNREACHED for chat in self.chats.values())

    @property
    def may_go_on(self) -> int:
        """Chats that did not end, and streams that are announced."""
        return self.looks.announced + self.unreached + len(self.open)

    def summary(self) -> list[str]:
        """A line about how the chats ended."""
        ends = Counter(chat.end or chats.STOPPED for chat in self.chats.values())
        if not ends:
            return [
                "no live chat: nothing that was asked for (--video, --channel, --keyword; else what is known) is live now"
            ]
        return [
            f"{console.counted(len(self.chats), 'chat')}: "
            + ", ".join(f"{count:,} {end}" for end, count in ends.most_common())
        ]


def note_ends(following: Following, reason: str) -> None:
    """Log why this run asks the chats that are still open no more, so that the log alone tells how each ended."""
    settings, now = following.settings, following.clock()
    run_id = str(settings.run.id)
    round_id = id_of_round(run_id, chats.METHOD)
    notes = [
        {
            "request_id": f"{round_id}-{number:04d}", "run_id": run_id, "round_id": round_id, "method": chats.METHOD,
            "params": params_json(chat.request.params), "subject": chat.request.subject, "shard": chat.request.shard,
            "status": 0, "reason": reason, "attempt": 0, "units": 0, "item_count": 0, "fetched_at": now,
        }
        for number, chat in enumerate(following.open)
    ]  # fmt: skip
    if notes:
        rows = [tuple(note.get(name) for name in RESPONSES.column_names) for note in notes]
        store.append(following.spark.createDataFrame(rows, RESPONSES.ddl), RESPONSES, settings.lake)


@contextmanager
def stopped_by_signal() -> Iterator[threading.Event]:
    """An event that Ctrl-C (or SIGTERM) sets, so that what is under way can end well; a second one interrupts."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        console.complain("stopping: what was fetched is stored first; Ctrl-C once more stops at once")

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
