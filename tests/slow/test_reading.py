"""The whole way from chats and captions on YouTube to what they say, on the real corpus with one message more."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import pytest

from tubelake import job, pipeline, reactions, settings, store, tables
from tubelake.emulator import ChatOptions, EmulatorOptions, load_corpus, running
from tubelake.settings import Lake

pytestmark = [pytest.mark.slow, pytest.mark.real_data, pytest.mark.timeout(1_200)]

REFERENCE = (
    "I had a really horrible day. It was the worst day ever! "
    "But every now and then I have a really good day that makes me happy."
)
READERS = ("build_windows", "build_segments", "score_text", "analyse_chat", "compare_groups", "find_terms")
MADE = ("caption_windows", "text_scores", "window_entropy", "caption_segments", "chat_segments")


def with_reference(source: Path, folder: Path) -> Path:
    """The corpus with the reference sentence as a last message of its first chat."""
    folder.mkdir()
    for file in source.iterdir():
        if file.name != "chat.jsonl":
            (folder / file.name).symlink_to(file)
    lines = (source / "chat.jsonl").read_text(encoding="utf-8").splitlines()
    message = json.loads(lines[0])
    message["id"] = "reference"
    message["snippet"] |= {"displayMessage": REFERENCE, "textMessageDetails": {"messageText": REFERENCE}}
    (folder / "chat.jsonl").write_text("\n".join([*lines, json.dumps(message)]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def read(spark, real_data, tmp_path_factory):
    """A lake that was collected and read; gives its folder, the corpus, and how to run the jobs of its pipeline again."""
    folder = tmp_path_factory.mktemp("reading")
    corpus = load_corpus(with_reference(real_data / "corpus", folder / "corpus"))
    tracked = {track["video_id"] for track in map(json.loads, (folder / "corpus/transcripts.jsonl").open())}
    options = EmulatorOptions(limits={"common": 100_000}, chat=ChatOptions(speed=300.0, polling_seconds=0.5))
    with running(corpus, options) as youtube:
        fixed = [
            f"lake.root={folder / 'lake'}", f"youtube.endpoint={youtube.url}", "youtube.api_key=any",
            f"run.logs={folder / 'logs'}", f"videos.ids={','.join([*corpus.live, *tracked])}", f"chat.video_ids={','.join(corpus.live)}",
            "quota.common=100000", "captions.tracks=all", "captions.requests_per_second=100",
        ]  # fmt: skip
        wanted = job.with_run_id(settings.load(overrides=fixed, environ={}))

        def run(only: Collection[str] = ()) -> None:
            for name in pipeline.jobs_of(wanted, ("captions", "chat")):
                if not only or name in only:
                    assert job.run(spark, name, wanted) == 0, name

        run()
        yield Lake(root=str(folder / "lake")), corpus, wanted, run


def commits(lake: Lake) -> list[str]:
    return sorted(str(file) for name in MADE for file in (Path(lake.root) / "silver" / name).rglob("_delta_log/*.json"))


def said(corpus) -> list[dict]:
    messages = [message for chat in corpus.chats.values() for message in chat]
    return [message for message in messages if text_of(message)]


def text_of(message: dict) -> str:
    snippet = message["snippet"]
    paid = snippet.get("superChatDetails", {})
    return (snippet.get("textMessageDetails", {}).get("messageText") or paid.get("userComment") or "").strip()


def test_the_reference_sentence_has_its_scores(spark, read):
    scores = store.read(spark, tables.TEXT_SCORES, read[0])
    (row,) = scores.where("source = 'chat_messages' AND source_id = 'reference'").collect()
    assert (row["polarity"], row["subjectivity"]) == (-0.125, pytest.approx(0.9))
    assert [(*said, polarity, subjectivity) for said, polarity, subjectivity in row["assessments"]] == [
        ("really", "horrible", -1.0, 1.0), ("worst", "!", -1.0, 1.0),
        ("really", "good", 0.7, pytest.approx(0.6)), ("happy", 0.8, 1.0),
    ]  # fmt: skip


def test_no_language_is_scored_as_english(spark, read):
    scores = store.read(spark, tables.TEXT_SCORES, read[0])
    assert scores.where("is_scored AND language <> 'en'").count() == 0
    languages = {row["language"]: row["count"] for row in scores.groupBy("language").count().collect()}
    assert languages["ko"] > 100
    assert languages["es"] > 20


def test_minutes_and_chatters_equal_a_plain_recount(spark, read):
    lake, corpus = read[:2]
    started = {
        video["liveStreamingDetails"]["activeLiveChatId"]: datetime.fromisoformat(video["liveStreamingDetails"]["actualStartTime"])
        for video in corpus.videos.values()
        if "activeLiveChatId" in video.get("liveStreamingDetails", {})
    }  # fmt: skip
    minutes, authors, writers = Counter(), Counter(), defaultdict(set)
    for message in said(corpus):
        chat_id, snippet = message["snippet"]["liveChatId"], message["snippet"]
        seconds = (datetime.fromisoformat(snippet["publishedAt"]) - started[chat_id]).total_seconds()
        minutes[chat_id, int(seconds // 60)] += 1
        writers[chat_id, int(seconds // 60)].add(snippet["authorChannelId"])
        authors[chat_id, snippet["authorChannelId"]] += 1
    found = store.read(spark, tables.CHAT_MINUTES, lake).collect()
    assert {(row["chat_id"], row["minute"]): row["message_count"] for row in found} == dict(minutes)
    assert {(row["chat_id"], row["minute"]): row["author_count"] for row in found} == {
        key: len(people) for key, people in writers.items()
    }
    chatters = store.read(spark, tables.CHATTERS, lake).collect()
    assert {(row["chat_id"], row["author_channel_id"]): row["message_count"] for row in chatters} == dict(authors)


def test_captions_have_windows_entropy_and_segments(spark, read):
    lake = read[0]
    tracks = {
        row["track_id"]
        for row in store.read(spark, tables.CAPTION_SNIPPETS, lake).select("track_id").distinct().collect()
    }
    for table, column in ((tables.CAPTION_WINDOWS, "track_id"), (tables.CAPTION_SEGMENTS, "document_id")):
        assert {row[0] for row in store.read(spark, table, lake).select(column).distinct().collect()} == tracks
    segments = store.read(spark, tables.CAPTION_SEGMENTS, lake).collect()
    assert all(row["url"].endswith(f"v={row['video_id']}&t={int(row['start_seconds'])}s") for row in segments)
    assert all(row["start_seconds"] < row["end_seconds"] for row in segments)
    sources = {
        row["source"] for row in store.read(spark, tables.WINDOW_ENTROPY, lake).select("source").distinct().collect()
    }
    assert sources == {"captions", "chat"}


def test_again_nothing_is_read_and_a_moment_is_shown(spark, read, capsys):
    lake, corpus, wanted, run = read
    assert job.load("score_text").run(spark, wanted).rows_in == 0
    before = commits(lake)
    run(READERS)
    assert commits(lake) == before
    live = corpus.live[0]
    (busiest,) = (
        store.read(spark, tables.CHAT_MINUTES, lake)
        .where(f"video_id = '{live}'")
        .orderBy("message_count", ascending=False)
        .limit(1)
        .collect()
    )
    capsys.readouterr()
    reactions.show_reactions(wanted, live, f"{busiest['minute']}:00")
    assert "60 s after" in capsys.readouterr().out
