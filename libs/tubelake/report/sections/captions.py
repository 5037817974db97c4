"""What is said: where the topics of each captioned video begin, the most novel segments, the most subjective videos."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from pyspark.sql import Row

from tubelake import tables
from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.lake import Reading
from tubelake.report.section import Finding, Section
from tubelake.report.sections.caption_panel import title_of, video_panel
from tubelake.report.sections.caption_rows import (
    MOST_VIDEOS,
    Told,
    novel_of,
    ranked_of,
    tracks_of,
    videos_of,
)

TITLE = "What is said"
LIST = "captioned"


def section(reading: Reading) -> Section:
    told, novel, ranked, tracks = videos_of(reading), novel_of(reading), ranked_of(reading), tracks_of(reading)
    if not (told or novel or ranked or tracks):
        asked = reading.was_asked(tables.CAPTION_SNIPPETS)
        nothing = parts.missing("There are no captions.", tables.CAPTION_SNIPPETS, option="captions", was_asked=asked)
        return Section("captions", TITLE, [nothing])
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
    told = sorted(told, key=lambda each: len(each.segments) < 2)  # first those in which there is something to explore
    many = f"the {MOST_VIDEOS} most viewed videos" if len(told) == MOST_VIDEOS else f"{len(told)} videos"
    yield tag("h3", "Topics, video by video")
    yield parts.paragraph(
        f"Where a new topic begins in {many} with captions, and the words that tell it from the rest of the video. Of a "
        "video with several tracks one counts: the original before a translation, a written one before a heard one."
    )
    titles = parts.unlike(title_of(each.about) for each in told)
    options = (tag("option", parts.short(title, 70), value=f"v{at}") for at, title in enumerate(titles))
    chosen = tag("label", "Video", tag("select", *options, name="video"))
    if len(told) > 1:
        yield tag("form", chosen, data_filters=LIST)
    yield tag("div", *(video_panel(each, at) for at, each in enumerate(told)), id=LIST)


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
        parts.rounded(row["novelty"], 2),
        words,
    )


def _ranked(ranked: Sequence[Row]) -> Iterator[Element]:
    if not ranked:
        return
    labels = parts.unlike(parts.short(title_of(row), 48) for row in ranked)
    points = [
        {"label": label, "value": row["subjectivity"], "low": row["subjectivity_low"], "high": row["subjectivity_high"],
         "is_clear": True}
        for label, row in zip(labels, ranked, strict=True)
    ]  # fmt: skip
    rows = [
        (
            parts.link(row["video_id"], row["title"]), *(parts.rounded(row[f"subjectivity{end}"], 3) for end in ("", "_low", "_high")),
            parts.rounded(row["polarity"], 3), row["word_count"], parts.percent(row["coverage"]),
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
            f"Of all that is said about {parts.named(keyword)}, the most unlike the rest is in {parts.named(title_of(row))} at "
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
        f"The most subjective captions are those of {parts.named(title_of(most))} ({most['subjectivity']:.2f} of 1), the most matter-of-fact "
        f"those of {parts.named(title_of(least))} ({least['subjectivity']:.2f})."
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
