"""The charts of most popular videos: 200 of them, another order in each region, none for unknown categories."""

import pytest
from googleapiclient.errors import HttpError

from tubelake.emulator import EmulatorOptions, running


def chart(youtube, **query) -> list[str]:
    """The ids of all videos of a chart, by paging."""
    asked = {"part": "id", "chart": "mostPopular", "maxResults": 50} | query
    answer = youtube.videos().list(**asked).execute()
    ids = [item["id"] for item in answer["items"]]
    while "nextPageToken" in answer:
        answer = youtube.videos().list(**asked, pageToken=answer["nextPageToken"]).execute()
        ids += [item["id"] for item in answer["items"]]
    assert answer["pageInfo"]["totalResults"] == len(ids)
    return ids


def views(video: dict) -> int:
    return int(video.get("statistics", {}).get("viewCount", 0))


def test_a_chart_without_region_has_the_200_most_viewed(youtube, videos):
    ranked = sorted(videos, key=lambda video: (-views(video), video["id"]))
    assert chart(youtube) == [video["id"] for video in ranked[:200]]


def test_regions_rank_differently_and_always_the_same(youtube, corpus, connect):
    korea, america = chart(youtube, regionCode="KR"), chart(youtube, regionCode="US")
    assert len(set(korea)) == len(set(america)) == 200
    assert 20 < len(set(korea) & set(america)) < 200
    assert korea != america
    with running(corpus, EmulatorOptions(seed=1)) as emulator:
        assert chart(connect(emulator.url), regionCode="kr") == korea


def test_a_category_has_its_own_chart(youtube, videos):
    gaming = {video["id"] for video in videos if video["snippet"]["categoryId"] == "20"}
    found = chart(youtube, regionCode="JP", videoCategoryId="20")
    assert len(found) == min(200, len(gaming)) > 50
    assert set(found) <= gaming


@pytest.mark.parametrize("category", ["99", "music", "29"])
def test_a_category_without_a_chart_is_the_real_404(youtube, category):
    with pytest.raises(HttpError) as raised:
        youtube.videos().list(part="id", chart="mostPopular", videoCategoryId=category).execute()
    (error,) = raised.value.error_details
    assert raised.value.status_code == 404
    assert error == {
        "message": "The requested video chart is not supported or is not available.",
        "domain": "youtube.video",
        "reason": "videoChartNotFound",
        "location": "chart",
        "locationType": "parameter",
    }


def test_a_wrong_region_is_refused(youtube):
    with pytest.raises(HttpError) as raised:
        youtube.videos().list(part="id", chart="mostPopular", regionCode="Korea").execute()
    assert (raised.value.status_code, raised.value.error_details[0]["location"]) == (400, "regionCode")
