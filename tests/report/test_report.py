"""The report's page: what it says equals the lake, it asks nobody for anything, and no text of a video is ever markup."""

import json
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import vl_convert
from tests.filling import add

from tubelake import cli, job, pipeline, settings, tables
from tubelake.errors import UsageError
from tubelake.report import build, page, parts
from tubelake.report.section import Finding, Section
from tubelake.settings import Lake

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
EVIL = "</script><script>window.pwned = 1</script><img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://evil.example")'
ARABIC = "\u202eعنوان الفيديو 👩‍👩‍👧 \x00end"
TITLES = [EVIL, FORMULA, ARABIC, *(f"video {at}" for at in range(37))]


class Page(HTMLParser):
    """Elements, scripts with their types, and the words between."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str | None, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs).get("type"), ""))

    def handle_data(self, data) -> None:
        if self.tags and self.tags[-1][0] == "script":
            kind, text = self.scripts[-1]
            self.scripts[-1] = (kind, text + data)
        elif data.strip():
            self.words.append(data.strip())

    def handle_endtag(self, tag) -> None:
        if tag == "script":
            self.tags.append(("/script", {}))

    @property
    def specs(self) -> list[dict]:
        return [json.loads(text) for kind, text in self.scripts if kind == "application/json"]


def fill(spark, lake) -> None:
    """Forty videos of two keywords, one of them with a hostile name, and the log of how they were found."""
    ids = [f"video{at:06}" for at in range(len(TITLES))]
    old = NOW - timedelta(days=90)
    add(spark, lake, tables.VIDEOS, *(
        {"video_id": name, "title": title, "channel_id": f"c{at % 7}", "published_at": NOW - timedelta(hours=31 * at),
         "fetched_at": NOW, "duration_seconds": 60 + at} for at, (name, title) in enumerate(zip(ids, TITLES, strict=True))
    ))  # fmt: skip
    counts = [
        {"video_id": name, "fetched_at": NOW, "view_count": 10 * 2 ** (at % 20) if at else None, "like_count": at}
        for at, name in enumerate(ids)
    ]
    add(spark, lake, tables.VIDEO_SNAPSHOTS, *counts, {**counts[5], "fetched_at": old})
    add(spark, lake, tables.SEARCH_HITS, *(
        {"keyword": keyword, "kind": "video", "item_id": name, "video_id": name, "fetched_at": NOW}
        for keyword, names in (("lofi", ids[:30]), (EVIL, ids[25:])) for name in names
    ))  # fmt: skip
    answers = [
        ("search.list", None, 2), ("search.list", "quotaExceeded", 1), ("videos.list", None, 1), ("transcripts", "NoTranscriptFound", 0),
    ]  # fmt: skip
    add(spark, lake, tables.RESPONSES, *(
        {"request_id": str(at), "method": method, "reason": reason, "units": units, "subject": "lofi", "fetched_at": NOW}
        for at, (method, reason, units) in enumerate(answers)
    ))  # fmt: skip
    add(
        spark,
        lake,
        tables.JOB_RUNS,
        {"run_id": "r", "job": "collect_search", "started_at": NOW, "outcome": "failed", "message": EVIL},
    )


@pytest.fixture(scope="module")
def full(spark, settings_of, tmp_path_factory) -> Lake:
    """The lake of `fill`, with statistics."""
    lake = Lake(root=str(tmp_path_factory.mktemp("report") / "lake"))
    fill(spark, lake)
    assert job.run(spark, "build_statistics", job.with_run_id(settings_of(lake))) == 0
    return lake


@pytest.fixture
def made(spark, settings_of, tmp_path):
    """Builds the report of a lake and gives its file, its text and the page."""

    def make(lake: Lake) -> tuple[Path, str, Page]:
        out = tmp_path / "out" / "report.html"
        build.build(spark, settings_of(lake), out)
        text = out.read_text(encoding="utf-8")
        return out, text, Page(text)

    return make


def test_a_lake_with_hostile_names_is_told_rightly_and_nothing_in_it_is_markup(spark, full, made):
    _, text, shown = made(full)

    scripts = [kind for kind, _ in shown.scripts]
    assert scripts.count(None) == 2
    assert set(scripts) == {None, "application/json"}
    assert not [tag for tag, _ in shown.tags if tag in ("img", "iframe", "object", "link", "base")]
    assert not [name for _, attributes in shown.tags for name in attributes if name.startswith("on")]
    addresses = {
        value for _, attributes in shown.tags for key, value in attributes.items() if key in ("href", "src", "action")
    }
    assert all(address.startswith(("#", parts.WATCH)) for address in addresses)
    assert EVIL in " ".join(shown.words)
    assert "\x00" not in text

    words = Counter(shown.words)
    assert not [each for each in shown.words if each.startswith("This part could not be made")]
    assert words["lofi"] >= 2
    row = shown.words[shown.words.index("newest") + 1 :][:10]
    assert row[:3] == ["lofi", "30", "7"]
    median = spark.sql(f"""
        SELECT percentile(view_count, 0.5) AS views FROM delta.`{full.root}/silver/video_snapshots` s
        JOIN delta.`{full.root}/silver/search_hits` h USING (video_id) WHERE keyword = 'lofi' AND s.fetched_at = '{NOW:%F %T}'
    """).collect()[0]["views"]  # fmt: skip
    assert f"The median video of “lofi” has {median:,.0f} views" in " ".join(shown.words)
    assert any(
        "1 of the answers say that there is nothing to have, such as captions, and 1 failed" in each
        for each in shown.words
    )
    told = " ".join(shown.words)
    assert "There are no caption tracks in this lake. YouTube was asked, and there was nothing to have." in told
    assert "There are no captions. YouTube was asked" in told
    assert "There are no comments in this lake. To have it, run" in told
    assert any("1 of 40 videos (2%) have no count of views" in each for each in shown.words)
    assert any("1 video counted before and after 27 August 2026" in each for each in shown.words)
    assert "4" in shown.words[: shown.words.index("units of quota")][-1:] or words["4"]

    assert shown.specs
    for spec in shown.specs:
        vl_convert.vegalite_to_vega(spec)
    views = next(spec for spec in shown.specs if spec["encoding"]["x"]["title"] == "views")
    assert sum(each["video_count"] for each in views["data"]["values"]) == 29  # of 30, one hides its views


def test_an_empty_lake_has_a_report_that_says_what_to_run_and_makes_no_table(lake, made):
    _, _, shown = made(lake)
    told = " ".join(shown.words)
    assert "This part could not be made" not in told
    assert "There are no videos in this lake. To have it, run tubelake run build_videos ." in told
    assert "tubelake run build_statistics" in told
    assert not list(Path(lake.root).rglob("_delta_log"))


def test_a_pipeline_leaves_a_report_of_the_same_lake_and_settings_as_it_is(spark, lake, settings_of, tmp_path, capsys):
    out, wanted = tmp_path / "report.html", settings_of(lake)

    def told() -> str:
        pipeline.make_report(wanted, out)
        return capsys.readouterr().out

    assert "any browser opens it" in told()
    written = out.read_bytes()
    assert f"report: {out} (" in (again := told())
    assert "nothing has changed since it was written" in again
    assert out.read_bytes() == written
    assert not build.is_current(settings.changed(wanted, "policy", derived_metrics_accepted=True), out)
    add(spark, lake, tables.VIDEOS, {"video_id": "video000001", "fetched_at": NOW})
    assert not build.is_current(wanted, out)
    assert build.is_current(wanted, tmp_path / "another.html") is False


@pytest.mark.slow  # a report of a whole lake
def test_a_table_that_cannot_be_read_costs_its_section_alone_and_is_tried_again(full, lake, settings_of, made):
    shutil.copytree(full.root, lake.root)
    for part in (Path(lake.root) / "gold" / "histograms").glob("*.parquet"):
        part.write_bytes(b"PAR1 torn")
    out, _, shown = made(lake)
    assert any(each.startswith("This part could not be made: ") for each in shown.words)
    assert "What was collected" in shown.words
    assert "Columns with nulls" in shown.words
    assert not build.is_current(settings_of(lake), out)


def test_findings_stand_in_order_of_weight_and_no_more_than_a_page_of_them(tmp_path):
    findings = [Finding(f"finding {at}", "doubt", at / 100) for at in range(40)]
    text = "".join(page.pieces(page.Heading("lake", NOW), [Section("a", "A", (), findings)]))
    shown = [word for word in Page(text).words if word.startswith("finding ")]
    assert shown == [f"finding {at}" for at in range(39, 39 - page.MOST_FINDINGS, -1)]


def test_pieces_of_the_page():
    assert [parts.clock(seconds) for seconds in (0, 65, 3723.9, -0.5, -61, None)] == [
        "0:00",
        "1:05",
        "1:02:03",
        "0:00",
        "-1:01",
        "",
    ]
    link = parts.link('a"b&c', "<b>", 61.7)
    assert link.get("href") == "https://www.youtube.com/watch?v=a%22b%26c&t=61s"
    assert "".join(parts.quoted("x" * 500).itertext()) == "x" * 399 + "…"
    assert len(parts.tabs("one", {"only": [parts.paragraph("x")]}).findall(".//button")) == 0
    assert len(parts.tabs("two", {"a": [], "b": []}).findall(".//button")) == 2


def test_a_file_that_cannot_be_written_is_one_line(spark, settings_for, tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="give another --out"):
        build.build(spark, settings_for("http://127.0.0.1:9"), tmp_path / "file" / "below.html")
    (tmp_path / "lake").mkdir()
    sets = ["--set", f"lake.root={tmp_path / 'lake'}", "--set", f"run.logs={tmp_path}"]
    with pytest.raises(SystemExit, match="2"):
        cli.main(["report", "--out", str(tmp_path), *sets])
    assert "is a folder; give --out a file" in capsys.readouterr().err
