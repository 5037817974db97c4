"""A pipeline that has just left nothing to do is not run again; whatever may have changed since makes it run."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tubelake import cli, job, pipeline, settings
from tubelake.job import Ended, Report

WORDS = ("text",)


def wanted(folder: Path, *overrides: str) -> settings.Settings:
    fixed = [f"lake.root={folder / 'lake'}", f"run.logs={folder}", "search.keywords=lofi"]
    return settings.load(overrides=[*fixed, *overrides], environ={})


def commit(folder: Path, version: int) -> None:
    log = folder / "lake" / "silver" / "videos" / "_delta_log"
    log.mkdir(parents=True, exist_ok=True)
    (log / f"{version:020}.json").touch()


def ended(outcome: str = "done", **told: int) -> Ended:
    return Ended("build_videos", datetime.now(UTC), 1.0, Report(**told), outcome)


@pytest.fixture
def done(tmp_path) -> Path:
    """The folder of a lake and a model; its pipeline has just ended."""
    commit(tmp_path, 0)
    (tmp_path / "model.json").write_text("{}")
    pipeline.remember(wanted(tmp_path, f"text.model={tmp_path / 'model.json'}"), WORDS, [ended(), ended(rows_out=3)])
    return tmp_path


def test_the_same_run_has_nothing_to_do_until_something_changes(done):
    model = f"text.model={done / 'model.json'}"
    ended_at = pipeline.ended_before(wanted(done, model), WORDS)
    assert ended_at is not None
    assert datetime.now(UTC) - ended_at < timedelta(minutes=1)
    assert pipeline.ended_before(wanted(done, model, "run.id=another", "spark.driver_memory=3g"), WORDS)

    others = [
        "search.keywords=jazz",
        "run.again_minutes=0",
        "run.now=2026-01-01",
        "youtube.endpoint=http://127.0.0.1:1",
    ]
    assert [pipeline.ended_before(wanted(done, model, other), WORDS) for other in others] == [None] * len(others)
    assert pipeline.ended_before(wanted(done, model), (*WORDS, "chat")) is None
    os.utime(done / "model.json", (1, 1))
    assert pipeline.ended_before(wanted(done, model), WORDS) is None


def test_a_commit_to_any_table_is_a_change(done):
    commit(done, 1)
    assert pipeline.ended_before(wanted(done, f"text.model={done / 'model.json'}"), WORDS) is None


@pytest.mark.parametrize("last", [ended("quota"), ended("failed"), ended(open=1)])
def test_what_was_not_done_or_may_go_on_is_looked_at_again(tmp_path, last):
    commit(tmp_path, 0)
    pipeline.remember(wanted(tmp_path), WORDS, [ended(), last])
    assert pipeline.ended_before(wanted(tmp_path), WORDS) is None


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"state": null, "ended_at": "soon"}'])
def test_a_note_that_says_nothing_is_no_news(tmp_path, note):
    commit(tmp_path, 0)
    (tmp_path / "lake" / ".tubelake").write_text(note)
    assert pipeline.ended_before(wanted(tmp_path), WORDS) is None
    assert pipeline.ended_before(wanted(tmp_path, "lake.root=s3a://bucket/lake"), WORDS) is None


def test_the_command_says_so_and_starts_no_session(done, monkeypatch, capsys):
    monkeypatch.setattr(job, "run_all", lambda *_, **__: pytest.fail("it ran"))
    sets = [
        "--set",
        f"lake.root={done / 'lake'}",
        "--set",
        f"run.logs={done}",
        "--set",
        f"text.model={done / 'model.json'}",
    ]
    with pytest.raises(SystemExit, match="0"):
        cli.main(["pipeline", "--keyword", "lofi", "--with", "text", "--no-report", *sets])
    assert "up to date: the same run ended 0:0" in capsys.readouterr().out
