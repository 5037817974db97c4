"""A frame of videos in, a frame with a row for every one out: each task downloads many pictures at once."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Queue

from pyspark.sql import DataFrame

from tubelake import tables
from tubelake.collect.gate import Gate, Pace
from tubelake.collect.tasks import Row, answered
from tubelake.youtube import thumbnails
from tubelake.youtube.pictures import Limits, Picture, download, open_client

VIDEO_DDL = "video_id string, thumbnail_url string, thumbnail_width int"
# What waits for the JVM is two batches and a picture a connection. Small batches cost time, large ones memory.
BATCH_BYTES, BATCH_ROWS = 8_000_000, 1_000


@dataclass(frozen=True)
class Round:
    """What every task of a round needs to know; the threads of `pace` are connections here."""

    run_id: str
    round_id: str
    limits: Limits
    pace: Pace


@dataclass
class _Batch:
    rows: list[Row] = field(default_factory=list)
    size: int = 0

    def add(self, row: Row) -> bool:
        """Whether the batch is full now."""
        self.rows.append(row)
        self.size += len(row["data"] or b"")
        return self.size >= BATCH_BYTES or len(self.rows) >= BATCH_ROWS


def fetch(videos: DataFrame, this: Round) -> DataFrame:
    """A row of `pictures` for every video with the columns of VIDEO_DDL, but for those that the round's end cut off.

    The frame is lazy, see `answered`.
    """
    return answered(videos, tables.PICTURES, this.run_id, this.round_id, lambda asked: in_batches(asked, this))


def in_batches(asked: Sequence[Row], this: Round) -> Iterator[list[Row]]:
    """The rows of the videos, as they get done, while a thread goes on downloading."""
    gate = Gate(this.pace, sys.maxsize, this.run_id)
    ready: Queue[list[Row]] = Queue(maxsize=1)
    with ThreadPoolExecutor(1) as thread:
        downloads = thread.submit(lambda: asyncio.run(_download_all(asked, this, gate, ready)))
        try:
            while rows := ready.get():
                yield rows
        except GeneratorExit:  # nobody reads on: let the thread end
            gate.close()
            while ready.get():
                pass
            raise
        downloads.result()


async def _download_all(asked: Sequence[Row], this: Round, gate: Gate, ready: "Queue[list[Row]]") -> None:
    """Put the rows into `ready`, batch by batch, and an empty batch at the end, also where something breaks."""
    videos, batch, handing_over = iter(asked), _Batch(), asyncio.Lock()

    async def work() -> None:
        nonlocal batch
        for video in videos:  # all workers take from the same iterator
            row = await _row(video, ask)
            if row is None:
                return
            async with handing_over:  # while the JVM is behind, whoever has a picture waits
                if batch.add(row):
                    await asyncio.to_thread(ready.put, batch.rows)
                    batch = _Batch()

    async def ask(url: str) -> Picture | None:
        if not await _turn(gate):
            return None
        picture = await download(client, url, this.limits)
        if picture.retry_after_seconds is not None:
            gate.pause(picture.retry_after_seconds)
        return picture

    try:
        async with open_client(this.limits) as client, asyncio.TaskGroup() as workers:
            for _ in range(min(this.pace.threads, len(asked))):
                workers.create_task(work())
        if batch.rows:
            ready.put(batch.rows)
    finally:
        ready.put([])


async def _turn(gate: Gate) -> bool:
    """Wait for a turn; False: the round is over."""
    wait = gate.turn()
    if wait:
        await asyncio.sleep(wait)
    return wait is not None


async def _row(video: Row, ask: thumbnails.Ask) -> Row | None:
    """The row of `pictures` of a video; None where the round ended before its last try."""
    wanted = thumbnails.candidates(video["video_id"], video["thumbnail_url"], video["thumbnail_width"])
    outcome = await thumbnails.largest(wanted, ask)
    if outcome is None:
        return None
    name, picture, tries = outcome
    return {
        **vars(picture),
        "video_id": video["video_id"],
        "size": name,
        "is_final": picture.is_final,
        "tries": tries,
        "fetched_at": datetime.now(UTC),
    }
