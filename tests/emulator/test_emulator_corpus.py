"""Corpora that are made, read, derived and refused."""

import hashlib
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tubelake.emulator import CorpusError, EmulatorOptions, load_corpus, make_corpus, running


def digest(folder: Path) -> str:
    files = sorted(folder.iterdir())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        make_corpus(tmp_path / name, videos=300, seed=seed)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert digest(tmp_path / "one") != digest(tmp_path / "other")


def test_the_truth_is_told(tmp_path):
    asked = {"cooking": 120, "트와이스": 9, "live set": 4, "nothing": 0}
    truth = make_corpus(tmp_path, 300, 5, keywords=("lofi",), matches=asked)
    assert truth == {"lofi": 30, **asked}
    told = yaml.safe_load((tmp_path / "corpus.yml").read_text(encoding="utf-8"))
    assert told.items() >= {"generator_version": 4, "matches": truth, "seed": 5, "videos": 300}.items()


@pytest.mark.parametrize("asked", [{"lofi": 301}, {"lofi": -1}, {" ": 3}, {"cook": 3, "cooking": 50}])
def test_counts_that_cannot_be_had_are_refused(tmp_path, asked):
    with pytest.raises(ValueError, match="keyword"):
        make_corpus(tmp_path, 300, 5, matches=asked)
    assert list(tmp_path.iterdir()) == []


def test_a_made_corpus_has_what_real_ones_have(videos):
    assert all(re.fullmatch(r"[\w-]{11}", video["id"]) for video in videos)
    assert all(re.fullmatch(r"UC[\w-]{22}", video["snippet"]["channelId"]) for video in videos)
    durations = {video["contentDetails"]["duration"] for video in videos}
    assert any(duration.startswith("P1D") for duration in durations)
    assert "PT0S" in durations
    statistics = [video.get("statistics") for video in videos]
    assert None in statistics
    for name in ("viewCount", "likeCount", "commentCount"):
        assert any(counters and name not in counters for counters in statistics)
    assert not any(counters and "dislikeCount" in counters for counters in statistics)
    assert {video["snippet"]["liveBroadcastContent"] for video in videos} == {"none", "live", "upcoming"}
    texts = "\n".join(video["snippet"]["title"] + video["snippet"]["description"] for video in videos)
    assert all(sign in texts for sign in ("<", "&", '"', "🔥", "여행", "旅行", "\n"))
    seconds = [video["snippet"]["publishedAt"] for video in videos]
    assert len(set(seconds)) < len(seconds)
    assert {time[:4] for time in seconds} >= {"2010", "2026"}
    views = sorted(int(counters["viewCount"]) for counters in statistics if counters and "viewCount" in counters)
    assert sum(views[-len(views) // 100 :]) > sum(views) / 2


def line(video_id: str, **snippet: object) -> str:
    shown = {"publishedAt": "2020-01-01T00:00:00Z", "channelId": "UCone", "title": "t"} | snippet
    return json.dumps({"id": video_id, "snippet": shown})


def test_channels_are_derived_and_times_of_all_lengths_are_ordered(tmp_path, connect):
    lines = [
        line("middle", publishedAt="2019-08-28T09:29:43.500Z", channelTitle="One"),
        "",
        line("old", publishedAt="2019-08-28T09:29:43.0000000Z", channelTitle="One"),
        line("new", publishedAt="2019-08-28T09:29:44Z", channelTitle="One"),
        line("lone \ud83d surrogate", title="half a picture \ud83d", channelId="UCtwo"),
    ]
    (tmp_path / "videos.jsonl").write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    with running(load_corpus(tmp_path)) as emulator:
        youtube = connect(emulator.url)
        items = youtube.playlistItems().list(part="contentDetails", playlistId="UUone").execute()["items"]
        assert [item["contentDetails"]["videoId"] for item in items] == ["new", "middle", "old"]
        (channel,) = youtube.channels().list(part="snippet,statistics", id="UCone").execute()["items"]
        assert (channel["snippet"]["title"], channel["statistics"]["videoCount"]) == ("One", "3")
        (hit,) = youtube.search().list(part="snippet", type="video", q="picture").execute()["items"]
        assert hit["snippet"]["title"] == "half a picture \ud83d"


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("{", "videos.jsonl:2: not JSON"),
        ("[]", "videos.jsonl:2: not a resource with an id"),
        ('{"id": 7}', "videos.jsonl:2: not a resource with an id"),
        ('{"id": "a"}', "videos.jsonl:2: a has no snippet"),
        ('{"id": "a", "snippet": {}}', "videos.jsonl:2: a has no readable snippet.publishedAt"),
        (line("a", publishedAt="yesterday"), "videos.jsonl:2: a has no readable snippet.publishedAt"),
    ],
)
def test_a_bad_line_is_named(tmp_path, second, message):
    (tmp_path / "videos.jsonl").write_text(f"{line('good')}\n{second}\n", encoding="utf-8")
    with pytest.raises(CorpusError) as raised:
        load_corpus(tmp_path)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_folder_is_named_and_an_empty_one_is_an_empty_youtube(tmp_path):
    with pytest.raises(CorpusError, match="nowhere: no such corpus folder"):
        load_corpus(tmp_path / "nowhere")
    assert load_corpus(tmp_path).videos == {}


def real_corpus() -> Path:
    default = Path(__file__).parents[2] / ".." / "shared" / "data"
    folder = Path(os.environ.get("TUBELAKE_REAL_DATA", default)) / "corpus"
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set TUBELAKE_REAL_DATA")
    return folder


@pytest.mark.real_data
@pytest.mark.parametrize("q", ["official", "트와이스"])
def test_windows_over_the_real_corpus_reach_every_match(connect, found_ids, q):
    folder = real_corpus()
    # Half of the default cap, so that the windows have to be halved a few times.
    with running(load_corpus(folder), EmulatorOptions(result_cap=50, limits={"search": 10_000})) as emulator:
        youtube = connect(emulator.url)

        def in_window(start: float, end: float) -> list[str]:
            times = [f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (start, end)]
            found = found_ids(youtube, q=q, publishedAfter=times[0], publishedBefore=times[1])
            if len(found) < 50:
                return found
            middle = (start + end) // 2
            return in_window(start, middle) + in_window(middle, end)

        found = in_window(0, datetime(2027, 1, 1, tzinfo=UTC).timestamp())
    expected = []
    with (folder / "videos.jsonl").open(encoding="utf-8") as lines:
        for resource in map(json.loads, lines):
            snippet = resource["snippet"]
            text = "\n".join([snippet["title"], snippet["description"], *snippet.get("tags", [])]).casefold()
            expected += [resource["id"]] if q in text else []
    assert sorted(found) == sorted(expected) != []
