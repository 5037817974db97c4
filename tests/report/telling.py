"""The lake of `told_rows`, and what a section of the report shows of it."""

import json
import shutil
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp

import vl_convert
from pyspark.sql import SparkSession
from tests.report.told_rows import captions, chats, scores, videos

from tubelake import settings, store, tables
from tubelake.export.markup import html, tag
from tubelake.report.lake import Reading
from tubelake.report.section import Section
from tubelake.settings import Lake


def write(spark: SparkSession, lake: Lake, table: tables.Table, *rows: Mapping[str, object]) -> None:
    """The rows as the whole table; what a row does not name is null."""
    listed = [tuple(row.get(name) for name in table.column_names) for row in rows]
    store.overwrite(spark.createDataFrame(listed, table.ddl), table, lake)


def reading(spark: SparkSession, lake: Lake) -> Reading:
    return Reading(spark, settings.load(overrides=[f"lake.root={lake.root}"], environ={}))


@cache
def full_lake(spark: SparkSession) -> Lake:
    """Made once for all tests, which only read it."""
    lake = Lake(root=str(Path(mkdtemp(prefix="telling")) / "lake"))
    write(spark, lake, tables.VIDEOS, *videos())
    for table, rows in {**chats(), **captions(), **scores()}.items():
        write(spark, lake, table, *rows)
    return lake


def without(lake: Lake, folder: Path, *gone: tables.Table) -> Lake:
    """A copy of the lake that lacks these tables."""
    shutil.copytree(lake.root, folder)
    for table in gone:
        shutil.rmtree(folder / table.layer / table.name)
    return Lake(root=str(folder))


class Page(HTMLParser):
    """What a section shows: its links, texts, tables (by caption, rows of cells) and charts (by label)."""

    def __init__(self, section: Section) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.charts: dict[str, dict] = {}  # of several with one label the first
        self.specs: list[dict] = []
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self._in_script = self._in_cell = False
        self.markup = html(tag("main", *section.body))
        self.feed(self.markup)
        self.close()

    def handle_starttag(self, name, attributes):
        found = dict(attributes)
        self.tags.append((name, found))
        if name == "a":
            self.links.append(found["href"])
        if found.get("class") == "scroll":
            self._rows = self.tables.setdefault(found["aria-label"], [])
        if found.get("class") == "chart":
            self._label = found["aria-label"]
        if name == "tr":
            self._rows.append([])
        if name in ("td", "th"):
            self._rows[-1].append("")
        self._in_script |= name == "script"
        self._in_cell |= name in ("td", "th")

    def handle_endtag(self, name):
        self._in_script &= name != "script"
        self._in_cell &= name not in ("td", "th")

    def handle_data(self, data):
        if self._in_script:
            self.specs.append(json.loads(data))
            self.charts.setdefault(self._label, self.specs[-1])
        else:
            self.text += data
        if self._in_cell:
            self._rows[-1][-1] += data


def shown(section: Section) -> Page:
    """The section as the page shows it; whatever it is, it is inert and its charts can be drawn."""
    page = Page(section)
    assert {name for name, _ in page.tags}.isdisjoint({"img", "iframe", "link", "style"})
    assert all(found["type"] == "application/json" for name, found in page.tags if name == "script")
    assert not [key for _, found in page.tags for key in found if key.startswith("on")]
    assert all(link.startswith("https://www.youtube.com/watch?v=") for link in page.links)
    for spec in page.specs:
        assert vl_convert.vegalite_to_vega(spec)["marks"]
        check_fields(spec, spec["data"]["values"])
    return page


def check_fields(spec: Mapping, values: list[dict]) -> None:
    """Each field that an encoding names is in the values that it draws."""
    values = spec.get("data", {}).get("values", values)
    for layer in spec.get("layer", ()):
        check_fields(layer, values)
    channels = [each for one in spec.get("encoding", {}).values() for each in (one if isinstance(one, list) else [one])]
    fields = {each["field"] for each in channels if "field" in each}
    assert values
    assert all(fields <= set(value) for value in values), (fields, values[0])
