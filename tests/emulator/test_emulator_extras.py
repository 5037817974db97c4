"""What made corpora have besides videos: captions whose topics change at known times, recipes of thumbnails."""

import io
import itertools
import json
import urllib.error
import urllib.request
from collections import defaultdict

import pytest
import yaml
from PIL import Image

from tubelake.emulator import load_corpus, make_corpus
from tubelake.emulator.entries import duration_seconds
from tubelake.emulator.transcript_phrases import MUSIC, TOPIC_WORDS


@pytest.fixture(scope="module")
def lines(folder):
    names = ("transcripts", "segments", "thumbnails")
    texts = {name: (folder / f"{name}.jsonl").read_text(encoding="utf-8") for name in names}
    return {name: list(map(json.loads, text.splitlines())) for name, text in texts.items()}


@pytest.fixture(scope="module")
def truth(folder):
    return yaml.safe_load((folder / "corpus.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def segments(lines):
    by_video = defaultdict(list)
    for segment in lines["segments"]:
        by_video[segment["video_id"]].append(segment)
    return by_video


def test_manual_captions_are_where_videos_say_so(lines, videos, truth, segments, corpus):
    manual = {track["video_id"] for track in lines["transcripts"] if not track["is_generated"]}
    generated = {track["video_id"] for track in lines["transcripts"] if track["is_generated"]}
    captioned = {video["id"] for video in videos if video["contentDetails"]["caption"] == "true"}
    assert manual == captioned
    assert all((manual & generated, manual - generated, generated - manual))
    assert len(manual | generated) < len(videos)
    languages = {(track["language_code"], track["is_generated"]) for track in lines["transcripts"]}
    assert len(languages) == 14
    flags = [track["is_generated"] for track in lines["transcripts"]]
    assert truth["transcripts"] == {
        "videos": len(manual | generated),
        "manual": flags.count(False),
        "generated": flags.count(True),
        "segments": len(lines["segments"]),
    }
    assert segments.keys() == manual | generated == corpus.transcripts.keys()


def test_segments_follow_each_other_with_other_topics(segments, videos):
    lengths = {video["id"]: duration_seconds(video["contentDetails"]["duration"]) for video in videos}
    assert max(map(len, segments.values())) > 5
    for video_id, parts in segments.items():
        assert parts[0]["start"] == 0
        assert parts[-1]["end"] <= lengths[video_id]
        assert all(part["start"] < part["end"] for part in parts)
        for one, other in itertools.pairwise(parts):
            assert one["end"] == other["start"]
            assert one["topic"] != other["topic"]


def test_every_track_speaks_of_the_topic_of_its_segment(lines, segments):
    for track in lines["transcripts"]:
        language = track["language_code"]
        starts = [snippet["start"] for snippet in track["snippets"]]
        assert starts == sorted(starts)
        for part in segments[track["video_id"]]:
            said = [item["text"] for item in track["snippets"] if part["start"] <= item["start"] < part["end"]]
            assert part["start"] in starts
            words = [word.lower() for word in TOPIC_WORDS[part["topic"]][language]]
            for text in said:
                assert text == MUSIC[language] or any(word in text.lower() for word in words)


def test_manual_captions_end_before_the_next_and_recognised_ones_overlap(lines):
    overlaps = {True: 0, False: 0}
    for track in lines["transcripts"]:
        for one, other in itertools.pairwise(track["snippets"]):
            overlaps[track["is_generated"]] += one["start"] + one["duration"] > other["start"] + 0.0005
    assert overlaps[False] == 0
    assert overlaps[True] > 1_000
    texts = [item["text"] for track in lines["transcripts"] if not track["is_generated"] for item in track["snippets"]]
    assert any("\n" in text for text in texts)


def overlap(one, other) -> bool:
    return all(one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2] for axis in (0, 1))


def test_recipes_keep_words_and_faces_apart_and_inside(lines, videos, truth):
    recipes = lines["thumbnails"]
    for recipe in recipes:
        boxes = [thing["box"] for thing in (*recipe["words"], *recipe["faces"])]
        assert all(left >= 0 <= top and left + wide <= 1280 and top + high <= 720 for left, top, wide, high in boxes)
        assert not any(overlap(one, other) for one, other in itertools.combinations(boxes, 2))
    words, faces = ([len(recipe[name]) for recipe in recipes] for name in ("words", "faces"))
    assert truth["thumbnails"] == {"pictures": len(recipes), "words": sum(words), "faces": sum(faces)}
    assert set(faces) == {0, 1, 2, 3}
    assert set(words) >= {0, 1, 2, 3}
    promised = {
        video["id"]: [entry["url"].rpartition("/")[2] for entry in video["snippet"]["thumbnails"].values()]
        for video in videos
    }
    missing = [len(promised[recipe["video_id"]]) - len(recipe["sizes"]) for recipe in recipes]
    assert set(missing) == {0, 1}
    assert 0.9 * len(videos) < len(recipes) < len(videos)


def test_what_resources_promise_is_there_or_a_404(plenty, lines, videos):
    recipes = {recipe["video_id"]: recipe for recipe in lines["thumbnails"]}
    chosen = [*videos[:8], next(video for video in videos if video["id"] not in recipes)]
    for video in chosen:
        existing = recipes.get(video["id"], {"sizes": []})["sizes"]
        for entry in video["snippet"]["thumbnails"].values():
            address = entry["url"].replace("https://i.ytimg.com", plenty.url)
            try:
                with urllib.request.urlopen(address, timeout=10) as reply:
                    size = Image.open(io.BytesIO(reply.read())).size
            except urllib.error.HTTPError as error:
                size = error.code
                error.close()
            exists = address.rpartition("/")[2].removesuffix(".jpg") in existing
            assert size == ((entry["width"], entry["height"]) if exists else 404)


def test_extras_can_be_left_out_and_change_no_video(tmp_path):
    made = [make_corpus(tmp_path / name, 40, 3, extras=extras) for name, extras in (("all", True), ("few", False))]
    assert made[0] == made[1]
    few = {path.name for path in (tmp_path / "few").iterdir()}
    assert few == {"videos.jsonl", "channels.jsonl", "categories.jsonl", "corpus.yml"}
    for name in few - {"corpus.yml"}:
        assert (tmp_path / "few" / name).read_bytes() == (tmp_path / "all" / name).read_bytes()
    make_corpus(tmp_path / "all", 40, 3, extras=False)
    assert {path.name for path in (tmp_path / "all").iterdir()} == few
    assert load_corpus(tmp_path / "all").transcripts == {}
