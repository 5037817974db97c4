"""The dry run: what would be asked again and what would be deleted. It reads, and changes nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tubelake import console, store
from tubelake.collect import videos
from tubelake.maintain import purge, refresh
from tubelake.maintain.purge import Purged
from tubelake.settings import Settings
from tubelake.tables import RESPONSES, Table

IDS_SHOWN = 20


def show(spark: SparkSession, settings: Settings, now: datetime) -> int:
    """Print the tables, the reasons and how many rows; gives how many rows in all."""
    present = purge.existing(spark, settings.lake)
    aged = purge.aging(present, settings.retention.keep)
    found = [one for one in _found(spark, settings, present, aged, now) if one.rows]
    if found:
        console.show("What would go", ["table", "why", "rows"], [(one.table, one.why, one.rows) for one in found])
    _show_gone(purge.gone_from(spark, settings.lake))
    _say_refresh(spark, settings, present, now)
    if not found:
        console.say("nothing to delete")
    return sum(one.rows for one in found)


def _found(
    spark: SparkSession, settings: Settings, present: list[Table], aged: list[Table], now: datetime
) -> Iterator[Purged]:  # fmt: skip
    lake, retention = settings.lake, settings.retention
    ids = purge.gone_from(spark, lake)
    if not ids.isEmpty():
        yield from _gone(spark, present, ids, settings)
    before = now - timedelta(days=retention.days)
    for table in aged:
        rows = spark.table(store.name(table, lake)).where(purge.old_rows(table, before)).count()
        why = purge.why_old(table, retention.days)
        may_stay = ", unless refreshed" if table.name == "videos" and retention.refresh_days else ""
        yield Purged(table.full_name, f"{why}{may_stay}", rows)


def _gone(spark: SparkSession, present: list[Table], ids: DataFrame, settings: Settings) -> Iterator[Purged]:
    for table in purge.about_videos(present):
        rows = spark.table(store.name(table, settings.lake)).join(ids, on="video_id", how="left_semi").count()
        yield Purged(table.full_name, purge.OF_GONE, rows)
    bodies, facts = purge.bodies_about(spark, ids, settings.lake), purge.facts_about(spark, ids, settings.lake)
    yield Purged(RESPONSES.full_name, purge.BODIES_GONE, bodies.count())
    yield Purged(RESPONSES.full_name, purge.NAMES_GONE, facts.count())


def _show_gone(ids: DataFrame) -> None:
    shown = [row["video_id"] for row in ids.orderBy("video_id").limit(IDS_SHOWN + 1).collect()]
    if shown:
        more = " and more" if len(shown) > IDS_SHOWN else ""
        console.say(f"gone from YouTube: {', '.join(shown[:IDS_SHOWN])}{more}")


def _say_refresh(spark: SparkSession, settings: Settings, present: list[Table], now: datetime) -> None:
    days = settings.retention.refresh_days
    if not days or RESPONSES.name not in {table.name for table in present}:
        return
    details = spark.table(store.name(RESPONSES, settings.lake)).where(F.col("method") == videos.DETAILS)
    old = videos.with_old_details(details, refresh.due_before(now, days), str(settings.run.id)).count()
    if old:
        calls = -(-old // videos.IDS_A_CALL)
        console.say(f"{old:,} videos have details older than {days} days and would be asked again, in {calls:,} calls;")
        console.say("those that YouTube no longer has would go from every table")
