"""Segments begin where other words begin; the jobs keep windows, entropy and segments up to date with their sources."""

import json
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
import pytest
from pyspark.sql import functions as F

from tubelake import job, store, tables, upsert
from tubelake.parse.columns import with_missing
from tubelake.text.cohesion import PRIOR, Counts, cheapest_cut, run_costs, segment_borders
from tubelake.text.segments import MOST_UNITS, segments_of_captions, segments_of_chats

BEGIN = datetime(2026, 7, 1, tzinfo=UTC)
TOPICS = {
    "kitchen": "onion garlic butter pan oven flour dough recipe pepper salt sauce knife",
    "garden": "soil seeds roses shovel compost weeds lawn hedge blossom roots watering tomato",
    "engine": "piston valve throttle gearbox clutch exhaust cylinder torque turbo radiator brake axle",
}


def talk(topic: str, sentences: int, seed: int) -> list[str]:
    """Sentences of eight words, half of them of the topic."""
    random, own = np.random.default_rng(seed), TOPICS[topic].split()
    common = ["the", "and", "then", "we", "take", "some", "of", "this", "with", "that", "it", "so", "here"]
    return [
        f"{' '.join(random.permutation([*random.choice(own, 4), *random.choice(common, 4)]))}."
        for _ in range(sentences)
    ]


def captions(
    track: str, sentences: list[str], language: str = "en", seconds: float = 5.0, fetched_at=BEGIN
) -> list[tuple]:
    return [
        (track, at, f"v-{track}", language, at * seconds, seconds, text, fetched_at)
        for at, text in enumerate(sentences)
    ]


THREE = [*talk("kitchen", 40, 1), *talk("garden", 30, 2), *talk("engine", 50, 3)]
TRACKS = {
    "three topics": THREE,
    "one topic": talk("kitchen", 120, 4),
    "short": ["Hello there.", "Bye."],
    "no words": ["🎉", "♪♪", "https://example.com/a"],
    "stop words": ["And then we are.", "So it is that."] * 30,
    "endless": ["z" * 1_000_000, *talk("garden", 20, 5)],
    "one": ["Nothing else."],
}


@pytest.fixture(scope="module")
def cut(spark):
    rows = [row for track, sentences in TRACKS.items() for row in captions(track, sentences)]
    rows += captions(
        "korean",
        ["오늘은 김치 배추 고추 마늘.", "김치 배추 소금 고추."] * 20
        + ["자동차 엔진 바퀴 기름.", "엔진 바퀴 핸들 속도."] * 20,
        "ko",
    )
    rows += [("silent", 0, "v", "en", 0.0, 1.0, None, BEGIN)]
    frame = segments_of_captions(spark.createDataFrame(rows, tables.CAPTION_SNIPPETS.ddl), 1.5)
    assert frame.columns == tables.CAPTION_SEGMENTS.column_names
    found: dict[str, list] = {}
    for row in frame.orderBy("document_id", "position").collect():
        found.setdefault(row["document_id"], []).append(row)
    return found


def test_a_segment_begins_with_each_topic(cut):
    rows = cut["three topics"]
    assert [(row["position"], row["start_seconds"], row["end_seconds"]) for row in rows] == [
        (0, 0.0, 200.0), (1, 200.0, 350.0), (2, 350.0, 600.0),
    ]  # fmt: skip
    for row, topic in zip(rows, TOPICS, strict=True):
        assert set(row["keywords"]) < set(TOPICS[topic].split())
        assert len(row["keywords"]) == 8
    assert [row["word_count"] for row in rows] == [320, 240, 400]
    assert rows[0]["novelty"] is None
    assert min(row["novelty"] for row in rows[1:]) > 10
    first = rows[1]
    assert (first["video_id"], first["language_code"]) == ("v-three topics", "en")
    assert first["url"] == "https://www.youtube.com/watch?v=v-three topics&t=200s"
    assert first["fetched_at"] == BEGIN.replace(tzinfo=None)
    assert [row["start_seconds"] for row in cut["korean"]] == [0.0, 200.0]
    assert {"엔진", "바퀴"} <= set(cut["korean"][1]["keywords"])


ONE_SEGMENT = {
    "one topic": 8, "short": 2, "no words": 0, "stop words": 0, "endless": 8, "one": 0,
}  # fmt: skip


def test_what_has_one_topic_or_no_words_is_one_segment_with_its_commonest_words(cut):
    for track, keywords in ONE_SEGMENT.items():
        (row,) = cut[track]
        assert len(row["keywords"]) == keywords, track
        assert row["novelty"] is None
        assert max((len(word) for word in row["keywords"]), default=0) <= 40
    assert cut["no words"][0]["word_count"] == 0
    assert "silent" not in cut


def test_chats_are_cut_between_minutes(spark):
    minutes = [THREE[at : at + 4] for at in range(0, 120, 4)]  # 10, 8 and 12 minutes
    minutes[3] += ["onion onion onion onion"] * 200  # what is shouted is no topic
    rows = [
        ("chat", "v", "text", text, BEGIN + timedelta(minutes=at), None, BEGIN)
        for at, texts in enumerate(minutes)
        for text in texts
    ] + [("empty", "v", "text", "", BEGIN, None, BEGIN)]
    ddl = "chat_id string, video_id string, event string, text string, published_at timestamp, offset_seconds double, "
    frame = segments_of_chats(spark.createDataFrame(rows, ddl + "fetched_at timestamp"))
    assert frame.columns == tables.CHAT_SEGMENTS.column_names
    found = [(row["document_id"], row["start_seconds"], row["end_seconds"]) for row in frame.collect()]
    expected = [("chat", 0.0, 600.0), ("chat", 600.0, 1080.0), ("chat", 1080.0, 1800.0), ("empty", 0.0, 60.0)]
    assert sorted(found) == expected


def dirichlet_multinomial(words: list[str], vocabulary: int) -> float:
    """-log P of a run by its definition: each word in turn, given those before it."""
    seen: dict[str, int] = {}
    cost = 0.0
    for at, word in enumerate(words):
        cost -= np.log((seen.get(word, 0) + PRIOR) / (at + PRIOR * vocabulary))
        seen[word] = seen.get(word, 0) + 1
    return cost


def test_runs_cost_what_the_definition_says_and_the_best_cut_is_found():
    units = ["a b a", "a c", "", "a b b", "d e", "d d f", "e d"]
    spoken = [unit.split() for unit in units]
    names = sorted({word for unit in spoken for word in unit})
    entries = [(at, names.index(word), unit.count(word)) for at, unit in enumerate(spoken) for word in sorted({*unit})]
    costs = run_costs(Counts(*np.array(entries).T), len(units))
    for first in range(len(units)):
        for last in range(first, len(units)):
            expected = dirichlet_multinomial(" ".join(units[first : last + 1]).split(), len(names))
            assert costs[first, last] == pytest.approx(expected)

    def total(borders: tuple[int, ...]) -> float:
        return sum(costs[first, end - 1] for first, end in zip((0, *borders), (*borders, len(units)), strict=True))

    ways = [borders for many in range(len(units)) for borders in combinations(range(1, len(units)), many)]
    assert total(tuple(cheapest_cut(costs)[1:])) == pytest.approx(min(map(total, ways)))


def test_noise_and_repetition_have_no_borders_and_a_segment_has_its_length():
    random = np.random.default_rng(0)
    for words_a_unit in (5, 50, 500):
        pairs = np.repeat(np.arange(60), words_a_unit) * 3000 + random.zipf(1.4, 60 * words_a_unit) % 3000
        pair, count = np.unique(pairs, return_counts=True)
        starts = np.arange(60) * 60.0
        assert segment_borders(Counts(pair // 3000, pair % 3000, count), starts, starts + 60, 0.0) == [0]
    topics = Counts(np.arange(20), np.arange(20) // 2, np.full(20, 50))
    for shortest, most in ((0.0, 20), (30.0, 6), (1000.0, 1)):
        borders = segment_borders(topics, np.arange(20) * 10.0, np.arange(20) * 10.0 + 10, shortest)
        assert len(borders) <= most
        assert np.diff([*borders, 20]).min() * 10 >= min(shortest, 200)


def test_a_long_document_is_cut_in_coarser_units(spark):
    half = MOST_UNITS
    sentences = [*["Onion garlic butter pan."] * half, *["Piston valve throttle clutch."] * (half + 7)]
    frame = segments_of_captions(spark.createDataFrame(captions("t", sentences), tables.CAPTION_SNIPPETS.ddl), 1.5)
    starts = sorted(row["start_seconds"] for row in frame.collect())
    assert starts == pytest.approx([0.0, half * 5.0], abs=15.0)


@pytest.mark.real_data
def test_real_transcripts_have_a_handful_of_segments(spark, real_data):
    with (real_data / "corpus" / "transcripts.jsonl").open(encoding="utf-8") as lines:
        tracks = [json.loads(line) for line in lines]
    rows = [
        (f"{track['video_id']}.{number}", at, track["video_id"], track["language_code"], *one, BEGIN)
        for number, track in enumerate(tracks)
        for at, snippet in enumerate(track["snippets"])
        for one in [(snippet["start"], snippet["duration"], snippet["text"])]
    ]
    found = segments_of_captions(spark.createDataFrame(rows, tables.CAPTION_SNIPPETS.ddl), 1.5)
    each = found.groupBy("document_id", "language_code").agg(
        F.count("*").alias("segments"),
        F.max("end_seconds").alias("seconds"),
        F.min(F.size("keywords")).alias("keywords"),
    )
    for row in each.collect():
        minutes = row["seconds"] / 60
        assert 2 <= row["segments"] <= 3 + minutes, row
        assert row["keywords"] >= 3


def write(spark, lake, table, rows, ddl=None) -> None:
    store.ensure(spark, table, lake)
    frame = spark.createDataFrame(rows, ddl or table.ddl)
    upsert.merge(with_missing(frame, table), table, lake)


def run(spark, settings) -> tuple[int, int]:
    """How many rows the two jobs changed."""
    return tuple(job.load(name).run(spark, settings).rows_out for name in ("build_windows", "build_segments"))


MESSAGES = "message_id string, chat_id string, video_id string, event string, text string, published_at timestamp, fetched_at timestamp"


@pytest.mark.slow
def test_the_jobs_follow_their_sources(spark, lake, settings_for):
    settings = settings_for("http://127.0.0.1:1")
    write(spark, lake, tables.CAPTION_SNIPPETS, [*captions("a", THREE), *captions("b", talk("garden", 30, 9))])
    chat = [
        (f"m{at}", "c", "v", "text", text, BEGIN + timedelta(seconds=30 * at), BEGIN) for at, text in enumerate(THREE)
    ]
    write(spark, lake, tables.CHAT_MESSAGES, chat, MESSAGES)
    assert min(run(spark, settings)) > 0
    assert run(spark, settings) == (0, 0)

    def read(table):
        return store.read(spark, table, lake)

    def starts(table, document: str) -> list[float]:
        return sorted(row["start_seconds"] for row in read(table).where(F.col("document_id") == document).collect())

    assert starts(tables.CAPTION_SEGMENTS, "a") == [0.0, 200.0, 350.0]
    assert starts(tables.CHAT_SEGMENTS, "c") == [0.0, 1200.0, 2100.0]
    parts = {row["source"]: row["count"] for row in read(tables.WINDOW_ENTROPY).groupBy("source").count().collect()}
    assert parts == {"captions": 10 + 3, "chat": 60}

    # The track is fetched again and is shorter now; its old captions are still in the table of captions.
    later = BEGIN + timedelta(days=1)
    write(spark, lake, tables.CAPTION_SNIPPETS, captions("a", THREE[:40], fetched_at=later))
    spark.sql(f"DELETE FROM {store.name(tables.CAPTION_SNIPPETS, lake)} WHERE track_id = 'b'")
    assert min(run(spark, settings)) > 0
    assert starts(tables.CAPTION_SEGMENTS, "a") == [0.0]
    assert starts(tables.CAPTION_SEGMENTS, "b") == []
    windows = read(tables.CAPTION_WINDOWS).groupBy("track_id", "kind").count().where("kind = 'sentence'").collect()
    assert [tuple(row) for row in windows] == [("a", "sentence", 40)]
    parts = {row["source"]: row["count"] for row in read(tables.WINDOW_ENTROPY).groupBy("source").count().collect()}
    assert parts == {"captions": 4, "chat": 60}
    assert starts(tables.CHAT_SEGMENTS, "c") == [0.0, 1200.0, 2100.0]
    assert run(spark, settings) == (0, 0)
