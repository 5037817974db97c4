"""Collecting thumbnails, the whole job: against a server of pictures, run after run, and every real picture."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from tests.collect.test_pictures import YTIMG, jpeg, path
from tests.youtube.picture_server import serving

from tubelake import disk, job, store, tables
from tubelake.emulator import EmulatorOptions, Fault, load_corpus, running
from tubelake.parse.videos import videos_from_answers
from tubelake.settings import Settings

pytestmark = pytest.mark.slow


def commits(lake) -> int:
    return len(list((disk.folder(lake) / "bronze/pictures/_delta_log").glob("*.json")))


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
    row = tuple(answer.get(name) for name in tables.RESPONSES.column_names)
    store.ensure(spark, tables.VIDEOS, lake)
    store.append(videos_from_answers(spark.createDataFrame([row], tables.RESPONSES.ddl)), tables.VIDEOS, lake)
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
