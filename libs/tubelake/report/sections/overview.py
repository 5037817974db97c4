"""What was collected, when, for how much quota, and what is missing and why."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.parse.columns import is_final
from tubelake.report import parts
from tubelake.report.lake import Reading, collected
from tubelake.report.section import Finding, Section

MOST_KEYWORDS = 50
# What a lake may hold, and the word of `--with` that collects it.
KINDS = (
    ("videos", tables.VIDEOS, None), ("channels", tables.CHANNELS, "channels"), ("comments", tables.COMMENTS, "comments"),
    ("caption tracks", tables.CAPTION_TRACKS, "captions"), ("live chats", tables.CHATS, "chat"),
    ("chat messages", tables.CHAT_MESSAGES, "chat"),
)  # fmt: skip


def section(reading: Reading) -> Section:
    counts = {name: reading.rows(table).count() for name, table, _ in KINDS}
    answers = answered(reading.rows(tables.RESPONSES))
    body = [_figures(reading, counts, answers), *_keywords(reading), *_quota(reading), *_lacking(reading, counts)]
    return Section("overview", "What was collected", body, [_finding(counts, answers)])


def answered(responses: DataFrame) -> dict[str, Any]:
    """Calls, units, failures, answers that there is nothing to have, and the first and the last day of the log."""
    day = F.date_format("fetched_at", "yyyy-MM-dd")
    is_absent = F.col("reason").isNotNull() & F.coalesce(is_final(F.col("status"), F.col("reason")), F.lit(False))
    row = responses.select(
        F.count("*").alias("calls"), F.coalesce(F.sum("units"), F.lit(0)).alias("units"),
        F.count_if(F.col("reason").isNotNull() & ~is_absent).alias("failures"),
        F.count_if(is_absent).alias("absent"), F.min(day).alias("first"), F.max(day).alias("last"),
    ).collect()[0]  # fmt: skip
    return row.asDict()


def _figures(reading: Reading, counts: dict[str, int], answers: dict[str, Any]) -> Element:
    pictures = reading.rows(tables.PICTURES).where("reason IS NULL").select("video_id").distinct().count()
    span = f"{answers['first']} to {answers['last']}" if answers["calls"] else "nothing was asked yet"
    shown = [(name, number, "") for name, number in counts.items() if number or name == "videos"]
    if pictures:
        shown.append(("thumbnails", pictures, ""))
    return parts.figures(
        [*shown, ("answers in the log", answers["calls"], span), ("units of quota", answers["units"], "")]
    )


def _keywords(reading: Reading) -> Iterator[Element]:
    day = F.date_format("published_at", "yyyy-MM-dd")
    found = reading.rows(tables.SEARCH_HITS).where("video_id IS NOT NULL").select("keyword", "video_id")
    known = found.join(
        reading.rows(tables.VIDEOS).select("video_id", "channel_id", "published_at"), on="video_id", how="left"
    )
    each = known.groupBy("keyword").agg(
        F.countDistinct("video_id").alias("videos"), F.countDistinct("channel_id").alias("channels"),
        F.min(day).alias("oldest"), F.max(day).alias("newest"),
    )  # fmt: skip
    rows = collected(each.orderBy(F.desc("videos"), "keyword"), MOST_KEYWORDS)
    if rows:
        listed = [(parts.quoted(row["keyword"]), *row[1:]) for row in rows]
        yield parts.table("Keywords", ["keyword", "videos found", "channels", "oldest", "newest"], listed)


def _quota(reading: Reading) -> Iterator[Element]:
    spent = reading.rows(tables.QUOTA_BUCKETS).groupBy(F.col("quota_day").cast("string").alias("day"), "bucket").agg(
        F.sum("units_settled").alias("spent"), F.sum("units_leased").alias("leased"), F.max("exhausted").alias("used_up")
    )  # fmt: skip
    rows = collected(spent.orderBy(F.desc("day"), "bucket"), 30)
    if rows:
        listed = [(*row[:4], "yes" if row["used_up"] else "") for row in rows]
        yield parts.table("Quota, by Pacific day", ["day", "bucket", "units spent", "units leased", "used up"], listed)


def _lacking(reading: Reading, counts: dict[str, int]) -> Iterator[Element]:
    """Why answers are missing, and which kinds of things the lake has none of."""
    reasons = reading.rows(tables.RESPONSES).where("reason IS NOT NULL").groupBy("method", "reason")
    rows = collected(reasons.agg(F.count("*").alias("answers"), F.countDistinct("subject").alias("subjects"))
                     .orderBy(F.desc("answers"), "method", "reason"), 30)  # fmt: skip
    if rows:
        listed = [(row["method"], parts.quoted(row["reason"]), row["answers"], row["subjects"]) for row in rows]
        yield parts.table("Why answers are missing", ["method", "reason", "answers", "of so many subjects"], listed)
    for name, table, option in KINDS:
        if not counts[name]:
            asked = reading.was_asked(table)
            yield parts.missing(f"There are no {name} in this lake.", table, option=option, was_asked=asked)


def _finding(counts: dict[str, int], answers: dict[str, Any]) -> Finding:
    videos, calls, units = counts["videos"], answers["calls"], answers["units"]
    told = f"The lake knows {videos:,} videos, from {calls:,} answers that cost {units:,} units of quota."
    absent = f"{answers['absent']:,} of the answers say that there is nothing to have, such as captions, and {answers['failures']:,} failed."
    doubt = f"{absent} A search lists what YouTube shows, which is not always everything."
    return Finding(told, doubt, 1.0)
