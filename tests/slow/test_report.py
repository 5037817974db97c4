"""The report of the demo in a real browser: it draws, its tabs and filters work, it asks nobody for anything."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tubelake.report.sections import gallery

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2_400)]  # the first may make the demo
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Opened(NamedTuple):
    """A page of the browser, what it complained about, and what it asked for besides files and data."""

    page: Page
    complaints: list[str]
    requests: list[str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {' or '.join(NAMES)} is installed: make browser")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def opened(browser, demo) -> Iterator[Callable[..., Opened]]:
    """Opens the demo's report in a window of this width, scrolled to its end and back, so that all of it is drawn."""
    assert demo.done.returncode == 0, demo.done.stdout + demo.done.stderr
    pages: list[Page] = []

    def open_page(width: int, scheme: str = "light") -> Opened:
        pages.append(browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=scheme))
        shown = Opened(pages[-1], [], [])
        shown.page.on(
            "console", lambda told: shown.complaints.append(told.text) if told.type in ("error", "warning") else None
        )
        shown.page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        shown.page.on(
            "request",
            lambda asked: shown.requests.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None,
        )
        shown.page.goto(report_of(demo).as_uri())
        height = shown.page.evaluate("document.documentElement.scrollHeight")
        for at in range(0, height, 700):
            shown.page.evaluate(f"window.scrollTo(0, {at})")
            shown.page.wait_for_timeout(60)
        shown.page.wait_for_function(
            "[...document.querySelectorAll('.chart')].every(c => !c.checkVisibility() || c.querySelector('svg'))"
        )
        return shown

    yield open_page
    for page in pages:
        page.close()


def report_of(demo) -> Path:
    """Where the demo says that its report is."""
    return Path(re.findall(r"(\S+/report\.html)", demo.done.stdout)[-1]).absolute()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_report_is_drawn_without_a_complaint_a_request_or_an_overflow(opened, width, scheme):
    page, complaints, requests = opened(width, scheme)
    assert complaints == []
    assert requests == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".drawing svg").count() >= 5
    assert page.locator(".findings li").count() >= 3
    assert page.get_by_text("This part could not be made").count() == 0
    assert page.evaluate("typeof window.pwned") == "undefined"


def test_tabs_work_by_pointer_and_by_key_and_charts_of_a_hidden_tab_are_drawn_when_it_opens(opened):
    page = opened(1440).page
    tabs = page.locator("#keywords [role=tablist]").first.locator("> [role=tab]")
    panels = page.locator("#keywords > .tabs > [role=tabpanel]")
    assert tabs.count() == panels.count() >= 2
    assert [panel.is_visible() for panel in panels.all()] == [True] + [False] * (panels.count() - 1)
    tabs.nth(1).click()
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    assert not panels.nth(0).is_visible()
    panels.nth(1).locator(".drawing svg").first.wait_for(timeout=5_000)
    page.keyboard.press("Home")
    assert panels.nth(0).is_visible()
    page.keyboard.press("ArrowLeft")
    assert panels.nth(panels.count() - 1).is_visible()


def test_the_gallery_is_filtered_by_words_and_by_what_was_found(opened):
    page = opened(1440).page
    form = page.locator("#gallery form[data-filters]")
    items = page.locator(f"#{form.get_attribute('data-filters')} > *")
    total = items.count()
    assert total > 5
    visible = lambda: sum(item.is_visible() for item in items.all())  # noqa: E731
    assert visible() == min(total, gallery.FIRST)
    if total > gallery.FIRST:
        page.locator("#gallery .more label").click()
    assert visible() == total
    form.locator("input[type=search]").fill("no title says this")
    assert visible() == 0
    assert form.locator("output").inner_text() == f"0 of {total}"
    form.locator("input[type=search]").fill("")
    form.locator("input[type=checkbox]").first.check()
    assert 0 < visible() < total


def test_ten_of_its_figures_are_those_of_the_lake(opened, demo, spark):
    """Each is counted again by SQL over the tables that were collected, not over those that the report reads."""
    page = opened(1440).page
    lake = demo.lake

    def sql(query: str):
        where = re.sub(r"\{(\w+)/(\w+)\}", rf"delta.`{lake}/\1/\2`", query)
        return spark.sql(where).collect()[0][0]

    def figures(part: str) -> dict[str, str]:
        each = page.locator(f"{part} .figures > div")
        return {
            div.locator("dt").evaluate("dt => dt.firstChild.textContent"): div.locator("dd").inner_text()
            for div in each.all()
        }

    def cells(part: str, first: str) -> list[str]:
        rows = page.locator(f"{part} tbody tr").filter(
            has=page.locator("td:first-child", has_text=re.compile(f"^{first}$"))
        )
        return rows.first.locator("td").all_text_contents()

    shown = figures("#overview")
    views = """SELECT max_by(view_count, fetched_at) AS views FROM {silver/video_snapshots} JOIN {silver/search_hits}
               USING (video_id) WHERE keyword = 'cooking' GROUP BY video_id"""
    told = {
        "videos": (shown["videos"], sql("SELECT count(DISTINCT video_id) FROM {silver/videos}")),
        "comments": (shown["comments"], sql("SELECT count(*) FROM {silver/comments}")),
        "messages": (shown["chat messages"], sql("SELECT count(*) FROM {silver/chat_messages}")),
        "thumbnails": (shown["thumbnails"], sql("SELECT count(DISTINCT video_id) FROM {bronze/pictures} WHERE data IS NOT NULL")),
        "units": (shown["units of quota"], sql("SELECT sum(units) FROM {bronze/responses}")),
        "found": (cells("#overview", "cooking")[1], sql("SELECT count(DISTINCT video_id) FROM {silver/search_hits} WHERE keyword = 'cooking'")),
        "median": (cells("#keywords", "views")[7], round(sql(f"SELECT percentile(views, 0.5) FROM ({views})"))),
        "greatest": (cells("#keywords", "views")[9], sql(f"SELECT max(views) FROM ({views})")),
        "words": (figures("#gallery")["with words"], sql("SELECT count_if(word_count > 0) FROM {silver/picture_text}")),
        "authors": (figures("#chats")["authors"], sql("SELECT count(DISTINCT author_channel_id) FROM {silver/chat_messages} WHERE text IS NOT NULL")),
    }  # fmt: skip
    assert {name: number for name, (number, _) in told.items()} == {
        name: f"{count:,}" for name, (_, count) in told.items()
    }
