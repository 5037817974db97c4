"""The contact sheet as one HTML file that asks nobody for anything: a summary, then pages of pictures."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from tubelake import console
from tubelake.export import document
from tubelake.export.document import text_of
from tubelake.export.markup import html, tag
from tubelake.export.previews import Preview
from tubelake.export.sheet_tile import UNSURE, Said, swatch, tile
from tubelake.vision.emotion import EMOTIONS

Shown = Sequence[tuple[Said, Preview]]

LAYERS = (("boxes", "Word boxes", True), ("faces", "Faces", True), ("letters", "Words as read", False))
STEPS = (("text", "Words"), ("correction", "Spelling"), ("faces", "Faces, emotions"))
ORDERS = {
    "newest": "newest first",
    "views": "most viewed first",
    "text": "most words first",
    "faces": "most faces first",
}


class Heading(NamedTuple):
    """What the summary says besides the pictures."""

    lake: str
    made_at: datetime  # UTC
    counts: Mapping[str, Any]  # as of `sheet.counted`
    filters: tuple[str, ...]  # in words
    order: str
    missing: tuple[str, ...]  # tables that are not there, and what fills them


def pages(heading: Heading, shown: Shown, per_page: int) -> Iterator[str]:
    """The file, piece by piece: one page of pictures is in memory as a tree."""
    starts = range(0, len(shown), per_page)
    css = "".join(text_of("tubelake.export", name) for name in ("tile.css", "sheet.css"))
    head = document.head(f"Contact sheet of {heading.lake}", css)
    yield f'<!doctype html>\n<html lang="en">\n{html(head)}\n<body>\n'
    yield html(tag("a", "To the pictures", href="#page1", class_="skip")) + "\n"
    yield html(_header(heading, shown, len(starts))) + "\n<main>\n"
    for number, start in enumerate(starts, 1):
        yield html(_page(number, len(starts), shown[start : start + per_page], start, per_page)) + "\n"
    yield "</main>\n</body>\n</html>\n"


def _page(number: int, count: int, shown: Shown, start: int, per_page: int) -> Element:
    columns = max(1, round((per_page / 1.5) ** 0.5))  # on paper: 24 pictures are 4 by 6
    rows = -(-per_page // columns)
    told = f"pictures {start + 1:,} to {start + len(shown):,}" if len(shown) > 1 else f"picture {start + 1:,}"
    return tag(
        "section",
        tag("h2", f"Page {number:,} of {count:,}", tag("span", told), id=f"page{number}", tabindex="-1"),
        tag("ol", *(tile(start + at, *each) for at, each in enumerate(shown, 1)), start=start + 1),
        class_="page", style=f"--columns: {columns}; --rows: {rows}",
    )  # fmt: skip


def _header(heading: Heading, shown: Shown, page_count: int) -> Element:
    return tag(
        "header",
        tag("h1", "Contact sheet"),
        tag("p", *_where(heading), class_="lead"),
        _figures(heading.counts, len(shown)),
        emotions(heading.counts),
        _made_by(shown),
        *(tag("p", f"There is no table {line}", class_="note") for line in heading.missing),
        _controls(),
        _links(page_count) if page_count > 1 else None,
    )


def _where(heading: Heading) -> Iterator[Element | str]:
    yield tag("bdi", heading.lake)
    filters = "; ".join(heading.filters) if heading.filters else "all pictures"
    yield f" · {filters} · {ORDERS[heading.order]} · made "
    yield tag("time", f"{heading.made_at:%Y-%m-%d %H:%M} UTC", datetime=f"{heading.made_at:%Y-%m-%dT%H:%MZ}")


def _figures(counts: Mapping[str, Any], shown_count: int) -> Element:
    """The numbers; "of" tells how many have been looked at, where not all have."""
    matching = counts["matching"]
    refused, missing = counts["refused"], counts["missing"]
    lacking = (
        f"{refused:,} could not be had" if refused else "",
        f"{console.counted(missing, 'video')} without one" if missing else "",
    )
    figures = [
        ("in the lake", counts["pictures"], ", ".join(filter(None, lacking))),
        ("pass the filters", matching, ""),
        ("on this sheet", shown_count, ""),
        ("with words", counts["with_text"], _share(counts["read"], matching, "read")),
        ("corrected", counts["corrected"], _share(counts["spelt"], counts["with_text"], "looked at")),
        ("with faces", counts["with_faces"], _share(counts["looked_at"], matching, "looked at")),
    ]
    each = (
        tag("div", tag("dt", name, tag("small", more) if more else None), tag("dd", f"{number:,}"))
        for name, number, more in figures
    )
    return tag("dl", *each, class_="figures")


def _share(done: int, due: int, verb: str) -> str:
    return "" if done == due else f"of {done:,} {verb}"


def emotions(counts: Mapping[str, Any], heading: str = "h2") -> Element | None:
    """How many faces have which emotion: also the legend of how they are drawn."""
    if not counts["looked_at"]:
        return None
    numbers = {name: counts[name] for name in EMOTIONS}
    numbers[UNSURE] = counts["faces"] - sum(numbers.values())
    title = tag(heading, console.counted(counts["faces"], "face"))
    items = (tag("li", swatch(name), tag("span", name), tag("b", f"{number:,}")) for name, number in numbers.items())
    return tag("section", title, tag("ul", *items), class_="emotions")


def _made_by(shown: Shown) -> Element | None:
    """What made what is shown: each model with its version, rules, pictures and their time."""
    rows = [row for step, name in STEPS for row in _models(step, name, shown)]
    if not rows:
        return None
    names = ("Step", "Made by", "Model", "Rules", "Pictures", "Newest picture (UTC)")
    head = tag("tr", *(tag("th", name, scope="col") for name in names))
    body = (tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:])) for row in rows)
    table = tag("table", tag("caption", "Made by"), tag("thead", head), tag("tbody", *body))
    return tag("div", table, class_="models", tabindex="0", role="region", aria_label="Made by")


def _models(step: str, name: str, shown: Shown) -> Iterator[tuple[str, ...]]:
    made: Counter[tuple[str, ...]] = Counter()
    newest: dict[tuple[str, ...], str] = {}
    for said, _ in shown:
        if by := said[f"{step}_by"]:
            key = tuple(str(by[part]) for part in ("backend", "model_hash", "rules"))
            made[key] += 1
            newest[key] = max(newest.get(key, ""), by["fetched_at"] or "")
    for key, count in made.most_common():
        yield (name, *key, f"{count:,}", newest[key])


def _controls() -> Element:
    boxes = (
        tag("label", tag("input", type="checkbox", id=f"show-{name}", checked=is_on), said)
        for name, said, is_on in LAYERS
    )
    return tag("fieldset", tag("legend", "Show"), *boxes, class_="controls")


def _links(page_count: int) -> Element:
    links = (tag("li", tag("a", f"{page:,}", href=f"#page{page}")) for page in range(1, page_count + 1))
    return tag("nav", tag("span", "Pages"), tag("ol", *links), aria_label="Pages")
