"""Live chats: pages since a token, ends, repeated and late messages, restarts, and what a made stream has."""

import contextlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tubelake.emulator import ChatOptions, CorpusError, EmulatorOptions, load_corpus, make_corpus, running
from tubelake.emulator.chat_methods import live_chat_messages_list
from tubelake.emulator.chats import Stage
from tubelake.emulator.errors import ApiError
from tubelake.emulator.quota import Clock
from tubelake.emulator.world import make_world

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
FAST = ChatOptions(speed=1_000_000.0, polling_seconds=0.25)


def message(number: int, chat: str = "chat-a", second: float = 0.0, **snippet) -> dict:
    at = (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
    about = {"type": "textMessageEvent", "liveChatId": chat, "publishedAt": at, "hasDisplayContent": True,
             "textMessageDetails": {"messageText": f"text {number}"}}  # fmt: skip
    author = {"channelId": "UCa", "displayName": "a"}
    return {
        "kind": "youtube#liveChatMessage",
        "id": f"m{number:05d}",
        "snippet": about | snippet,
        "authorDetails": author,
    }


def video(video_id: str, chat: str) -> dict:
    details = {"actualStartTime": "2026-11-20T12:00:00Z", "activeLiveChatId": chat, "concurrentViewers": "7"}
    snippet = {
        "publishedAt": "2026-11-20T11:00:00Z",
        "title": "live",
        "channelId": "UCa",
        "liveBroadcastContent": "live",
    }
    return {"kind": "youtube#video", "id": video_id, "snippet": snippet, "liveStreamingDetails": details}


@pytest.fixture
def lay(tmp_path):
    """Writes a corpus with one stream a chat, and gives it."""

    def write(messages, streams=()):
        chats = sorted({each["snippet"]["liveChatId"] for each in messages} | {"quiet"})
        named = {stream["video_id"]: stream["live_chat_ids"][0] for stream in streams}
        videos = [video(f"video-{chat[-5:]:>5}".replace(" ", "_"), chat) for chat in chats] if not named else []
        videos += [video(video_id, chat) for video_id, chat in named.items()]
        for name, lines in (("videos", videos), ("chat", messages), ("streams", streams)):
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
        return load_corpus(tmp_path)

    return write


def connect(url: str):
    return build("youtube", "v3", developerKey="any", client_options={"api_endpoint": url}, static_discovery=True)


def poll(youtube, chat: str = "chat-a", token: str | None = None, size: int = 2_000) -> dict:
    asked = {"liveChatId": chat, "part": "id,snippet,authorDetails", "maxResults": size, "pageToken": token}
    return youtube.liveChatMessages().list(**asked).execute()


def refused(call) -> tuple[int, str]:
    with pytest.raises(HttpError) as error:
        call()
    return error.value.status_code, error.value.error_details[0]["reason"]


def until_the_end(youtube, chat: str = "chat-a", size: int = 200, token: str | None = None) -> list[dict]:
    """Every page from the token on until the chat is over."""
    pages = [poll(youtube, chat, token, size)]
    while "offlineAt" not in pages[-1]:
        pages.append(poll(youtube, chat, pages[-1]["nextPageToken"], size))
    assert refused(lambda: poll(youtube, chat, pages[-1]["nextPageToken"])) == (403, "liveChatEnded")
    return pages


def ids(pages) -> list[str]:
    return [item["id"] for page in pages for item in page["items"]]


def test_pages_go_on_where_the_token_ends_and_say_how_long_to_wait(lay):
    corpus = lay([message(number, second=number) for number in range(700)])
    with running(corpus, EmulatorOptions(chat=ChatOptions(speed=1.0))) as emulator:
        youtube, clock = connect(emulator.url), emulator.world.clock
        first = poll(youtube)
        assert [item["id"] for item in first["items"]] == ["m00000"]
        assert (first["pollingIntervalMillis"], first["pageInfo"]["totalResults"]) == (5_000, 1)
        emulator.move_clock(clock.now() + timedelta(seconds=450))
        pages = [poll(youtube, token=first["nextPageToken"], size=200)]
        for _ in range(3):
            pages.append(poll(youtube, token=pages[-1]["nextPageToken"], size=200))
        assert [len(page["items"]) for page in pages[:2]] == [200, 200]
        assert 450 <= 1 + len(ids(pages)) <= 452
        assert not any("offlineAt" in page for page in pages)
        assert poll(youtube, token=first["nextPageToken"], size=200)["items"] == pages[0]["items"]
        emulator.move_clock(clock.now() + timedelta(seconds=300))
        rest = until_the_end(youtube, token=pages[-1]["nextPageToken"], size=2_000)
    assert ["m00000", *ids(pages), *ids(rest)] == [f"m{number:05d}" for number in range(700)]
    units = [spent["common"] for spent in emulator.usage().values()]
    assert sum(units) == 5 * (1 + 4 + 1 + len(rest)) + 1  # the last call is refused: 1 unit


def test_a_burst_comes_whole_and_in_order(lay):
    corpus = lay([message(number, second=number / 1_000) for number in range(10_000)])
    with running(corpus, EmulatorOptions(chat=FAST)) as emulator:
        pages = until_the_end(connect(emulator.url), size=2_000)
    assert ids(pages) == [f"m{number:05d}" for number in range(10_000)]
    assert max(len(page["items"]) for page in pages) == 2_000


def test_what_is_no_chat_and_what_never_ends(lay):
    corpus = lay([message(0)])
    with running(corpus, EmulatorOptions(chat=FAST)) as emulator:
        youtube = connect(emulator.url)
        assert refused(lambda: poll(youtube, "nosuchchat")) == (404, "liveChatNotFound")
        assert refused(lambda: poll(youtube, token="nonsense")) == (400, "invalidPageToken")
        assert refused(lambda: poll(youtube, size=2_001)) == (400, "invalidParameter")
        page = poll(youtube, "quiet")
        assert (page["items"], "offlineAt" in page) == ([], False)
        assert poll(youtube, "quiet", page["nextPageToken"])["nextPageToken"] == page["nextPageToken"]


@pytest.mark.parametrize("seed", range(4))
def test_repeated_and_late_messages_hide_none(lay, seed):
    corpus = lay([message(number, second=number / 10) for number in range(2_000)])
    options = ChatOptions(speed=2_000.0, polling_seconds=0.01, repeat_rate=0.7, late_rate=0.2, late_seconds=20.0)
    with running(corpus, EmulatorOptions(seed=seed, chat=options)) as emulator:
        found = ids(until_the_end(connect(emulator.url)))
    assert set(found) == {f"m{number:05d}" for number in range(2_000)}
    assert len(found) > 2_000
    assert found != sorted(found)


class Hasty(Clock):
    """Each look at it takes some of the time between two messages."""

    looks = 0

    def now(self) -> datetime:
        self.looks += 1
        return START + timedelta(seconds=0.3 * self.looks)


def test_a_last_message_that_comes_during_a_call_is_not_lost(lay):
    corpus, options = lay([message(number, second=number) for number in range(50)]), EmulatorOptions()
    world = make_world(corpus, options)
    world.stage = Stage(options.chat, options.seed, Hasty())
    asked, found = {"liveChatId": "chat-a", "part": "id", "maxResults": "200"}, []
    with contextlib.suppress(ApiError):  # once the chat is over
        while True:
            found.append(live_chat_messages_list(world, asked))
            asked["pageToken"] = found[-1]["nextPageToken"]
    assert ids(found) == [f"m{number:05d}" for number in range(50)]


def test_a_token_of_before_a_restart_goes_on_after_it(lay):
    corpus = lay([message(number, second=number) for number in range(100)])
    with running(corpus, EmulatorOptions(chat=ChatOptions(speed=1.0))) as emulator:
        youtube = connect(emulator.url)
        first = poll(youtube)
        emulator.move_clock(emulator.world.clock.now() + timedelta(seconds=60))
        second = poll(youtube, token=first["nextPageToken"])
    with running(corpus, EmulatorOptions(chat=FAST)) as emulator:
        third = until_the_end(connect(emulator.url), token=second["nextPageToken"], size=2_000)
    assert ids([first, second, *third]) == [f"m{number:05d}" for number in range(100)]


def test_a_stream_has_the_chat_that_goes_on_and_none_when_all_are_over(lay):
    stream = {"video_id": "restarted__", "live_chat_ids": ["chat-a", "chat-b"]}
    corpus = lay([message(0), message(1, "chat-b")], [stream])

    def live(youtube):
        (item,) = youtube.videos().list(id="restarted__", part="snippet,liveStreamingDetails").execute()["items"]
        return item["snippet"]["liveBroadcastContent"], item["liveStreamingDetails"]

    with running(corpus, EmulatorOptions(chat=FAST)) as emulator:
        youtube = connect(emulator.url)
        assert live(youtube)[1]["activeLiveChatId"] == "chat-a"
        until_the_end(youtube, "chat-a")
        assert live(youtube)[1]["activeLiveChatId"] == "chat-b"
        until_the_end(youtube, "chat-b")
        content, details = live(youtube)
        assert content == "none"
        assert {"activeLiveChatId", "concurrentViewers"}.isdisjoint(details)
        assert datetime.fromisoformat(details["actualEndTime"]) <= datetime.now(UTC)
        emulator.remove("restarted__")
        assert refused(lambda: poll(youtube, "chat-b")) == (404, "liveChatNotFound")


def test_made_streams_have_every_kind_of_event(tmp_path):
    make_corpus(tmp_path, 800, seed=4)
    chats = load_corpus(tmp_path).chats
    kinds = Counter(each["snippet"]["type"] for messages in chats.values() for each in messages)
    assert len(kinds) == 11
    assert kinds["textMessageEvent"] > 0.7 * kinds.total()
    for messages in chats.values():
        assert messages[-1]["snippet"]["type"] == "chatEndedEvent"
        assert len({each["id"] for each in messages}) == len(messages)
    gifts = {
        each["id"]
        for messages in chats.values()
        for each in messages
        if each["snippet"]["type"] == "membershipGiftingEvent"
    }
    told = [each["snippet"].get("giftMembershipReceivedDetails") for messages in chats.values() for each in messages]
    assert {about["associatedMembershipGiftingMessageId"] for about in told if about} == gifts


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("chat", {"id": "m", "snippet": {"publishedAt": "2026-11-20T12:00:00Z"}}, "m has no snippet.liveChatId"),
        ("chat", {"id": "m", "snippet": {"liveChatId": "c", "publishedAt": "soon"}}, "no readable snippet.publishedAt"),
        ("streams", {"video_id": "v", "live_chat_ids": []}, "not a stream with video_id and live_chat_ids"),
    ],
)
def test_a_line_that_cannot_be_served_is_named(tmp_path, name, line, said):
    (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(CorpusError, match=said) as error:
        load_corpus(tmp_path)
    assert f"{name}.jsonl:1" in str(error.value)
