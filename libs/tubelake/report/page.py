"""Sections -> one HTML file that asks nobody for anything: its policy allows no request, and only its own two scripts."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import vl_convert

from tubelake.export import document
from tubelake.export.document import text_of
from tubelake.export.markup import html, tag
from tubelake.report.section import Finding, Section

MOST_FINDINGS = 12
STATE = "tubelake-state"
_HEAD = 4_096  # characters of a page in which its state is found
_WHOLE: Any = None  # the bundle takes None for all of it; its types do not say so


class Heading(NamedTuple):
    """What stands at the top of the page: the lake, when the page was made (UTC), and of which state, unseen."""

    lake: str
    made_at: datetime
    state: str | None = None


def pieces(heading: Heading, sections: Sequence[Section]) -> Iterator[str]:
    """The file, piece by piece."""
    scripts = (vl_convert.javascript_bundle(_WHOLE), text_of("tubelake.report", "report.js"))
    css = text_of("tubelake.export", "tile.css") + text_of("tubelake.report", "report.css")
    named = {STATE: heading.state} if heading.state else None
    head = document.head(f"Report of {heading.lake}", css, scripts, named)
    yield f'<!doctype html>\n<html lang="en">\n{html(head)}\n<body>\n'
    yield html(tag("a", "To the content", href="#content", class_="skip")) + "\n"
    yield html(_navigation(sections)) + '\n<main id="content" tabindex="-1">\n'
    yield html(_top(heading, sections)) + "\n"
    for section in sections:
        yield html(_section(section)) + "\n"
    yield "</main>\n"
    for script in scripts:
        yield f"<script>{script}</script>\n"
    yield "</body>\n</html>\n"


def state_of(page: Path) -> str | None:
    """The state of the lake that a page tells of; None where it says none, or is not there."""
    try:
        with page.open(encoding="utf-8", errors="replace") as file:
            found = re.search(rf'<meta name="{STATE}" content="(\w+)"', file.read(_HEAD))
    except OSError:
        return None
    return found[1] if found else None


def _navigation(sections: Sequence[Section]) -> Element:
    links = [
        tag("li", tag("a", title, href=f"#{name}"))
        for name, title in [("top", "Findings"), *((s.id, s.title) for s in sections)]
    ]
    return tag("nav", tag("p", "TubeLake", class_="brand"), tag("ol", *links), aria_label="Sections")


def _top(heading: Heading, sections: Sequence[Section]) -> Element:
    made = f"{heading.made_at:%Y-%m-%d %H:%M} UTC"
    found = sorted((each for section in sections for each in section.findings), key=lambda each: -each.weight)
    listed = tag("ol", *map(_finding, found[:MOST_FINDINGS]), class_="findings")
    nothing = tag(
        "p", "Nothing yet: the lake has no results to tell of. What is missing is said below.", class_="missing"
    )
    return tag(
        "header", tag("h1", "What the lake says"),
        tag("p", f"{heading.lake}, as of {made}", class_="lead"),
        tag("h2", "Findings", class_="unseen"), listed if found else nothing, id="top", tabindex="-1",
    )  # fmt: skip


def _finding(finding: Finding) -> Element:
    return tag("li", tag("strong", finding.text), tag("span", finding.doubt, class_="doubt"))


def _section(section: Section) -> Element:
    return tag(
        "section", tag("h2", section.title, id=f"{section.id}-title"), *section.body,
        id=section.id, tabindex="-1", aria_labelledby=f"{section.id}-title",
    )  # fmt: skip
