"""The statistics of each keyword: describe(), histograms on both scales, and when its videos were published."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from tubelake import console, tables
from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.lake import Reading, collected, grouped
from tubelake.report.section import Finding, Section
from tubelake.stats.metrics import METRICS

MOST_KEYWORDS = 12  # those with most videos: one of them takes 90 kB of the page
MOST_FINDINGS = 3
FEWEST = 20  # videos of which quartiles tell something
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAMES = {
    "view_count": "views", "like_count": "likes", "dislike_count": "dislikes", "favorite_count": "favourites",
    "comment_count": "comments", "duration_seconds": "length (s)", "likes_per_view": "likes a view",
    "comments_per_view": "comments a view", "views_per_day": "views a day",
}  # fmt: skip
DESCRIBED = ("value_count", "missing_count", "mean", "sd", "min", "q1", "median", "q3", "max")
HEADERS = (
    "metric",
    "videos",
    "missing",
    "mean",
    "sd",
    "least",
    "first quartile",
    "median",
    "third quartile",
    "greatest",
)

Rows = Sequence[Row]


def section(reading: Reading) -> Section:
    statistics = grouped(collected(_of_largest(reading)), "keyword")
    if not statistics:
        return Section(
            "keywords", "Keywords", [parts.missing("No keyword has statistics yet.", tables.KEYWORD_STATISTICS)]
        )
    named = F.col("keyword").isin(*statistics)
    bins = grouped(collected(reading.rows(tables.HISTOGRAMS).where(named).orderBy("metric", "scale", "bin")), "keyword")
    hours = grouped(published(reading, named), "keyword")
    panels = {
        keyword: [_described(rows), *_distributions(bins.get(keyword, ())), *_published(hours.get(keyword, ()))]
        for keyword, rows in statistics.items()
    }
    intro = parts.paragraph(
        "From each video's newest counts. What is hidden or missing is left out, never taken for 0. Both histograms "
        "show the same videos: on the linear scale most of them stand in the first bins, as the tail is long."
    )
    return Section(
        "keywords",
        "Keywords",
        [intro, parts.tabs("Keywords", panels)],
        list(map(_finding, list(statistics.values())[:MOST_FINDINGS])),
    )


def _of_largest(reading: Reading) -> DataFrame:
    """The statistics of the keywords with most videos, in that order."""
    rows = reading.rows(tables.KEYWORD_STATISTICS)
    largest = rows.groupBy("keyword").agg(F.max("video_count").alias("_videos")).orderBy(F.desc("_videos"), "keyword")
    return rows.join(F.broadcast(largest.limit(MOST_KEYWORDS)), on="keyword", how="inner").orderBy(
        F.desc("_videos"), "keyword"
    )


def published(reading: Reading, named: Column) -> Rows:
    """(keyword, day 0 to 6 from Monday, hour of UTC, videos): when the videos of these keywords were published."""
    found = reading.rows(tables.SEARCH_HITS).where(named & F.col("video_id").isNotNull()).select("keyword", "video_id")
    when = reading.rows(tables.VIDEOS).where("published_at IS NOT NULL").select(
        "video_id", F.weekday("published_at").alias("day"), F.hour("published_at").alias("hour")
    )  # fmt: skip
    counted = found.join(when, on="video_id", how="inner").groupBy("keyword", "day", "hour")
    return collected(counted.agg(F.count("*").alias("videos")).orderBy("keyword", "day", "hour"))


def _described(rows: Rows) -> Element:
    order = {metric: at for at, metric in enumerate(METRICS)}
    listed = sorted(rows, key=lambda row: order.get(row["metric"], len(order)))
    cells = [[NAMES.get(row["metric"], row["metric"]), *(row[name] for name in DESCRIBED)] for row in listed]
    return parts.table(f"{rows[0]['video_count']:,} videos", HEADERS, cells)


def _distributions(bins: Rows) -> list[Element]:
    """Tabs of metrics, each with its histogram on both scales."""
    by_metric = grouped(bins, "metric")
    shown = {
        NAMES[metric]: [_both_scales(NAMES[metric], grouped(by_metric[metric], "scale"))]
        for metric in METRICS if metric in by_metric
    }  # fmt: skip
    return [parts.tabs("Metrics", shown)] if shown else []


def _both_scales(what: str, scales: Mapping[str, Rows]) -> Element:
    return tag("div", *(_histogram(what, scale, rows) for scale, rows in sorted(scales.items())), class_="side")


def _histogram(what: str, scale: str, rows: Rows) -> Element:
    shown = [{name: row[name] for name in ("lower", "upper", "video_count")} for row in rows if row["video_count"]]
    left_out = sum(row["video_count"] for row in rows if row["bin"] < 0)
    note = (
        f"{console.counted(left_out, 'video')} with 0: no place on this scale." if scale == "log" and left_out else ""
    )
    return parts.figure(
        charts.histogram(shown, what, is_log=scale == "log"), f"{what.capitalize()}, {scale} scale",
        ["from", "to", "videos"], [tuple(each.values()) for each in shown], note,
    )  # fmt: skip


def _published(hours: Rows) -> list[Element]:
    values = [{"day": DAYS[row["day"]], "hour": row["hour"], "videos": row["videos"]} for row in hours]
    if not values:
        return []
    spec = charts.heat_map(values, ("hour", "hour of the day (UTC)", range(24)), ("day", "", DAYS), "videos")
    rows = [(each["day"], each["hour"], each["videos"]) for each in values]
    return [parts.figure(spec, "When its videos were published", ["day", "hour (UTC)", "videos"], rows)]


def _finding(rows: Rows) -> Finding:
    views = next((row for row in rows if row["metric"] == "view_count"), None)
    keyword, videos = rows[0]["keyword"], rows[0]["video_count"]
    if views is None or not views["value_count"]:
        return Finding(
            f"“{keyword}” has {videos:,} videos, none with a count of views.",
            "They are hidden or were never fetched.",
            0.3,
        )
    if views["value_count"] < FEWEST:
        return Finding(
            f"“{keyword}” has {videos:,} videos with {parts.number(views['mean'])} views on average.",
            "So few videos say little about others.",
            0.3,
        )
    told = (
        f"The median video of “{keyword}” has {parts.number(views['median'])} views; half of its {videos:,} videos have between "
        f"{parts.number(views['q1'])} and {parts.number(views['q3'])}, the most viewed one has {parts.number(views['max'])}."
    )
    doubt = f"{views['missing_count']:,} of the videos show no views. Older videos had more time to be viewed."
    return Finding(told, doubt, 0.8)
