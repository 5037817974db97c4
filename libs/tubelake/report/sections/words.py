"""Which words, word pairs and topics mark the videos of a keyword, a category or a cohort."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from pyspark.sql import Row, Window
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.lake import Reading, collected, grouped
from tubelake.report.section import Finding, Section

MOST_GROUPS = 12  # of a grouping, those with the most videos
MOST_TERMS = 15  # of a group and kind, the strongest
MOST_TOPICS = 12
TOLD_TOPICS = 5  # in a group's own list: those that weigh at least LIGHT
LIGHT = 0.05
IN_GRID = 4  # words of a topic that stand beside the chart
GROUPINGS = {"keyword": "Keywords", "category": "Categories", "cohort": "Cohorts"}
KINDS = {"word": ("Words", "word"), "pair": ("Word pairs", "pair")}
EXPLAINED = (
    "Words of titles, tags and captions that a group's videos have more often than those of the other groups. Strength is "
    "the log-odds against the others in standard deviations (z), drawn towards 0 for rare words; from about 2 on, chance "
    "alone would seldom give it. Topics are words that tend to come together in one video (LDA); their names are their words."
)
DOUBT = "Titles, tags and captions were counted, each word once a video: it says what is named, not what is said of it."

Groups = Mapping[str, Sequence[Row]]  # by name, each the rows of one group


def section(reading: Reading) -> Section:
    rows = terms(reading)
    if not rows:
        told = parts.missing("No words have been counted.", tables.TOP_TERMS)
        return Section("words", "Words and topics", [told])
    panels = {title: list(_panel(_by_group(rows, name))) for name, title in GROUPINGS.items()
              if any(row["grouping"] == name for row in rows)}  # fmt: skip
    body = [parts.paragraph(EXPLAINED), parts.tabs("Words of", panels)]
    return Section("words", "Words and topics", body, list(_findings(rows)))


def terms(reading: Reading) -> Sequence[Row]:
    """The strongest terms of the largest groups of each grouping, with `size`: videos of the group."""
    known = reading.rows(tables.TOP_TERMS).where(F.col("grouping").isin(*GROUPINGS) & F.col("group").isNotNull())
    size = F.round(F.max(F.try_divide("video_count", "share"))).cast("bigint").alias("size")
    sizes = known.groupBy("grouping", "group").agg(size)
    order = Window.partitionBy("grouping").orderBy(F.desc_nulls_last("size"), "group")
    largest = sizes.withColumn("place", F.row_number().over(order)).where(F.col("place") <= MOST_GROUPS)
    most = F.when(F.col("kind") == "topic", MOST_TOPICS).otherwise(MOST_TERMS)
    shown = known.where(F.col("rank") <= most).join(F.broadcast(largest), on=["grouping", "group"], how="inner")
    return collected(shown.orderBy("grouping", "place", "kind", "rank"))


def _by_group(rows: Sequence[Row], grouping: str) -> Groups:
    return grouped((row for row in rows if row["grouping"] == grouping), "group")


def _panel(groups: Groups) -> Iterator[Element]:
    """A grouping: how much each group is about each topic, then a tab a group."""
    topics = [row for rows in groups.values() for row in rows if row["kind"] == "topic"]
    if len(groups) > 1 and topics:
        yield _grid(topics)
    yield parts.tabs("Group", {name: list(_group(rows)) for name, rows in groups.items()})


def _grid(topics: Sequence[Row]) -> Element:
    """Groups by topics: the darker, the more of a group's videos a topic is."""
    names = list(dict.fromkeys(row["term"] for row in topics))
    short = dict(zip(names, parts.unlike(" ".join(name.split()[:IN_GRID]) for name in names), strict=True))
    values = [
        {"group": row["group"], "topic": short[row["term"]], "weight": row["strength"], "share": row["share"]}
        for row in topics
    ]
    listed = [
        (parts.quoted(row["group"]), parts.quoted(row["term"]), round(row["strength"], 3), row["video_count"], parts.percent(row["share"]))
        for row in topics if row["strength"] is not None and row["strength"] >= LIGHT
    ]  # fmt: skip
    return parts.figure(
        charts.grid(values, across="group", down="topic", what="share of words"), "Topics of groups",
        ["group", "topic", "mean weight", "videos mostly about it", "share of videos"], listed[:200],
        "How much of a group's words each topic has, on average over its videos.",
    )  # fmt: skip


def _group(rows: Sequence[Row]) -> Iterator[Element]:
    """Words and pairs side by side; below, what the group is most about."""
    size = next((row["size"] for row in rows if row["size"]), None)
    lists = [_listed(kind, [row for row in rows if row["kind"] == kind]) for kind in KINDS]
    told = f"{size:,} videos." if size else ""
    if not any(each is not None for each in lists):
        told += " No word marks them: too few videos, or the same words as in the other groups."
    yield parts.paragraph(told)
    yield tag("div", *lists, class_="side")
    topics = [row for row in rows if row["kind"] == "topic" and (row["strength"] or 0) >= LIGHT]
    topics.sort(key=lambda row: -row["strength"])
    if topics:
        longest = _longest(topics, "strength")
        listed = [
            (
                parts.quoted(row["term"]),
                parts.bar(row["strength"] / longest, f"{row['strength']:.2f}"),
                row["video_count"],
            )
            for row in topics[:TOLD_TOPICS]
        ]
        yield parts.table("Topics", ["topic", "mean weight", "videos mostly about it"], listed)


def _longest(rows: Sequence[Row], column: str) -> float:
    """What the longest bar of a list stands for."""
    return max((row[column] or 0.0 for row in rows), default=0.0) or 1.0


def _listed(kind: str, rows: Sequence[Row]) -> Element | None:
    if not rows:
        return None
    title, name = KINDS[kind]
    longest = _longest(rows, "share")
    listed = [
        (parts.quoted(row["term"], 80), parts.bar((row["share"] or 0) / longest, parts.percent(row["share"])), row["video_count"],
         None if row["strength"] is None else round(row["strength"], 1))
        for row in rows
    ]  # fmt: skip
    return parts.table(title, [name, "of its videos", "videos", "strength"], listed)


def _findings(rows: Sequence[Row]) -> Iterator[Finding]:
    """The term that marks a group most, of the first grouping that has one."""
    for grouping in GROUPINGS:
        marking = [row for row in rows if row["grouping"] == grouping and row["kind"] in KINDS and row["strength"]]
        if marking:
            best = max(marking, key=lambda row: row["strength"])
            told = (
                f"What marks the {grouping} {parts.named(best['group'])} most is {parts.named(best['term'])}: "
                f"{best['video_count']:,} of its {best['size']:,} videos have it."
            )
            yield Finding(told, f"Strength {best['strength']:.1f} against the other groups. {DOUBT}", 0.4)
            return
