"""Feelings in texts: titles, comments, captions and chats, how much of them is scored, and how the scores spread."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from pyspark.sql import Row

from tubelake import tables
from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.charts import Spec
from tubelake.report.lake import Reading
from tubelake.report.people import Names, names_in, without_names
from tubelake.report.section import Finding, Section
from tubelake.report.sections.feeling_rows import (
    BINS,
    SIDES,
    aspects_of,
    counted_texts,
    extremes_of,
    grouped,
    kinds_of,
    sides_of,
    spread_of,
    titles_of,
)

TITLE = "Feelings in texts"
KINDS = {"videos": "titles", "comments": "comments", "chat_messages": "chat messages", "caption_windows": "captions"}
MOST_REASONS = 8
REASONS = {"no words": "there are no words in them", "no language": "no language could be told"}
RANGES = {"polarity": (-BINS, BINS), "subjectivity": (0, BINS)}


class Kind(NamedTuple):
    """What is known of a kind of text."""

    name: str
    sides: Sequence[Row]
    spread: Sequence[Row]
    about: Row | None  # its videos
    extremes: Sequence[Row]

    def count(self, *sides: str) -> int:
        return sum(row["texts"] for row in self.sides if row["side"] in sides)

    @property
    def texts(self) -> int:
        return self.count(*SIDES)

    @property
    def scored(self) -> int:
        return self.texts - self.count("unscored")


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
    sides, spread = grouped(sides_of(texts), "source"), grouped(spread_of(texts), "source")
    about, extremes = kinds_of(reading), extremes_of(reading)
    for source, name in KINDS.items():
        if source in sides or source in about:
            yield Kind(name, sides.get(source, []), spread.get(source, []), about.get(source), extremes.get(source, []))


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
    rows = [(kind.name, kind.texts, *(kind.count(side) for side in SIDES)) for kind in known]
    yield parts.figure(
        charts.shares(values, "share of the texts", SIDES), "What could be scored, and how it came out",
        ["kind of text", "texts", *SIDES], rows,
        "Unscored is not neutral: nothing is known of these texts, and no mean counts them as 0. Neither: scored, but no "
        "word that the backend knows, or good and bad ones in balance. Captions count in windows of some 100 words.",
    )  # fmt: skip


def _panels(kinds: Sequence[Kind]) -> Iterator[Element]:
    if kinds:
        yield parts.tabs("Kinds of text", {kind.name: list(_panel(kind)) for kind in kinds})


def _panel(kind: Kind) -> Iterator[Element]:
    yield parts.figures(list(_figures(kind)))
    drawn = [_histogram(kind, measure) for measure in RANGES if _bins(kind, measure)]
    if drawn:
        yield tag("div", *drawn, class_="side")
    yield from _reasons(kind)
    yield from _extremes(kind)


def _figures(kind: Kind) -> Iterator[tuple[str, parts.Cell, str]]:
    if kind.texts:
        yield "texts", kind.texts, ""
        yield "scored", parts.percent(kind.scored / kind.texts), f"{kind.scored:,} of them"
    if kind.about:
        yield "videos", kind.about["videos"], f"{kind.about['enough']:,} with 200 scored words or more"
        yield "known words", parts.percent(kind.about["coverage"]), f"of {kind.about['words']:,} scored words"
        for name in ("polarity", "subjectivity"):
            if kind.about[name] is not None:
                yield f"median {name}", round(kind.about[name], 3), "of the videos with enough words"


def _bins(kind: Kind, measure: str) -> list[dict[str, Any]]:
    """All bins of the measure, empty ones too; none where no text has a value."""
    counts = {row["bin"]: row["texts"] for row in kind.spread if row["measure"] == measure}
    first, end = RANGES[measure]
    return [
        {"lower": at / BINS, "upper": (at + 1) / BINS, "texts": counts.get(at, 0)} for at in range(first, end)
    ] if counts else []  # fmt: skip


def histogram(bins: charts.Values, measure: str) -> Spec:
    first, end = RANGES[measure]
    across = charts.x(
        "lower", measure, scale={"domain": [first / BINS, end / BINS]}, axis={"grid": False, "format": ".1f"}
    )
    return charts.chart(
        bins, {"type": "rect"},
        across | {"x2": {"field": "upper"}} | charts.y("texts", "texts", axis={"tickCount": 4}) | {"y2": {"datum": 0}}
        | charts.tooltip(lower="from", upper="to", texts="texts"),
        height=150,
    )  # fmt: skip


def _histogram(kind: Kind, measure: str) -> Element:
    bins = _bins(kind, measure)
    number = sum(each["texts"] for each in bins)
    meaning = "-1 is bad, 1 is good" if measure == "polarity" else "0 is matter of fact, 1 is opinion"
    return parts.figure(
        histogram(bins, measure), f"{measure.capitalize()} of the {kind.name}", ["from", "to", "texts"],
        [(each["lower"], each["upper"], each["texts"]) for each in bins],
        f"{meaning}. {number:,} texts with a word that the backend knows.",
    )  # fmt: skip


def reasons_of(kind: Kind) -> list[tuple[str, int]]:
    """Why texts are unscored, with how many: the commonest reasons, and the rest in one."""
    unscored = [row for row in kind.sides if row["side"] == "unscored"]
    told = [
        (REASONS.get(row["why"], f"{row['backend'] or 'the backend'} does not read their language, {row['why']}"), row["texts"])
        for row in unscored[:MOST_REASONS]
    ]  # fmt: skip
    rest = sum(row["texts"] for row in unscored[MOST_REASONS:])
    return [*told, ("other reasons and languages", rest)] if rest else told


def _reasons(kind: Kind) -> Iterator[Element]:
    reasons = reasons_of(kind)
    if reasons:
        rows = [(why, count, parts.percent(count / kind.texts, 1)) for why, count in reasons]
        yield parts.table(f"Why {kind.name} are unscored", ["because", "texts", f"of all {kind.name}"], rows)


def _extremes(kind: Kind) -> Iterator[Element]:
    if not kind.extremes:
        return
    labels = parts.unlike((row["title"] or row["video_id"])[:48] for row in kind.extremes)
    points = [
        {"label": label, "value": row["polarity"], "low": row["polarity_low"], "high": row["polarity_high"],
         "is_clear": (row["polarity_low"] or 0) > 0 or (row["polarity_high"] or 0) < 0}
        for label, row in zip(labels, kind.extremes, strict=True)
    ]  # fmt: skip
    rows = [
        (
            parts.link(row["video_id"], row["title"]), *(round(row[name], 3) if row[name] is not None else None
            for name in ("polarity", "polarity_low", "polarity_high")), row["text_count"], row["scored_count"], row["word_count"],
        )
        for row in kind.extremes
    ]  # fmt: skip
    ends = [each[side] for each in points for side in ("low", "high") if each[side] is not None]
    edge = max([0.1, *map(abs, ends)])
    yield parts.figure(
        charts.intervals(points, f"mean polarity of its {kind.name}", domain=(-edge, edge)),
        f"The videos with the best and the worst {kind.name}",
        ["video", "polarity", "from", "to", "texts", "scored", "scored words"], rows,
        f"Of {kind.about['enough']:,} videos with 200 scored words, the mean weighted by words with its 95 % interval; in "
        "colour where that leaves out 0. Where intervals overlap, the order may be chance." if kind.about else "",
    )  # fmt: skip


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


def _writings(reading: Reading) -> Any:
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
            (why, count), *_ = reasons_of(kind)
            yield Finding(
                f"{parts.percent(unscored / kind.texts)} of the {kind.name} have no score ({unscored:,} of {kind.texts:,}), mostly "
                f"because {why}.",
                f"That reason holds for {count:,}. Unscored is not neutral: whatever is said of the {kind.name}' mood leaves these out.",
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
