"""A lake -> the report, as one HTML file."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from tubelake import console, job, state
from tubelake.errors import UsageError, first_line
from tubelake.export.files import write_whole
from tubelake.report import page, parts
from tubelake.report.lake import Reading
from tubelake.report.section import Section
from tubelake.report.sections import (
    captions,
    chats,
    features,
    feelings,
    gallery,
    groups,
    keywords,
    overview,
    quality,
    recall,
    tails,
    words,
)
from tubelake.settings import Settings

log = logging.getLogger("tubelake")

Make = Callable[[Reading], Section]
SECTIONS: tuple[Make, ...] = (
    overview.section, keywords.section, tails.section, recall.section, groups.section, chats.section, captions.section, feelings.section,
    words.section, gallery.section, features.section, quality.section,
)  # fmt: skip
AT_ONCE = 3  # sections that ask Spark at the same time: most of a section's time is planning, on one core


def build(spark: SparkSession, settings: Settings, out: Path) -> int:
    """Write the report and give its size (bytes). Raises UsageError where it cannot be written."""
    if not out.name or out.is_dir():
        raise UsageError(f"{out} is a folder; give --out a file, such as report.html")
    return write_whole(out, _pieces(Reading(spark, settings)))


def _pieces(reading: Reading) -> Iterator[str]:
    """The file, piece by piece. Nothing is asked before the first is wanted: by then the file is known to be writable."""
    settings = reading.settings
    now = settings.run.now or datetime.now(UTC)
    before = state.digits(settings)  # of before: with a commit meanwhile the page is an old one
    sections = sections_of(reading)
    is_whole = all(section.is_whole for section in sections)
    heading = page.Heading(settings.lake.catalog or settings.lake.root, now, before if is_whole else None)
    yield from page.pieces(heading, sections)


def sections_of(reading: Reading) -> Sequence[Section]:
    """All sections, in the order of the page."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda make: made(make, reading), SECTIONS))


def made(make: Make, reading: Reading) -> Section:
    """The section; one that cannot be made says so, and leaves the others alone."""
    try:
        return make(reading)
    except Exception as error:
        log.exception("the report's section %s failed", make.__module__)
        name = make.__module__.rpartition(".")[2]
        told = f"This part could not be made: {first_line(error)}"
        return Section(name, name.capitalize(), (parts.paragraph(told),), is_whole=False)


def is_current(settings: Settings, out: Path) -> bool:
    """Whether the file is a report of the lake as it is now, by this version with these settings."""
    now = state.digits(settings)
    return now is not None and now == page.state_of(out)


def write(settings: Settings, out: Path, *, again: bool = True) -> None:
    """Write the report, in the session that there is or one of its own, and say where it is.

    Without `again` a file that is current is left as it is.
    """
    if not again and is_current(settings, out):
        size, told = out.stat().st_size, "nothing has changed since it was written"
    else:
        size, told = build(job.start(settings), settings, out), "any browser opens it, without a network"
    console.say(f"report: {out} ({size / 1e6:.1f} MB; {told})")
