"""Every real file of trending videos: as many rows as a strict CSV parse gives, and the same in every cell."""

import csv
import gzip
import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tubelake import store, tables
from tubelake.settings import Lake

pytestmark = pytest.mark.real_data
TEXTS = {
    "video_id": "video_id", "title": "title", "channel_title": "channel_title", "tags": "tags",
    "category_id": "category_id", "description": "description", "views": "view_count", "likes": "like_count",
    "dislikes": "dislike_count", "comment_count": "comment_count", "thumbnail_link": "thumbnail_url",
}  # fmt: skip


def strictly(file: Path) -> list[dict[str, str]]:
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture(scope="module")
def files(real_data):
    files = {str(file): strictly(file) for file in sorted((real_data / "trending").glob("*.csv*"))}
    assert len(files) >= 5
    return files


@pytest.fixture(scope="module")
def built(spark, run_job, files, real_data, tmp_path_factory):
    """The lake after the import of the folder, and after its tables were built."""
    lake = Lake(root=str(tmp_path_factory.mktemp("real") / "lake"))
    run_job(lake, "import_trending", f"import.path={real_data / 'trending'}")
    run_job(lake, "build_trending")
    return lake


def test_every_row_of_every_file_is_there_with_its_cells(spark, built, files):
    rows = store.read(spark, tables.TRENDING_ROWS, built).orderBy("file", "record_number").collect()
    assert Counter(row["file"] for row in rows) == {file: len(strict) for file, strict in files.items()}
    assert store.read(spark, tables.TRENDING_REJECTS, built).count() == 0
    strict = [(name, row) for name in sorted(files) for row in files[name]]
    for found, (_, wanted) in zip(rows, strict, strict=True):
        for theirs, ours in TEXTS.items():
            value = found[ours]
            assert ("" if value is None else str(value)) == wanted.get(theirs, "")
        assert f"{found['trending_date']:%y.%d.%m}" == wanted["trending_date"]
        assert found["country"] == re.search("(..)videos", found["file"])[1]


def test_the_file_in_cp1252_is_read_right(spark, built, real_data):
    rows = store.read(spark, tables.TRENDING_ROWS, built).where("file LIKE '%timeseries%'").select("title").collect()
    text = "".join(row["title"] for row in rows)
    assert not re.search("[\ufffd\x80-\x9f]", text)
    assert text.count("’") > 100
    assert "é" in text


def test_categories_have_the_names_of_their_country(spark, built, real_data):
    found = store.read(spark, tables.TRENDING_ROWS, built).select("country", "category_id", "category").distinct()
    for row in found.collect():
        items = json.loads((real_data / f"trending/category_id/{row['country']}_category_id.json").read_text())["items"]
        names = {item["id"]: item["snippet"]["title"] for item in items}
        standard = {"29": "Nonprofits & Activism"}
        assert row["category"] == names.get(row["category_id"], standard.get(row["category_id"]))


def test_days_and_videos_are_those_of_the_rows(spark, built, files):
    days, videos = set(), {}
    for name, rows in files.items():
        country = re.search("(..)videos", name)[1]
        for row in rows:
            if len(row["video_id"]) == 11:
                day = row["trending_date"].split(".")
                days.add((row["video_id"], country, f"20{day[0]}-{day[2]}-{day[1]}"))
                videos.setdefault(row["video_id"], set()).add(f"20{day[0]}-{day[2]}-{day[1]}")
    found = store.read(spark, tables.TRENDING_DAYS, built).collect()
    assert len(found) == len(days)
    assert {(row["video_id"], row["country"], str(row["trending_date"])) for row in found} == days
    newest = {
        row["video_id"]: str(row["fetched_at"].date()) for row in store.read(spark, tables.VIDEOS, built).collect()
    }
    assert newest == {video: max(dates) for video, dates in videos.items()}
