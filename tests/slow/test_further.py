"""Channels, charts, comments and captions, collected from the emulator by whole jobs into one lake."""

from collections import Counter

import pytest

from tubelake import disk, job, settings, store, tables
from tubelake.emulator import EmulatorOptions, Fault, load_corpus, make_corpus, running
from tubelake.emulator.search import matches
from tubelake.errors import Blocked
from tubelake.settings import Lake
from tubelake.tables import RESPONSES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

BASE = ("collect_channels", "collect_charts", "collect_search", "collect_videos", "build_videos")
COLLECT = ("collect_comments", "collect_captions", "collect_video_channels")
BUILD = ("build_comments", "build_captions", "build_channels", "build_charts")
FAULTS = (
    Fault(method="commentThreads.list", at=(2,), status=503, reason="backendError"),
    Fault(method="comments.list", at=(3,), kind="truncate"),
    Fault(method="player", at=(2,), status=500),
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    make_corpus(folder, 60, seed=31, matches={"lofi": 20})
    return load_corpus(folder)


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Lake:
    return Lake(root=str(tmp_path_factory.mktemp("further") / "lake"))


@pytest.fixture(scope="module")
def channel(corpus) -> str:
    """The channel with the most uploads."""
    return Counter(video["snippet"]["channelId"] for video in corpus.videos.values()).most_common(1)[0][0]


@pytest.fixture
def run(spark, lake, channel, tmp_path):
    """Runs jobs against an emulator; gives their exit codes."""

    def jobs(youtube, *names: str, also: tuple[str, ...] = ()) -> list[int]:
        fixed = [
            f"lake.root={lake.root}", f"youtube.endpoint={youtube.url}", "youtube.api_key=AIzaTestKey0123456789",
            f"run.logs={tmp_path}", "collect.retry_base_seconds=0.01", "collect.attempts=3", "search.keywords=lofi",
            f"channels.ids={channel}", "charts.regions=US,KR", "captions.requests_per_second=1000",
            "captions.tracks=all", "privacy.pseudonyms=true", "privacy.key=secret of a test",
        ]  # fmt: skip
        wanted = settings.load(overrides=[*fixed, *also], environ={})
        return [job.run(spark, name, job.with_run_id(wanted)) for name in names]

    return jobs


@pytest.fixture(scope="module")
def wanted_ids(corpus, channel) -> set[str]:
    """The videos that were asked for: those of the keyword and those of the channel."""
    by_search = {entry.id for entry in corpus.entries["video"] if matches(entry.text, ("lofi",))}
    return by_search | {i for i, video in corpus.videos.items() if video["snippet"]["channelId"] == channel}


def rows_of(spark, lake: Lake, table: tables.Table, where: str = "true") -> list:
    return store.read(spark, table, lake).where(where).collect()


def commits(lake: Lake) -> dict[str, int]:
    return {log.parent.name: len(list(log.glob("*.json"))) for log in disk.folder(lake).glob("*/*/_delta_log")}


def test_a_second_run_asks_nothing_and_commits_nothing(corpus, lake, run, capsys):
    with running(corpus, EmulatorOptions(faults=FAULTS)) as youtube:
        assert set(run(youtube, *BASE, *COLLECT, *BUILD)) == {0}
        assert "have their comments turned off" in capsys.readouterr().out
        run(youtube, "build_videos")  # notes how far the log has come since
        calls, before = youtube.calls(), commits(lake)
        assert set(run(youtube, *BASE[:2], *COLLECT, *BUILD)) == {0}
        assert youtube.calls() == calls
        assert commits(lake) == before


def test_comment_trees_are_complete_and_in_order(spark, corpus, lake, wanted_ids):
    videos = {row["video_id"] for row in rows_of(spark, lake, tables.VIDEOS)}
    assert wanted_ids <= videos
    threads = [thread for i in wanted_ids for thread in corpus.comments.by_video.get(i, ())]
    assert max(len(thread.replies) for thread in threads) > 5
    expected = {}
    for thread in threads:
        for comment in (thread.comment, *thread.replies):
            parent = None if comment is thread.comment else thread.id
            expected[comment["id"]] = (thread.video_id, thread.id, parent, comment["snippet"]["textOriginal"])
    found = rows_of(spark, lake, tables.COMMENTS)
    columns = ("video_id", "thread_id", "parent_id", "text")
    assert {row["comment_id"]: tuple(row[column] for column in columns) for row in found} == expected
    counts = {row["thread_id"]: row["reply_count"] for row in found if row["parent_id"] is None}
    assert counts == {thread.id: len(thread.replies) for thread in threads}
    tree = sorted(found, key=lambda row: (row["thread_id"], row["published_at"], row["comment_id"]))
    firsts = [row for at, row in enumerate(tree) if at == 0 or tree[at - 1]["thread_id"] != row["thread_id"]]
    assert all(row["parent_id"] is None for row in firsts)


def test_disabled_comments_are_on_record_and_asked_once(spark, corpus, lake, wanted_ids):
    disabled = {i for i in wanted_ids if "commentCount" not in corpus.videos[i].get("statistics", {"commentCount": 0})}
    rows = rows_of(spark, lake, RESPONSES.of("commentThreads.list"), "reason = 'commentsDisabled'")
    assert Counter(row["subject"] for row in rows) == Counter(disabled)


def test_authors_are_pseudonyms_that_stay_the_same(spark, corpus, lake):
    names = {row["author_name"] for row in rows_of(spark, lake, tables.COMMENTS)}
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in names)
    authors = {
        comment["snippet"]["authorDisplayName"]
        for thread in corpus.comments.threads.values()
        for comment in (thread.comment, *thread.replies)
    }
    assert 1 < len(names) <= len(authors)


def test_every_caption_track_is_there_with_what_it_says(spark, corpus, lake, wanted_ids):
    source = {
        f"{i}/{track['language_code']}/{'generated' if track['is_generated'] else 'manual'}": track
        for i in wanted_ids
        for track in corpus.transcripts.get(i, ())
    }
    assert len(source) > 5
    tracks = {row["track_id"]: row for row in rows_of(spark, lake, tables.CAPTION_TRACKS)}
    assert {name: (row["video_id"], row["is_generated"], row["is_translatable"]) for name, row in tracks.items()} == {
        name: (track["video_id"], track["is_generated"], track["is_translatable"]) for name, track in source.items()
    }
    said = sorted(rows_of(spark, lake, tables.CAPTION_SNIPPETS), key=lambda row: (row["track_id"], row["position"]))
    assert [(row["track_id"], row["start_seconds"], row["duration_seconds"], row["text"]) for row in said] == [
        (name, snippet["start"], snippet["duration"], snippet["text"])
        for name, track in sorted(source.items())
        for snippet in track["snippets"]
    ]


def test_charts_are_ranked_and_their_videos_have_details(spark, corpus, lake):
    entries = rows_of(spark, lake, tables.CHART_ENTRIES)
    assert {(row["region"], row["category_id"]) for row in entries} == {("US", "0"), ("KR", "0")}
    for region in ("US", "KR"):
        ranks = sorted(row["rank"] for row in entries if row["region"] == region)
        assert ranks == list(range(1, len(corpus.videos) + 1))
    details = {row["video_id"] for row in rows_of(spark, lake, tables.VIDEOS)}
    assert {row["video_id"] for row in entries} <= details


def test_channels_and_their_uploads(spark, corpus, lake, channel, wanted_ids):
    found = {row["channel_id"]: row for row in rows_of(spark, lake, tables.CHANNELS)}
    assert set(found) == {corpus.videos[i]["snippet"]["channelId"] for i in wanted_ids} | {channel}
    row, truth = found[channel], corpus.channels[channel]
    assert (row["title"], row["view_count"]) == (truth["snippet"]["title"], int(truth["statistics"]["viewCount"]))
    listed = {i for row in rows_of(spark, lake, RESPONSES.of("playlistItems.list")) for i in row["item_ids"]}
    assert listed == {i for i, video in corpus.videos.items() if video["snippet"]["channelId"] == channel}


def test_a_block_ends_the_job_with_a_remedy_and_keeps_what_is_fetched(spark, corpus, lake, run, capsys):
    blocked = Fault(method="player", first=None, at=(4,), reason="RequestBlocked")
    other = ("captions.languages=es,en", "collect.tasks=1", "captions.threads=1")
    with running(corpus, EmulatorOptions(faults=(blocked,))) as youtube:
        assert run(youtube, "collect_captions", also=other) == [Blocked.exit_code] == [75]
        said = capsys.readouterr().err
        assert "YouTube blocks this address (RequestBlocked)" in said
        assert "set captions.proxy" in said
        assert [method for method, _, _ in youtube.calls()].count("player") == 4
        assert run(youtube, "collect_captions", also=other) == [0]
        asked = Counter(params["videoId"] for method, params, _ in youtube.calls() if method == "player")
    assert sorted(asked.values())[-2:] == [1, 2]  # only the video that was blocked is asked again


def test_the_plan_shows_what_more_would_cost(corpus, run, capsys):
    with running(corpus, EmulatorOptions()) as youtube:
        assert run(youtube, "plan", also=("captions.languages=ja",)) == [0]
        lines = [line.replace("│", " ").split() for line in capsys.readouterr().out.splitlines()]
        assert youtube.calls() == []
    steps = {line[0]: line for line in lines if line and line[0] in {"comments", "captions", "thumbnails", "recall"}}
    assert steps["comments"][2] == "0"  # all are there
    assert int(steps["captions"][2]) > 20
    assert int(steps["thumbnails"][2]) > 20
    assert steps["recall"][1:3] == ["search.list", "6"]


@pytest.mark.real_data
def test_all_tracks_of_the_real_corpus_equal_their_source(spark, real_data, tmp_path):
    corpus = load_corpus(real_data / "corpus")
    lake = Lake(root=str(tmp_path / "lake"))
    with running(corpus, EmulatorOptions()) as youtube:
        fixed = [
            f"lake.root={lake.root}", f"youtube.endpoint={youtube.url}", "youtube.api_key=any", f"run.logs={tmp_path}",
            f"videos.ids={','.join(corpus.transcripts)}", "captions.requests_per_second=1000",
        ]  # fmt: skip

        def codes(*names: str, also: tuple[str, ...] = ()) -> set[int]:
            wanted = settings.load(overrides=[*fixed, *also], environ={})
            return {job.run(spark, name, job.with_run_id(wanted)) for name in names}

        assert codes("collect_videos", "build_videos", "collect_captions", "build_captions") == {0}
        preferred = rows_of(spark, lake, tables.CAPTION_SNIPPETS)
        assert len({row["track_id"] for row in preferred}) == len({row["video_id"] for row in preferred}) == 12
        assert codes("collect_captions", "build_captions", also=("captions.tracks=all",)) == {0}
        calls = youtube.calls()
        assert codes("collect_captions", also=("captions.tracks=all",)) == codes("collect_captions") == {0}
        assert youtube.calls() == calls
    said = sorted(rows_of(spark, lake, tables.CAPTION_SNIPPETS), key=lambda row: (row["track_id"], row["position"]))
    found = {row["track_id"]: [] for row in said}
    for row in said:
        found[row["track_id"]].append((row["start_seconds"], row["duration_seconds"], row["text"]))
    source = {
        f"{track['video_id']}/{track['language_code']}/{'generated' if track['is_generated'] else 'manual'}": [
            (snippet["start"], snippet["duration"], snippet["text"]) for snippet in track["snippets"]
        ]
        for tracks in corpus.transcripts.values()
        for track in tracks
    }
    assert len(source) == 43
    assert found == source
