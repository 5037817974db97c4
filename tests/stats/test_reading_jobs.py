"""The jobs that read texts: each fills its tables from the lake, and a repeat changes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tubelake import job, store, tables
from tubelake.settings import Lake

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOBS = ("analyse_chat", "compare_groups", "find_terms", "score_aspects")
THEMES = {"phones": "battery camera screen charger price", "music": "guitar drums singer melody chorus"}


def rows_of_a_lake() -> dict[tables.Table, list[dict]]:
    """Two keywords with 12 videos each; one video with a chat, all with titles and captions that are scored."""
    random = np.random.default_rng(1)
    found: dict[tables.Table, list[dict]] = {
        table: [] for table in (
            tables.SEARCH_HITS, tables.VIDEOS, tables.VIDEO_SNAPSHOTS, tables.CAPTION_WINDOWS, tables.CAPTION_SEGMENTS,
            tables.TEXT_SCORES, tables.CHAT_MESSAGES, tables.COMMENTS,
        )
    }  # fmt: skip

    def score(source: str, key: str, video: str, polarity: float, words: int) -> None:
        found[tables.TEXT_SCORES].append({
            "source": source, "source_id": key, "video_id": video, "language": "en", "word_count": words, "coverage": 0.4,
            "is_scored": True, "polarity": polarity, "subjectivity": 0.5, "fetched_at": START,
        })  # fmt: skip

    for keyword, theme in THEMES.items():
        for number in range(12):
            video = f"{keyword}-{number}"
            found[tables.SEARCH_HITS].append({"keyword": keyword, "kind": "video", "item_id": video, "video_id": video, "first_seen_at": START})  # fmt: skip
            found[tables.VIDEOS].append({"video_id": video, "title": " ".join(random.choice(theme.split(), 3)), "category_id": "28", "published_at": START, "duration_seconds": 60, "fetched_at": START})  # fmt: skip
            found[tables.VIDEO_SNAPSHOTS].append({"video_id": video, "fetched_at": START, "view_count": 10 + number})
            score("videos", video, video, 0.5 if keyword == "music" else -0.5, 3)
            text, track = " ".join(random.choice(theme.split(), 60)), f"{video}/en/manual"
            segment = {"document_id": track, "position": 0, "start_seconds": 0.0, "end_seconds": 60.0, "word_count": 60}
            found[tables.CAPTION_SEGMENTS].append(
                {**segment, "video_id": video, "language_code": "en", "fetched_at": START}
            )
            for kind in ("words", "sentence"):
                window = {
                    "track_id": track,
                    "kind": kind,
                    "position": 0,
                    "window_id": f"{track}/{kind}/0",
                    "text": text,
                }
                found[tables.CAPTION_WINDOWS].append({**window, "video_id": video, "language_code": "en", "start_seconds": 0.0, "fetched_at": START})  # fmt: skip
                score("caption_windows", window["window_id"], video, 0.1, 60)
    for number in range(30):
        at = START + timedelta(seconds=number)
        message = {"message_id": f"m{number}", "chat_id": "c", "video_id": "phones-0", "author_channel_id": f"UC{number % 4}", "published_at": at, "offset_seconds": float(number), "fetched_at": at}  # fmt: skip
        found[tables.CHAT_MESSAGES].append({**message, "event": "text", "text": f"I like the battery number {number}"})
        score("chat_messages", f"m{number}", "phones-0", 0.3, 6)
    found[tables.CHAT_MESSAGES].append({**message, "message_id": "paid", "event": "super_chat", "amount_micros": 5_000_000, "currency": "USD"})  # fmt: skip
    found[tables.COMMENTS].append(
        {"comment_id": "c1", "video_id": "music-1", "text": "What a price!", "fetched_at": START}
    )
    return found


def commits(lake: Lake) -> int:
    return sum(1 for _ in Path(lake.root).rglob("_delta_log/*.json"))


@pytest.mark.slow
def test_each_job_fills_its_tables_and_a_repeat_changes_nothing(spark, lake, settings_for):
    settings = settings_for("http://127.0.0.1:1", "text.aspects=battery,price", "text.topics=2")
    for table, rows in rows_of_a_lake().items():
        store.ensure(spark, table, lake)
        values = [tuple(row.get(name) for name in table.column_names) for row in rows]
        store.append(spark.createDataFrame(values, table.ddl), table, lake)
    modules = [job.load(name) for name in JOBS]
    for module in modules:
        assert module.run(spark, settings).rows_out > 0
        for table in module.WRITES:
            found = store.read(spark, table, lake)
            assert found.columns == table.column_names
            assert found.count() == found.select(*table.key).distinct().count() > 0, table.name
    verdicts = store.read(spark, tables.COMPARISONS, lake).where(
        "metric = 'polarity of titles' AND grouping = 'keyword'"
    )
    assert [row["verdict"][:28] for row in verdicts.collect()] == ["music: higher than phones, a"]
    before = commits(lake)
    assert [module.run(spark, settings).rows_out for module in modules] == [0] * 4
    assert commits(lake) == before
    store.execute(spark, tables.TEXT_SCORES, lake, f"DELETE FROM {store.name(tables.TEXT_SCORES, lake)} WHERE source = 'videos'")  # fmt: skip
    assert modules[1].run(spark, settings).rows_out > 0
    assert store.read(spark, tables.COMPARISONS, lake).where("metric = 'polarity of titles'").isEmpty()
    fewer = settings_for("http://127.0.0.1:1", "text.aspects=price")
    assert modules[3].run(spark, fewer).rows_out == 12 + 1  # captions of each video about phones, one comment


@pytest.mark.slow
def test_jobs_of_an_empty_lake_write_nothing_wrong(spark, lake, settings_for):
    settings = settings_for("http://127.0.0.1:1")
    for name in JOBS:
        assert job.load(name).run(spark, settings) == job.Report(0, 0)
