"""What is said: where the topics of each captioned video begin, the most novel segments, the most subjective videos."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from pyspark.sql import Row

from tubelake import tables
from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.charts import Spec
from tubelake.report.lake import Reading
from tubelake.report.section import Finding, Section
from tubelake.report.sections.caption_rows import (
    MOST_MINUTES,
    MOST_SEGMENTS,
    MOST_VIDEOS,
    Told,
    novel_of,
    ranked_of,
    tracks_of,
    videos_of,
)

TITLE = "What is said"
LIST = "captioned"
AXIS = {"minExtent": 48, "maxExtent": 48}  # px: the two charts of a video stand minute under minute
MEASURES = (("novelty", "novelty (sd)", 110), ("entropy", "entropy (bits)", 90))


def section(reading: Reading) -> Section:
    told, novel, ranked, tracks = videos_of(reading), novel_of(reading), ranked_of(reading), tracks_of(reading)
    if not (told or novel or ranked or tracks):
        return Section(
            "captions", TITLE, [parts.missing("There are no captions.", tables.CAPTION_SNIPPETS, option="captions")]
        )
    body = [
        *_explorer(told),
        *_novel(novel),
        *_ranked(ranked),
        *_tracks(tracks),
        *_lacking(reading, told, novel, ranked),
    ]
    return Section("captions", TITLE, body, list(_findings(told, novel, ranked)))


def _lacking(
    reading: Reading, told: Sequence[Told], novel: Mapping[str, Sequence[Row]], ranked: Sequence[Row]
) -> Iterator[Element]:
    if not told:
        yield parts.missing("No captions were cut into segments.", tables.CAPTION_SEGMENTS)
    elif not any(each.minutes for each in told):
        yield parts.missing("The entropy of the minutes is missing.", tables.WINDOW_ENTROPY)
    if not reading.has(tables.NOVEL_SEGMENTS):
        yield parts.missing("Which segments are novel is not known.", tables.NOVEL_SEGMENTS)
    elif not novel:
        yield parts.paragraph(
            "No segment is called novel: for that a keyword needs two videos with captions in one language."
        )
    if not reading.has(tables.VIDEO_SENTIMENT):
        yield parts.missing("How subjective videos are is not known.", tables.VIDEO_SENTIMENT)
    elif not ranked:
        yield parts.paragraph("No captions have the 200 scored words that a rank by subjectivity needs.")
    if not reading.has(tables.CAPTION_TRACKS):
        yield parts.missing("Which tracks there are is not known.", tables.CAPTION_TRACKS, option="captions")


def _explorer(told: Sequence[Told]) -> Iterator[Element]:
    if not told:
        return
    many = f"the {MOST_VIDEOS} most viewed videos" if len(told) == MOST_VIDEOS else f"{len(told)} videos"
    yield tag("h3", "Topics, video by video")
    yield parts.paragraph(
        f"Where a new topic begins in {many} with captions, and the words that tell it from the rest of the video. Of a "
        "video with several tracks one counts: the original before a translation, a written one before a heard one."
    )
    titles = parts.unlike(_title(each.about) for each in told)
    options = (tag("option", _short(title), value=f"v{at}") for at, title in enumerate(titles))
    chosen = tag("label", "Video", tag("select", *options, name="video"))
    if len(told) > 1:
        yield tag("form", chosen, data_filters=LIST)
    yield tag("div", *(_video(each, at) for at, each in enumerate(told)), id=LIST)


def _title(about: Row) -> str:
    return str(about["title"] or about["video_id"])


def _short(title: str, most: int = 70) -> str:
    return title if len(title) <= most else title[: most - 1] + "…"


def _video(told: Told, at: int) -> Element:
    about = told.about
    facts = [
        _language(about), f"{about['segment_count']:,} segments", f"{about['word_count']:,} words",
        parts.clock(about["end_seconds"]),
        f"{about['view_count']:,} views" if about["view_count"] is not None else "views not known",
    ]  # fmt: skip
    if about["segment_count"] > MOST_SEGMENTS:
        facts.append(f"the first {MOST_SEGMENTS} segments are shown")
    heading = tag("h4", parts.link(about["video_id"], about["title"]))
    minutes = [_minutes(told, *measure) for measure in MEASURES if told.minutes]
    return tag(
        "div", heading, tag("p", ", ".join(facts), class_="quiet"), *minutes, _segments(told), data_video=f"v{at}"
    )


def _language(about: Row) -> str:
    kind = {True: "heard by a machine", False: "written", None: "kind of track not known"}[about["is_generated"]]
    told = "translated by a machine" if about["translated_from"] else kind
    return f"captions in {about['language'] or about['language_code'] or 'an unknown language'}, {told}"


def _segments(told: Told) -> Element:
    rows = [
        (
            parts.link(row["video_id"], parts.clock(row["start_seconds"]), row["start_seconds"]),
            parts.clock(_length(row)), row["word_count"], _rounded(row["novelty"]), parts.quoted(", ".join(row["keywords"] or [])),
        )
        for row in told.segments
    ]  # fmt: skip
    return parts.table("Segments", ["from", "length", "words", "novelty (sd)", "words that tell it"], rows)


def _length(row: Row) -> float | None:
    start, end = row["start_seconds"], row["end_seconds"]
    return None if start is None or end is None else end - start


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


def values_of(told: Told) -> list[dict[str, Any]]:
    """A row for each minute of a track from the first to the last; a silent one has neither entropy nor novelty."""
    known = {row["position"]: row for row in told.minutes}
    return [_minute(at, known.get(at)) for at in range(min(known), max(known) + 1)]


def _minute(at: int, row: Row | None) -> dict[str, Any]:
    measured = {name: _rounded(row[name], 2) if row else None for name, _, _ in MEASURES}
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


def _novel(novel: Mapping[str, Sequence[Row]]) -> Iterator[Element]:
    if not novel:
        return
    yield tag("h3", "The most novel segments of each keyword")
    yield parts.paragraph(
        "What one video of a keyword says and its others do not. Novelty is the divergence of a segment's words from "
        "those of the keyword's other videos in the same language, above what its length alone gives (bits)."
    )
    headers = ["segment", "from", "words", "novelty (bits)", "words that make it so"]
    panels = {
        keyword: [parts.table(f"Novel in {keyword}", headers, list(map(_novel_row, rows)), is_caption_shown=False)]
        for keyword, rows in novel.items()
    }
    yield parts.tabs("Keywords", panels)


def _novel_row(row: Row) -> Sequence[parts.Cell]:
    start = row["start_seconds"]
    at = parts.link(row["video_id"], parts.clock(start), start)
    words = parts.quoted(", ".join(row["keywords"] or []))
    return (
        parts.quoted(row["title"] or row["video_id"], 80),
        at,
        row["word_count"],
        _rounded(row["novelty"], 2),
        words,
    )


def _ranked(ranked: Sequence[Row]) -> Iterator[Element]:
    if not ranked:
        return
    labels = parts.unlike(_short(_title(row), 48) for row in ranked)
    points = [
        {"label": label, "value": row["subjectivity"], "low": row["subjectivity_low"], "high": row["subjectivity_high"],
         "is_clear": True}
        for label, row in zip(labels, ranked, strict=True)
    ]  # fmt: skip
    rows = [
        (
            parts.link(row["video_id"], row["title"]), *(_rounded(row[f"subjectivity{end}"], 3) for end in ("", "_low", "_high")),
            _rounded(row["polarity"], 3), row["word_count"], parts.percent(row["coverage"]),
        )
        for row in ranked
    ]  # fmt: skip
    headers = ["video", "subjectivity", "from", "to", "polarity", "scored words", "known to the word list"]
    yield tag("h3", "The most subjective and the most objective videos")
    yield parts.figure(
        charts.intervals(points, "subjectivity of the captions", domain=(0, 1)), "Subjectivity, by video", headers, rows,
        "0 is matter of fact, 1 is opinion: the mean over the captions' windows, weighted by words, with its 95 % interval. "
        "Only videos with 200 scored words. Where intervals overlap, the order may be chance.",
    )  # fmt: skip


def _tracks(tracks: Sequence[Row]) -> Iterator[Element]:
    if tracks:
        rows = [
            (
                row["language_code"],
                parts.quoted(row["language"]),
                row["kind"],
                row["tracks"],
                row["videos"],
                row["fetched"],
            )
            for row in tracks
        ]
        yield tag("h3", "Caption tracks")
        yield parts.table("By language and kind", ["language", "called", "kind", "tracks", "videos", "fetched"], rows)


def _findings(told: Sequence[Told], novel: Mapping[str, Sequence[Row]], ranked: Sequence[Row]) -> Iterator[Finding]:
    if novel:
        keyword, rows = next(iter(novel.items()))
        row = rows[0]
        words = ", ".join((row["keywords"] or [])[:5])
        yield Finding(
            f"Of all that is said about {parts.named(keyword)}, the most unlike the rest is in {parts.named(_title(row))} at "
            f"{parts.clock(row['start_seconds'])}: {words}.",
            f"{row['word_count']:,} words, {row['novelty']:.2f} bits from the keyword's other videos: unlike is not important.",
            0.6,
        )
    if len(ranked) > 1:
        yield _of_ranks(ranked)
    if told:
        segments = sum(each.about["segment_count"] for each in told)
        yield Finding(
            f"What is said in {len(told):,} videos with captions falls into {segments:,} topics, each with a link to its first second.",
            "Borders are found by words alone: a change of tone or speaker without new words has none.", 0.35,
        )  # fmt: skip


def _of_ranks(ranked: Sequence[Row]) -> Finding:
    most, least = ranked[0], ranked[-1]
    clear = (most["subjectivity_low"] or 0) > (least["subjectivity_high"] or 1)
    text = (
        f"The most subjective captions are those of {parts.named(_title(most))} ({most['subjectivity']:.2f} of 1), the most matter-of-fact "
        f"those of {parts.named(_title(least))} ({least['subjectivity']:.2f})."
    )
    doubt = (
        "Their 95 % intervals do not overlap."
        if clear
        else "Their 95 % intervals overlap: the difference may be chance."
    )
    return Finding(
        text,
        f"{doubt} Subjectivity is a word list's; it knows {parts.percent(most['coverage'])} of the words of the first.",
        0.5,
    )
