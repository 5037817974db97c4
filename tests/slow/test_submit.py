"""Jobs as files that spark-submit runs bare: no jars, no packages, no settings of Spark named."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.slow.cluster import submit

from tubelake import resources
from tubelake.emulator import Corpus, Emulator, running

pytestmark = pytest.mark.slow
JOB = str(resources.path("jobs") / "collect_search.py")


@pytest.fixture
def emulator(corpus: Corpus) -> Iterator[Emulator]:
    with running(corpus) as emulator:
        yield emulator


def sets(tmp_path: Path, *others: str) -> Sequence[str]:
    given = [f"lake.root={tmp_path / 'lake'}", f"run.logs={tmp_path / 'logs'}", *others]
    return [part for override in given for part in ("--set", override)]


def test_a_job_runs_by_itself(emulator, tmp_path):
    overrides = sets(tmp_path, f"youtube.endpoint={emulator.url}", "search.keywords=lofi")
    key = {"YOUTUBE_API_KEY": "AIzaTestKey0123456789"}
    done = submit(["--master", "local[2]", JOB, *overrides], tmp_path, key)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stdout
    assert lines[0] == "lofi: 30 results"
    assert lines[1].startswith("collect_search: 0 rows in, ")
    assert "ivy" not in done.stderr.lower()
    assert key["YOUTUBE_API_KEY"] not in done.stderr
    assert {call[0] for call in emulator.calls()} == {"search.list"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lake", "logs"]  # nothing is left where it was started
    assert key["YOUTUBE_API_KEY"] not in "".join(path.read_text() for path in (tmp_path / "logs").iterdir())


# spark-submit gives both streams of a job as its own standard output, and its exit code as its own.


def test_a_wrong_setting_is_one_line(tmp_path):
    done = submit(["--master", "local[2]", JOB, *sets(tmp_path, "search.keyword=lofi")], tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout.splitlines() == ["unknown setting search.keyword; did you mean search.keywords?"]


def test_a_spent_quota_passes_its_exit_code_on(emulator, tmp_path):
    overrides = sets(
        tmp_path, f"youtube.endpoint={emulator.url}", "youtube.api_key=any", "search.keywords=lofi", "quota.search=0"
    )
    done = submit(["--master", "local[2]", JOB, *overrides], tmp_path)
    assert done.returncode == 75, done.stdout + done.stderr
    assert "is used up" in done.stdout


def test_a_master_that_is_not_there_is_one_line(tmp_path):
    done = submit(
        ["--master", "spark://127.0.0.1:1", JOB, *sets(tmp_path, "search.keywords=lofi")], tmp_path, seconds=60
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "no Spark master answers at spark://127.0.0.1:1: start it, or correct spark.master or --master"
    ]
