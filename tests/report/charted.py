"""What tests of sections share: a section as a page, its charts, and readings of lakes that lack a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import vl_convert
from pyspark.sql import DataFrame
from tests.report.test_report import Page

from tubelake.export.markup import html, tag
from tubelake.report.lake import Reading
from tubelake.report.section import Section
from tubelake.tables import Table


@dataclass(frozen=True)
class Lacking(Reading):
    """The same lake, as it would be read if it had none of these tables."""

    lacks: tuple[Table, ...] = ()

    def _frame(self, table: Table) -> DataFrame | None:
        return None if table in self.lacks else super()._frame(table)


def lacking(reading: Reading, *lacks: Table) -> Lacking:
    return Lacking(reading.spark, reading.settings, lacks=lacks)


def shown(section: Section) -> Page:
    """The section's part of the page, as a browser would read it; what it says of others is never markup."""
    page = Page(html(tag("section", *section.body)))
    scripts = {kind for kind, _ in page.scripts}
    assert scripts <= {"application/json"}
    assert not {"iframe", "object", "link", "base", "style"} & {name for name, _ in page.tags}
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")]
    for spec in page.specs:
        drawable(spec)
    return page


def words(section: Section) -> str:
    return " ".join(shown(section).words)


def drawable(spec: Mapping[str, Any]) -> None:
    """Vega-Lite takes the chart, and each field that it draws is one of its rows."""
    vl_convert.vegalite_to_vega(
        {key: _plain(each) for key, each in spec.items() if key != "data"} | {"data": spec["data"]}
    )
    rows = spec["data"]["values"]
    assert rows
    for field in fields({key: each for key, each in spec.items() if key != "data"}):
        assert all(field in row for row in rows), field


def fields(spec: Any) -> Iterator[str]:
    if isinstance(spec, Mapping):
        yield from ([spec["field"]] if isinstance(spec.get("field"), str) else [])
        for each in spec.values():
            yield from fields(each)
    elif isinstance(spec, list):
        for each in spec:
            yield from fields(each)


def _plain(value: Any) -> Any:
    """Colours as report.js puts them in."""
    if isinstance(value, str):
        return "#123456" if value.startswith("$") and not value.startswith("$schema") else value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, Mapping) else value
