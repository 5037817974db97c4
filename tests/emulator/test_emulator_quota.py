"""Quota: exact under a race, refilled at midnight in Los Angeles, charged for wrong calls too."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from googleapiclient.errors import HttpError

from tubelake.emulator import EmulatorOptions, running

SEARCH = "/youtube/v3/search?part=id&type=video&q=lofi"


def status(url: str, path: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", path, headers={"X-Goog-Api-Key": "k"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_never_one_unit_over_under_32_threads(corpus):
    with running(corpus) as emulator, ThreadPoolExecutor(32) as threads:
        statuses = list(threads.map(lambda _: status(emulator.url, SEARCH), range(160)))
        usage = emulator.usage()
    assert sorted(statuses) == [200] * 100 + [403] * 60
    assert [day["search"] for day in usage.values()] == [100]


def test_an_empty_bucket_is_the_real_403_and_leaves_the_others_full(corpus, connect, videos):
    with running(corpus, EmulatorOptions(limits={"search": 1})) as emulator:
        youtube = connect(emulator.url)
        youtube.search().list(part="id").execute()
        with pytest.raises(HttpError) as raised:
            youtube.search().list(part="id").execute()
        assert youtube.videos().list(part="id", id=videos[0]["id"]).execute()["items"]
    assert raised.value.status_code == 403
    assert raised.value.error_details[0]["reason"] == "quotaExceeded"
    assert raised.value.error_details[0]["domain"] == "youtube.quota"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-11-23T07:59:50+00:00", "2026-11-23T08:00:01+00:00"),  # winter: midnight is 08:00 UTC
        ("2026-07-01T06:59:50+00:00", "2026-07-01T07:00:01+00:00"),  # summer: 07:00 UTC
        (
            "2026-03-08T07:59:50+00:00",
            "2026-03-08T08:00:01+00:00",
        ),  # the day that has 23 hours begins in winter time
        ("2026-03-09T06:59:50+00:00", "2026-03-09T07:00:01+00:00"),  # and ends in summer time
        ("2026-11-02T07:59:50+00:00", "2026-11-02T08:00:01+00:00"),  # the day of 25 hours ends in winter time
    ],
)
def test_the_bucket_refills_at_pacific_midnight(corpus, before, after):
    options = EmulatorOptions(limits={"search": 1}, clock_start=datetime.fromisoformat(before))
    with running(corpus, options) as emulator:
        assert [status(emulator.url, SEARCH) for _ in range(2)] == [200, 403]
        emulator.move_clock(datetime.fromisoformat(after))
        assert [status(emulator.url, SEARCH) for _ in range(2)] == [200, 403]
        assert len(emulator.usage()) == 2


def test_the_clock_runs_on_at_its_speed(corpus):
    start = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    with running(corpus, EmulatorOptions(clock_start=start, clock_speed=1e6)) as emulator:
        assert (emulator.world.clock.now() - start).total_seconds() > 10


def test_what_calls_cost(corpus, connect):
    with running(corpus) as emulator:
        youtube = connect(emulator.url)
        youtube.videos().list(part="id", id="unknown").execute()
        youtube.videos().batchGetStats(part="id", id="unknown").execute()
        for wrong in (
            youtube.search().list(part="nonsense"),
            youtube.playlistItems().list(part="id", playlistId="PLnone"),
        ):
            with pytest.raises(HttpError):
                wrong.execute()
        assert status(emulator.url, SEARCH.replace("search", "nosuchmethod")) == 404
        (units,) = emulator.usage().values()
        calls = emulator.calls()
    assert units == {"common": 2, "search": 1, "stats": 1}
    assert [call[0] for call in calls] == [
        "videos.list",
        "videos.batchGetStats",
        "search.list",
        "playlistItems.list",
    ]
    assert [call[2] for call in calls] == [200, 200, 400, 404]


def test_an_unknown_bucket_is_refused(corpus):
    with (
        pytest.raises(ValueError, match="no such quota bucket: serch"),
        running(corpus, EmulatorOptions(limits={"serch": 1})),
    ):
        pass
