"""Pieces of the page: tables, figures, tabs, notes. Each is a tree of HTML, in which text stays text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

import orjson

from tubelake import console
from tubelake.export.markup import Child, clean, tag
from tubelake.export.sheet_tile import WATCH
from tubelake.pipeline import filled_by
from tubelake.tables import Table

Cell = Element | str | float | bool | datetime | date | None
Spec = Mapping[str, Any]

LONGEST = 400  # characters of a foreign text that the page shows
_numbers = count(1)


def paragraph(*children: Child) -> Element:
    return tag("p", *children)


def quoted(text: str | None, most: int = LONGEST) -> Element:
    """Somebody else's words, in their own direction of writing, cut where they are too long."""
    return tag("bdi", short(text, most), dir="auto")


def link(video_id: str, text: str | None, seconds: float | None = None) -> Element:
    """A link to a video, to the second if one is given."""
    at = f"&t={max(0, int(seconds))}s" if seconds is not None else ""
    address = WATCH + quote(video_id, safe="") + at
    return tag("a", quoted(text or video_id), href=address, rel="noreferrer noopener", target="_blank")


def short(text: str | None, most: int = 60) -> str:
    """Somebody else's words on one line, and cut where they are too long."""
    told = re.sub(r"\s+", " ", text or "").strip()
    return told if len(told) <= most else told[: most - 1] + "…"


def named(title: str, most: int = 60) -> str:
    """A title within a sentence of ours: quoted, cut, and with its direction of writing kept to itself."""
    return f"“\u2068{short(_in_one_direction(title), most)}\u2069”"


def bar(part: float | None, told: str) -> Element | None:
    """A share, 0 to 1, as a bar with its number beside it as `told`."""
    if part is None:
        return None
    drawn = tag("i", style=f"--part: {min(1.0, max(0.0, part)):.3f}", aria_hidden="true")
    return tag("span", drawn, told, class_="bar")


def _in_one_direction(title: str) -> str:
    """A title without what turns the writing around it, and on one line."""
    return re.sub(r"\s+", " ", re.sub("[\u202a-\u202e\u2066-\u2069]", "", title)).strip()


def clock(seconds: float | None) -> str:
    """Seconds of a video or stream as people write them: 4:05, 1:02:03; with a minus before its start."""
    if seconds is None:
        return ""
    told = console.clock(abs(seconds))
    return f"-{told}" if seconds <= -1 else told


def rounded(value: float | None, digits: int) -> float | None:
    """Null stays null."""
    return None if value is None else round(value, digits)


def percent(share: float | None, digits: int = 0) -> str:
    return "" if share is None else f"{share:.{digits}%}"


def number(value: float | None) -> str:
    """As people write it; empty for null."""
    return console.text(value)


def table(
    caption: str, headers: Sequence[str], rows: Sequence[Sequence[Cell]], *, is_caption_shown: bool = True
) -> Element:
    """A table; columns with numbers are right-aligned. Wide ones scroll by themselves."""
    numeric = [
        any(_is_number(row[at]) for row in rows) and all(row[at] is None or _is_number(row[at]) for row in rows)
        for at in range(len(headers))
    ]
    classes = ["n" if is_number else None for is_number in numeric]
    head = tag("tr", *(tag("th", name, scope="col", class_=kind) for name, kind in zip(headers, classes, strict=True)))
    body = (
        tag("tr", *(tag("td", _shown(cell), class_=kind) for cell, kind in zip(row, classes, strict=True)))
        for row in rows
    )
    told = tag("caption", caption, class_=None if is_caption_shown else "unseen")
    return tag(
        "div", tag("table", told, tag("thead", head), tag("tbody", *body)),
        class_="scroll", tabindex="0", role="region", aria_label=caption,
    )  # fmt: skip


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _shown(cell: Cell) -> Child:
    return cell if isinstance(cell, Element) else console.text(cell)


def figure(
    spec: Spec, caption: str, headers: Sequence[str] = (), rows: Sequence[Sequence[Cell]] = (), note: str = ""
) -> Element:
    """A chart in Vega-Lite, drawn once it comes into view; its numbers stand below as a table, folded up."""
    source = tag("script", _json(spec), type="application/json")
    drawn = tag("div", source, class_="chart", role="img", aria_label=caption)
    below = details("The numbers", table(caption, headers, rows, is_caption_shown=False)) if rows else None
    said = tag("figcaption", tag("b", caption), tag("span", note) if note else None)
    return tag("figure", said, drawn, below)


def _json(value: Any) -> str:
    """JSON that can stand in a script element: nothing in it can end the element or begin another."""
    escapes = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    text = orjson.dumps(_cleaned(value), option=orjson.OPT_NON_STR_KEYS).decode()
    return re.sub("[<>&\u2028\u2029]", lambda found: escapes[found.group()], text)


def _cleaned(value: Any) -> Any:
    """JSON cannot hold half a pair of UTF-16 and the like either."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value


def details(summary: str, *children: Child) -> Element:
    return tag("details", tag("summary", summary), *children)


def tabs(label: str, panels: Mapping[str, Sequence[Element]]) -> Element:
    """Panels of which one is shown at a time; on paper, and without scripts, all are. One panel alone has no tab."""
    name = f"tabs{next(_numbers)}"
    if len(panels) <= 1:
        return tag("div", *(each for panel in panels.values() for each in panel))
    buttons = (
        tag(
            "button",
            quoted(title, 60),
            type="button",
            role="tab",
            id=f"{name}-{at}",
            aria_controls=f"{name}-{at}-panel",
        )
        for at, title in enumerate(panels)
    )
    shown = (
        tag("div", tag("h3", title, class_="panel-title"), *panel, role="tabpanel", id=f"{name}-{at}-panel", aria_labelledby=f"{name}-{at}")
        for at, (title, panel) in enumerate(panels.items())
    )  # fmt: skip
    return tag("div", tag("div", *buttons, role="tablist", aria_label=label), *shown, class_="tabs")


def figures(pairs: Sequence[tuple[str, Cell, str]]) -> Element:
    """Large numbers in a row: what it is, the number, and a few words more."""
    each = (
        tag("div", tag("dt", name, tag("small", more) if more else None), tag("dd", _shown(value)))
        for name, value, more in pairs
    )
    return tag("dl", *each, class_="figures")


def missing(what: str, *tables: Table, option: str | None = None, was_asked: bool = False) -> Element:
    """A note that there is nothing to show, and what to run for it; or that there is nothing to have, if it was asked for."""
    if was_asked:
        return tag("p", what, " YouTube was asked, and there was nothing to have.", class_="missing")
    jobs = list(dict.fromkeys(filled_by(table) for table in tables))
    remedy: list[Child] = [tag("code", f"tubelake pipeline --all-known --with {option}")] if option else []
    for name in () if option else jobs:
        remedy += [", then " if remedy else None, tag("code", f"tubelake run {name}")]
    return tag("p", what, " To have it, run ", *remedy, ".", class_="missing")


def unlike(titles: Iterable[str]) -> list[str]:
    """The titles, numbered where several are the same: tabs and bars are told apart by their names."""
    named: dict[str, None] = {}
    for title in map(_in_one_direction, titles):
        numbered = (f"{title} ({number})" for number in count(2))
        named[title if title not in named else next(each for each in numbered if each not in named)] = None
    return list(named)
