"""How good the data are: what is null, unscored or failed, and which counts cannot be compared with which."""

from collections.abc import Iterator, Sequence
from datetime import date
from xml.etree.ElementTree import Element

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake import console, tables
from tubelake.report import parts
from tubelake.report.lake import Reading, collected
from tubelake.report.section import Finding, Section
from tubelake.stats.metrics import COUNTS, with_newest_counts

MOST = 40  # rows of a table
# From these days on YouTube counts views in another way, so counts before and after are no trend.
REGIMES = (
    (date(2025, 3, 31), "a view of a Short is any start of it"),
    (date(2026, 8, 27), "the same holds for every format"),
)


def section(reading: Reading) -> Section:
    videos = reading.rows(tables.VIDEOS)
    snapshots = reading.rows(tables.VIDEO_SNAPSHOTS)
    nulls = null_shares({"videos": videos, "newest counts": with_newest_counts(videos, snapshots).select(*COUNTS)})
    regimes = across_regimes(snapshots)
    body = [
        *_nulls(nulls), *_unscored(reading), *_pictures(reading), *_regimes(regimes), *_runs(reading), *_policy(reading)
    ]  # fmt: skip
    return Section("quality", "Data quality", body, [*_finding(nulls), *_crossing(regimes)])


Nulls = Sequence[tuple[str, str, int, int]]  # table, column, nulls, rows
Regimes = Sequence[tuple[date, str, int, int, int]]  # day, what changed, snapshots before, after, videos on both sides


def null_shares(frames: dict[str, DataFrame]) -> Nulls:
    """How many rows of each column are null, those with nulls only; one query a frame."""
    found: list[tuple[str, str, int, int]] = []
    for name, rows in frames.items():
        counted = rows.select(
            F.count("*").alias("_rows"), *(F.count_if(F.col(c).isNull()).alias(c) for c in rows.columns)
        )
        told = counted.collect()[0]
        found += [(name, column, told[column], told["_rows"]) for column in rows.columns if told[column]]
    return sorted(found, key=lambda each: -each[2] / each[3])


def _nulls(nulls: Nulls) -> Iterator[Element]:
    if nulls:
        rows = [(table, column, count, parts.percent(count / of, 1)) for table, column, count, of in nulls[:MOST]]
        yield parts.paragraph(
            "A null says that YouTube did not tell: the uploader hides it, it does not apply, or it came from a file "
            "that lacks it. Nothing here was filled in."
        )
        yield parts.table("Columns with nulls", ["table", "column", "nulls", "share"], rows)


def _unscored(reading: Reading) -> Iterator[Element]:
    texts = reading.rows(tables.TEXT_SCORES)
    each = texts.groupBy("source", F.coalesce("language", F.lit("not known")).alias("language")).agg(
        F.count("*").alias("texts"), F.count_if(~F.col("is_scored")).alias("unscored")
    )  # fmt: skip
    rows = collected(each.orderBy("source", F.desc("texts"), "language"), MOST)
    if not rows:
        yield parts.missing("No text has been scored.", tables.TEXT_SCORES, option="text")
        return
    told = [
        (r["source"], r["language"], r["texts"], r["unscored"], parts.percent(r["unscored"] / r["texts"], 1))
        for r in rows
    ]
    yield parts.paragraph(
        "A text is unscored if the backend does not read its language, or it has no words. Unscored is not neutral."
    )
    yield parts.table("Texts without a score", ["texts", "language", "count", "unscored", "share"], told)


def _pictures(reading: Reading) -> Iterator[Element]:
    asked = reading.rows(tables.PICTURES).groupBy(F.coalesce(_kind("reason"), F.lit("good")).alias("what")).count()
    errors = [
        reading.rows(table).where("error IS NOT NULL").groupBy(F.concat(F.lit(f"{table.name}: "), _kind("error")).alias("what")).count()
        for table in (tables.PICTURE_TEXT, tables.PICTURE_FACES)
    ]  # fmt: skip
    rows = collected(asked.unionByName(errors[0]).unionByName(errors[1]).orderBy(F.desc("count"), "what"), MOST)
    if rows:
        yield parts.table(
            "Thumbnails asked for, and what became of them",
            ["outcome", "pictures"],
            [(parts.quoted(r[0]), r[1]) for r in rows],
        )


def _kind(reason: str) -> Column:
    """A reason without the details after its colon."""
    return F.substring_index(F.col(reason), ":", 1)


def across_regimes(snapshots: DataFrame) -> Regimes:
    """For each change of counting: snapshots before and after it, and videos that have both."""
    sides = [
        (
            F.count_if(F.col("fetched_at") < F.lit(day)).alias(f"before{at}"),
            F.count_if(F.col("fetched_at") >= F.lit(day)).alias(f"after{at}"),
        )
        for at, (day, _) in enumerate(REGIMES)
    ]
    each = snapshots.groupBy("video_id").agg(*(column for pair in sides for column in pair))
    both = [
        F.count_if((F.col(f"before{at}") > 0) & (F.col(f"after{at}") > 0)).alias(f"both{at}")
        for at in range(len(REGIMES))
    ]
    sums = [
        F.coalesce(F.sum(f"{side}{at}"), F.lit(0)).alias(f"{side}{at}")
        for at in range(len(REGIMES))
        for side in ("before", "after")
    ]
    told = each.agg(*both, *sums).collect()[0]
    return [
        (day, what, told[f"before{at}"], told[f"after{at}"], told[f"both{at}"])
        for at, (day, what) in enumerate(REGIMES)
    ]


def _regimes(regimes: Regimes) -> Iterator[Element]:
    rows = [(day.isoformat(), what, before, after, both) for day, what, before, after, both in regimes]
    headers = ["from", "what changed", "snapshots before", "snapshots since", "videos with both"]
    yield parts.table("Views are counted differently since", headers, rows)


def _crossing(regimes: Regimes) -> Iterator[Finding]:
    for day, what, _, _, both in regimes:
        if both:
            told = f"{console.counted(both, 'video')} counted before and after {day:%-d %B %Y}: their growth across that day is no trend."
            yield Finding(told, f"Since then {what}, so counts rise without more people watching.", 0.6)


def _runs(reading: Reading) -> Iterator[Element]:
    runs = reading.rows(tables.JOB_RUNS).where("outcome != 'done'")
    day = F.date_format("started_at", "yyyy-MM-dd HH:mm").alias("started")
    rows = collected(runs.select(day, "job", "outcome", "message").orderBy(F.desc("started"), "job"), 20)
    if rows:
        listed = [(*row[:3], parts.quoted(row["message"])) for row in rows]
        yield parts.table(
            "Runs that did not end well, the newest first", ["started (UTC)", "job", "outcome", "what it said"], listed
        )


def _policy(reading: Reading) -> Iterator[Element]:
    if not reading.settings.policy.derived_metrics_accepted:
        yield parts.paragraph(
            "Sentiment and other metrics derived from YouTube's data have terms of their own, which "
            "policy.derived_metrics_accepted says that you accept; it is not set."
        )


def _finding(nulls: Nulls) -> Iterator[Finding]:
    """How many videos hide their views."""
    for table, column, count, of in nulls:
        if table == "newest counts" and column == "view_count":
            told = f"{count:,} of {of:,} videos ({parts.percent(count / of)}) have no count of views and are in no figure about views."
            yield Finding(told, "Whether they are hidden, deleted or were never counted cannot be told.", 0.55)
