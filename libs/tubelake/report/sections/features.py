"""What goes with views, and how far a video's title, captions and thumbnail agree: clues, not causes."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from tubelake import console, tables
from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.lake import Reading, collected, grouped
from tubelake.report.section import Finding, Section
from tubelake.stats.agreement import PAIRS
from tubelake.stats.associations import ANYWAY, FEATURES
from tubelake.stats.groups import LEVEL
from tubelake.stats.metrics import ALL

MOST_KEYWORDS = 12  # and all videos
LEAST_ALIKE = 10  # videos listed for a pair of texts
FEWEST_WORDS = 3  # on a thumbnail that is held against its title: one word says little
SLIGHT = 0.1  # a correlation below it is less than what Cohen (1988) calls small
BINS = 20  # of a cosine, -1 to 1
TEXTS = {"title": "title", "caption": "captions", "picture": "words on the thumbnail"}
EVERY = "All videos"
NO_CAUSE = (
    "These are associations, not causes. What goes with views may follow from views, or both from something else, such as "
    "the channel, the topic or the age of a video. What a change would do, only changing it in some videos and not in others "
    "would tell."
)
EXPLAINED = (
    "Spearman's rho: 1 where videos with more of it always have more views, -1 where always fewer, 0 where neither. Lines are "
    "95 % intervals. In colour: clear, with all tests counted (Holm)."
)
DOUBT = (
    "An association, not a cause: both may follow from something else, such as the channel, the topic or a video's age."
)
LITTLE = (
    "The vectors are those of a small model, which knows English best: texts in two languages, names and jokes look unlike "
    "without being so. A video in this list is one to look at, no more."
)


def section(reading: Reading) -> Section:
    rows = associations(reading)
    body = [*_associated(rows), tag("h3", "Do title, captions and thumbnail agree?"), *_agreement(reading)]
    return Section("features", "What goes with views", body, list(_findings(rows)))


def associations(reading: Reading) -> Sequence[Row]:
    """All features of all videos and of the keywords with the most videos, the strongest first."""
    known = reading.rows(tables.FEATURE_ASSOCIATIONS).where(F.col("feature").isin(*FEATURES))
    sizes = known.groupBy("keyword").agg(F.max("video_count").alias("size"))
    is_all = F.col("keyword") == ALL
    largest = sizes.orderBy(is_all.desc(), F.desc("size"), "keyword").limit(MOST_KEYWORDS + 1)
    is_clear = F.coalesce((F.col("p_adjusted") < LEVEL) & (F.col("rho") != 0), F.lit(False))
    shown = known.join(F.broadcast(largest), on="keyword", how="inner").withColumn("is_clear", is_clear)
    return collected(
        shown.orderBy(is_all.desc(), F.desc("size"), "keyword", F.desc_nulls_last(F.abs("rho")), "feature")
    )


def _associated(rows: Sequence[Row]) -> Iterator[Element]:
    if not rows:
        yield parts.missing(
            "Nobody has asked yet what goes with views.", tables.FEATURE_ASSOCIATIONS, option="features"
        )
        return
    yield parts.paragraph(NO_CAUSE)
    yield parts.paragraph(EXPLAINED)
    yield parts.tabs("Videos", {_title(name): list(_panel(each)) for name, each in grouped(rows, "keyword").items()})


def _title(keyword: str) -> str:
    """Of a tab; a keyword may be called as that of all videos."""
    if keyword == ALL:
        return EVERY
    return f"{keyword} (keyword)" if keyword == EVERY else keyword


def _panel(rows: Sequence[Row]) -> Iterator[Element]:
    """What is measured of videos; apart from it, what goes with views whatever they are like; and what is lacking."""
    known = [row for row in rows if row["rho"] is not None]
    telling = [row for row in known if row["feature"] not in ANYWAY]
    others = [row for row in known if row["feature"] in ANYWAY]
    if telling:
        yield _figure(telling, "What videos are like")
    else:
        yield parts.paragraph("Of what these videos are like, too little is known for any answer.")
    if others:
        yield _figure(others, "What goes with views anyway")
        yield tag(
            "ul", *(tag("li", f"{_named(row)}: {ANYWAY[row['feature']]}.") for row in others), class_="said-list quiet"
        )
    if lacking := [FEATURES[row["feature"]] for row in rows if row["rho"] is None]:
        yield parts.details(
            f"{console.counted(len(lacking), 'feature')} that too few videos have",
            parts.paragraph("; ".join(lacking) + "."),
        )


def _named(row: Row) -> str:
    text = FEATURES[row["feature"]]
    return text[:1].upper() + text[1:]


def _figure(rows: Sequence[Row], title: str) -> Element:
    """Each feature's rho; one without an interval, which is a rho of 1 or -1, is a point."""
    values = [
        {"label": f"{_named(row)} ({row['video_count']:,})", "value": row["rho"], "low": _or(row["rho_low"], row["rho"]),
         "high": _or(row["rho_high"], row["rho"]), "is_clear": row["is_clear"]}
        for row in rows
    ]  # fmt: skip
    listed = [
        (_named(row), row["video_count"], *(parts.rounded(row[name], 4) for name in ("rho", "rho_low", "rho_high", "p_adjusted")),
         parts.quoted(row["verdict"]))
        for row in rows
    ]  # fmt: skip
    headers = ["more of", "videos", "rho", "low", "high", "p (Holm)", "verdict"]
    spec = charts.intervals(values, "Spearman's rho", domain=(-1, 1))
    return parts.figure(spec, title, headers, listed, "In brackets the number of videos.")


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _similarities(reading: Reading) -> DataFrame:
    """(pair, value) and the columns of a video that are shown of it; a row a video and pair with a cosine."""
    pairs = F.array(*(
        F.struct(F.lit(f"{a}_{b}").alias("pair"), F.col(f"{a}_{b}_similarity").alias("value")) for a, b in PAIRS
    ))  # fmt: skip
    shown = ("video_id", "title", "view_count", "caption_language", "picture_text", "picture_word_count")
    each = reading.rows(tables.VIDEO_FEATURES).select(*shown, F.explode(pairs).alias("each"))
    return each.select(*shown, "each.*").where("value IS NOT NULL AND NOT isnan(value)")


def _agreement(reading: Reading) -> Iterator[Element]:
    found = _similarities(reading)
    told = {row["pair"]: row for row in collected(_counted(found))}
    if not told:
        lacking = "There are no vectors of titles, captions and words on thumbnails to hold against each other."
        yield parts.missing(lacking, tables.VIDEO_FEATURES, option="embeddings,features")
        return
    yield parts.paragraph(
        "The cosine of two texts' vectors: 1 says that they mean the same, 0 that they have nothing in common. A title far from "
        "what is said or shown can be a misleading one."
    )
    names = {f"{a}_{b}": f"{TEXTS[a]} and {TEXTS[b]}" for a, b in PAIRS}
    yield tag("div", *(_histogram(names[pair], told[pair]) for pair in names if pair in told), class_="side")
    lists = {names[row_pair].capitalize(): [_least(row_pair, rows)] for row_pair, rows in _least_alike(found).items()}
    if lists:
        yield tag("h4", "Least alike")
        yield parts.paragraph(LITTLE)
        yield parts.tabs("Least alike", lists)


def _counted(found: DataFrame) -> DataFrame:
    """Of each pair of texts: videos, quartiles, and how many are in each bin."""
    place = F.least(F.floor((F.col("value") + 1) * (BINS / 2)), F.lit(BINS - 1))
    bins = F.array(*(F.count_if(place == at) for at in range(BINS)))
    return found.groupBy("pair").agg(
        F.count("*").alias("count"), F.expr("percentile(value, array(0.25D, 0.5D, 0.75D))").alias("quartiles"), bins.alias("bins")
    )  # fmt: skip


def _histogram(name: str, told: Row) -> Element:
    width = 2 / BINS
    values = [
        {"lower": round(at * width - 1, 6), "upper": round((at + 1) * width - 1, 6), "video_count": count}
        for at, count in enumerate(told["bins"])
    ]
    used = [at for at, count in enumerate(told["bins"]) if count]
    shown = values[used[0] : used[-1] + 1]
    low, middle, high = told["quartiles"]
    return parts.figure(
        charts.histogram(shown, "cosine", is_log=False), name[:1].upper() + name[1:], ["from", "to", "videos"],
        [tuple(each.values()) for each in shown],
        f"{told['count']:,} videos; median {middle:.2f}, the middle half {low:.2f} to {high:.2f}.",
    )  # fmt: skip


def _least_alike(found: DataFrame) -> Mapping[str, Sequence[Row]]:
    """The videos whose title is least like what is said, and least like what stands on the thumbnail."""
    with_words = (F.col("pair") != "title_picture") | (F.col("picture_word_count") >= FEWEST_WORDS)
    order = Window.partitionBy("pair").orderBy("value", "video_id")
    ranked = found.where(F.col("pair").startswith("title_") & with_words).withColumn("rank", F.row_number().over(order))
    rows = collected(ranked.where(F.col("rank") <= LEAST_ALIKE).orderBy("pair", "rank"))
    return {pair: [row for row in rows if row["pair"] == pair] for pair in dict.fromkeys(row["pair"] for row in rows)}


def _least(pair: str, rows: Sequence[Row]) -> Element:
    is_picture = pair == "title_picture"
    other = "words on the thumbnail" if is_picture else "language of the captions"
    listed = [
        (parts.link(row["video_id"], row["title"]), round(row["value"], 2), row["view_count"],
         parts.quoted(row["picture_text"] if is_picture else row["caption_language"], 120))
        for row in rows
    ]  # fmt: skip
    return parts.table(
        "Videos whose texts are least alike", ["title", "cosine", "views", other], listed, is_caption_shown=False
    )


def _findings(rows: Sequence[Row]) -> Iterator[Finding]:
    """Of all videos the strongest clear association that says something of videos; or that there is none."""
    telling = [row for row in rows if row["keyword"] == ALL and row["feature"] not in ANYWAY and row["rho"] is not None]
    clear = [row for row in telling if row["is_clear"]]
    for row in clear[:2]:
        views = ("slightly " if abs(row["rho"]) < SLIGHT else "") + ("more" if row["rho"] > 0 else "fewer")
        told = f"Videos with {FEATURES[row['feature']]} tend to have {views} views: rho {row['rho']:.2f} over {row['video_count']:,} videos."
        interval = f"95 % interval {_or(row['rho_low'], row['rho']):.2f} to {_or(row['rho_high'], row['rho']):.2f}. "
        yield Finding(told, interval + DOUBT, min(0.9, 0.3 + abs(row["rho"])))
    if telling and not clear:
        least = min(row["least_detectable"] for row in telling if row["least_detectable"] is not None)
        told = f"None of {len(telling):,} features of titles, captions and thumbnails goes clearly with views."
        yield Finding(told, f"An association under {least:.2f} would go unseen in so few videos.", 0.4)
