"""The pages of docs/ against the code: the reference is fresh, costs and messages are those there are, examples run."""

import importlib
import re
import runpy
import shlex
import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from pyspark.sql import Row
from typer.main import get_command

from tubelake import backends, cli, job, pipeline, reference, resources, stats, store, tables
from tubelake.collect import ledger, rounds
from tubelake.emulator import EmulatorOptions, running
from tubelake.errors import Blocked, QuotaSpent, TubeLakeError, UsageError
from tubelake.settings import Quota, Search
from tubelake.youtube import outcomes, quota

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {page.name: page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md"))}
LINES_A_PAGE = 90
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def files(page: str) -> dict[str, str]:
    """The files that a page shows, by the path that it gives them."""
    return dict(re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL))


def rows(page: str, *header: str) -> list[list[str]]:
    """The cells of every table with this header."""
    found, inside = [], False
    for line in PAGES[page].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        inside = line.startswith("|") and (inside or cells == list(header))
        if inside and cells != list(header) and not set(line) <= set("|-"):
            found.append(cells)
    return found


def test_the_reference_of_tables_is_fresh():
    assert reference.markdown() == PAGES["tables.md"], "make it anew: python -m tubelake.reference > docs/tables.md"


def test_the_reference_tells_each_column_with_its_unit_and_who_writes_and_reads_it():
    sections = dict(re.findall(r"^### (\w+)\n\n(.*?)(?=^##|\Z)", PAGES["tables.md"], re.MULTILINE | re.DOTALL))
    assert sections.keys() == {table.name for table in tables.ALL}
    for table in tables.ALL:
        assert re.findall(r"^\| `(\w+)` \| `(.+?)` \|", sections[table.name], re.MULTILINE) == [
            (column.name, column.type) for column in table.columns
        ]
    assert "| `duration_seconds` | `bigint` | s | Length; null where missing, 0 for" in sections["videos"]
    assert "| `published_at` | `timestamp` | UTC | When it was published |" in sections["videos"]
    assert "Written by `build_trending`, `build_videos`. Read by" in sections["videos"]
    assert "`build_statistics`" in sections["videos"]
    assert "maintain_tables" not in PAGES["tables.md"]


def test_costs_and_limits_are_those_of_the_quota_table():
    told = {
        re.findall(r"`(.+?)`", row[0])[0]: int(row[1].split()[0])
        for row in rows("quota.md", "method", "units", "what one call brings")
    }
    known = {name for name, _, _ in quota._COSTS}
    assert known - told.keys() == {"playlists.list", "videoCategories.list"}  # which no job calls
    assert {name: quota.cost(name, NOW.date()).units for name in told} == told
    limits = {row[0]: int(row[1].replace(",", "")) for row in rows("quota.md", "bucket", "a day", "what pays with it")}
    assert {bucket: quota.limit(bucket, NOW.date()) for bucket in quota.buckets(NOW.date())} == limits
    for chats, units, last in rows("quota.md", "chats at once", "units an hour", "10,000 units last"):
        an_hour = int(chats) * 3_600 // 5 * quota.cost("liveChatMessages.list", date(2026, 11, 27)).units
        hours, minutes = divmod(round(10_000 / an_hour * 60), 60)
        assert (units, last) == (f"{an_hour:,}", f"{hours} h {minutes} min" if hours else f"{minutes} min")


def test_messages_are_those_that_are_said(settings_for, tmp_path):
    told = [row[0].strip("`") for row in rows("own-key.md", "message", "what it means, what to do")]
    keyless = settings_for("http://127.0.0.1:1", "youtube.api_key=")
    said = [
        _said(lambda: rounds._access(keyless)),
        _said(lambda: store.check(keyless.lake.model_copy(update={"root": "/proc/x"}))),
    ]
    spent = ledger.spent_error(ledger.account("search", Quota(), NOW), NOW)
    said += [str(spent), "12 requests failed after their retries; run again to ask only those"]
    assert (spent.exit_code, Blocked.exit_code, UsageError.exit_code, TubeLakeError.exit_code) == (75, 75, 2, 1)
    code = "".join(path.read_text(encoding="utf-8") for path in (Path(job.__file__).parent).rglob("*.py"))
    code = re.sub(r'"\s+f?"', "", code)  # texts over several lines
    for message in told:
        reason = re.search(r"\((?:\d+ )?(\w+)\)", message)
        if reason:
            wanted = outcomes.Outcome.BLOCKED if "blocks" in message else outcomes.Outcome.CREDENTIALS
            assert outcomes.outcome(400, reason.group(1)) is wanted, message
            assert message.split("(")[0].replace("search.list", "{row['method']}") in code, message
        elif message.startswith("Java"):
            assert message.partition("17")[2].split("...")[0] in code, message
        else:
            assert any(_fits(message, line) for line in said), message


def _said(call) -> str:
    with pytest.raises(UsageError) as error:
        call()
    return str(error.value)


def _fits(pattern: str, line: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("..."))), line) is not None


def test_commands_are_understood():
    group = get_command(cli.app)
    lines = [line for text in PAGES.values() for line in re.findall(r"^\$ (tubelake .*)$", text, re.MULTILINE)]
    for line in lines:
        _, name, *arguments = shlex.split(line)
        group.commands[name].make_context(name, arguments)
    named = {text for page in PAGES.values() for text in re.findall(r"`tubelake ([\w-]+)", page)}
    assert named <= group.commands.keys()
    assert len(lines) > 5


def test_pages_are_short_and_their_links_lead_somewhere():
    for name, text in PAGES.items():
        assert name == "tables.md" or len(text.splitlines()) <= LINES_A_PAGE, name
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text):
            assert (DOCS / link).exists(), link
        for path in set(re.findall(r"`((?:libs|jobs)/[\w/]+\.?\w*)`", text)) - set().union(*map(files, PAGES)):
            assert (DOCS.parent / path).exists(), path


@pytest.fixture
def added(tmp_path, monkeypatch):
    """Puts the files of pages where they say, in a copy: modules of the package and jobs."""

    def add(*pages: str) -> None:
        for path, text in (item for page in pages for item in files(page).items()):
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        for package in (backends, stats, tables):
            folder = str(tmp_path / "libs/tubelake" / package.__name__.rpartition(".")[2])
            monkeypatch.setattr(package, "__path__", [*package.__path__, folder])
        shutil.copytree(resources.path("jobs"), tmp_path / "jobs", dirs_exist_ok=True)
        monkeypatch.setattr(resources, "path", lambda folder: tmp_path / folder)

    yield add
    for name in ("tables.titles", "stats.titles", "backends.thumbs"):
        sys.modules.pop(f"tubelake.{name}", None)


def test_the_example_table_and_job_run_and_a_second_run_changes_nothing(spark, added, lake, settings_for, capsys):
    added("add-table.md", "add-job.md")
    table, wanted = importlib.import_module("tubelake.tables.titles").CHANNEL_TITLES, settings_for("http://127.0.0.1:1")
    names = pipeline.jobs_of(wanted, ["features"])
    assert names.index("build_videos") < names.index("measure_titles")
    assert "measure_titles" not in pipeline.jobs_of(wanted, ["comments"])
    store.ensure(spark, tables.VIDEOS, lake)
    videos = spark.createDataFrame(
        [("a", "one", "c1"), ("b", "three", "c1"), ("c", None, "c1"), ("d", "", "c2")],
        "video_id string, title string, channel_id string",
    )
    missing = [
        f"CAST(NULL AS {column.type}) AS {column.name}"
        for column in tables.VIDEOS.columns
        if column.name not in videos.columns
    ]
    store.append(videos.selectExpr("*", *missing), tables.VIDEOS, lake)
    assert job.run(spark, "measure_titles", wanted) == 0
    found = {
        row["channel_id"]: (row["video_count"], row["mean_length"]) for row in store.read(spark, table, lake).collect()
    }
    assert found == {"c1": (2, 4.0), "c2": (1, 0.0)}
    version = store.version(spark, table, lake)
    assert job.run(spark, "measure_titles", wanted) == 0
    assert store.version(spark, table, lake) == version
    assert "measure_titles: 0 rows in, 2 rows out" in capsys.readouterr().out


def test_the_example_backend_is_loaded_and_scores(added):
    added("add-backend.md")
    (snippet,) = re.findall(r"^```python test\n(.*?)^```$", PAGES["add-backend.md"], re.MULTILINE | re.DOTALL)
    exec(compile(snippet, "add-backend.md", "exec"), {})
    found = backends.load(backends.Options("thumbs"))
    assert len(found.score(["👍"] * 3, [[]] * 3)) == 3
    assert len(found.model_hash) == 16


def test_the_example_source_of_keywords_finds_them(spark, tmp_path):
    for path, text in files("add-keyword-source.md").items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    words = yaml.safe_load((tmp_path / "keywords.yml").read_text(encoding="utf-8"))["search"]["keywords"]
    assert Search(keywords=words).keywords == ("lofi", "jazz piano", "로파이")
    popular_tags = runpy.run_path(str(tmp_path / "popular_tags.py"))["popular_tags"]
    videos = spark.createDataFrame(
        [Row(view_count=9, tags=["rare"]), Row(view_count=10, tags=["Piano", "lofi"]), Row(view_count=99, tags=["lofi", "piano", "a"]),
         Row(view_count=50, tags=None), Row(view_count=None, tags=["rare"])],
        "view_count bigint, tags array<string>",
    )  # fmt: skip
    assert popular_tags(videos, 10, 2) == ["lofi", "piano"]
    assert popular_tags(videos, 10, 9) == ["lofi", "piano", "a"]


@pytest.mark.slow
@pytest.mark.timeout(1_200)  # two pipelines
def test_the_example_source_of_keywords_runs_a_pipeline(spark, corpus, lake, tmp_path, monkeypatch):
    (tmp_path / "popular_tags.py").write_text(files("add-keyword-source.md")["popular_tags.py"], encoding="utf-8")
    with running(corpus, EmulatorOptions()) as youtube:
        given = [
            f"lake.root={lake.root}",
            f"youtube.endpoint={youtube.url}",
            "youtube.api_key=any",
            f"run.logs={tmp_path}",
        ]
        monkeypatch.setattr(sys, "argv", ["popular_tags.py", *given, "search.max_videos=50"])
        settings = [part for each in given for part in ("--set", each)]
        assert cli._exit_code(["pipeline", "-k", "lofi", "--no-report", *settings]) == 0
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(tmp_path / "popular_tags.py"), run_name="__main__")
    assert ended.value.code == 0
    assert store.read(spark, tables.SEARCH_HITS, lake).select("keyword").distinct().count() > 1
    assert QuotaSpent.exit_code == 75
