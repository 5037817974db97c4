"""Rows of a small lake of chats, captions and scores, with hostile texts and real names in them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tubelake import tables

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
EVIL = '</script><script>alert("1")</script> & \u202e"quoted" =cmd() 😂'
NAMES = ["Anna Real Name", "viewer_12", "Fire", "Zoë", "김철수"]
SAID = [
    "goal by @Some.Body, wow what a goal", f"wow goal {EVIL}", "GOAL anna real  name wrote wow to a.b+c@example.org",
    "wow the fire is hot, said Fire", "wow VIEWER_12 scored, Zoë saw the goal", "김철수 goal wow wow wow",
]  # fmt: skip


def videos() -> Iterator[dict]:
    for name, title, views in (("v1", EVIL, 1000), ("v2", "عنوان الفيديو", None), ("v3", EVIL, 5), ("v4", "日本語", 7)):
        yield {
            "video_id": name,
            "title": title,
            "view_count": views,
            "default_audio_language": "en",
            "fetched_at": START,
        }


def messages() -> Iterator[dict]:
    """Chat c1: two messages a minute for 40 minutes, none in minute 5, 40 in minute 30; c2: five, without offsets."""
    for minute in range(40):
        for at in range({5: 0, 30: 40}.get(minute, 2)):
            text = SAID[at % len(SAID)] + " !" * (at // len(SAID)) if minute == 30 else f"hello {minute} {at}"
            second = minute * 60 + at
            yield {
                "message_id": f"m{minute}-{at}", "chat_id": "c1", "video_id": "v1", "event": "text", "text": text,
                "author_channel_id": f"UC{at % 5}", "author_name": NAMES[at % 5], "offset_seconds": float(second),
                "published_at": START + timedelta(seconds=second), "fetched_at": START,
            }  # fmt: skip
    for at in range(5):
        yield {
            "message_id": f"n{at}", "chat_id": "c2", "video_id": "v3", "event": "text", "text": f"say {at}",
            "author_channel_id": f"UC{at}", "author_name": NAMES[at], "published_at": START + timedelta(seconds=at),
        }  # fmt: skip
    yield {"message_id": "n9", "chat_id": "c2", "video_id": "v3", "event": "poll", "author_name": "Nobody Said This"}


def minute(chat_id: str, video_id: str, at: int, count: int, **more: object) -> dict:
    found = {"positive_count": count // 2, "negative_count": 0, "unscored_count": count % 2, "mean_polarity": 0.25}
    return {
        "chat_id": chat_id,
        "minute": at,
        "video_id": video_id,
        "message_count": count,
        "is_peak": False,
        **found,
        **more,
    }


def chatter(at: int) -> dict:
    return {
        "chat_id": "c1", "author_channel_id": f"UC{at}", "author_name": NAMES[at], "message_count": 20 - at,
        "share": (20 - at) / 116, "median_gap_seconds": 12.5, "is_moderator": at == 1, "mean_polarity": 0.1, "first_at": START,
    }  # fmt: skip


def chats() -> dict:
    count = {at: 2 for at in range(40) if at != 5} | {30: 40}
    peak = {"is_peak": True, "peak_words": ["goal", "<b>wow", "viewer_12"], "unscored_count": 12, "negative_count": 4}
    followed = {"first_polled_at": START, "last_polled_at": START + timedelta(minutes=40), "poll_count": 9, "units": 45}
    who = [chatter(at) for at in range(5)]
    paid = {"chat_id": "c1", "currency": "EUR", "paid_count": 3, "author_count": 2}
    shown = {
        "chat_id": "c1",
        "side": "negative",
        "rank": 1,
        "message_id": "m1",
        "text": SAID[2],
        "offset_seconds": 65.0,
    }
    return {
        tables.CHATS: [
            {"chat_id": "c1", "video_id": "v1", "end_reason": "ended", **followed},
            {"chat_id": "c3", "video_id": "v2", **followed},
        ],
        tables.CHAT_MESSAGES: list(messages()),
        tables.CHAT_MINUTES: [
            *(minute("c1", "v1", at, each, **(peak if at == 30 else {})) for at, each in count.items()),
            minute("c2", "v3", 0, 5, mean_polarity=None, positive_count=0, unscored_count=5),
        ],
        tables.CHATTERS: who,
        tables.SUPER_CHATS: [paid | {"amount": Decimal("17.5"), "largest": Decimal(10)}],
        tables.CHAT_EXAMPLES: [shown | {"polarity": -0.5}, shown | {"side": "positive", "text": EVIL, "polarity": 0.8}],
    }  # fmt: skip


def segment(track: str, video: str, at: int, **more: object) -> dict:
    return {"document_id": track, "position": at, "video_id": video, "language_code": "en", "start_seconds": at * 90.0,
            "end_seconds": at * 90.0 + 80, "word_count": 100 + at, "novelty": float(at) or None, "keywords": ["one", EVIL],
            **more}  # fmt: skip


def track(name: str, video: str, **more: object) -> dict:
    return {"track_id": name, "video_id": video, "language_code": "en", "language": EVIL, "is_generated": True, **more}


def window(made: str, kind: str, at: int) -> dict:
    return {"track_id": f"v1/en/{made}", "kind": kind, "position": at, "window_id": f"v1/en/{made}/{kind}/{at}",
            "video_id": "v1", "language_code": "en"}  # fmt: skip


WINDOWS = [
    window(made, kind, at) for made in ("manual", "generated") for kind in ("words", "minutes") for at in range(3)
]


def novel(keyword: str, rank: int) -> dict:
    return {"keyword": keyword, "rank": rank, "video_id": "v1", "start_seconds": 90.0, "word_count": 101,
            "keywords": ["one", EVIL], "novelty": 5 - rank + len(keyword) / 10}  # fmt: skip


def captions() -> dict:
    """v1 is told by a written track and one that was heard; v2 by a heard one alone; v3 lists one that was not fetched."""
    cut = [*(segment("v1/en/manual", "v1", at) for at in range(4)), segment("v2/en/generated", "v2", 0)]
    other = [segment("v1/en/generated", "v1", at, word_count=9) for at in range(3)]
    told = {"source": "captions", "document_id": "v1/en/manual", "video_id": "v1", "word_count": 120, "entropy": 6.5}
    return {
        tables.CAPTION_SEGMENTS: [*cut, *other],
        tables.WINDOW_ENTROPY: [told | {"position": at, "novelty": at / 2} for at in (0, 1, 2, 5)],
        tables.NOVEL_SEGMENTS: [novel(word, rank) for word in (EVIL, "cats") for rank in range(1, 15)],
        tables.CAPTION_TRACKS: [
            track("v1/en/manual", "v1", is_generated=False), track("v1/en/generated", "v1"),
            track("v2/en/generated", "v2"), track("v3/fr", "v3", language_code="fr", translated_from="en"),
        ],
        tables.CAPTION_SNIPPETS: [
            {"track_id": name, "position": at} for name in ("v1/en/manual", "v2/en/generated") for at in range(3)
        ],
        tables.CAPTION_WINDOWS: WINDOWS,
    }  # fmt: skip


def scored(source: str, name: str, video: str, polarity: float | None, **more: object) -> dict:
    known = {"is_scored": polarity is not None, "polarity": polarity, "subjectivity": None if polarity is None else 0.5}
    return {"source": source, "source_id": name, "video_id": video, "language": "en", "word_count": 5, "backend": "textblob",
            **known, **more}  # fmt: skip


def whole(video: str, source: str, polarity: float, **more: object) -> dict:
    ends = {"low": polarity - 0.1, "high": polarity + 0.1}
    known = {f"{name}_{end}": at for name in ("polarity", "subjectivity") for end, at in ends.items()}
    return {"video_id": video, "source": source, "text_count": 50, "scored_count": 40, "word_count": 400, "coverage": 0.1,
            "polarity": polarity, "subjectivity": polarity, "has_enough_words": True, **known, **more}  # fmt: skip


def scored_texts() -> Iterator[dict]:
    because = [{"words": ["best", EVIL], "polarity": 1.0, "subjectivity": 0.3}]
    yield scored("videos", "v1", "v1", 1.0, assessments=because)
    yield scored("videos", "v2", "v2", None, language="ar")
    yield scored("videos", "v3", "v3", -0.30000000000000004)
    yield scored("videos", "v4", "v4", None, language="ja")
    yield from (scored("comments", f"k{at}", "v1", None, language=None, word_count=0) for at in range(3))
    yield from (scored("comments", f"z{at}", "v1", 0.0, subjectivity=0.0) for at in range(40))
    yield from (scored("comments", f"p{at}", "v1", at / 100) for at in range(1, 101))
    yield from (scored("caption_windows", each["window_id"], "v1", 0.1) for each in WINDOWS)


def scores() -> dict:
    about = {"aspect": "sound", "video_id": "v1", "source": "chat_messages", "text_count": 4, "scored_count": 2}
    ranks = [{"subjectivity_rank": at, "objectivity_rank": 4 - at} for at in (1, 2, 3)]
    return {
        tables.TEXT_SCORES: list(scored_texts()),
        tables.VIDEO_SENTIMENT: [
            *(whole(f"v{at}", "caption_windows", 0.6 - at / 10, **rank) for at, rank in enumerate(ranks, 1)),
            whole("v1", "comments", -0.3), whole("v2", "comments", 0.05),
            whole("v3", "comments", 0.9, has_enough_words=False, polarity_low=None),
        ],
        tables.ASPECTS: [
            about | {"polarity": 0.5, "positive_count": 2, "negative_count": 0, "best_text": SAID[2], "worst_text": "so so"},
            about | {"video_id": "v2", "polarity": -0.5, "positive_count": 0, "negative_count": 1, "worst_text": EVIL},
        ],
    }  # fmt: skip
