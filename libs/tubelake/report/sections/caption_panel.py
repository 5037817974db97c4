"""What the report shows of one captioned video: where its topics begin, and how new and how varied its minutes are."""

from typing import Any
from xml.etree.ElementTree import Element

from pyspark.sql import Row

from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.charts import Spec
from tubelake.report.sections.caption_rows import MOST_MINUTES, MOST_SEGMENTS, Told

AXIS = {"minExtent": 48, "maxExtent": 48}  # px: the two charts of a video stand minute under minute
MEASURES = (("novelty", "novelty (sd)", 110), ("entropy", "entropy (bits)", 90))


def title_of(about: Row) -> str:
    return str(about["title"] or about["video_id"])


def video_panel(told: Told, at: int) -> Element:
    about = told.about
    facts = [
        _made(about), f"{about['segment_count']:,} segments", f"{about['word_count']:,} words",
        parts.clock(about["end_seconds"]),
        f"{about['view_count']:,} views" if about["view_count"] is not None else "views not known",
    ]  # fmt: skip
    if about["segment_count"] > MOST_SEGMENTS:
        facts.append(f"the first {MOST_SEGMENTS} segments are shown")
    language = parts.quoted(about["language"] or about["language_code"] or "an unknown language", 40)
    heading = tag("h4", parts.link(about["video_id"], about["title"]))
    minutes = [_minutes(told, *measure) for measure in MEASURES if told.minutes]
    return tag(
        "div",
        heading,
        tag("p", "Captions in ", language, ", ", ", ".join(facts), class_="quiet"),
        *minutes,
        _segments(told),
        data_video=f"v{at}",
    )


def _made(about: Row) -> str:
    kind = {True: "heard by a machine", False: "written", None: "kind of track not known"}[about["is_generated"]]
    return "translated by a machine" if about["translated_from"] else kind


def _segments(told: Told) -> Element:
    rows = [
        (
            parts.link(row["video_id"], parts.clock(row["start_seconds"]), row["start_seconds"]),
            parts.clock(_length(row)), row["word_count"], parts.rounded(row["novelty"], 1), parts.quoted(", ".join(row["keywords"] or [])),
        )
        for row in told.segments
    ]  # fmt: skip
    return parts.table("Segments", ["from", "length", "words", "novelty (sd)", "words that tell it"], rows)


def _length(row: Row) -> float | None:
    start, end = row["start_seconds"], row["end_seconds"]
    return None if start is None or end is None else end - start


def values_of(told: Told) -> list[dict[str, Any]]:
    """A row for each minute of a track from the first to the last; a silent one has neither entropy nor novelty."""
    known = {row["position"]: row for row in told.minutes}
    return [_minute(at, known.get(at)) for at in range(min(known), max(known) + 1)]


def _minute(at: int, row: Row | None) -> dict[str, Any]:
    measured = {name: parts.rounded(row[name], 2) if row else None for name, _, _ in MEASURES}
    return {
        "minute": at,
        "end": at + 1,
        "clock": parts.clock(at * 60),
        "words": row["word_count"] if row else 0,
        **measured,
    }


def minute_chart(told: Told, name: str, what: str, height: int) -> Spec:
    """A measure as steps over the minutes of a track, with a line where each segment begins."""
    values = values_of(told)
    first, last = values[0]["minute"], values[-1]["end"]
    borders = [{"border": row["start_seconds"] / 60} for row in told.segments[1:] if row["start_seconds"] / 60 <= last]
    scale = {"domain": [first, last], "nice": False}
    across = charts.x("minute", "time in the video", axis=charts.clock_axis(first, last), scale=scale)
    up = charts.y(name, what, axis=AXIS | {"tickCount": 4}, scale={"zero": True})
    shown = charts.tooltip(clock="from", words="words", **{key: title for key, title, _ in MEASURES})
    return charts.layers(
        values,
        {"data": {"values": borders}, "mark": {"type": "rule", "strokeDash": [2, 3]},
         "encoding": charts.x("border", "time in the video", scale=scale)},
        {"mark": {"type": "rect", "opacity": 0.75},
         "encoding": across | {"x2": {"field": "end"}} | up | {"y2": {"datum": 0}} | shown},
        height=height,
    )  # fmt: skip


def _minutes(told: Told, name: str, what: str, height: int) -> Element:
    cut = f" The first {MOST_MINUTES} minutes." if len(told.minutes) == MOST_MINUTES else ""
    notes = {
        "novelty": "How much more a minute's words differ from those before than the same words shuffled, in standard "
        f"deviations; dashed lines: where a segment begins.{cut}",
        "entropy": "How varied a minute's words are; a minute with more words has more.",
    }
    captions = {"novelty": "Novelty by minute", "entropy": "Entropy by minute"}
    chart = minute_chart(told, name, what, height)
    if name != "novelty":
        return parts.figure(chart, captions[name], note=notes[name])
    rows = [(each["clock"], each["words"], each["novelty"], each["entropy"]) for each in values_of(told)]
    return parts.figure(chart, captions[name], ["from", "words", "novelty (sd)", "entropy (bits)"], rows, notes[name])
