"""What the driver spends to know what is due, as the log grows. Baseline: the same question of a tenth of the pages."""

from datetime import UTC, datetime, timedelta

from benchmarks.common import result, stopwatch
from tubelake.collect.frontier import Page, Query, due_chains

PAGES = 10_000
END = datetime(2026, 11, 1, tzinfo=UTC)
QUERY = Query("any", END - timedelta(days=7_000), END, shards=1)


def walk(count: int) -> list[Page]:
    """A walk of `count` queries of one page, a minute apart."""
    shard = due_chains(QUERY, [])[0].shard
    return [
        Page(
            shard, END - timedelta(minutes=number), item_ids=tuple(f"v{number * 49 + item}" for item in range(50)),
            oldest=END - timedelta(minutes=number, seconds=59), newest=END - timedelta(minutes=number),
        )
        for number in range(count)
    ]  # fmt: skip


def seconds(count: int) -> float:
    pages, taken = walk(count), []
    for _ in range(5):
        with stopwatch() as once:
            due_chains(QUERY, pages)
        taken += once
    return min(taken)


def main() -> None:
    tenth, whole = seconds(PAGES // 10), seconds(PAGES)
    print(f"{PAGES // 10:,} pages {tenth * 1e3:.0f} ms, {PAGES:,} pages {whole * 1e3:.0f} ms")
    result("seconds for ten times the pages, against ten times the seconds", whole / (10 * tenth), 1.5)


if __name__ == "__main__":
    main()
