"""Feelings in texts: titles, comments, captions and chats, how much of them is scored, and how the scores spread."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from pyspark.sql import DataFrame, Row

from tubelake import tables
from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.lake import Reading, grouped
from tubelake.report.people import Names, names_in, without_names
from tubelake.report.section import Finding, Section
from tubelake.report.sections.feeling_panel import Kind, commonest_reason, panel
from tubelake.report.sections.feeling_rows import (
    SIDES,
    aspects_of,
    counted_texts,
    counts_of,
    extremes_of,
    kinds_of,
    titles_of,
)

TITLE = "Feelings in texts"
KINDS = {"videos": "titles", "comments": "comments", "chat_messages": "chat messages", "caption_windows": "captions"}


def section(reading: Reading) -> Section:
    kinds, titles, aspects = list(_kinds(reading)), titles_of(reading), aspects_of(reading)
    names = names_in(reading, _writings(reading), _texts(aspects)) if aspects else []
    if not (kinds or aspects):
        return Section("feelings", TITLE, [parts.missing("No text was scored.", tables.TEXT_SCORES)])
    body = [
        *_shares(kinds), *_panels(kinds), *_titles(titles), *_aspects(aspects, names), *_lacking(reading),
    ]  # fmt: skip
    return Section("feelings", TITLE, body, list(_findings(kinds)))


def _kinds(reading: Reading) -> Iterator[Kind]:
    texts = counted_texts(reading)
    counts = grouped(counts_of(texts), "source")
    about, extremes = kinds_of(reading), extremes_of(reading)
    for source, name in KINDS.items():
        if source in counts or source in about:
            yield Kind(name, counts.get(source, []), about.get(source), extremes.get(source, []))


def _lacking(reading: Reading) -> Iterator[Element]:
    if not reading.has(tables.TEXT_SCORES):
        yield parts.missing("The scores of the single texts are missing.", tables.TEXT_SCORES)
    if not reading.has(tables.VIDEO_SENTIMENT):
        yield parts.missing("The sentiment of whole videos is missing.", tables.VIDEO_SENTIMENT)
    if not reading.has(tables.CAPTION_WINDOWS):
        yield parts.missing("Captions were not cut into windows, so none of them are scored.", tables.CAPTION_WINDOWS)
    if not reading.has(tables.ASPECTS):
        told = "Nothing is said about aspects: name some in the setting text.aspects, such as sound,price."
        yield parts.missing(told, tables.ASPECTS)


def _shares(kinds: Sequence[Kind]) -> Iterator[Element]:
    known = [kind for kind in kinds if kind.texts]
    if not known:
        return
    values = [
        {"label": kind.name, "kind": side, "count": kind.count(side), "share": kind.count(side) / kind.texts}
        for kind in known
        for side in SIDES
    ]
    rows: list[Sequence[parts.Cell]] = [
        (kind.name, kind.texts, *(kind.count(side) for side in SIDES)) for kind in known
    ]
    yield parts.figure(
        charts.shares(values, "share of the texts", SIDES), "What could be scored, and how it came out",
        ["kind of text", "texts", *SIDES], rows,
        "Unscored is not neutral: nothing is known of these texts, and no mean counts them as 0. Neither: scored, but no "
        "word that the backend knows, or good and bad ones in balance. Captions count in windows of some 100 words.",
    )  # fmt: skip


def _panels(kinds: Sequence[Kind]) -> Iterator[Element]:
    if kinds:
        yield parts.tabs("Kinds of text", {kind.name: list(panel(kind)) for kind in kinds})


def _titles(titles: Mapping[str, Sequence[Row]]) -> Iterator[Element]:
    if not titles:
        return
    yield tag("h3", "How titles get their scores")
    scored = [*titles.get("positive", []), *reversed(titles.get("negative", []))]
    if scored:
        rows = [
            (parts.link(row["video_id"], row["title"]), round(row["polarity"], 2), parts.quoted(words_of(row)))
            for row in scored
        ]
        yield parts.table("The most positive and the most negative ones", ["title", "polarity", "because of"], rows)
    if titles.get("unscored"):
        rows = [
            (parts.link(row["video_id"], row["title"]), row["language"] or "not told", row["word_count"])
            for row in titles["unscored"]
        ]
        yield parts.table("The most viewed ones without a score", ["title", "language", "words"], rows)


def words_of(row: Row) -> str:
    """The words that the score comes from, each with what it adds."""
    return ", ".join(f"{' '.join(each['words'])} {each['polarity']:+.1f}" for each in row["assessments"] or [])


def _writings(reading: Reading) -> DataFrame:
    comments = reading.rows(tables.COMMENTS).select("author_name")
    return comments.unionByName(reading.rows(tables.CHAT_MESSAGES).select("author_name"))


def _texts(aspects: Sequence[Row]) -> Iterator[str | None]:
    for row in aspects:
        yield from (row["best"] and row["best"]["best_text"], row["worst"] and row["worst"]["worst_text"])


def _aspects(aspects: Sequence[Row], names: Names) -> Iterator[Element]:
    if aspects:
        rows = [
            (
                parts.quoted(row["aspect"]), KINDS.get(row["source"], row["source"]), row["texts"], row["videos"], row["scored"],
                round(row["polarity"], 3) if row["polarity"] is not None else None, row["positive"], row["negative"],
                _said(row["best"], "best_text", names), _said(row["worst"], "worst_text", names),
            )
            for row in aspects
        ]  # fmt: skip
        headers = [
            "aspect",
            "in",
            "texts",
            "videos",
            "scored",
            "polarity",
            "positive",
            "negative",
            "at its best",
            "at its worst",
        ]
        yield tag("h3", "Aspects")
        yield parts.table("What is said about each aspect", headers, rows)


def _said(found: Row | None, name: str, names: Names) -> parts.Cell:
    return parts.link(found["video_id"], without_names(found[name], names)[:160]) if found and found[name] else None


def _findings(kinds: Sequence[Kind]) -> Iterator[Finding]:
    for kind in kinds:
        unscored = kind.count("unscored")
        if kind.texts >= 20 and unscored / kind.texts >= 0.1:
            why, count = commonest_reason(kind)
            yield Finding(
                f"{parts.percent(unscored / kind.texts)} of the {kind.name} have no score ({unscored:,} of {kind.texts:,}), "
                f"most often because {why}.",
                f"That holds for {count:,} of them. Unscored is not neutral: whatever is said of the {kind.name}' mood leaves these out.",
                0.45,
            )  # fmt: skip
    lively = [kind for kind in kinds if kind.scored >= 100]
    if lively:
        kind = max(lively, key=lambda each: each.scored)
        good, bad = (kind.count(side) / kind.scored for side in ("positive", "negative"))
        yield Finding(
            f"Of the scored {kind.name}, {parts.percent(good)} are positive and {parts.percent(bad)} negative.",
            f"n = {kind.scored:,}; the rest have no word that the backend knows, or as much good as bad.", 0.5,
        )  # fmt: skip
