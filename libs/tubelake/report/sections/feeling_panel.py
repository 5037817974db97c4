"""What the report shows of one kind of text: how its scores spread, why texts have none, its best and worst videos."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from pyspark.sql import Row

from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.charts import Spec
from tubelake.report.sections.feeling_rows import BINS, SIDES

MOST_REASONS = 8
REASONS = {"no words": "there are no words in them", "no language": "no language could be told"}
RANGES = {"polarity": (-BINS, BINS), "subjectivity": (0, BINS)}


class Kind(NamedTuple):
    """What is known of a kind of text."""

    name: str
    counts: Sequence[Row]  # as `counts_of` gives them
    about: Row | None  # its videos
    extremes: Sequence[Row]

    def count(self, *sides: str) -> int:
        return sum(row["texts"] for row in self.counts if row["side"] in sides)

    @property
    def texts(self) -> int:
        return self.count(*SIDES)

    @property
    def scored(self) -> int:
        return self.texts - self.count("unscored")


def panel(kind: Kind) -> Iterator[Element]:
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
    counts: Counter[int] = Counter()
    for row in kind.counts:
        if row[measure] is not None:
            counts[row[measure]] += row["texts"]
    first, end = RANGES[measure]
    return [
        {"lower": at / BINS, "upper": (at + 1) / BINS, "texts": counts[at]} for at in range(first, end)
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


def reasons_of(kind: Kind) -> list[tuple[str, str, int]]:
    """Why texts are unscored, their language, and how many: the commonest, and the rest in one."""
    unscored = sorted(
        (row for row in kind.counts if row["side"] == "unscored"), key=lambda row: (-row["texts"], row["why"])
    )
    told = [_reason(row) for row in unscored[:MOST_REASONS]]
    rest = sum(row["texts"] for row in unscored[MOST_REASONS:])
    return [*told, ("other languages", "", rest)] if rest else told


def _reason(row: Row) -> tuple[str, str, int]:
    language = "" if row["why"] in REASONS else row["why"]
    return (
        REASONS.get(row["why"], f"{row['backend'] or 'the backend'} does not read their language"),
        language,
        row["texts"],
    )


def _reasons(kind: Kind) -> Iterator[Element]:
    reasons = reasons_of(kind)
    if reasons:
        rows = [(why, language, count, round(100 * count / kind.texts, 1)) for why, language, count in reasons]
        yield parts.table(
            f"Why {kind.name} are unscored", ["because", "language", "texts", f"% of all {kind.name}"], rows
        )
        yield parts.paragraph(
            "Of a text of few words the language is a guess: names read like Italian, shouts like Swahili."
        )


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


def commonest_reason(kind: Kind) -> tuple[str, int]:
    """Why most of the unscored texts are unscored, whatever their language, and how many are."""
    counts: Counter[str] = Counter()
    for row in kind.counts:
        if row["side"] == "unscored":
            counts[_reason(row)[0]] += row["texts"]
    return counts.most_common(1)[0]
