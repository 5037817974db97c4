"""A small lake of chats, captions and scores with hostile texts and real names in it, and ways to read a section."""

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp

import vl_convert
from pyspark.sql import SparkSession

from tubelake import settings, store, tables
from tubelake.export.markup import html, tag
from tubelake.report.lake import Reading
from tubelake.report.section import Section
from tubelake.settings import Lake

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
EVIL = '</script><script>alert("1")</script> & \u202e"quoted" =cmd() 😂'
NAMES = ["Anna Real Name", "viewer_12", "Fire", "Zoë", "김철수"]
SAID = [
    "goal by @Some.Body, wow what a goal", f"wow goal {EVIL}", "GOAL anna real  name wrote wow to a.b+c@example.org",
    "wow the fire is hot, said Fire", "wow VIEWER_12 scored, Zoë saw the goal", "김철수 goal wow wow wow",
]  # fmt: skip


def write(spark: SparkSession, lake: Lake, table: tables.Table, *rows: Mapping[str, object]) -> None:
    """The rows as the whole table; what a row does not name is null."""
    listed = [tuple(row.get(name) for name in table.column_names) for row in rows]
    store.overwrite(spark.createDataFrame(listed, table.ddl), table, lake)


def reading(spark: SparkSession, lake: Lake) -> Reading:
    return Reading(spark, settings.load(overrides=[f"lake.root={lake.root}"], environ={}))


@cache
def full_lake(spark: SparkSession) -> Lake:
    """Made once for all tests, which only read it."""
    lake = Lake(root=str(Path(mkdtemp(prefix="telling")) / "lake"))
    write(spark, lake, tables.VIDEOS, *videos())
    for table, rows in {**chats(), **captions(), **scores()}.items():
        write(spark, lake, table, *rows)
    return lake


def without(lake: Lake, folder: Path, *gone: tables.Table) -> Lake:
    """A copy of the lake that lacks these tables."""
    shutil.copytree(lake.root, folder)
    for table in gone:
        shutil.rmtree(folder / table.layer / table.name)
    return Lake(root=str(folder))


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


def chats() -> dict:
    count = {at: 2 for at in range(40) if at != 5} | {30: 40}
    peak = {"is_peak": True, "peak_words": ["goal", "<b>wow", "viewer_12"], "unscored_count": 12, "negative_count": 4}
    followed = {"first_polled_at": START, "last_polled_at": START + timedelta(minutes=40), "poll_count": 9, "units": 45}
    who = [
        {"chat_id": "c1", "author_channel_id": f"UC{at}", "author_name": NAMES[at], "message_count": 20 - at,
         "share": (20 - at) / 116, "median_gap_seconds": 12.5, "is_moderator": at == 1, "mean_polarity": 0.1, "first_at": START}
        for at in range(5)
    ]  # fmt: skip
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


def captions() -> dict:
    """v1 is told by a written track and one that was heard; v2 by a heard one alone; v3 lists one that was not fetched."""

    def segment(track: str, video: str, at: int, **more: object) -> dict:
        return {"document_id": track, "position": at, "video_id": video, "language_code": "en", "start_seconds": at * 90.0,
                "end_seconds": at * 90.0 + 80, "word_count": 100 + at, "novelty": float(at) or None, "keywords": ["one", EVIL], **more}  # fmt: skip

    def track(name: str, video: str, **more: object) -> dict:
        return {
            "track_id": name,
            "video_id": video,
            "language_code": "en",
            "language": EVIL,
            "is_generated": True,
            **more,
        }

    cut = [*(segment("v1/en/manual", "v1", at) for at in range(4)), segment("v2/en/generated", "v2", 0)]
    other = [segment("v1/en/generated", "v1", at, word_count=9) for at in range(3)]
    told = {"source": "captions", "document_id": "v1/en/manual", "video_id": "v1", "word_count": 120, "entropy": 6.5}
    return {
        tables.CAPTION_SEGMENTS: [*cut, *other],
        tables.WINDOW_ENTROPY: [told | {"position": at, "novelty": at / 2} for at in (0, 1, 2, 5)],
        tables.NOVEL_SEGMENTS: [
            {"keyword": word, "rank": rank, "video_id": "v1", "start_seconds": 90.0, "word_count": 101, "keywords": ["one", EVIL],
             "novelty": 5 - rank + len(word) / 10}
            for word in (EVIL, "cats") for rank in range(1, 15)
        ],
        tables.CAPTION_TRACKS: [
            track("v1/en/manual", "v1", is_generated=False), track("v1/en/generated", "v1"),
            track("v2/en/generated", "v2"), track("v3/fr", "v3", language_code="fr", translated_from="en"),
        ],
        tables.CAPTION_SNIPPETS: [
            {"track_id": name, "position": at} for name in ("v1/en/manual", "v2/en/generated") for at in range(3)
        ],
        tables.CAPTION_WINDOWS: [
            {"track_id": f"v1/en/{made}", "kind": kind, "position": at, "window_id": f"v1/en/{made}/{kind}/{at}",
             "video_id": "v1", "language_code": "en"}
            for made in ("manual", "generated") for kind in ("words", "minutes") for at in range(3)
        ],
    }  # fmt: skip


def scored(source: str, name: str, video: str, polarity: float | None, **more: object) -> dict:
    known = {"is_scored": polarity is not None, "polarity": polarity, "subjectivity": None if polarity is None else 0.5}
    return {"source": source, "source_id": name, "video_id": video, "language": "en", "word_count": 5, "backend": "textblob",
            **known, **more}  # fmt: skip


def scores() -> dict:
    because = [{"words": ["best", EVIL], "polarity": 1.0, "subjectivity": 0.3}]
    titles = [
        scored("videos", "v1", "v1", 1.0, assessments=because), scored("videos", "v2", "v2", None, language="ar"),
        scored("videos", "v3", "v3", -0.30000000000000004), scored("videos", "v4", "v4", None, language="ja"),
    ]  # fmt: skip
    wordless = [scored("comments", f"k{at}", "v1", None, language=None, word_count=0) for at in range(3)]
    neither = [scored("comments", f"z{at}", "v1", 0.0, subjectivity=0.0) for at in range(40)]
    felt = [scored("comments", f"p{at}", "v1", at / 100) for at in range(1, 101)]
    windows = [
        scored("caption_windows", f"v1/en/{made}/{kind}/{at}", "v1", 0.1)
        for made in ("manual", "generated") for kind in ("words", "minutes") for at in range(3)
    ]  # fmt: skip

    def whole(video: str, source: str, polarity: float, **more: object) -> dict:
        return {"video_id": video, "source": source, "text_count": 50, "scored_count": 40, "word_count": 400, "coverage": 0.1,
                "polarity": polarity, "polarity_low": polarity - 0.1, "polarity_high": polarity + 0.1, "has_enough_words": True,
                "subjectivity": polarity, "subjectivity_low": polarity - 0.1, "subjectivity_high": polarity + 0.1, **more}  # fmt: skip

    def named(name: str, at: int, of: int) -> dict:
        return {f"{name}_rank": at, f"{'objectivity' if name == 'subjectivity' else 'subjectivity'}_rank": of + 1 - at}

    about = {"aspect": "sound", "video_id": "v1", "source": "chat_messages", "text_count": 4, "scored_count": 2}
    return {
        tables.TEXT_SCORES: [*titles, *wordless, *neither, *felt, *windows],
        tables.VIDEO_SENTIMENT: [
            *(whole(f"v{at}", "caption_windows", 0.6 - at / 10, **named("subjectivity", at, 3)) for at in (1, 2, 3)),
            whole("v1", "comments", -0.3), whole("v2", "comments", 0.05),
            whole("v3", "comments", 0.9, has_enough_words=False, polarity_low=None),
        ],
        tables.ASPECTS: [
            about | {"polarity": 0.5, "positive_count": 2, "negative_count": 0, "best_text": SAID[2], "worst_text": "so so"},
            about | {"video_id": "v2", "polarity": -0.5, "positive_count": 0, "negative_count": 1, "worst_text": EVIL},
        ],
    }  # fmt: skip


class Page(HTMLParser):
    """What a section shows: its links, texts, tables (by caption, rows of cells) and charts (by label)."""

    def __init__(self, section: Section) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.charts: dict[str, dict] = {}  # of several with one label the first
        self.specs: list[dict] = []
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self._open, self._label = "", ""
        self.markup = html(tag("main", *section.body))
        self.feed(self.markup)
        self.close()

    def handle_starttag(self, name, attributes):
        found = dict(attributes)
        self.tags.append((name, found))
        self._open = name
        if name == "a":
            self.links.append(found["href"])
        if found.get("class") == "scroll":
            self._rows = self.tables.setdefault(found["aria-label"], [])
        if found.get("class") == "chart":
            self._label = found["aria-label"]
        if name == "tr":
            self._rows.append([])
        if name in ("td", "th"):
            self._rows[-1].append("")

    def handle_endtag(self, name):
        self._open = {"script": "", "td": "tr", "th": "tr"}.get(name, self._open)

    def handle_data(self, data):
        if self._open == "script":
            self.specs.append(json.loads(data))
            self.charts.setdefault(self._label, self.specs[-1])
            return
        self.text += data
        if self.tables and self._rows and self._rows[-1] and "table" not in self._open:
            self._rows[-1][-1] += data


def shown(section: Section) -> Page:
    """The section as the page shows it; whatever it is, it is inert and its charts can be drawn."""
    page = Page(section)
    assert {name for name, _ in page.tags}.isdisjoint({"img", "iframe", "link", "style"})
    assert all(found["type"] == "application/json" for name, found in page.tags if name == "script")
    assert not [key for _, found in page.tags for key in found if key.startswith("on")]
    assert all(link.startswith("https://www.youtube.com/watch?v=") for link in page.links)
    for spec in page.specs:
        assert vl_convert.vegalite_to_vega(spec)["marks"]
        check_fields(spec, spec["data"]["values"])
    return page


def check_fields(spec: Mapping, values: list[dict]) -> None:
    """Each field that an encoding names is in the values that it draws."""
    values = spec.get("data", {}).get("values", values)
    for layer in spec.get("layer", ()):
        check_fields(layer, values)
    channels = [each for one in spec.get("encoding", {}).values() for each in (one if isinstance(one, list) else [one])]
    fields = {each["field"] for each in channels if "field" in each}
    assert values
    assert all(fields <= set(value) for value in values), (fields, values[0])
