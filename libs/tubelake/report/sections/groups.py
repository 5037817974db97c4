"""Whether groups of videos differ: effects with their intervals, and the medians of keywords side by side."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from pyspark.sql import Row, Window
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.lake import Reading, collected
from tubelake.report.section import Finding, Section
from tubelake.report.sections.keywords import NAMES
from tubelake.stats.groups import LEVEL

MOST_PAIRS = 15  # of a grouping and metric, the clearest
MOST_TOLD = 8  # clear differences in words
MOST_KEYWORDS = 20
GROUPINGS = {"keyword": "Keywords", "category": "Categories", "cohort": "Cohorts", "keyword size": "Keyword sizes"}
METRICS = {
    metric: NAMES[metric]
    for metric in ("view_count", "views_per_day", "likes_per_view", "comments_per_view", "duration_seconds")
}
SHARES = ("likes_per_view", "comments_per_view")
SPREAD = 20  # a log axis shows values that lie so many times apart
EXPLAINED = (
    "Cliff's delta says how much more often a video of the first group has the higher value than one of the second: 0 is "
    "no difference, 1 is always. Lines are 95 % intervals. In colour: clear, with all comparisons of the grouping counted "
    "(Holm). The others need not be equal: these data cannot tell them apart."
)
SAMPLED = "Videos are those that searches and lists gave, not a random sample, and videos of one channel are alike."


class Pair(NamedTuple):
    """Two groups, the one with the higher values first."""

    grouping: str
    metric: str
    higher: str
    lower: str
    counts: tuple[int, int]
    medians: tuple[float, float]
    effect: float
    low: float
    high: float
    p_adjusted: float | None
    is_clear: bool
    verdict: str
    pair_count: int  # of the grouping and metric
    clear_count: int

    @property
    def label(self) -> str:
        return " over ".join(f"\u2068{parts.short(name, 40)}\u2069" for name in (self.higher, self.lower))


def section(reading: Reading) -> Section:
    pairs = [_pair(row) for row in clearest(reading)]
    by_grouping = {name: [pair for pair in pairs if pair.grouping == name] for name in GROUPINGS}
    panels = {GROUPINGS[name]: list(_panel(each)) for name, each in by_grouping.items() if each}
    body = [*_compared(panels), *_keywords(reading)]
    return Section("groups", "Do groups differ?", body, list(_findings(by_grouping)))


def clearest(reading: Reading) -> Sequence[Row]:
    """For each grouping and metric the pairs whose intervals are farthest from 0, and how many pairs there are."""
    is_clear = F.coalesce((F.col("p_adjusted") < LEVEL) & (F.col("effect") != 0), F.lit(False))
    known = reading.rows(tables.COMPARISONS).where(F.col("effect").isNotNull() & F.col("grouping").isin(*GROUPINGS))
    told = known.withColumns({
        "is_clear": is_clear, "clarity": F.greatest("effect_low", -F.col("effect_high")),
    })  # fmt: skip
    each = Window.partitionBy("grouping", "metric")
    order = each.orderBy(F.desc("is_clear"), F.desc_nulls_last("clarity"), "group_a", "group_b")
    ranked = told.withColumns({
        "rank": F.row_number().over(order), "pair_count": F.count("*").over(each),
        "clear_count": F.count_if("is_clear").over(each),
    })  # fmt: skip
    return collected(ranked.where(F.col("rank") <= MOST_PAIRS).orderBy("grouping", "metric", "rank"))


def _pair(row: Row) -> Pair:
    """The row with the higher group first: then its effect is not below 0."""
    low, high = row["effect_low"], row["effect_high"]
    low, high = (row["effect"] if low is None else low), (row["effect"] if high is None else high)
    a, b, bounds = "a", "b", (low, high)
    if row["effect"] < 0:
        a, b, bounds = "b", "a", (-high, -low)
    return Pair(
        row["grouping"], row["metric"], row[f"group_{a}"], row[f"group_{b}"],
        (row[f"video_count_{a}"], row[f"video_count_{b}"]), (row[f"median_{a}"], row[f"median_{b}"]),
        abs(row["effect"]), *bounds, row["p_adjusted"], row["is_clear"], row["verdict"], row["pair_count"],
        row["clear_count"],
    )  # fmt: skip


def named(metric: str) -> str:
    """The metric in words; those of texts are named in words already."""
    return METRICS.get(metric, metric)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _compared(panels: Mapping[str, Sequence[Element]]) -> Iterator[Element]:
    if not panels:
        yield parts.missing("No groups of videos have been compared.", tables.COMPARISONS)
        return
    yield parts.paragraph(EXPLAINED)
    yield parts.tabs("What is compared", panels)


def _panel(pairs: Sequence[Pair]) -> Iterator[Element]:
    """A grouping: what is clear, in words; then a chart a metric, or one for all where there are few pairs."""
    by_metric: dict[str, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda each: list(METRICS).index(each.metric) if each.metric in METRICS else 99):
        by_metric.setdefault(pair.metric, []).append(pair)
    first = [each[0] for each in by_metric.values()]
    total, clear = sum(each.pair_count for each in first), sum(each.clear_count for each in first)
    yield parts.paragraph(f"{total:,} comparisons, {clear:,} of them clear.")
    told = sorted((pair for pair in pairs if pair.is_clear), key=lambda pair: -pair.low)[:MOST_TOLD]
    if told:
        yield tag("ul", *map(_told, told), class_="said-list")
    if len({(pair.higher, pair.lower) for pair in pairs}) <= 2 and len({*_groups(pairs)}) == 2:
        yield _chart([pair for each in by_metric.values() for pair in each], "All metrics", is_by_metric=True)
    else:
        yield parts.tabs(
            "Metric", {_capital(named(metric)): [_chart(each, named(metric))] for metric, each in by_metric.items()}
        )


def _groups(pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs:
        yield from (pair.higher, pair.lower)


def _told(pair: Pair) -> Element:
    return tag("li", tag("b", named(pair.metric).capitalize()), ": ", parts.quoted(pair.verdict))


def _chart(pairs: Sequence[Pair], title: str, *, is_by_metric: bool = False) -> Element:
    """Effects with their intervals, the clearest first."""
    labels = parts.unlike(f"{named(pair.metric)}: {pair.label}" if is_by_metric else pair.label for pair in pairs)
    rows = [
        {"label": label, "value": pair.effect, "low": pair.low, "high": pair.high, "is_clear": pair.is_clear}
        for label, pair in zip(labels, pairs, strict=True)
    ]  # fmt: skip
    listed = [
        (named(pair.metric), parts.quoted(pair.higher), parts.quoted(pair.lower), *pair.counts, *pair.medians,
         round(pair.effect, 3), round(pair.low, 3), round(pair.high, 3), pair.p_adjusted, parts.quoted(pair.verdict))
        for pair in pairs
    ]  # fmt: skip
    headers = ["metric", "higher", "lower", "videos", "of the lower", "median", "of the lower", "delta", "low", "high", "p (Holm)", "verdict"]  # fmt: skip
    total = pairs[0].pair_count
    note = f"The {len(pairs):,} clearest of {total:,} pairs" if total > len(pairs) and not is_by_metric else ""
    spec = charts.intervals(rows, "Cliff's delta", domain=(-1, 1))
    return parts.figure(spec, _capital(title), headers, listed, note)


def _keywords(reading: Reading) -> Iterator[Element]:
    """Medians and quartiles of each keyword."""
    told = reading.rows(tables.KEYWORD_STATISTICS).where(F.col("metric").isin(*METRICS) & (F.col("value_count") > 0))
    columns = F.struct("value_count", "q1", "median", "q3")
    each = told.groupBy("keyword").agg(
        F.max("video_count").alias("videos"),
        *(F.max(F.when(F.col("metric") == metric, columns)).alias(metric) for metric in METRICS),
    )
    rows = collected(each.orderBy(F.desc("videos"), "keyword"), MOST_KEYWORDS)
    yield tag("h3", "Keywords side by side")
    if not rows:
        yield parts.missing("There are no statistics of keywords.", tables.KEYWORD_STATISTICS)
        return
    used = [metric for metric in METRICS if any(row[metric] for row in rows)]
    headers = ["keyword", "videos", *(f"median {METRICS[metric]}" for metric in used)]
    listed = [
        (parts.quoted(row["keyword"]), row["videos"], *(_median(row[metric], metric) for metric in used))
        for row in rows
    ]
    yield parts.table("Medians of keywords", headers, listed)
    if len(rows) > 1:
        yield tag("div", *(_spread(metric, rows) for metric in used), class_="side")


def _median(told: Row | None, metric: str) -> parts.Cell:
    if told is None or told["median"] is None:
        return None
    return round(float(told["median"]), 4 if metric in SHARES else 1)


def _spread(metric: str, rows: Sequence[Row]) -> Element:
    values: list[dict[str, Any]] = [
        {"label": row["keyword"], "low": row[metric]["q1"], "value": row[metric]["median"], "high": row[metric]["q3"],
         "count": row[metric]["value_count"]}
        for row in rows if row[metric]
    ]  # fmt: skip
    least, most = min(each["low"] for each in values), max(each["high"] for each in values)
    is_log = least > 0 and most > SPREAD * least
    format_ = "~%" if metric in SHARES else "~s"
    spec = charts.spreads(
        values, METRICS[metric] + (", log scale" if is_log else ""), is_log=is_log, axis_format=format_
    )
    listed = [(parts.quoted(each["label"]), each["count"], each["low"], each["value"], each["high"]) for each in values]
    headers = ["keyword", "videos", "first quartile", "median", "third quartile"]
    return parts.figure(spec, METRICS[metric].capitalize(), headers, listed, "Median; the line holds the middle half of videos.")  # fmt: skip


def _findings(by_grouping: Mapping[str, Sequence[Pair]]) -> Iterator[Finding]:
    """The surest difference of each grouping; where none is clear, that."""
    compared = {name: pairs for name, pairs in by_grouping.items() if pairs}
    for name, pairs in compared.items():
        first = {pair.metric: pair for pair in reversed(pairs)}.values()
        total = sum(pair.pair_count for pair in first)
        clear = [pair for pair in pairs if pair.is_clear]
        if clear and name != "keyword size":
            pair = min(clear, key=lambda each: each.p_adjusted or 0.0)
            yield Finding(
                _difference(pair), f"{_surely(pair)} of {total:,} comparisons. {SAMPLED}", 0.6 + 0.3 * pair.low
            )
    total = sum(
        {(pair.grouping, pair.metric): pair.pair_count for pairs in compared.values() for pair in pairs}.values()
    )
    if compared and not any(pair.is_clear for pairs in compared.values() for pair in pairs):
        told = f"No group of videos differs clearly from another: {total:,} comparisons were made."
        yield Finding(told, "That is no proof of sameness: small groups hide what is not large. " + SAMPLED, 0.35)


def _difference(pair: Pair) -> str:
    medians = " and ".join(map(parts.number, pair.medians))
    higher, lower = parts.named(pair.higher), parts.named(pair.lower)
    return f"{pair.grouping.capitalize()} {higher} is above {lower} in {named(pair.metric)}: medians {medians}."


def _surely(pair: Pair) -> str:
    counts = f"{pair.counts[0]:,} and {pair.counts[1]:,} videos"
    return f"{counts}; Cliff's delta {pair.effect:.2f} (95 % interval {pair.low:.2f} to {pair.high:.2f}), the surest"
