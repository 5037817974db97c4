"""search.list against a plain loop over the lines of the corpus."""

import html
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tubelake.emulator import Corpus, EmulatorOptions, running
from tubelake.emulator.search import Query, estimate

Video = dict[str, Any]


def matching(videos: list[Video], q: str) -> list[Video]:
    """The matching rule, written again as it is documented."""
    words = unicodedata.normalize("NFKC", q).casefold().split()
    texts = [
        "\n".join([v["snippet"]["title"], v["snippet"]["description"], *v["snippet"].get("tags", [])]) for v in videos
    ]
    folded = [unicodedata.normalize("NFKC", text).casefold() for text in texts]
    return [video for video, text in zip(videos, folded, strict=True) if all(word in text for word in words)]


def seconds(video: Video) -> int:
    units = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}
    pairs = re.findall(r"(\d+)([DHMS])", video["contentDetails"]["duration"])
    return sum(int(amount) * units[unit] for amount, unit in pairs)


def published(video: Video) -> datetime:
    return datetime.fromisoformat(video["snippet"]["publishedAt"])


def ids(videos: list[Video]) -> set[str]:
    return {video["id"] for video in videos}


@pytest.mark.parametrize("q", ["lofi", "LOFI", "ｒｅｖｉｅｗ", "lofi review", "여행", "straße", "", "xyzzy"])
def test_paging_gives_every_match_once(youtube, videos, found_ids, q):
    actual = found_ids(youtube, q=q)
    expected = ids(matching(videos, q))
    assert len(actual) == len(set(actual)) == min(500, len(expected))
    assert set(actual) <= expected


def test_only_about_500_of_900_can_be_paged_but_windows_reach_all(youtube, videos, found_ids):
    assert len(found_ids(youtube, q="cooking", order="date")) == 500

    def in_window(start: float, end: float) -> list[str]:
        after, before = (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (start, end))
        found = found_ids(youtube, q="cooking", publishedAfter=after, publishedBefore=before)
        if len(found) < 500:
            return found
        middle = (start + end) // 2
        return in_window(start, middle) + in_window(middle, end)

    everything = in_window(0, datetime(2027, 1, 1, tzinfo=UTC).timestamp())
    assert len(everything) == 900
    assert set(everything) == ids(matching(videos, "cooking"))


def test_a_window_includes_its_start_and_excludes_its_end(youtube, videos, found_ids):
    times = sorted(published(video) for video in matching(videos, "lofi"))
    start, end = times[len(times) // 3], times[len(times) // 2]
    window = {"publishedAfter": start.isoformat(), "publishedBefore": end.isoformat().replace("+00:00", "Z")}
    expected = [video for video in matching(videos, "lofi") if start <= published(video) < end]
    assert set(found_ids(youtube, q="lofi", **window)) == ids(expected)


def likes(video: Video) -> int:
    return int(video.get("statistics", {}).get("likeCount", 0))


def views(video: Video) -> int:
    return int(video.get("statistics", {}).get("viewCount", 0))


ORDERS: dict[str, Callable[[Video], Any]] = {
    "date": lambda video: -published(video).timestamp(),
    "viewCount": lambda video: -views(video),
    "rating": lambda video: -likes(video),
    "title": lambda video: video["snippet"]["title"].casefold(),
}


@pytest.mark.parametrize("order", ORDERS)
def test_orders(youtube, videos, found_ids, order):
    by_id = {video["id"]: video for video in videos}
    keys = [ORDERS[order](by_id[video_id]) for video_id in found_ids(youtube, q="cooking", order=order)]
    assert keys == sorted(map(ORDERS[order], matching(videos, "cooking")))[:500]


def test_relevance_is_no_other_order_but_the_same_each_time(youtube, found_ids):
    by_relevance = found_ids(youtube, q="lofi")
    assert by_relevance == found_ids(youtube, q="lofi", order="relevance")
    assert by_relevance != found_ids(youtube, q="lofi", order="date")


def live(video: Video) -> str:
    return video["snippet"]["liveBroadcastContent"]


FILTERS: dict[tuple[str, str], Callable[[Video], bool]] = {
    ("videoDuration", "short"): lambda video: seconds(video) < 240,
    ("videoDuration", "medium"): lambda video: 240 <= seconds(video) <= 1200,
    ("videoDuration", "long"): lambda video: seconds(video) > 1200,
    ("videoDuration", "any"): lambda _video: True,
    ("videoDefinition", "standard"): lambda video: video["contentDetails"]["definition"] == "sd",
    ("videoCaption", "closedCaption"): lambda video: video["contentDetails"]["caption"] == "true",
    ("videoCaption", "none"): lambda video: video["contentDetails"]["caption"] == "false",
    ("videoCategoryId", "10"): lambda video: video["snippet"]["categoryId"] == "10",
    ("videoDimension", "3d"): lambda video: video["contentDetails"]["dimension"] == "3d",
    ("videoLicense", "creativeCommon"): lambda video: video["status"]["license"] == "creativeCommon",
    ("videoEmbeddable", "true"): lambda video: video["status"]["embeddable"],
    ("eventType", "live"): lambda video: live(video) == "live",
    ("eventType", "upcoming"): lambda video: live(video) == "upcoming",
    ("eventType", "completed"): lambda video: "actualEndTime" in video.get("liveStreamingDetails", {}),
    ("regionCode", "KR"): lambda _video: True,
    ("relevanceLanguage", "ko"): lambda _video: True,
}


@pytest.mark.parametrize("chosen", FILTERS, ids="=".join)
def test_filters(corpus, connect, videos, found_ids, chosen):
    name, value = chosen
    with running(corpus, EmulatorOptions(result_cap=10_000)) as emulator:
        actual = found_ids(connect(emulator.url), q="cooking", **{name: value})
    expected = ids([video for video in matching(videos, "cooking") if FILTERS[name, value](video)])
    assert set(actual) == expected
    assert expected


def test_channel_and_types(youtube, videos, corpus: Corpus):
    channel = videos[0]["snippet"]["channelId"]
    query = {"part": "snippet", "channelId": channel, "maxResults": 50, "order": "date"}
    answer = youtube.search().list(**query).execute()
    assert {item["snippet"]["channelId"] for item in answer["items"]} == {channel}
    found = youtube.search().list(part="id", type="channel", maxResults=50, order="videoCount").execute()
    counts = [int(corpus.channels[item["id"]["channelId"]]["statistics"]["videoCount"]) for item in found["items"]]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_hits_are_escaped_and_shortened_as_in_reality(youtube, videos):
    by_id = {video["id"]: video["snippet"] for video in videos}
    answer = youtube.search().list(part="snippet", type="video", q="I'm back", maxResults=50).execute()
    for item in answer["items"]:
        assert html.unescape(item["snippet"]["title"]) == by_id[item["id"]["videoId"]]["title"]
        assert "&#39;" in item["snippet"]["title"]
        assert set(item["snippet"]["thumbnails"]) == {"default", "medium", "high"}
        assert len(item["snippet"]["description"]) <= 164
    assert answer["items"]


def test_totals_do_not_tell_the_truth(youtube, videos):
    truth: list[int] = []
    said: list[int] = []
    for year in range(2012, 2027):
        window = {
            "publishedAfter": f"{year}-01-01T00:00:00Z",
            "publishedBefore": f"{year + 1}-01-01T00:00:00Z",
        }
        for q in ("cooking", "lofi", "review"):
            answer = youtube.search().list(part="id", type="video", q=q, **window).execute()
            said.append(answer["pageInfo"]["totalResults"])
            truth.append(sum(published(video).year == year for video in matching(videos, q)))
    pairs = list(zip(said, truth, strict=True))
    assert all(abs(guess - count) <= max(4, 0.5 * count + 1) for guess, count in pairs)
    assert sum(guess == count for guess, count in pairs) < len(pairs) / 4


def test_adding_up_the_totals_of_many_windows_does_not_tell_the_truth_either():
    off = []
    for word in range(40):
        queries = [Query(words=(f"word{word}",), after=day) for day in range(400)]
        off.append(sum(estimate(query, 100, seed=1) for query in queries) / 40_000 - 1)
    assert sum(abs(share) > 0.05 for share in off) > 25
    assert max(map(abs, off)) <= 0.5


def test_a_total_is_a_million_at_most():
    assert {estimate(Query(words=(str(word),)), 5_000_000, seed=1) for word in range(20)} == {1_000_000}


def test_the_total_stays_the_same_for_a_query_and_nothing_found_is_empty(youtube, pages):
    totals = {page["pageInfo"]["totalResults"] for page in pages(youtube, q="cooking")}
    assert len(totals) == 1
    for word in ("xyzzy", "plugh", "frotz"):
        answer = youtube.search().list(part="id", q=word).execute()
        assert answer["items"] == []
        assert answer["pageInfo"]["totalResults"] <= 2
        assert "nextPageToken" not in answer
