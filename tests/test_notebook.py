"""A lake opened in a notebook: what it reads, and what it does where rows are missing."""

import pytest

from tubelake import notebook, store, tables
from tubelake.errors import TubeLakeError, UsageError

ROW = ("lofi", "view_count", 3, 3, 0, 2.0, 1.0, 1.0, 1.5, 2.0, 2.5, 3.0)


@pytest.fixture(scope="module")
def opened(spark, tmp_path_factory):
    """A lake with one row of keyword_statistics; no corpus lies beside it."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "lake").mkdir()
    lake = notebook.open_lake(str(folder / "lake"), f"run.logs={folder}", "youtube.api_key=")
    store.ensure(spark, tables.KEYWORD_STATISTICS, lake.settings.lake)
    rows = spark.createDataFrame([ROW], tables.KEYWORD_STATISTICS.ddl)
    store.append(rows, tables.KEYWORD_STATISTICS, lake.settings.lake)
    return lake


def test_where_no_lake_is_the_remedy_is_said(tmp_path):
    with pytest.raises(UsageError, match=r"there is no lake in .*nowhere: `make demo` makes one"):
        notebook.open_lake(str(tmp_path / "nowhere"))


def test_a_table_is_read_and_the_running_session_is_taken(spark, opened):
    assert opened.spark is spark
    assert [tuple(row) for row in opened.read(tables.KEYWORD_STATISTICS).collect()] == [ROW]


def test_what_has_rows_is_left_alone_and_nothing_is_collected_for_a_lake_of_ones_own(opened):
    opened.bring(tables.KEYWORD_STATISTICS, jobs=["no_such_job"])
    told = r"no rows of gold.histograms yet; to have them: tubelake run collect_search && tubelake run build_statistics"
    with pytest.raises(UsageError, match=told):
        opened.bring(tables.KEYWORD_STATISTICS, tables.HISTOGRAMS, jobs=["collect_search", "build_statistics"])


def test_a_job_that_fails_fails_the_cell(opened, capsys):
    with pytest.raises(TubeLakeError, match="the jobs collect_search ended with exit code 2"):
        opened.run("collect_search", search={"keywords": ("lofi",)})
    assert "YOUTUBE_API_KEY" in capsys.readouterr().err
