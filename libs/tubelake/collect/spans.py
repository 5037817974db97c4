"""Time spans of a search: their names in the log, and how spans cover a range. Used by the frontier only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Span:
    """The times [lo, hi) in whole seconds; with a duration class, only the videos of that class."""

    lo: datetime
    hi: datetime
    duration: str | None = None


def shard_name(span: Span) -> str:
    """The span as the log names it: LO/HI, with #CLASS for a duration class."""
    bounds = "/".join(f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for time in (span.lo, span.hi))
    return f"{bounds}#{span.duration}" if span.duration else bounds


def span_from_name(shard: str) -> Span:
    """The span that `shard_name` gave this name."""
    bounds, _, duration = shard.partition("#")
    lo, _, hi = bounds.partition("/")
    return Span(datetime.fromisoformat(lo), datetime.fromisoformat(hi), duration or None)


def whole_seconds(since: datetime, until: datetime) -> Span:
    """The smallest span in whole UTC seconds that holds [since, until)."""
    lo, hi = (time.astimezone(UTC).replace(microsecond=0) for time in (since, until))
    return Span(lo, hi if hi == until else hi + SECOND)


def seconds(span: Span) -> int:
    return (span.hi - span.lo) // SECOND


def cut(span: Span, parts: int) -> list[Span]:
    """The span in `parts` pieces of equal time, fewer where it has fewer seconds."""
    total = seconds(span)
    count = max(1, min(parts, total))
    edges = [span.lo + SECOND * (total * part // count) for part in range(count + 1)]
    return [Span(lo, hi) for lo, hi in pairwise(edges)]


def gaps(span: Span, covered: Iterable[Span]) -> list[Span]:
    """What `covered` leaves open of the span, oldest first."""
    found, lo = [], span.lo
    for other in sorted(covered, key=lambda other: other.lo):
        if lo < min(other.lo, span.hi):
            found.append(Span(lo, min(other.lo, span.hi)))
        lo = max(lo, other.hi)
    return [*found, Span(lo, span.hi)] if lo < span.hi else found


def nest(spans: Iterable[Span]) -> dict[Span | None, list[Span]]:
    """Each span's largest spans inside it; under None the spans that lie in no other."""
    inside: dict[Span | None, list[Span]] = {None: []}
    around: list[Span] = []
    largest_first = sorted(sorted(spans, key=lambda span: span.hi, reverse=True), key=lambda span: span.lo)
    for span in largest_first:
        while around and around[-1].hi < span.hi:
            around.pop()
        inside.setdefault(around[-1] if around else None, []).append(span)
        around.append(span)
    return inside


def fill(span: Span, parts: int, existing: Sequence[Span]) -> list[Span]:
    """`existing` and pieces for the rest of the span.

    The edges of the pieces do not depend on `existing`, so a cut stays the same while its pieces enter the
    log one after the other; with another `parts` only what is not in the log yet is cut anew.
    """
    pieces = cut(span, parts)
    return [*existing, *(gap for piece in pieces for gap in gaps(piece, existing))]
