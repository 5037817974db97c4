"""Collecting thumbnails: one task without Spark, then the whole job against a server of pictures, run after run."""

import io
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from PIL import Image
from tests.youtube.picture_server import serving

from tubelake import job, settings, store, tables
from tubelake.collect.downloads import Round, in_batches
from tubelake.collect.gate import Pace
from tubelake.collect.pictures import limits_of
from tubelake.emulator import EmulatorOptions, Fault, load_corpus, running
from tubelake.errors import UsageError
from tubelake.parse.videos import videos_from_answers
from tubelake.settings import Settings

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


def test_a_task_gives_a_row_for_every_video_in_batches_of_bounded_size():
    videos = asked(2_500)
    with serving({path(video["video_id"], "default"): (200, jpeg(), {}) for video in videos[::2]}) as server:
        batches = list(in_batches(videos, a_round(server.url)))
    rows = [row for batch in batches for row in batch]
    assert [len(batch) for batch in batches] == [1_000, 1_000, 500]
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


def test_a_reader_that_stops_reading_stops_the_downloads():
    before = set(threading.enumerate())
    with serving() as server:
        batches = in_batches(asked(20_000), a_round(server.url))
        next(batches)
        batches.close()
        assert len(server.asked) < 10_000
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


# ---------------------------------------------------------------- the job


def commits(lake) -> int:
    return len(list((store.folder(lake) / "bronze/pictures/_delta_log").glob("*.json")))


def lay_videos(spark, lake, videos: dict[str, tuple[str | None, int | None]]) -> None:
    """Rows of `videos` with nothing but an id and what the largest thumbnail is said to be."""
    rows = [
        tuple({"video_id": i, "thumbnail_url": url, "thumbnail_width": width}.get(name) for name in tables.VIDEOS.column_names)
        for i, (url, width) in videos.items()
    ]  # fmt: skip
    store.ensure(spark, tables.VIDEOS, lake)
    store.append(spark.createDataFrame(rows, tables.VIDEOS.ddl), tables.VIDEOS, lake)


def outcomes(spark, wanted: Settings, run: str) -> dict[str, tuple]:
    rows = store.read(spark, tables.PICTURES, wanted.lake).where(f"run_id = '{run}'").collect()
    return {row["video_id"]: (row["size"], row["status"], row["reason"], row["tries"]) for row in rows}


def test_each_run_asks_only_for_what_no_run_before_it_has_settled(spark, settings_for, lake, capsys):
    videos = {
        "good-------": (YTIMG.format("good-------", "hqdefault"), 480),
        "undeclared-": (None, None),
        "missing----": (YTIMG.format("missing----", "sddefault"), 640),
        "broken-----": (YTIMG.format("broken-----", "mqdefault"), 320),
        "failing----": (YTIMG.format("failing----", "mqdefault"), 320),
        "bomb-------": (YTIMG.format("bomb-------", "mqdefault"), 320),
        "file-------": ("file:///etc/passwd", 320),
        "private----": ("https://169.254.169.254/latest/meta-data/mqdefault.jpg", 320),
        "evil-------": ("https://i.ytimg.com.evil.test/vi/evil/mqdefault.jpg", 320),
    }
    answers = {
        path("good-------", "mqdefault"): (200, jpeg(1), {}),
        path("undeclared-", "maxresdefault"): (200, jpeg(2, (1280, 720)), {}),
        path("broken-----", "mqdefault"): (200, jpeg(3)[:700], {}),
        path("failing----", "mqdefault"): (503, b"", {}),
        path("bomb-------", "mqdefault"): (200, jpeg(4, (500, 500)), {}),
    }
    lay_videos(spark, lake, videos)
    few_pixels = "thumbnails.max_pixels=1000000"
    answers[path("bomb-------", "mqdefault")] = (200, jpeg(4, (1001, 1000)), {})
    with serving(answers) as server:
        first = settings_for(server.url, few_pixels, "thumbnails.round_videos=4", run_id="first")
        assert job.run(spark, "collect_thumbnails", first) == 1
        said = capsys.readouterr()
        assert "thumbnails: 2 pictures, 5 videos without" in said.out
        assert "2 requests failed" in said.err
        found = outcomes(spark, first, "first")
        assert {i: (size, status, str(reason).partition(":")[0], tries) for i, (size, status, reason, tries) in found.items()} == {
            "good-------": ("mqdefault", 200, "None", 2),
            "undeclared-": ("maxresdefault", 200, "None", 1),
            "missing----": ("default", 404, "notFound", 4),
            "broken-----": ("mqdefault", 200, "brokenPicture", 1),
            "failing----": ("mqdefault", 503, "HTTP 503", 1),
            "bomb-------": ("mqdefault", 200, "tooManyPixels", 1),
            "file-------": ("passwd", 0, "refused", 1),
            "private----": ("mqdefault", 0, "refused", 1),
            "evil-------": ("mqdefault", 0, "refused", 1),
        }  # fmt: skip
        assert server.asked_since(0) == sorted(
            [*answers, path("good-------", "hqdefault")]
            + [path("missing----", name) for name in ("sddefault", "hqdefault", "mqdefault", "default")]
        )

        server.answers[path("failing----", "mqdefault")] = (200, jpeg(5), {})
        server.answers[path("broken-----", "mqdefault")] = (200, jpeg(3), {})
        before = len(server.asked)
        second = settings_for(server.url, few_pixels, run_id="second")
        assert job.run(spark, "collect_thumbnails", second) == 0
        assert server.asked_since(before) == [path("broken-----", "mqdefault"), path("failing----", "mqdefault")]

        before, version = len(server.asked), commits(lake)
        assert job.run(spark, "collect_thumbnails", settings_for(server.url, few_pixels, run_id="third")) == 0
        assert len(server.asked) == before
        assert commits(lake) == version
    stored = store.read(spark, tables.PICTURES, lake).where("reason IS NULL").collect()
    assert {row["video_id"]: bytes(row["data"]) for row in stored} == {
        "good-------": jpeg(1), "undeclared-": jpeg(2, (1280, 720)), "broken-----": jpeg(3), "failing----": jpeg(5),
    }  # fmt: skip
    for row in stored:
        assert (row["byte_count"], row["sha256"]) == (len(row["data"]), sha256(row["data"]).hexdigest())
        assert row["url"] == YTIMG.format(row["video_id"], row["size"])
        assert (row["format"], row["is_final"], row["is_animated"]) == ("JPEG", True, False)
    assert {(row["width"], row["height"]) for row in stored} == {(320, 180), (1280, 720)}


def test_only_the_videos_that_were_chosen_and_an_end_when_nothing_answers(spark, settings_for, lake, capsys):
    ids = [f"{number:011d}" for number in range(9)]
    lay_videos(spark, lake, {i: (YTIMG.format(i, "default"), 120) for i in ids})
    with serving({path(i, "default"): (200, jpeg(), {}) for i in ids}) as server:
        chosen = settings_for(server.url, f"videos.ids={ids[3]},{ids[5]},zzzzzzzzzzz", run_id="chosen")
        assert job.run(spark, "collect_thumbnails", chosen) == 0
        assert server.asked_since(0) == [path(ids[3], "default"), path(ids[5], "default")]
        by_keyword = settings_for(server.url, "search.keywords=lofi", run_id="keyword")
        assert job.run(spark, "collect_thumbnails", by_keyword) == 0
        assert len(server.asked) == 2
    capsys.readouterr()
    gone = settings_for(server.url, "thumbnails.round_videos=3", run_id="gone")  # the server has ended
    assert job.run(spark, "collect_thumbnails", gone) == 1
    assert "none of 3 pictures in a row could be had" in capsys.readouterr().err
    assert {i: status for i, (_, status, _, _) in outcomes(spark, gone, "gone").items()} == dict.fromkeys(ids[:3], 0)


@pytest.mark.real_data
def test_every_real_picture_is_stored_as_it_is_and_every_other_video_is_settled(spark, settings_for, lake, real_data):
    folder = real_data / "corpus"
    items = [json.loads(line) for line in (folder / "videos.jsonl").open(encoding="utf-8")]
    body, now = json.dumps({"items": items}), datetime.now(UTC)
    answer = {"method": "videos.list", "status": 200, "fetched_at": now, "body": body}
    row = tuple(answer.get(name) for name in tables.RESPONSE_BODIES.column_names)
    store.ensure(spark, tables.VIDEOS, lake)
    store.append(videos_from_answers(spark.createDataFrame([row], tables.RESPONSE_BODIES.ddl)), tables.VIDEOS, lake)
    fault = Fault(method="thumbnails", first=1, status=503)
    with running(load_corpus(folder), EmulatorOptions(faults=(fault,))) as youtube:
        assert job.run(spark, "collect_thumbnails", settings_for(youtube.url, run_id="first")) == 1
        assert job.run(spark, "collect_thumbnails", settings_for(youtube.url, run_id="second")) == 0
        calls = len(youtube.calls())
        assert job.run(spark, "collect_thumbnails", settings_for(youtube.url, run_id="third")) == 0
        assert len(youtube.calls()) == calls
    settled = store.read(spark, tables.PICTURES, lake).where("is_final").collect()
    stored = {row["video_id"]: bytes(row["data"]) for row in settled if row["reason"] is None}
    files = {file.stem: file.read_bytes() for file in (folder / "thumbnails").glob("*.jpg")}
    assert len(files) == 136
    assert stored == files
    assert {row["size"] for row in settled if row["reason"] is None} == {"mqdefault"}
    missing = {row["video_id"] for row in settled if row["status"] == 404}
    assert missing == {item["id"] for item in items} - files.keys()
    assert len(settled) == len(items)
