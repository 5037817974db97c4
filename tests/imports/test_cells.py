"""Cells of trending files as typed values: each way in which the files write them, and what is none."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from tubelake.imports import cells, trending

WRONG = "wrong"
VALUES = {
    cells.counts: {
        "0": 0, "12": 12, " 12 ": 12, "12.0": 12, "999999999999999999": 999_999_999_999_999_999, None: None,
        "-1": WRONG, "1,200": WRONG, "1.5": WRONG, "1E+05": WRONG, "many": WRONG, "٣": WRONG, "9" * 19: WRONG,
    },
    cells.days: {
        "18.14.06": date(2018, 6, 14), "17.31.12": date(2017, 12, 31), "13.09": date(2017, 9, 13), None: None,
        "2020-08-12": date(2020, 8, 12), "2020-08-12T00:00:00Z": date(2020, 8, 12),
        "18.06.14": WRONG, "18.30.02": WRONG, "2020-13-01": WRONG, "yesterday": WRONG, "1.2.3": WRONG,
    },
    cells.moments: {
        "2017-11-13T17:13:01.000Z": datetime(2017, 11, 13, 17, 13, 1, tzinfo=UTC), None: None,
        "2017-11-13 17:13:01": datetime(2017, 11, 13, 17, 13, 1, tzinfo=UTC),
        "2017-11-14T02:13:01+09:00": datetime(2017, 11, 13, 17, 13, 1, tzinfo=UTC), "17:13": WRONG,
        "0001-01-01T00:00:00+14:00": WRONG,
    },
    cells.flags: {"TRUE": True, "False": False, "true": True, None: None, "yes": WRONG, "0": WRONG},
    cells.video_ids: {
        "2kyS6SvSYSE": "2kyS6SvSYSE", "-0NaN_-_123": "-0NaN_-_123", "#NAME?": "#NAME?",
        None: WRONG, "short": WRONG, "2kyS6SvSYSE ": WRONG, "요리요리요리요리요리요": WRONG,
    },
}  # fmt: skip


@pytest.mark.parametrize("parse", VALUES, ids=lambda parse: parse.__name__)
def test_values(parse):
    cases = VALUES[parse]
    values, wrong = parse(pa.array(list(cases), pa.string()))
    found = dict(zip(cases, values.to_pylist(), strict=True))
    assert {text: WRONG if at in wrong else found[text] for at, text in enumerate(cases)} == cases


def test_good_counts_alone_are_read_the_fast_way_and_are_the_same():
    values, wrong = cells.counts(pa.array(["7", None, "0"], pa.string()))
    assert (values.to_pylist(), list(wrong)) == ([7, None, 0], [])


@pytest.mark.parametrize(
    ("name", "country", "day"),
    [
        ("USvideos.csv", "US", None),
        ("kaggle2018_timeseries_GBvideos.csv.gz", "GB", None),
        ("BR_youtube_trending_data.csv", "BR", None),
        ("20.12.08_KR_videos.csv", "KR", date(2020, 8, 12)),
        ("2018-06-14.csv", None, date(2018, 6, 14)),
        ("BIGvideos.csv", None, None),
        ("videos.csv", None, None),
    ],
)
def test_what_the_name_of_a_file_tells(name, country, day):
    assert (trending.country_in(f"/US/2001-01-01/{name}"), trending.day_in(f"/US/2001-01-01/{name}")) == (country, day)


def test_names_of_columns():
    kaggle = [
        "video_id",
        "trending_date",
        "title",
        "channel_title",
        "category_id",
        "publish_time",
        "tags",
        "views",
        "likes",
        "dislikes",
        "comment_count",
        "thumbnail_link",
        "comments_disabled",
        "ratings_disabled",
        "video_error_or_removed",
        "description",
    ]
    later = [
        "video_id",
        "title",
        "publishedAt",
        "channelId",
        "channelTitle",
        "categoryId",
        "trending_date",
        "tags",
        "view_count",
        "likes",
        "dislikes",
        "comment_count",
        "thumbnail_link",
        "comments_disabled",
        "ratings_disabled",
        "description",
    ]
    first = [
        "video_id",
        "title",
        "channel_title",
        "category_id",
        "tags",
        "views",
        "likes",
        "dislikes",
        "comment_total",
        "thumbnail_link",
        "date",
    ]
    for names in (kaggle, later, first):
        found = trending.layout(names)
        assert (len(found.places), found.others) == (len(names), {})
    indexed = trending.layout(["", "Unnamed: 0", "Views", "video_id", "date", "trending_date", "mood"])
    assert indexed.places == {"video_id": 3, "trending_date": 5, "view_count": 2}
    assert indexed.others == {"date": 4, "mood": 6}


@pytest.mark.parametrize(
    ("names", "part"),
    [
        (["id", "title"], "no column video_id; its columns are: id, title"),
        (["video_id", "title", "title"], "two columns title"),
    ],
)
def test_columns_that_leave_open_which_is_which_are_refused(names, part):
    with pytest.raises(ValueError, match=part):
        trending.layout(names)
