"""Answers about live chats as typed events, and the log of polls as one row a chat."""

import json
from datetime import UTC, datetime

import pytest

from tubelake import tables
from tubelake.parse.chat import chats_from_log, messages_from_answers

BEGAN, AT = "2026-11-20T12:00:00.000000Z", "2026-11-20T12:00:01.500000Z"
METHOD = "liveChatMessages.list"
NOTHING = dict.fromkeys(("text", "amount_micros", "currency", "tier", "sticker_text", "member_level", "member_months", "gift_count", "gift_name", "gift_jewels", "gifter_channel_id", "gift_message_id", "poll_question", "poll_options", "banned_channel_id", "ban_seconds"))  # fmt: skip
# Of each event: its details as the API has them, and the columns that they fill.
EVENTS = {
    "textMessageEvent": ({"textMessageDetails": {"messageText": "hi 👨‍👩‍👧 <b>"}}, {"event": "text", "text": "hi 👨‍👩‍👧 <b>"}),
    "superChatEvent": (
        {"superChatDetails": {"amountMicros": "5000000", "currency": "KRW", "tier": 2, "amountDisplayString": "₩5", "userComment": "최고"}},
        {"event": "super_chat", "text": "최고", "amount_micros": 5_000_000, "currency": "KRW", "tier": 2},
    ),
    "superStickerEvent": (
        {"superStickerDetails": {"amountMicros": "990000", "currency": "USD", "tier": 1, "superStickerMetadata": {"stickerId": "s", "altText": "A bear"}}},
        {"event": "super_sticker", "amount_micros": 990_000, "currency": "USD", "tier": 1, "sticker_text": "A bear"},
    ),
    "newSponsorEvent": ({"newSponsorDetails": {"memberLevelName": "Fan", "isUpgrade": False}}, {"event": "new_member", "member_level": "Fan"}),
    "memberMilestoneChatEvent": (
        {"memberMilestoneChatDetails": {"userComment": "a year!", "memberMonth": 12, "memberLevelName": "Fan"}},
        {"event": "milestone", "text": "a year!", "member_months": 12, "member_level": "Fan"},
    ),
    "membershipGiftingEvent": (
        {"membershipGiftingDetails": {"giftMembershipsCount": 5, "giftMembershipsLevelName": "Fan"}},
        {"event": "membership_gift", "gift_count": 5, "member_level": "Fan"},
    ),
    "giftMembershipReceivedEvent": (
        {"giftMembershipReceivedDetails": {"memberLevelName": "Fan", "gifterChannelId": "UCg", "associatedMembershipGiftingMessageId": "m0"}},
        {"event": "membership_received", "member_level": "Fan", "gifter_channel_id": "UCg", "gift_message_id": "m0"},
    ),
    "giftEvent": (
        {"giftDetails": {"giftName": "Rose", "jewelsAmount": 3, "comboCount": 2}},
        {"event": "gift", "gift_name": "Rose", "gift_jewels": 3, "gift_count": 2},
    ),
    "pollEvent": (
        {"pollDetails": {"metadata": {"questionText": "Which?", "options": [{"optionText": "A", "tally": "7"}, {"optionText": "B", "tally": "0"}]}, "status": "closed"}},
        {"event": "poll", "poll_question": "Which?", "poll_options": [("A", 7), ("B", 0)]},
    ),
    "userBannedEvent": (
        {"userBannedDetails": {"bannedUserDetails": {"channelId": "UCb"}, "banType": "temporary", "banDurationSeconds": "300"}},
        {"event": "ban", "banned_channel_id": "UCb", "ban_seconds": 300},
    ),
    "chatEndedEvent": ({}, {"event": "chat_ended"}),
    "inventedEvent": ({}, {"event": "inventedEvent"}),
}  # fmt: skip


def message(kind: str, details: dict) -> dict:
    snippet = {"type": kind, "liveChatId": "chat", "authorChannelId": "UCa", "publishedAt": AT, **details}
    author = {"channelId": "UCa", "displayName": "Ann", "isVerified": True, "isChatOwner": False,
              "isChatModerator": True, "isChatSponsor": False}  # fmt: skip
    return {"kind": "youtube#liveChatMessage", "id": f"id of {kind}", "snippet": snippet, "authorDetails": author}


@pytest.fixture(scope="module")
def rows(spark, answers_from):
    params = json.dumps({"liveChatId": "chat"})
    asked = {"method": METHOD, "subject": "video", "params": params, "shard": BEGAN}
    messages = [message(kind, details) for kind, (details, _) in EVENTS.items()]
    answers = answers_from(
        {**asked, "items": [*messages, {"snippet": {}}]},
        {**asked, "shard": None, "items": [{"id": "bare", "snippet": {"publishedAt": "soon"}}]},
        {**asked, "status": 403, "reason": "liveChatEnded", "items": [message("textMessageEvent", {})]},
        {"method": "videos.list", "items": [message("textMessageEvent", {})]},
    )
    found = messages_from_answers(answers)
    assert found.columns == tables.CHAT_MESSAGES.column_names
    assert found.dtypes == spark.createDataFrame([], tables.CHAT_MESSAGES.ddl).dtypes
    return {row["message_id"]: row.asDict() for row in found.collect()}


def test_only_messages_of_good_answers_are_rows(rows):
    assert rows.keys() == {f"id of {kind}" for kind in EVENTS} | {"bare"}


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_fills_its_own_columns_and_no_other(rows, kind):
    row, expected = rows[f"id of {kind}"], NOTHING | EVENTS[kind][1]
    assert {name: row[name] for name in expected} == expected


def test_who_where_and_when(rows):
    row = rows["id of textMessageEvent"]
    assert (row["chat_id"], row["video_id"]) == ("chat", "video")
    assert (row["author_channel_id"], row["author_name"]) == ("UCa", "Ann")
    roles = [row[name] for name in ("is_owner", "is_moderator", "is_member", "is_verified")]
    assert roles == [False, True, False, True]
    assert row["published_at"].astimezone(UTC) == datetime(2026, 11, 20, 12, 0, 1, 500_000, tzinfo=UTC)
    assert row["offset_seconds"] == 1.5
    bare = rows["bare"]
    assert {bare[name] for name in ("published_at", "offset_seconds", "author_name", "event", "is_owner")} == {None}


def test_a_chat_is_a_row_that_says_how_it_ended(spark):
    def poll(chat: str, minute: int, reason: str | None = None, *, items: int = 0, status: int = 200, **more) -> dict:
        return {"request_id": f"r{minute}", "method": METHOD, "params": json.dumps({"liveChatId": chat}), "subject": f"v {chat}",
                "shard": BEGAN, "status": status, "reason": reason, "item_count": items, "units": 5, "attempt": 1,
                "fetched_at": datetime(2026, 11, 20, 12, minute, tzinfo=UTC)} | more  # fmt: skip

    offline = {"offline_at": datetime(2026, 11, 20, 12, 3, tzinfo=UTC)}
    note = {"units": 0, "attempt": 0, "status": 0}
    log = [
        poll("open", 1, items=7), poll("open", 2, items=8), poll("open", 4, "backendError", status=500),
        poll("ended", 1, items=9, **offline), poll("ended", 5, "liveChatEnded", status=403),
        poll("read out", 1, items=9, **offline), poll("read out", 5, **offline),
        poll("disabled", 1, "liveChatDisabled", status=403),
        poll("gone", 1, "liveChatNotFound", status=404),
        poll("stopped", 1, items=1), poll("stopped", 6, "stopped", **note),
        poll("spent", 1, items=1), poll("spent", 6, "quotaSpent", **note),
        poll("resumed", 1, items=1), poll("resumed", 6, "stopped", **note), poll("resumed", 8, items=2),
        poll("resumed", 9, "deferred", **note),
        {"method": "videos.list", "params": "{}", "fetched_at": datetime(2026, 11, 20, tzinfo=UTC)},
    ]  # fmt: skip
    frame = spark.createDataFrame(
        [tuple(row.get(name) for name in tables.RESPONSES.column_names) for row in log], tables.RESPONSES.ddl
    )
    found = chats_from_log(frame)
    assert found.columns == tables.CHATS.column_names
    rows = {row["chat_id"]: row for row in found.collect()}
    assert {name: row["end_reason"] for name, row in rows.items()} == {
        "open": None, "ended": "ended", "read out": "ended", "disabled": "disabled", "gone": "not found",
        "stopped": "stopped", "spent": "quota", "resumed": None,
    }  # fmt: skip
    counted = [rows["open"][name] for name in ("video_id", "poll_count", "units", "received_count")]
    assert counted == ["v open", 2, 15, 15]
    polled = [rows["stopped"][name].astimezone(UTC).minute for name in ("first_polled_at", "last_polled_at")]
    assert polled == [1, 1]
