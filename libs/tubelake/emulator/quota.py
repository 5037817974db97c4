"""The daily quota: buckets that refill at midnight Pacific time, under a clock that can be set."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
DAILY_LIMITS: Mapping[str, int] = {"search": 100, "stats": 10_000, "common": 10_000}


class Clock:
    """A clock that starts where it is told, runs on at `speed`, and can be moved."""

    def __init__(self, start: datetime | None = None, speed: float = 1.0) -> None:
        self.speed = speed
        self._lock = threading.Lock()
        self._set(start or datetime.now(UTC))

    def now(self) -> datetime:
        """The emulated time, in UTC."""
        with self._lock:
            elapsed = time.monotonic() - self._since
            return self._base + timedelta(seconds=elapsed * self.speed)

    def move(self, to: datetime) -> None:
        """Set the emulated time; it runs on from there."""
        with self._lock:
            self._set(to)

    def _set(self, to: datetime) -> None:
        self._base = (to if to.tzinfo else to.replace(tzinfo=UTC)).astimezone(UTC)
        self._since = time.monotonic()


def pacific_day(moment: datetime) -> date:
    """The quota day of `moment`: the calendar date in Los Angeles."""
    return moment.astimezone(PACIFIC).date()


@dataclass(frozen=True)
class Quota:
    """What each bucket has spent on each quota day, never more than its limit."""

    clock: Clock
    limits: Mapping[str, int]
    _spent: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def charge(self, bucket: str, cost: int) -> bool:
        """Whether `cost` units were left and are now spent; a refusal spends nothing."""
        key = (pacific_day(self.clock.now()).isoformat(), bucket)
        with self._lock:
            if self._spent[key] + cost > self.limits[bucket]:
                return False
            self._spent[key] += cost
            return True

    def usage(self) -> dict[str, dict[str, int]]:
        """Units by Pacific day (ISO date) and bucket; days and buckets without a call are absent."""
        days: dict[str, dict[str, int]] = {}
        with self._lock:
            spent = sorted(self._spent.items())
        for (day, bucket), units in spent:
            if units:
                days.setdefault(day, {})[bucket] = units
        return days
