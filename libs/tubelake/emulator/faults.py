"""Faults on demand: a schedule of errors, delays and damaged answers, read from YAML.

A schedule is a list of entries. Each says which calls (`method`, `match`), when, and what:

    - {method: search.list, at: [3, 7], status: 503}
    - {method: "*", rate: 0.02, status: 429, retry_after: 2}
    - {method: videos.list, every: 10, kind: truncate}
    - {method: search.list, match: {q: lofi}, first: 1, status: 403, reason: quotaExceeded}
    - {method: search.list, first: 5, delay: 1.5}
    - {method: thumbnails, match: {name: maxresdefault}, kind: redirect, location: mqdefault}
    - {method: player, match: {videoId: abcdefghijk}, reason: AgeRestricted}

`at`, `every` and `first` count the calls that the entry's `method` and `match` let through, from 1; an entry
with none of them, and no `rate`, always happens. The first entry that happens wins. `delay` may come with a
`status` or `kind`. `location` is the address that a redirect leads to; of a thumbnail it may be the name of
another size. A fault costs no quota; a call that is only delayed, or whose answer loops, does.

The pages that transcripts are read from (PAGE_REASONS) also fail by `reason` alone, with a page that says no. The
reason is the exception that youtube-transcript-api makes of it; `consent` is the page that has cookies accepted first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tubelake.emulator.draws import draw

KINDS = frozenset({"truncate", "html", "broken_json", "empty", "reset", "redirect", "loop"})
PAGE_REASONS: Mapping[str, frozenset[str]] = {
    "watch": frozenset({"consent", "FailedToCreateConsentCookie", "IpBlocked", "YouTubeDataUnparsable"}),
    "player": frozenset(
        {
            "AgeRestricted",
            "PoTokenRequired",
            "RequestBlocked",
            "TranscriptsDisabled",
            "VideoUnavailable",
            "VideoUnplayable",
        }
    ),
}
_REASONS = {
    400: "badRequest",
    403: "quotaExceeded",
    404: "notFound",
    429: "rateLimitExceeded",
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "method": str,
    "match": dict,
    "at": list,
    "every": int,
    "first": int,
    "rate": (int, float),
    "status": int,
    "reason": str,
    "retry_after": (int, float),
    "delay": (int, float),
    "kind": str,
    "location": str,
}
_ERROR_STATUSES = range(400, 600)


class FaultsError(ValueError):
    """A fault schedule that cannot be read: one line that names the entry."""


@dataclass(frozen=True)
class Fault:
    """One entry of a schedule; None and empty fields are not set."""

    method: str = "*"
    match: tuple[tuple[str, str], ...] = ()
    at: tuple[int, ...] = ()
    every: int | None = None
    first: int | None = None
    rate: float | None = None
    status: int | None = None
    reason: str = ""
    retry_after: float | None = None
    delay: float = 0.0
    kind: str | None = None
    location: str = ""

    @property
    def damages(self) -> bool:
        """Whether it makes something else of the right answer; a loop is a right answer with a wrong token."""
        return self.kind not in {None, "loop"}


class Schedule:
    """A schedule in force, and how many calls each of its entries has seen."""

    def __init__(self, faults: tuple[Fault, ...], seed: int) -> None:
        self._seed = seed
        self.replace(faults)

    def replace(self, faults: tuple[Fault, ...]) -> None:
        """Start over with another schedule."""
        # In one assignment: another thread may be in `next`.
        self._state = (faults, [0] * len(faults))

    def next(self, method: str, params: Mapping[str, str]) -> Fault | None:
        """The fault of this call, which is counted; None where it goes well."""
        faults, seen = self._state
        chosen: Fault | None = None
        for index, fault in enumerate(faults):
            if not _concerns(fault, method, params):
                continue
            seen[index] += 1
            if chosen is None and _happens(fault, seen[index], (self._seed, index)):
                chosen = fault
        return chosen


def load_faults(path: Path) -> tuple[Fault, ...]:
    """The schedule in a YAML file; an unreadable or wrong one is a `FaultsError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read ({error})"
        raise FaultsError(msg) from None
    return parse_faults(text, str(path))


def parse_faults(text: str, source: str) -> tuple[Fault, ...]:
    """The schedule in YAML (or JSON) text: a list, or a mapping with the list under `faults`."""
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        msg = f"{source}: not YAML ({' '.join(str(error).split())})"
        raise FaultsError(msg) from None
    entries = loaded.get("faults") if isinstance(loaded, dict) else loaded
    if entries is None:
        return ()
    if not isinstance(entries, list):
        msg = f"{source}: a list of faults is expected, not {type(entries).__name__}"
        raise FaultsError(msg)
    return tuple(_fault(entry, f"{source}: entry {number}") for number, entry in enumerate(entries, start=1))


def _fault(entry: Any, place: str) -> Fault:
    problem = _shape_problem(entry) or _value_problem(entry)
    if problem:
        msg = f"{place}: {problem}"
        raise FaultsError(msg)
    status = entry.get("status")
    return Fault(
        **{name: value for name, value in entry.items() if name not in {"at", "match", "reason"}},
        at=tuple(entry.get("at", ())),
        match=tuple((str(name), str(value)) for name, value in entry.get("match", {}).items()),
        reason=entry.get("reason") or _REASONS.get(status or 0, "backendError"),
    )


def _shape_problem(entry: Any) -> str | None:
    if not isinstance(entry, dict):
        return "not a mapping"
    for name, value in entry.items():
        if name not in _TYPES:
            return f"unknown field {name!r}; there are {', '.join(_TYPES)}"
        if isinstance(value, bool) or not isinstance(value, _TYPES[name]):
            return f"{name} has the wrong type ({value!r})"
    return None


def _value_problem(entry: Mapping[str, Any]) -> str | None:
    pages = PAGE_REASONS.get(entry.get("method", "*"), frozenset())
    if not {"status", "delay", "kind"} & set(entry) and entry.get("reason") not in pages:
        known = f"; or as reason {', '.join(sorted(pages))}" if pages else ""
        return f"one of status, delay, kind is needed{known}"
    if "status" in entry and "kind" in entry:
        return "status and kind exclude each other"
    if ("location" in entry) != (entry.get("kind") == "redirect"):
        return "kind redirect needs a location, and nothing else has one"
    checks: Mapping[str, Callable[[Any], bool]] = {
        "kind": lambda value: value in KINDS,
        "status": lambda value: value in _ERROR_STATUSES,
        "rate": lambda value: 0 <= value <= 1,
        "at": lambda value: all(type(number) is int and number > 0 for number in value),
        "every": lambda value: value > 0,
        "first": lambda value: value > 0,
        "delay": lambda value: value >= 0,
        "retry_after": lambda value: value >= 0,
    }
    wrong = [name for name, fits in checks.items() if name in entry and not fits(entry[name])]
    return f"{wrong[0]} cannot be {entry[wrong[0]]!r}" if wrong else None


def _concerns(fault: Fault, method: str, params: Mapping[str, str]) -> bool:
    if fault.method not in {"*", method}:
        return False
    return all(params.get(name) == value for name, value in fault.match)


def _happens(fault: Fault, number: int, origin: tuple[int, int]) -> bool:
    rules = (
        number in fault.at,
        fault.every is not None and number % fault.every == 0,
        fault.first is not None and number <= fault.first,
        fault.rate is not None and draw(*origin, number) < fault.rate,
    )
    no_rule = not fault.at and fault.every is None and fault.first is None and fault.rate is None
    return no_rule or any(rules)
