"""Live chats followed by whole jobs: the real ones, whatever goes wrong on the way, and how each ends."""

import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.slow import killing

from tubelake import job, settings, store, tables
from tubelake.collect.chats import UNREACHED
from tubelake.emulator import ChatOptions, EmulatorOptions, Fault, load_corpus, running
from tubelake.errors import QuotaSpent, TubeLakeError
from tubelake.settings import Lake

pytestmark = [pytest.mark.slow, pytest.mark.real_data, pytest.mark.timeout(1_800)]

UNITS = {"common": 100_000}
FAULTS = (
    Fault(method="liveChatMessages.list", every=9, kind="truncate"),
    Fault(method="liveChatMessages.list", every=13, status=503, reason="backendError"),
)


@pytest.fixture(scope="module")
def corpus(real_data):
    return load_corpus(real_data / "corpus")


@pytest.fixture(scope="module")
def live_ids(corpus) -> list[str]:
    return list(corpus.live)


@pytest.fixture(scope="module")
def truth(corpus) -> dict[str, tuple]:
    """Every message of the corpus as the table must have it."""
    found = {}
    for message in (message for messages in corpus.chats.values() for message in messages):
        snippet, author = message["snippet"], message["authorDetails"]
        paid = snippet.get("superChatDetails", {})
        text = snippet.get("textMessageDetails", {}).get("messageText", paid.get("userComment"))
        found[message["id"]] = (
            snippet["liveChatId"], text, datetime.fromisoformat(snippet["publishedAt"]), author["channelId"],
            author["isChatModerator"], author["isChatSponsor"],
            int(paid["amountMicros"]) if paid else None, paid.get("currency"),
        )  # fmt: skip
    return found


def played(speed: float, **options) -> EmulatorOptions:
    chat = ChatOptions(speed=speed, polling_seconds=0.5, repeat_rate=0.5, late_rate=0.1, late_seconds=30.0)
    return EmulatorOptions(limits=UNITS, chat=chat, **options)


def sets(lake: Path, url: str, ids: list[str], *more: str) -> list[str]:
    return [
        f"lake.root={lake}", f"youtube.endpoint={url}", "youtube.api_key=any", f"run.logs={lake.parent / 'logs'}",
        f"chat.video_ids={','.join(ids)}", "quota.common=100000", "collect.retry_base_seconds=0.05", *more,
    ]  # fmt: skip


def arguments(lake: Path, url: str, ids: list[str], *more: str) -> list[str]:
    return ["run", "collect_chat", *(part for given in sets(lake, url, ids, *more) for part in ("--set", given))]


def messages(spark, lake: Path) -> dict[str, tuple]:
    rows = store.read(spark, tables.CHAT_MESSAGES, Lake(root=str(lake))).collect()
    assert len({row["message_id"] for row in rows}) == len(rows)
    return {
        row["message_id"]: (
            row["chat_id"], row["text"], row["published_at"].astimezone(UTC), row["author_channel_id"],
            row["is_moderator"], row["is_member"], row["amount_micros"], row["currency"],
        )
        for row in rows
    }  # fmt: skip


def ends(spark, lake: Path) -> dict[str, str | None]:
    rows = store.read(spark, tables.CHATS, Lake(root=str(lake))).collect()
    return {row["video_id"]: row["end_reason"] for row in rows}


def test_every_real_message_is_there_as_it_was_said(spark, corpus, live_ids, truth, tmp_path, capsys):
    lake = tmp_path / "lake"
    with running(corpus, played(120.0, seed=3, faults=FAULTS)) as youtube:
        wanted = settings.load(overrides=sets(lake, youtube.url, live_ids), environ={})
        assert job.run(spark, "collect_chat", job.with_run_id(wanted)) == 0
        calls = len(youtube.calls())
        assert "5 chats: 5 ended" in capsys.readouterr().out
        assert job.run(spark, "collect_chat", job.with_run_id(wanted)) == 0
        assert youtube.calls()[calls:] == []  # by the log, all of them are over
    assert messages(spark, lake) == truth
    assert ends(spark, lake) == dict.fromkeys(live_ids, "ended")


def polled(youtube) -> int:
    return sum(method == "liveChatMessages.list" for method, _, _ in youtube.calls())


def test_stopped_killed_and_cut_off_it_ends_the_same(spark, corpus, live_ids, truth, tmp_path):
    """Ctrl-C, kill -9 in the middle, no network for a minute, and then another emulator that plays from the start."""
    lake, log = tmp_path / "lake", tmp_path / "out"
    with running(corpus, played(8.0)) as youtube:
        url = youtube.url
        process = killing.start(arguments(lake, url, live_ids), log)
        killing.until(lambda: polled(youtube) > 6)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0, log.read_text()
        before = polled(youtube)
        assert "stopping: what was fetched is stored first" in log.read_text()
        assert "stopped" in ends(spark, lake).values()
        log_of_polls = store.read(spark, tables.RESPONSES.of("liveChatMessages.list"), Lake(root=str(lake)))
        assert log_of_polls.where("attempt > 0").count() == before
        (paid,) = store.read(spark, tables.QUOTA_BUCKETS, Lake(root=str(lake))).where("bucket = 'common'").collect()
        assert (
            paid["units_leased"]
            == paid["units_settled"]
            == sum(sum(units.values()) for units in youtube.usage().values())
        )

        process = killing.start(arguments(lake, url, live_ids), log)
        killing.until(lambda: polled(youtube) > before + 6)
        killing.kill(process)
        process = killing.start(arguments(lake, url, live_ids), log)
        before = polled(youtube)
        killing.until(lambda: polled(youtube) > before + 3)
    time.sleep(60)
    with running(corpus, played(100.0), port=int(url.rpartition(":")[2])):
        assert process.wait() == 0, log.read_text()
    assert messages(spark, lake) == truth
    assert ends(spark, lake) == dict.fromkeys(live_ids, "ended")


def test_chats_that_cannot_be_reached_are_left_to_the_next_run(spark, corpus, live_ids, tmp_path, capsys):
    lake, down = tmp_path / "lake", Fault(method="liveChatMessages.list", kind="reset")
    with running(corpus, played(1.0, faults=(down,))) as youtube:
        some = settings.load(overrides=sets(lake, youtube.url, live_ids, "chat.give_up_minutes=0.2"), environ={})
        assert job.run(spark, "collect_chat", job.with_run_id(some)) == TubeLakeError.exit_code
        assert len(live_ids) < polled(youtube) < 10 * len(live_ids)  # the pauses grow
    assert f"{len(live_ids)} chats: {len(live_ids)} {UNREACHED}" in capsys.readouterr().out
    assert set(ends(spark, lake).values()) == {None}


def test_ends_are_typed(spark, corpus, live_ids, tmp_path, capsys):
    lake = tmp_path / "lake"
    disabled, missing, stopped, forbidden = live_ids[:4]
    chat_of = {i: corpus.videos[i]["liveStreamingDetails"]["activeLiveChatId"] for i in live_ids}

    def refused(video_id: str, status: int, reason: str) -> Fault:
        match = (("liveChatId", chat_of[video_id]),)
        return Fault(method="liveChatMessages.list", match=match, status=status, reason=reason)

    faults = (
        refused(disabled, 403, "liveChatDisabled"),
        refused(missing, 404, "liveChatNotFound"),
        refused(forbidden, 403, "forbidden"),
    )
    with running(corpus, played(1.0, faults=faults)) as youtube:
        some = sets(lake, youtube.url, live_ids[:4], "chat.hours=0.005")
        assert job.run(spark, "collect_chat", job.with_run_id(settings.load(overrides=some, environ={}))) == 0
    found = {disabled: "disabled", missing: "not found", stopped: "stopped", forbidden: "forbidden"}
    assert ends(spark, lake) == found
    with running(corpus, played(0.01)) as youtube:
        few = sets(lake, youtube.url, [live_ids[4]], "quota.common=31", "quota.project=small")
        code = job.run(spark, "collect_chat", job.with_run_id(settings.load(overrides=few, environ={})))
    assert code == QuotaSpent.exit_code
    assert "quota of 31 units a day is used up" in capsys.readouterr().err
    assert ends(spark, lake)[live_ids[4]] == "quota"
