"""Files of trending videos, each with a quirk of Kaggle's, as rows: all of them are imported by one run."""

import json
from datetime import date, datetime

import pytest

from tubelake import store, tables
from tubelake.errors import UsageError
from tubelake.imports import categories
from tubelake.settings import Lake

FULL = (
    "video_id,trending_date,title,channel_title,category_id,publish_time,tags,views,likes,dislikes,comment_count,"
    "thumbnail_link,comments_disabled,ratings_disabled,video_error_or_removed"
)
ROW = '{},18.14.06,{},Chan,10,2018-06-01T10:00:00.000Z,"a|""b c""",100,10,1,5,https://i/1.jpg,FALSE,TRUE,False'
SHORT = "video_id,trending_date,title,views"
FILES = {
    # The origin's file: an index without a name, a space behind `description`, quoted newlines; with a byte-order mark.
    "USvideos.csv": "\ufeff," + FULL + ",description \r\n"
    + "0," + ROW.format("fullrow0001", '"A ""title"", é"') + ',"line 1\nline 2"\r\n'
    + "1," + ROW.format("fullrow0002", "B") + ",\r\n",
    "18.15.06_GB_videos.csv": "video_id,title,views\nbydayrow001,C,7\n",
    "videos.csv": SHORT + ",country,mood,rank\ncountryrow1,18.14.06,D,8,FR,glad,\ncountryrow2,18.14.06,D,,,,\n",
    "JPvideos.csv": SHORT + "\n#NAME?,18.14.06,E,9\n",
    "bad_DEvideos.csv": SHORT + "\n"
    "goodrow0001,18.14.06,F,1\n"
    "short,18.14.06,F,1\n"
    'goodrow0002,18.14.06,"F\n\nF",2\n'
    "wrongcount1,18.14.06,F,many\n"
    "\n"
    "wrongday001,18.31.06,F,3\n"
    "toofew00001,18.14.06\n"
    ',18.14.06,"no\nid",4\n'
    "goodrow0003,18.14.06,F,5\n"
    'open0000001,18.14.06,"F,6\n'
    "goodrow0004,18.14.06,F,7\n",
    "rejects_only_RUvideos.csv": SHORT + "\nx\n",
    "header_only_CAvideos.csv": SHORT + "\n",
}  # fmt: skip
GOOD = 2 + 1 + 2 + 1 + 4
BAD = [
    (3, 2, "video_id is 'short', not a video id", "short,18.14.06,F,1"),
    (7, 4, "views is 'many', not a count", "wrongcount1,18.14.06,F,many"),
    (9, 6, "trending_date is '18.31.06', not a day", "wrongday001,18.31.06,F,3"),
    (10, 7, "2 fields instead of 4", "toofew00001,18.14.06"),
    (11, 8, "no video id", ',18.14.06,"no\nid",4'),
    (14, 10, "a quoted field does not end", 'open0000001,18.14.06,"F,6'),
]
NAMES = {"items": [{"id": "10", "snippet": {"title": "Musique"}}]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv")
    for name, text in FILES.items():
        (folder / name).write_bytes(text.encode())
    (folder / "MXvideos.csv").write_bytes((SHORT + "\ncp1252row01,18.14.06,“Señor” – €5,6\n").encode("cp1252"))
    (folder / "copy_of_JPvideos.csv").write_bytes(FILES["JPvideos.csv"].encode())
    (folder / "category_id").mkdir()
    (folder / "category_id/US_category_id.json").write_text(json.dumps(NAMES))
    return folder


@pytest.fixture(scope="module")
def imported(run_job, folder, tmp_path_factory):
    """The lake after one import of everything, and the report of that."""
    lake = Lake(root=str(tmp_path_factory.mktemp("imported") / "lake"))
    return lake, run_job(lake, "import_trending", f"import.path={folder}")


@pytest.fixture(scope="module")
def rows(spark, imported):
    """The rows by video id."""
    found = store.read(spark, tables.TRENDING_ROWS, imported[0]).collect()
    assert len(found) == GOOD + 1
    return {row["video_id"]: row.asDict() for row in found}


def test_the_report_counts_rows_and_rejects(imported):
    report = imported[1]
    assert (report.rows_in, report.rows_out) == (GOOD + 1 + len(BAD) + 1, GOOD + 1)
    assert report.notes == (
        "1 files were imported before",
        "7 records are no rows; see them with: tubelake show trending_rejects",
    )


def test_a_row_with_all_columns(rows, folder):
    row = rows["fullrow0001"]
    assert row.pop("sha256") == rows["fullrow0002"]["sha256"]
    assert row == {
        "file": str(folder / "USvideos.csv"), "record_number": 1, "line_number": 2, "cohort": "trending",
        "country": "US", "video_id": "fullrow0001", "trending_date": date(2018, 6, 14), "title": 'A "title", é',
        "channel_id": None, "channel_title": "Chan", "category_id": "10", "category": "Musique",
        "published_at": datetime(2018, 6, 1, 10), "tags": 'a|"b c"', "view_count": 100, "like_count": 10,
        "dislike_count": 1, "comment_count": 5, "thumbnail_url": "https://i/1.jpg", "is_comments_disabled": False,
        "is_ratings_disabled": True, "is_error_or_removed": False, "description": "line 1\nline 2", "other": None,
    }  # fmt: skip


def test_each_quirk(rows):
    wanted = {
        "fullrow0002": {"record_number": 2, "line_number": 4, "description": None, "country": "US"},
        "bydayrow001": {"country": "GB", "trending_date": date(2018, 6, 15), "view_count": 7, "category": None},
        "countryrow1": {"country": "FR", "other": {"mood": "glad"}},
        "countryrow2": {"country": None, "other": {}, "view_count": None},
        "cp1252row01": {"title": "“Señor” – €5", "country": "MX"},
        "#NAME?": {"title": "E", "view_count": 9},
        "goodrow0002": {"title": "F\n\nF", "line_number": 4, "record_number": 3},
        "goodrow0004": {"line_number": 15, "record_number": 11},
    }
    found = {video: {name: rows[video][name] for name in columns} for video, columns in wanted.items()}
    assert found == wanted


def test_bad_rows_are_quarantined_with_their_line(spark, imported, folder):
    found = store.read(spark, tables.TRENDING_REJECTS, imported[0]).collect()
    here = sorted(
        (row["line_number"], row["record_number"], row["reason"], row["text"])
        for row in found
        if row["file"] == str(folder / "bad_DEvideos.csv")
    )
    assert here == BAD
    lines = (folder / "bad_DEvideos.csv").read_text().split("\n")
    assert all(lines[line - 1] == text.split("\n")[0] for line, _, _, text in here)
    assert [row["text"] for row in found if row["file"].endswith("only_RUvideos.csv")] == ["x"]
    assert {row["cohort"] for row in found} == {"trending"}


def test_the_same_files_again_change_nothing(run_job, commits, imported, folder):
    lake, _ = imported
    before = commits(lake)
    report = run_job(lake, "import_trending", f"import.path={folder}")
    assert report.rows_out == 0
    assert commits(lake) == before


def test_another_cohort_of_the_same_file_is_imported_and_said(spark, run_job, lake, folder):
    names = {"trending": (), "it's mine": ("some of these videos are also in the cohort trending",)}
    for cohort, notes in names.items():
        wanted = (f"import.path={folder / 'USvideos.csv'}", f"import.cohort={cohort}")
        assert run_job(lake, "import_trending", *wanted).notes == notes
        assert run_job(lake, "import_trending", *wanted).rows_out == 0
    found = store.read(spark, tables.TRENDING_ROWS, lake).groupBy("cohort").count().collect()
    assert {row["cohort"]: row["count"] for row in found} == {"trending": 2, "it's mine": 2}


@pytest.mark.parametrize(
    ("files", "overrides", "parts"),
    [
        ({}, [], ["say what to import", "--set import.path="]),
        ({}, ["import.path=none.csv"], ["import.path", "none.csv"]),
        ({"a.csv": "video_id\n", "b.csv": "x,y\n1,2\n"}, ["import.path=."], ["b.csv", "x, y", "nothing was imported"]),
        ({"a.csv": ""}, ["import.path=a.csv"], ["a.csv", "names of columns"]),
        ({"a.csv.gz": "no gzip"}, ["import.path=a.csv.gz"], ["a.csv.gz", "gzip"]),
        ({"a.csv": "video_id\n"}, ["import.path=a.csv", "import.categories=."], ["import.categories", "_category_id"]),
        ({"a.csv": "video_id\n", "US_category_id.json": "[]"}, ["import.path=a.csv"], ["US_category_id.json", "mend"]),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_refused_in_one_line(
    run_job, commits, imported, tmp_path, monkeypatch, files, overrides, parts
):
    before = commits(imported[0])
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError) as raised:
        run_job(imported[0], "import_trending", *overrides)
    assert [part for part in parts if part not in str(raised.value)] == []
    assert commits(imported[0]) == before
    assert "\n" not in str(raised.value)


def test_names_of_categories(tmp_path):
    (tmp_path / "US_category_id.json").write_text(json.dumps(NAMES))
    names = categories.find_names([tmp_path / "USvideos.csv"], None)
    asked = [("US", "10"), ("US", "29"), ("GB", "10"), (None, "10"), ("US", "99")]
    found = [categories.name(names, country, category_id) for country, category_id in asked]
    assert found == ["Musique", "Nonprofits & Activism", "Music", "Music", None]
    assert categories.find_names([], str(tmp_path)) == names
