"""How complete the searches are, as far as a second look at some time windows tells."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from pyspark.sql import Row
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.report import parts
from tubelake.report.lake import Reading, collected
from tubelake.report.section import Finding, Section

MOST_KEYWORDS = 50
HEADERS = (
    "keyword", "windows", "found first", "found again", "by both", "estimated total", "95 % interval", "recall", "95 % interval",
)  # fmt: skip


def section(reading: Reading) -> Section:
    order = (F.desc("found_first"), "keyword")
    rows = collected(reading.rows(tables.SEARCH_RECALL).orderBy(*order), MOST_KEYWORDS)
    body = list(_told(rows)) if rows else [_unknown()]
    return Section("recall", "How complete is a search?", body, list(_findings(rows)))


def _unknown() -> Element:
    return parts.missing(
        "A search finds what YouTube lists, and nobody has looked how much of it that is: claim no completeness.",
        tables.SEARCH_RECALL, option="recall",
    )  # fmt: skip


def _told(rows: Sequence[Row]) -> Iterator[Element]:
    yield parts.paragraph(
        "Some time windows of each keyword were searched a second time, in another order. The recall is the share of what "
        "the second search found that the first one had; the total, also of what none found, is Chapman's estimate. Both "
        "searches read one index, so the true recall is rather lower."
    )
    yield parts.table("Searches looked at twice", HEADERS, [_cells(row) for row in rows])
    yield parts.details("In words", *(parts.paragraph(f"{row['keyword']}: {row['note']}") for row in rows))


def _cells(row: Row) -> tuple[parts.Cell, ...]:
    ends = row["total_low"], row["total_high"]
    total = f"{ends[0]:,.0f} to {ends[1]:,.0f}" if None not in ends else ""
    recall = f"{row['recall_low']:.0%} to {row['recall_high']:.0%}" if row["recall_low"] is not None else ""
    counts = (row[name] for name in ("window_count", "found_first", "found_again", "overlap"))
    estimate = round(row["total_estimate"]) if row["total_estimate"] is not None else None
    return (parts.quoted(row["keyword"]), *counts, estimate, total, parts.percent(row["recall"]), recall)


def _findings(rows: Sequence[Row]) -> Iterator[Finding]:
    """The keyword of which most was found."""
    for row in [each for each in rows if each["recall"] is not None][:1]:
        told = (
            f"The search for “{row['keyword']}” finds about {row['recall']:.0%} of what YouTube lists: of {row['found_again']:,} "
            f"results that a second search found, it had {row['overlap']:,}."
        )
        doubt = (
            f"In {row['window_count']:,} time windows; 95 % interval {row['recall_low']:.0%} to {row['recall_high']:.0%}. What "
            "YouTube lists to nobody is in neither search."
        )
        yield Finding(told, doubt, 0.9)
