"""The command line without Spark: help at once, one line for a mistake, jobs in the order they feed each other."""

import importlib
import os
import re
import subprocess
import sys
import time

import pytest

from tubelake import __version__, cli, console, job, pipeline, settings
from tubelake.errors import UsageError, for_the_user


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("TUBELAKE_") or name == "YOUTUBE_API_KEY"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lake").mkdir()


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_help_comes_without_spark_and_at_once():
    code = (
        "import sys; from tubelake import cli\n"
        "try: cli.main(['--help'])\n"
        "finally: print([n for n in ('pyspark', 'googleapiclient', 'aiohttp') if n in sys.modules], file=sys.stderr)"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    seconds = time.monotonic() - started
    assert done.returncode == 0
    assert "demo" in done.stdout
    assert "pipeline" in done.stdout
    assert done.stderr.strip() == "[]"
    assert seconds < 10  # about 1 s; only a wrong import makes it this slow


def test_the_version(capsys):
    assert run(capsys, "--version") == (0, f"tubelake {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["pipelin"], ["No such command 'pipelin'", "pipeline", "see: tubelake --help"]),
        (["pipeline", "--nothing"], ["No such option", "--nothing"]),
        (["run", "no_job"], ["there is no job 'no_job'", "collect_search", "build_videos"]),
        (["run"], ["Missing argument", "JOB"]),
        (["show", "no_table"], ["there is no table 'no_table'", "silver.videos"]),
        (["show", "videos", "--limit", "0"], ["--limit"]),
        (["pipeline"], ["say what to collect", "--keyword", "--all-known"]),
        (["pipeline", "-k", "cats", "--set", "serach.order=date"], ["unknown setting serach; did you mean search?"]),
        (["pipeline", "-k", "cats", "--set", "search.ordr=date"], ["did you mean search.order?"]),
        (["pipeline", "-k", "cats", "--set", "nonsense"], ["--set wants section.key=value"]),
        (["pipeline", "-k", "cats", "--since", "someday"], ["search.since"]),
        (["pipeline", "-k", "cats", "--max-videos", "0"], ["search.max_videos"]),
        (["settings", "--config", "none.yml"], ["cannot read the settings file none.yml"]),
        (["plan", "--config", "none.yml"], ["cannot read the settings file none.yml"]),
        (["run", "build_videos", "--set", "lake.root=/proc/lake"], ["cannot use /proc/lake as a lake", "lake.root"]),
        (["run", "build_videos", "--set", "run.logs=/proc/logs"], ["cannot write the log file", "run.logs"]),
    ],
)
def test_a_mistake_is_one_line_on_standard_error(capsys, arguments, parts):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert [part for part in parts if part not in err] == []


TELLING = (
    ["show", "videos"], ["report"], ["export"], ["contact-sheet"], ["watch"], ["neighbours", "a text"],
    ["reactions", "abcdefghijk", "--at", "1:00"], ["export-projector", "--out", "here"],
)  # fmt: skip


@pytest.mark.parametrize("command", TELLING, ids=lambda command: command[0])
def test_a_command_that_tells_makes_no_lake_of_a_misspelt_address(capsys, tmp_path, command):
    code, out, err = run(capsys, *command, "--set", "lake.root=laek")
    assert (code, out) == (2, "")
    assert (
        err == f"there is no lake in {tmp_path / 'laek'}: correct lake.root, or fill it first with tubelake pipeline\n"
    )
    assert not (tmp_path / "laek").exists()


@pytest.mark.parametrize("selecting", ["search.keywords=lofi", "videos.ids=abcdefghijk", "charts.regions=US"])
def test_what_to_collect_may_stand_in_the_settings(capsys, tmp_path, selecting):
    section, key, value = re.split("[.=]", selecting)
    (tmp_path / "daily.yml").write_text(f"{section}: {{{key}: [{value}]}}", encoding="utf-8")
    for given in (["--set", selecting], ["--config", "daily.yml"]):
        _, _, err = run(capsys, "pipeline", *given, "--with", "nothing")  # what is looked at next
        assert err.startswith("--with knows")


def test_a_broken_settings_file_is_one_line(capsys, tmp_path):
    (tmp_path / "bad.yml").write_text("lake: [", encoding="utf-8")
    code, out, err = run(capsys, "settings", "--config", "bad.yml")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "bad.yml is not valid YAML" in err


def test_settings_lists_values_and_hides_the_key(capsys, monkeypatch):
    monkeypatch.setenv("YOUTUBE_API_KEY", "AIzaSecretOfTheTests0123456789")
    code, out, err = run(capsys, "settings", "--set", "search.keywords=[red]cats")
    assert (code, err) == (0, "")
    assert "search.keywords" in out
    assert "[red]cats" in out
    assert "AIza" not in out


def test_set_wins_over_an_option_of_the_selection(capsys):
    _, _, err = run(capsys, "plan", "-k", "cats", "--max-videos", "0", "--set", "search.shards=0")
    assert "search.max_videos" in err
    assert "search.shards" in err
    _, _, err = run(capsys, "plan", "-k", "cats", "--max-videos", "0", "--set", "search.max_videos=-5")
    assert "got '-5'" in err


def test_jobs_come_after_those_that_feed_them():
    expected = ["collect_search", "collect_videos", "build_videos", "build_statistics"]
    assert pipeline.in_order(expected[::-1]) == expected
    assert pipeline.in_order(sorted(expected)) == expected
    keyword = settings.load(overrides=["search.keywords=lofi"], environ={})
    assert pipeline.jobs_of(keyword) == [*expected, "fit_power_laws"]
    assert pipeline.jobs_of(settings.load(environ={})) == [*expected[1:], "fit_power_laws"]


READING = {"score_text", "compare_groups", "find_terms", "build_features"}
PIPELINES = {
    "comments": ({"collect_comments", "build_comments", *READING}, "search.keywords=lofi", ("comments",)),
    "texts": (READING, "search.keywords=lofi", ("text",)),
    "captions and thumbnails": (
        {"collect_captions", "build_captions", "build_windows", "build_segments", "collect_thumbnails", *READING}, "search.keywords=lofi", ("captions", "thumbnails"),
    ),
    "features": ({"build_features", "build_thumbnail_features"}, "search.keywords=lofi", ("features",)),
    "channels of videos": ({"collect_video_channels", "build_channels"}, "search.keywords=lofi", ("channels",)),
    "named channels": ({"collect_channels", "build_channels"}, "channels.ids=UC0123456789abcdefghijkl", ()),
    "charts": ({"collect_charts", "build_charts"}, "charts.regions=US", ()),
    "import": ({"import_trending", "build_trending"}, "import.path=x.csv", ()),
}  # fmt: skip


@pytest.mark.parametrize("case", PIPELINES)
def test_a_pipeline_has_the_jobs_that_were_asked_for(case):
    more, setting, extras = PIPELINES[case]
    names = pipeline.jobs_of(settings.load(overrides=[setting], environ={}), extras)
    always = {"collect_videos", "build_videos", "build_statistics", "fit_power_laws"} | (
        {"collect_search"} if "lofi" in setting else set()
    )
    assert set(names) == always | more


def test_jobs_of_the_pipeline_never_wait_for_each_other_in_a_circle():
    names = pipeline.in_order(pipeline.writers())
    assert names.index("collect_channels") < names.index("collect_videos") < names.index("build_videos")
    assert names.index("build_videos") < names.index("collect_comments") < names.index("build_comments")
    assert names.index("collect_video_channels") < names.index("build_channels")


def test_every_job_says_what_it_does_reads_and_writes():
    loaded = {name: job.load(name) for name in job.find_all()}
    assert [name for name, module in loaded.items() if not (module.__doc__ or "").strip()] == []
    assert [name for name, module in loaded.items() if not (callable(module.run) and module.READS is not None)] == []


def test_jobs_lists_every_job(capsys):
    code, out, _ = run(capsys, "jobs")
    assert code == 0
    assert [name for name in job.find_all() if name not in out] == []


def test_an_unknown_job_names_the_jobs():
    with pytest.raises(
        UsageError, match="there is no job 'x'; the jobs are: analyse_chat, build_captions, build_channels"
    ):
        job.load("x")


def test_a_package_that_is_missing_is_named_with_the_extras():
    with (
        pytest.raises(UsageError, match=r"package no_such_package is not installed: .*tubelake\[spark35,nlp"),
        for_the_user(),
    ):
        importlib.import_module("no_such_package")


def test_reports_add_up_and_say_a_line():
    both = job.Report(1, 2, 3, 4, 5, ("a",)) + job.Report(1, 1, 1, 1, 1, ("b",))
    assert both == job.Report(2, 3, 4, 5, 6, ("a", "b"))
    assert job.Report(1_000, 2, 3, 4).line("j", 1.25) == "j: 1,000 rows in, 2 rows out, 3 calls, 4 units, 1.2 s"
    assert job.Report(1, 0).line("j", 0) == "j: 1 rows in, 0 rows out, 0.0 s"


@pytest.mark.parametrize(("columns", "lines"), [(3, ["a0", "a1", "a2"]), (30, ["a0", "a1"])])
def test_a_table_that_is_too_wide_is_shown_record_by_record(capsys, columns, lines):
    names = [f"a{at}" for at in range(columns)]
    console.show("table", names, [[1_000 + at for at in range(columns)], [None] * columns])
    printed = capsys.readouterr().out.splitlines()
    together = [line for line in printed if all(name in line.split() for name in lines)]
    assert bool(together) == (columns == 3)
    assert any("1,002" in line.split() for line in printed)
    assert sum("a2" in line.split() for line in printed) == (1 if columns == 3 else 2)


def test_lists_are_shown_as_words_and_vectors_by_their_first_numbers():
    cases = {
        "cats, dogs": ["cats", "dogs"],
        "": [],
        "0.5, -1": [0.5, -1.0],
        "0, 0.25, 0.5, 0.75, ... (384 numbers)": [at / 4 for at in range(384)],
    }
    assert {console.text(value): value for value in cases.values()} == cases
