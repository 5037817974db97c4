"""What each method costs and how much a day gives: data with effective dates, for both have changed before."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")  # YouTube's quota day ends at midnight there, daylight saving included


@dataclass(frozen=True)
class Cost:
    bucket: str
    units: int


FREE = "free"  # the bucket of what no quota is counted for
_ALWAYS = date(2005, 4, 23)
# (method, in force from, what one call costs); every page is a call.
_COSTS: tuple[tuple[str, date, Cost], ...] = (
    ("search.list", _ALWAYS, Cost("common", 100)),
    ("search.list", date(2026, 6, 1), Cost("search", 1)),
    ("videos.batchGetStats", _ALWAYS, Cost("common", 1)),
    ("videos.batchGetStats", date(2026, 6, 3), Cost("stats", 1)),
    ("videos.list", _ALWAYS, Cost("common", 1)),
    ("channels.list", _ALWAYS, Cost("common", 1)),
    ("playlists.list", _ALWAYS, Cost("common", 1)),
    ("playlistItems.list", _ALWAYS, Cost("common", 1)),
    ("videoCategories.list", _ALWAYS, Cost("common", 1)),
    ("commentThreads.list", _ALWAYS, Cost("common", 1)),
    ("comments.list", _ALWAYS, Cost("common", 1)),
    ("liveChatMessages.list", _ALWAYS, Cost("common", 5)),
    ("transcripts", _ALWAYS, Cost(FREE, 0)),  # off the pages that everybody sees
    ("thumbnails", _ALWAYS, Cost(FREE, 0)),
    ("captions.list", _ALWAYS, Cost("common", 50)),
    ("captions.download", _ALWAYS, Cost("common", 200)),
)
# (bucket, in force from, units a day)
_LIMITS: tuple[tuple[str, date, int], ...] = (
    ("common", _ALWAYS, 10_000),
    ("search", date(2026, 6, 1), 100),
    ("stats", date(2026, 6, 3), 10_000),
)


def cost(method: str, on: date) -> Cost:
    """What one call of `method` costs on the Pacific day `on`; KeyError for a method that is not in the table."""
    in_force = {start: found for name, start, found in _COSTS if name == method and start <= on}
    if not in_force:
        raise KeyError(f"{method} has no entry in the quota table")
    return in_force[max(in_force)]


def limit(bucket: str, on: date) -> int:
    """Units that `bucket` has on the Pacific day `on`; 0 before it existed."""
    in_force = {start: units for name, start, units in _LIMITS if name == bucket and start <= on}
    return in_force[max(in_force)] if in_force else 0


def quota_day(now: datetime) -> date:
    """The Pacific day whose quota a call at `now` (aware) spends."""
    return now.astimezone(PACIFIC).date()


def resets_at(now: datetime) -> datetime:
    """The next Pacific midnight after `now`, in UTC."""
    return datetime.combine(quota_day(now) + timedelta(days=1), time(), PACIFIC).astimezone(UTC)


def buckets(on: date) -> list[str]:
    """The buckets that have a limit on that day."""
    return list(dict.fromkeys(name for name, start, _ in _LIMITS if start <= on))
