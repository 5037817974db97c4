"""Answers about live chats -> rows of `chat_messages`, and the log of polls -> rows of `chats`."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.collect import chats
from tubelake.collect.request import DEFERRED
from tubelake.parse.columns import count, items, moment

_PAID = "amountMicros:string, currency:string, tier:int"
_MESSAGE = f"""struct<
    id:string,
    snippet:struct<
        type:string, authorChannelId:string, publishedAt:string, hasDisplayContent:boolean,
        textMessageDetails:struct<messageText:string>,
        superChatDetails:struct<{_PAID}, userComment:string>,
        superStickerDetails:struct<{_PAID}, superStickerMetadata:struct<stickerId:string, altText:string>>,
        newSponsorDetails:struct<memberLevelName:string, isUpgrade:boolean>,
        memberMilestoneChatDetails:struct<userComment:string, memberMonth:int, memberLevelName:string>,
        membershipGiftingDetails:struct<giftMembershipsCount:int, giftMembershipsLevelName:string>,
        giftMembershipReceivedDetails:struct<
            memberLevelName:string, gifterChannelId:string, associatedMembershipGiftingMessageId:string>,
        giftDetails:struct<giftName:string, jewelsAmount:int, comboCount:int>,
        pollDetails:struct<
            metadata:struct<questionText:string, options:array<struct<optionText:string, tally:string>>>, status:string>,
        userBannedDetails:struct<
            bannedUserDetails:struct<channelId:string>, banType:string, banDurationSeconds:string>>,
    authorDetails:struct<
        channelId:string, displayName:string, isVerified:boolean, isChatOwner:boolean, isChatModerator:boolean,
        isChatSponsor:boolean>>"""
# What the API calls an event, and what we do.
EVENTS: Mapping[str, str] = {
    "textMessageEvent": "text",
    "superChatEvent": "super_chat",
    "superStickerEvent": "super_sticker",
    "newSponsorEvent": "new_member",
    "memberMilestoneChatEvent": "milestone",
    "membershipGiftingEvent": "membership_gift",
    "giftMembershipReceivedEvent": "membership_received",
    "giftEvent": "gift",
    "pollEvent": "poll",
    "userBannedEvent": "ban",
    "chatEndedEvent": "chat_ended",
    "sponsorOnlyModeStartedEvent": "members_only_started",
    "sponsorOnlyModeEndedEvent": "members_only_ended",
}


def chat_id() -> Column:
    """The chat that a poll of the log asked."""
    return F.get_json_object("params", "$.liveChatId").alias("chat_id")


def messages_from_answers(answers: DataFrame) -> DataFrame:
    """One row an event of `liveChatMessages.list` answers, with the columns of `chat_messages`."""
    found = items(answers.where(F.col("method") == chats.METHOD), _MESSAGE).where("item.id IS NOT NULL")
    snippet, author = F.col("item.snippet"), F.col("item.authorDetails")
    published, started = moment(snippet["publishedAt"]), moment(F.col("shard"))
    return found.select(
        F.col("item.id").alias("message_id"),
        chat_id(),
        F.col("subject").alias("video_id"),
        _event(snippet["type"]).alias("event"),
        F.coalesce(snippet["authorChannelId"], author["channelId"]).alias("author_channel_id"),
        author["displayName"].alias("author_name"),
        author["isChatOwner"].alias("is_owner"),
        author["isChatModerator"].alias("is_moderator"),
        author["isChatSponsor"].alias("is_member"),
        author["isVerified"].alias("is_verified"),
        *_details(snippet),
        published.alias("published_at"),
        ((F.unix_micros(published) - F.unix_micros(started)) / 1e6).alias("offset_seconds"),
        "fetched_at",
    )


def _event(name: Column) -> Column:
    """Our word for an event; one that we do not know keeps the API's."""
    return F.coalesce(_looked_up(EVENTS, name), name)


def _looked_up(words: Mapping[str, str], name: Column) -> Column:
    """The word of a name; null for one that has none."""
    return F.try_element_at(F.create_map(*(F.lit(word) for pair in words.items() for word in pair)), name)


def _details(snippet: Column) -> list[Column]:
    """The columns that only some events have."""
    chat, sticker = snippet["superChatDetails"], snippet["superStickerDetails"]
    milestone, gifting = snippet["memberMilestoneChatDetails"], snippet["membershipGiftingDetails"]
    received, member, gift = (
        snippet[f"{name}Details"] for name in ("giftMembershipReceived", "newSponsor", "gift")
    )  # fmt: skip
    poll, ban = snippet["pollDetails"]["metadata"], snippet["userBannedDetails"]
    options = poll["options"]
    text = F.coalesce(snippet["textMessageDetails"]["messageText"], chat["userComment"], milestone["userComment"])
    level = [member["memberLevelName"], milestone["memberLevelName"], gifting["giftMembershipsLevelName"]]
    return [
        text.alias("text"),
        count(F.coalesce(chat["amountMicros"], sticker["amountMicros"])).alias("amount_micros"),
        F.coalesce(chat["currency"], sticker["currency"]).alias("currency"),
        F.coalesce(chat["tier"], sticker["tier"]).alias("tier"),
        sticker["superStickerMetadata"]["altText"].alias("sticker_text"),
        F.coalesce(*level, received["memberLevelName"]).alias("member_level"),
        milestone["memberMonth"].alias("member_months"),
        F.coalesce(gifting["giftMembershipsCount"], gift["comboCount"]).alias("gift_count"),
        gift["giftName"].alias("gift_name"),
        gift["jewelsAmount"].alias("gift_jewels"),
        received["gifterChannelId"].alias("gifter_channel_id"),
        received["associatedMembershipGiftingMessageId"].alias("gift_message_id"),
        poll["questionText"].alias("poll_question"),
        F.transform(options, _tally).alias("poll_options"),
        ban["bannedUserDetails"]["channelId"].alias("banned_channel_id"),
        count(ban["banDurationSeconds"]).alias("ban_seconds"),
    ]


def _tally(option: Column) -> Column:
    return F.struct(option["optionText"].alias("text"), count(option["tally"]).alias("votes"))


def chats_from_log(log: DataFrame) -> DataFrame:
    """One row a chat of the log's polls, with the columns of `chats`."""
    polls = log.where((F.col("method") == chats.METHOD) & ~F.col("reason").eqNullSafe(DEFERRED))
    is_good = F.col("reason").isNull()
    last = F.max_by(F.struct("status", "reason", "offline_at", "item_count"), "fetched_at")
    by_chat = polls.groupBy(chat_id()).agg(
        F.max_by("subject", "fetched_at").alias("video_id"),
        F.max_by("shard", "fetched_at").alias("started"),
        F.min(F.when(F.col("attempt") > 0, F.col("fetched_at"))).alias("first_polled_at"),
        F.max(F.when(F.col("attempt") > 0, F.col("fetched_at"))).alias("last_polled_at"),
        F.count(F.when(is_good, 1)).alias("poll_count"),
        F.sum("units").alias("units"),
        F.sum(F.when(is_good, F.col("item_count"))).cast("bigint").alias("received_count"),
        F.max("offline_at").alias("offline_at"),
        last.alias("last"),
    )
    return by_chat.select(
        "chat_id", "video_id", moment(F.col("started")).alias("started_at"), "first_polled_at", "last_polled_at",
        "poll_count", "units", "received_count", "offline_at",
        F.when(chats.is_read_out("last."), "ended").otherwise(_looked_up(chats.ENDS, F.col("last.reason"))).alias("end_reason"),
    )  # fmt: skip
