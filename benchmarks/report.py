"""The report of 200,000 videos (`--videos=N`: of another number): its time, its size, and how soon a browser has it open.

Baseline: the report of 2,000. The videos are drawn in Spark: two keywords, long-tailed counts, a channel in twenty.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import job, store, tables
from tubelake.parse.columns import with_missing
from tubelake.report import build
from tubelake.settings import Settings

FEW, MANY = 2_000, 200_000
REPORT_MB, OPEN_SECONDS = 15, 2
JOBS = ("build_statistics", "fit_power_laws", "compare_groups", "build_features")


def fill(spark: SparkSession, wanted: Settings, count: int) -> None:
    """So many videos with counts, found by `all`, and every tenth by `some` too."""
    day = F.timestamp_seconds(F.lit(1_700_000_000) + F.col("id") * 300)
    drawn = spark.range(count).select(
        F.format_string("v%010d", "id").alias("video_id"), F.concat(F.lit("a video about "), F.col("id")).alias("title"),
        F.format_string("c%07d", F.floor(F.col("id") / 20)).alias("channel_id"), (F.col("id") % 15).cast("string").alias("category_id"),
        day.alias("published_at"), F.current_timestamp().alias("fetched_at"), F.lit("video").alias("kind"),
        (30 + F.col("id") % 900).alias("duration_seconds"), F.exp(F.randn(1) * 2 + 8).cast("bigint").alias("view_count"),
        F.exp(F.randn(2) * 2 + 4).cast("bigint").alias("like_count"), (F.col("id") % 70).alias("comment_count"),
    ).withColumn("item_id", F.col("video_id"))  # fmt: skip
    hits = drawn.withColumn("keyword", F.lit("all")).union(
        drawn.where("video_id LIKE '%0'").withColumn("keyword", F.lit("some"))
    )
    for table, rows in ((tables.VIDEOS, drawn), (tables.VIDEO_SNAPSHOTS, drawn), (tables.SEARCH_HITS, hits)):
        store.ensure(spark, table, wanted.lake)
        store.append(with_missing(rows, table), table, wanted.lake)


def reported(spark: SparkSession, wanted: Settings, count: int, out: Path) -> float:
    """Seconds of the report, once the jobs that it reads from have run."""
    fill(spark, wanted, count)
    for name in JOBS:
        print(f"  {job.load(name).run(spark, wanted).line(name, 0)}", flush=True)
    with stopwatch() as taken:
        build.build(spark, wanted, out)
    print(f"the report of {count:,} videos: {taken[0]:.0f} s, {out.stat().st_size / 1e6:.1f} MB", flush=True)
    return taken[0]


def opened(report: Path) -> float | None:
    """Seconds until a browser has the report loaded; None where there is no browser."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page, started = browser.new_page(viewport={"width": 1440, "height": 1000}), time.perf_counter()
        page.goto(report.as_uri(), wait_until="load")
        taken = time.perf_counter() - started
        browser.close()
    return taken


def main() -> bool:
    many = next((int(word.partition("=")[2]) for word in sys.argv if word.startswith("--videos=")), MANY)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lakes = {count: settings_for(folder / str(count), "http://127.0.0.1:1") for count in (FEW, many)}
        spark = warm_session(lakes[FEW])
        taken = [reported(spark, lakes[count], count, folder / f"{count}.html") for count in lakes]
        size, seconds = (folder / f"{many}.html").stat().st_size / 1e6, opened(folder / f"{many}.html")
    return all((
        result(f"seconds of {many:,} videos in those of {FEW:,}", taken[1] / taken[0], 5),
        result("its size", size, REPORT_MB, " MB"),
        seconds is None or result("a browser has it open", seconds, OPEN_SECONDS, " s"),
    ))  # fmt: skip


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
