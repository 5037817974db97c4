"""New rows cost, old rows do not: 1 % new answers into a lake of 200,000 videos. Baseline: the full build."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from benchmarks.common import result, settings_for, stopwatch, warm_session
from tubelake import emulator, job, store, tables
from tubelake.settings import Settings

VIDEOS, NEW_VIDEOS, CORPUS = 200_000, 2_000, 20_000
CHUNK = 500  # answers written at once


def answers(first: int, count: int, videos: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """`count` videos.list answers from number `first` on; the corpus is used again and again under new ids."""
    now = datetime.now(UTC)
    for number in range(first, first + count):
        page = [videos[(number * 50 + at) % len(videos)] for at in range(50)]
        items = [{**video, "id": f"{number:07d}{at:04d}"} for at, video in enumerate(page)]
        yield {
            "request_id": f"bench-{number:07d}", "run_id": "bench", "round_id": "bench", "method": "videos.list",
            "params": "{}", "status": 200, "attempt": 1, "bucket": "common", "units": 1, "item_count": 50,
            "item_ids": [item["id"] for item in items], "fetched_at": now, "quota_day": date(2026, 11, 2),
            "body": json.dumps({"kind": "youtube#videoListResponse", "items": items}),
        }  # fmt: skip


def log(spark: SparkSession, wanted: Settings, rows: list[dict[str, object]]) -> None:
    columns = tables.RESPONSES.column_names
    frame = pd.DataFrame(rows).reindex(columns=columns).astype(object).where(lambda values: values.notna(), None)
    store.append(spark.createDataFrame(frame, tables.RESPONSES.ddl), tables.RESPONSES, wanted.lake)


def build(spark: SparkSession, wanted: Settings) -> float:
    with stopwatch() as taken:
        job.load("build_videos").run(spark, wanted)
    return taken[0]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        emulator.make_corpus(folder / "corpus", CORPUS, 5)
        videos = [json.loads(line) for line in (folder / "corpus" / "videos.jsonl").open(encoding="utf-8")]
        wanted = settings_for(folder, "http://127.0.0.1:1")
        spark = warm_session(wanted)
        store.ensure(spark, tables.RESPONSES, wanted.lake)
        for first in range(0, VIDEOS // 50, CHUNK):
            log(spark, wanted, list(answers(first, CHUNK, videos)))
        full = build(spark, wanted)
        log(spark, wanted, list(answers(VIDEOS // 50, NEW_VIDEOS // 50, videos)))
        increment = build(spark, wanted)
        versions = [store.version(spark, table, wanted.lake) for table in (tables.VIDEOS, tables.VIDEO_SNAPSHOTS)]
        build(spark, wanted)
        idle = build(spark, wanted)
        job.load("build_statistics").run(spark, wanted)
        with stopwatch() as idle_statistics:
            job.load("build_statistics").run(spark, wanted)
        count = store.read(spark, tables.VIDEOS, wanted.lake).count()
        print(f"full build of {VIDEOS:,} videos: {full:.1f} s; {NEW_VIDEOS:,} more: {increment:.1f} s; {count:,} rows")
        result("share of the full build", increment / full, 0.15)
        result("build_videos with nothing new", idle, 1.0, " s")
        result("build_statistics with nothing new", idle_statistics[0], 1.0, " s")
        after = [store.version(spark, table, wanted.lake) for table in (tables.VIDEOS, tables.VIDEO_SNAPSHOTS)]
        result("new table versions with nothing new", sum(after) - sum(versions), 0)


if __name__ == "__main__":
    main()
