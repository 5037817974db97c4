"""What a run of several jobs says at its end: a row a job, totals, what to do, the tables written."""

from datetime import UTC, datetime

from tubelake import job, store, summary, tables
from tubelake.errors import Blocked, QuotaSpent

NOW = datetime(2026, 11, 27, tzinfo=UTC)
NAMES = ("collect_search", "build_videos", "build_statistics", "collect_captions", "score_text", "find_terms")
ENDED = [
    job.Ended("collect_search", NOW, 2.0, job.Report(0, 12, 14, 14), QuotaSpent.outcome, "used up: again tomorrow", 75),
    job.Ended("build_videos", NOW, 4.26, job.Report(14, 1_462)),
    job.Ended("build_statistics", NOW, 0.1, job.Report()),
    job.Ended("collect_captions", NOW, 1.0, job.Report(calls=3), Blocked.outcome, "blocked: wait", 75),
    job.Ended("score_text", NOW, 1.0, job.Report(), "failed", "no memory (details: x.log)", 1, go_on=False),
]


def test_a_row_a_job_with_how_it_ended_and_totals():
    assert summary.rows(NAMES, ENDED) == [
        ["collect_search", 12, 14, 14, "2.0", "quota"],
        ["build_videos", 1_462, None, None, "4.3", "done"],
        ["build_statistics", 0, None, None, "0.1", "up to date"],
        ["collect_captions", 0, 3, None, "1.0", "blocked"],
        ["score_text", 0, None, None, "1.0", "failed"],
        ["find_terms", None, None, None, None, "not run"],
        ["all", 1_474, 17, 14, "8.4", "5 of 6 jobs ran"],
    ]
    assert summary.rows(["build_videos"], []) == [
        ["build_videos", None, None, None, None, "not run"],
        ["all", 0, 0, 0, "0.0", "0 of 1 jobs ran"],
    ]


def test_a_call_that_brought_nothing_is_no_idle_job():
    cases = {
        job.Report(): "up to date", job.Report(5): "up to date", job.Report(0, 1): "done", job.Report(0, 0, 1): "done",
    }  # fmt: skip
    assert {report: job.Ended("j", NOW, 0.0, report).state for report in cases} == cases


def test_the_tables_written_are_named_once_and_whole():
    both = [*ENDED[:2], job.Ended("collect_videos", NOW, 1.0, job.Report(1, 1, 1, 1))]
    assert [table.full_name for table in summary.tables_of(both)] == [
        "bronze.responses", "silver.search_hits", "silver.video_snapshots", "silver.videos",
    ]  # fmt: skip
    assert all(table.part is None for table in summary.tables_of(both))
    assert summary.tables_of(ENDED[2:]) == []


def test_what_to_do_and_the_rows_that_tables_have_now(spark, lake, capsys):
    store.ensure(spark, tables.JOB_RUNS, lake)
    summary.show(spark, NAMES, ENDED, lake)
    said = capsys.readouterr().out
    assert "score_text: no memory (details: x.log)\n" in said
    assert "collect_search: used up: again tomorrow\n" in said
    assert "bronze, rows now: responses 0\nsilver, rows now: search_hits 0, video_snapshots 0, videos 0\n" in said
    assert "gold" not in said
