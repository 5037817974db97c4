"""The live chats of a lake as a table that renews itself, whoever follows them."""

import contextlib
import sys
import time
from datetime import UTC, datetime, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from rich.live import Live
from rich.table import Table

from tubelake import console, job, store
from tubelake.collect import chats
from tubelake.errors import UsageError
from tubelake.parse.chat import chat_id, chats_from_log
from tubelake.settings import Settings
from tubelake.tables import RESPONSES

RECENT = timedelta(minutes=5)  # over which the pace of a chat is taken
COLUMNS = ("video", "chat", "messages", "messages/min", "polls", "units", "last poll", "end")


def watch_chats(settings: Settings, seconds: float, *, once: bool) -> None:
    """Print the table again every `seconds` until Ctrl-C, or once. Raises UsageError where no chat was ever polled."""
    spark = job.start(settings)
    if not store.exists(spark, RESPONSES, settings.lake):
        raise UsageError(
            f"{settings.lake.root} has no log yet; follow a chat first: tubelake run collect_chat --video ID"
        )
    log = store.read(spark, RESPONSES.of(chats.METHOD), settings.lake)
    if once or not sys.stdout.isatty():
        console.show(*_rows(log))
        return
    with contextlib.suppress(KeyboardInterrupt), Live(refresh_per_second=1) as live:
        while True:
            live.update(_table(log))
            time.sleep(seconds)


def _table(log: DataFrame) -> Table:
    return console.table_of(*_rows(log))


def _rows(log: DataFrame) -> tuple[str, tuple[str, ...], list[tuple[object, ...]]]:
    """Title, columns and rows, the liveliest chat first."""
    now = datetime.now(UTC)
    pace = _recent(log, now)
    known = chats_from_log(log).join(pace, on="chat_id", how="left")
    found = known.orderBy(F.desc_nulls_last("a_minute"), F.desc("received_count"), "chat_id").collect()
    rows: list[tuple[object, ...]] = [
        (
            row["video_id"], row["chat_id"], row["received_count"] or 0, round(row["a_minute"] or 0.0, 1), row["poll_count"],
            row["units"], _ago(row["last_polled_at"], now), row["end_reason"] or "",
        )
        for row in found
    ]  # fmt: skip
    total = sum(row["received_count"] or 0 for row in found)
    title = f"{console.counted(len(rows), 'chat')}, {console.counted(total, 'message')}"
    return title, COLUMNS, rows


def _recent(log: DataFrame, now: datetime) -> DataFrame:
    """Messages a minute of each chat that was polled lately."""
    good = log.where(F.col("reason").isNull() & (F.col("fetched_at") >= F.lit(now - RECENT)))
    return good.groupBy(chat_id()).agg((F.sum("item_count") / (RECENT / timedelta(minutes=1))).alias("a_minute"))


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    seconds = int((now - moment.astimezone(UTC)).total_seconds())
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"
