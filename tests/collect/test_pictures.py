"""Collecting thumbnails: one task without Spark, then the whole job against a server of pictures, run after run."""

import io
import threading
from dataclasses import replace

import pytest
from PIL import Image
from tests.youtube.picture_server import serving

from tubelake import settings
from tubelake.collect import downloads
from tubelake.collect.downloads import Round, in_batches
from tubelake.collect.gate import Pace
from tubelake.collect.pictures import limits_of
from tubelake.errors import UsageError

PACE = Pace(threads=8, calls_per_second=1e6, seconds=60.0, attempts=1, retry_base_seconds=0.0, retry_max_seconds=0.0)
YTIMG = "https://i.ytimg.com/vi/{}/{}.jpg"


def jpeg(shade: int = 0, size: tuple[int, int] = (320, 180)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (shade, 0, 0)).save(file, "JPEG")
    return file.getvalue()


def path(video_id: str, name: str) -> str:
    return f"/vi/{video_id}/{name}.jpg"


# ---------------------------------------------------------------- one task without Spark


def asked(count: int, name: str = "default") -> list[dict]:
    ids = [f"{number:011d}" for number in range(count)]
    return [{"video_id": i, "thumbnail_url": YTIMG.format(i, name), "thumbnail_width": None} for i in ids]


def a_round(endpoint: str, **changed) -> Round:
    wanted = settings.load(overrides=[f"youtube.endpoint={endpoint}"], environ={})
    return Round("run", "round", limits_of(wanted), replace(PACE, **changed))


def test_a_task_gives_a_row_for_every_video_in_batches_of_bounded_size(monkeypatch):
    monkeypatch.setattr(downloads, "BATCH_ROWS", 100)
    videos = asked(250)
    with serving({path(video["video_id"], "default"): (200, jpeg(), {}) for video in videos[::2]}) as server:
        batches = list(in_batches(videos, a_round(server.url)))
    rows = [row for batch in batches for row in batch]
    assert [len(batch) for batch in batches] == [100, 100, 50]
    assert sorted(row["video_id"] for row in rows) == [video["video_id"] for video in videos]
    assert {row["video_id"] for row in rows if row["reason"] is None} == {video["video_id"] for video in videos[::2]}
    assert len(server.asked) == len(videos)


def test_a_batch_ends_when_it_has_enough_bytes():
    large = b"\xff\xd8" + jpeg()[2:] + bytes(3_000_000)
    videos = asked(7)
    with serving({path(video["video_id"], "default"): (200, large, {}) for video in videos}) as server:
        sizes = [len(batch) for batch in in_batches(videos, a_round(server.url, threads=1))]
    assert sizes == [3, 3, 1]


def test_a_round_that_is_over_leaves_the_rest_to_the_next():
    with serving() as server:
        rows = [
            row
            for rows in in_batches(asked(100), a_round(server.url, calls_per_second=20.0, seconds=0.5))
            for row in rows
        ]
    assert 1 <= len(rows) <= 12
    assert len(server.asked) == len(rows)


def test_a_reader_that_stops_reading_stops_the_downloads(monkeypatch):
    monkeypatch.setattr(downloads, "BATCH_ROWS", 100)
    before = set(threading.enumerate())
    with serving() as server:
        batches = in_batches(asked(2_000), a_round(server.url))
        next(batches)
        batches.close()
        assert len(server.asked) < 1_000
    assert not [thread for thread in set(threading.enumerate()) - before if "PoolExecutor" in thread.name]


def test_everybody_waits_when_the_server_asks_for_it():
    videos = asked(3)
    with serving({path(videos[0]["video_id"], "default"): (429, b"", {"Retry-After": "0.5"})}) as server:
        this = replace(a_round(server.url, threads=1), run_id=f"pause-{server.url.rpartition(':')[2]}")
        rows = [row for rows in in_batches(videos, this) for row in rows]
    times = [row["fetched_at"] for row in rows]
    assert [row["reason"] for row in rows] == ["HTTP 429", "notFound", "notFound"]
    assert (times[1] - times[0]).total_seconds() >= 0.4
    assert (times[2] - times[1]).total_seconds() < 0.4


def test_an_endpoint_that_is_no_address_is_a_usage_error():
    for wrong in ("localhost", "/tmp", "http://[bad"):
        with pytest.raises(UsageError, match="is not the address of a server"):
            limits_of(settings.load(overrides=[f"youtube.endpoint={wrong}"], environ={}))
