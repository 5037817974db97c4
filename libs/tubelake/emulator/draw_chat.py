"""The live chats of synthetic streams: every kind of event, in bursts and lulls, drawn from a seeded source."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from tubelake.emulator import vocabulary
from tubelake.emulator.chat_phrases import GIFTS, LEVELS, LINES, POLLS, STICKERS
from tubelake.emulator.draw_video import identifier
from tubelake.emulator.entries import Resource

Details: TypeAlias = dict[str, Any]
# Currencies with the units that one of them has at least and at most in a super chat.
_CURRENCIES: Mapping[str, tuple[float, float]] = {
    "USD": (1, 500), "EUR": (1, 500), "KRW": (1_000, 500_000), "JPY": (100, 50_000), "GBP": (1, 400), "BRL": (2, 2_000),
}  # fmt: skip
_WEIGHTS = (50, 15, 15, 10, 5, 5)
_TIERS = (1, 2, 5, 10, 20, 50, 100)  # US dollars from which the next tier counts
_SECONDS = (60, 300)  # how long a chat lasts
_PER_SECOND = (0.5, 3.0)


@dataclass(frozen=True)
class Viewer:
    """Who writes: a channel, its name, and its part in this chat."""

    channel_id: str
    name: str
    is_owner: bool = False
    is_moderator: bool = False
    is_member: bool = False
    is_verified: bool = False

    def details(self) -> Details:
        return {
            "channelId": self.channel_id,
            "channelUrl": f"http://www.youtube.com/channel/{self.channel_id}",
            "displayName": self.name,
            "profileImageUrl": f"https://yt3.ggpht.com/ytc/{self.channel_id}=s88-c-k-c0x00ffffff-no-rj",
            "isVerified": self.is_verified,
            "isChatOwner": self.is_owner,
            "isChatSponsor": self.is_member,
            "isChatModerator": self.is_moderator,
        }


@dataclass(frozen=True)
class _Room:
    """One chat: where it is, who is there, and the words of its language."""

    chat_id: str
    viewers: Sequence[Viewer]
    language: str


def chat_messages(videos: Sequence[Resource], seed: int) -> Iterator[Details]:
    """The chat of every live video, oldest message first in each."""
    for video in videos:
        chat_id = video.get("liveStreamingDetails", {}).get("activeLiveChatId")
        if chat_id and video["snippet"]["liveBroadcastContent"] == "live":
            # A source for each: what one stream gets does not change another.
            yield from _chat(Random(f"chat {seed} {chat_id}"), video, str(chat_id))


def _chat(random: Random, video: Resource, chat_id: str) -> Iterator[Details]:
    room = _Room(chat_id, _viewers(random, video), _language(video))
    start = datetime.fromisoformat(video["liveStreamingDetails"]["actualStartTime"])
    seconds = random.randint(*_SECONDS)
    for second in _moments(random, seconds):
        at = start + timedelta(seconds=second)
        yield from _event(random, room, at)
    yield _message(random, room, start + timedelta(seconds=seconds), "chatEndedEvent", room.viewers[0], "")


def _language(video: Resource) -> str:
    own = video["snippet"].get("defaultAudioLanguage")
    return str(own) if own in LINES else "en"


def _viewers(random: Random, video: Resource) -> list[Viewer]:
    """The owner, two moderators and the crowd, of whom a few are members and fewer verified."""
    snippet = video["snippet"]
    owner = Viewer(snippet["channelId"], snippet["channelTitle"], is_owner=True, is_verified=True)
    names = vocabulary.WORDS["en"]
    crowd = [
        Viewer(
            "UC" + identifier(random, 22),
            f"@{random.choice(names)}{random.choice(names)}{number}",
            is_moderator=number < 2,
            is_member=random.random() < 0.15,
            is_verified=random.random() < 0.02,
        )
        for number in range(random.randint(20, 120))
    ]
    return [owner, *crowd]


def _moments(random: Random, seconds: int) -> list[float]:
    """When messages come: a rate of its own, a burst of ten times as many, and a lull."""
    rate = random.uniform(*_PER_SECOND)
    burst, lull = random.uniform(0, seconds - 10), random.uniform(0, seconds - 20)
    plain = [random.uniform(0, seconds) for _ in range(int(rate * seconds))]
    loud = [random.uniform(burst, burst + 10) for _ in range(int(rate * 100))]
    return [0.0, *sorted(moment for moment in plain + loud if not lull <= moment <= lull + 20)]


def _event(random: Random, room: _Room, at: datetime) -> Iterator[Details]:
    kinds = ("text", *_RARE)
    kind = random.choices(kinds, (940, *(10 for _ in _RARE)))[0]
    viewer = random.choice(room.viewers)
    if kind == "text":
        yield _text(random, room, at, viewer)
    else:
        yield from _RARE[kind](random, room, at, viewer)


def _text(random: Random, room: _Room, at: datetime, viewer: Viewer) -> Details:
    said = _line(random, room)
    return _message(random, room, at, "textMessageEvent", viewer, said, textMessageDetails={"messageText": said})


def _super_chat(random: Random, room: _Room, at: datetime, viewer: Viewer) -> Iterator[Details]:
    said = _line(random, room) if random.random() < 0.9 else ""
    paid = _paid(random)
    shown = f"{paid['amountDisplayString']} from {viewer.name}" + (f': "{said}"' if said else "")
    comment = {"userComment": said} if said else {}
    yield _message(random, room, at, "superChatEvent", viewer, shown, superChatDetails={**paid, **comment})


def _super_sticker(random: Random, room: _Room, at: datetime, viewer: Viewer) -> Iterator[Details]:
    paid, (sticker_id, alt_text) = _paid(random), random.choice(STICKERS)
    sticker = {"stickerId": sticker_id, "altText": alt_text, "altTextLanguage": "en"}
    shown = f'{paid["amountDisplayString"]} from {viewer.name}: "{alt_text}"'
    about = {**paid, "superStickerMetadata": sticker}
    yield _message(random, room, at, "superStickerEvent", viewer, shown, superStickerDetails=about)


def _new_member(random: Random, room: _Room, at: datetime, viewer: Viewer) -> Iterator[Details]:
    about = {"memberLevelName": random.choice(LEVELS), "isUpgrade": random.random() < 0.2}
    yield _message(random, room, at, "newSponsorEvent", viewer, f"{viewer.name} is a member", newSponsorDetails=about)


def _milestone(random: Random, room: _Room, at: datetime, viewer: Viewer) -> Iterator[Details]:
    said, months = _line(random, room), random.randint(2, 60)
    about = {"userComment": said, "memberMonth": months, "memberLevelName": random.choice(LEVELS)}
    shown = f'{viewer.name} has been a member for {months} months: "{said}"'
    yield _message(random, room, at, "memberMilestoneChatEvent", viewer, shown, memberMilestoneChatDetails=about)


def _membership_gift(random: Random, room: _Room, at: datetime, viewer: Viewer) -> Iterator[Details]:
    """Memberships for others, each of whom is then told."""
    count, level = random.choice((1, 5, 10)), random.choice(LEVELS)
    about = {"giftMembershipsCount": count, "giftMembershipsLevelName": level}
    shown = f"{viewer.name} gifted {count} memberships"
    gift = _message(random, room, at, "membershipGiftingEvent", viewer, shown, membershipGiftingDetails=about)
    yield gift
    told = {
        "memberLevelName": level,
        "gifterChannelId": viewer.channel_id,
        "associatedMembershipGiftingMessageId": gift["id"],
    }
    for member in random.sample(room.viewers, count):
        shown = f"{member.name} received a membership from {viewer.name}"
        kind = "giftMembershipReceivedEvent"
        yield _message(random, room, at, kind, member, shown, giftMembershipReceivedDetails=told)


def _gift(random: Random, room: _Room, at: datetime, viewer: Viewer) -> Iterator[Details]:
    name, jewels = random.choice(GIFTS)
    about = {
        "giftName": name, "altText": name, "jewelsAmount": jewels, "comboCount": random.randint(1, 5),
        "hasVisualEffect": jewels > 50, "language": "en", "giftDuration": "3s",
        "giftUrl": f"https://www.gstatic.com/youtube/img/gifts/{name.lower()}.webp",
    }  # fmt: skip
    yield _message(random, room, at, "giftEvent", viewer, f"{viewer.name} sent {name}", giftDetails=about)


def _poll(random: Random, room: _Room, at: datetime, _viewer: Viewer) -> Iterator[Details]:
    question, options = random.choice(POLLS)
    tallies = [{"optionText": option, "tally": str(random.randint(0, 900))} for option in options]
    about = {"metadata": {"questionText": question, "options": tallies}, "status": "closed"}
    yield _message(random, room, at, "pollEvent", room.viewers[0], question, pollDetails=about)


def _ban(random: Random, room: _Room, at: datetime, viewer: Viewer) -> Iterator[Details]:
    banned = random.choice(room.viewers[3:])
    moderator = viewer if viewer.is_moderator else room.viewers[1]
    about: Details = {
        "bannedUserDetails": {
            name: value
            for name, value in banned.details().items()
            if name in ("channelId", "channelUrl", "displayName")
        },
        "banType": "permanent",
    }
    if random.random() < 0.6:
        about |= {"banType": "temporary", "banDurationSeconds": str(random.choice((10, 60, 300)))}
    yield _message(random, room, at, "userBannedEvent", moderator, "", userBannedDetails=about)


_RARE: Mapping[str, Callable[[Random, _Room, datetime, Viewer], Iterator[Details]]] = {
    "super chat": _super_chat,
    "super sticker": _super_sticker,
    "member": _new_member,
    "milestone": _milestone,
    "membership gift": _membership_gift,
    "gift": _gift,
    "poll": _poll,
    "ban": _ban,
}


def _message(
    random: Random, room: _Room, at: datetime, kind: str, viewer: Viewer, shown: str, **details: Details
) -> Details:
    snippet: Details = {
        "type": kind,
        "liveChatId": room.chat_id,
        "authorChannelId": viewer.channel_id,
        "publishedAt": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "hasDisplayContent": bool(shown),
    }
    if shown:
        snippet["displayMessage"] = shown
    return {
        "kind": "youtube#liveChatMessage",
        "id": f"LCC.{identifier(random, 43)}",
        "snippet": snippet | details,
        "authorDetails": viewer.details(),
    }


def _paid(random: Random) -> Details:
    """What a super chat or sticker costs. The tier is that of the amount, taken as dollars of its currency's scale."""
    currency = random.choices(tuple(_CURRENCIES), _WEIGHTS)[0]
    lowest, highest = _CURRENCIES[currency]
    amount = round(min(highest, lowest * random.paretovariate(0.7)), 2 if lowest < 100 else 0)
    return {
        "amountMicros": str(round(amount * 1_000_000)),
        "currency": currency,
        "amountDisplayString": f"{currency} {amount:,.2f}" if lowest < 100 else f"{currency} {amount:,.0f}",
        "tier": 1 + sum(amount / lowest >= tier for tier in _TIERS[1:]),
    }


def _line(random: Random, room: _Room) -> str:
    words = vocabulary.WORDS[room.language]
    text = random.choice(LINES[room.language])
    while "{word}" in text:
        text = text.replace("{word}", random.choice(words), 1)
    return text
