"""Entropy, relative entropy and novelty are those of their formulas, in Spark SQL as in pandas."""

import math
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.text.cohesion import Counts
from tubelake.text.counting import word_counts
from tubelake.text.entropy import entropy_of_captions, entropy_of_chats, entropy_of_windows
from tubelake.text.novelty import divergences, novelties, novelty_of_windows

BEGIN = datetime(2026, 7, 1, tzinfo=UTC)
# Of each window the words of its texts, and H in bits.
WINDOWS = [
    ([["a", "b", "c", "d"]], 2.0),
    ([["a", "a", "b", "b"], ["c", "c", "d", "d"]], 2.0),
    ([["one"]], 0.0),
    ([["same"] * 7], 0.0),
    ([[]], None),
    ([None, []], None),
    ([None, ["a", "b"], []], 1.0),
    ([["a", "a", "a", "b"]], 0.8112781244591328),
    ([["w" * 1_000_000, "한국어", "🎉", "شكرا"]], 2.0),
    ([[str(number % 1000) for number in range(3000)]], math.log2(1000)),
]


@pytest.fixture(scope="module")
def texts(spark):
    rows = [("d", at, words) for at, (texts, _) in enumerate(WINDOWS) for words in texts]
    return spark.createDataFrame(rows, "document_id string, position int, words array<string>")


@pytest.mark.parametrize("backend", ["sql", "pandas"])
def test_entropy_is_that_of_the_formula_by_either_backend(texts, backend):
    found = {row["position"]: row for row in entropy_of_windows(texts, backend).collect()}
    assert len(found) == len(WINDOWS)
    for at, (given, expected) in enumerate(WINDOWS):
        words = [word for text in given for word in text or []]
        counts = (found[at]["word_count"], found[at]["distinct_count"])
        assert counts == (len(words), len(set(words))), at
        assert found[at]["entropy"] == (None if expected is None else pytest.approx(expected, abs=1e-12)), at


def counts_of(*windows: str) -> Counts:
    numbers: dict[str, int] = {}
    entries = [
        (at, numbers.setdefault(word, len(numbers)), n)
        for at, text in enumerate(windows)
        for word, n in Counter(text.split()).items()
    ]
    return Counts(*np.array(entries, dtype=np.int64).reshape(-1, 3).T)


def test_relative_entropy_is_the_divergence_from_all_words_before():
    found = divergences(counts_of("a a b", "a c", "", "d d d"), 4)
    second = 0.5 * math.log2(0.5 / (2.5 / 5)) + 0.5 * math.log2(0.5 / (0.5 / 5))
    last = math.log2(1 / (0.5 / 7))
    assert found == pytest.approx([math.nan, second, math.nan, last], nan_ok=True)


def test_novelty_stands_out_where_words_are_new_and_nowhere_else():
    random = np.random.default_rng(3)
    pieces = [" ".join(f"w{number}" for number in random.zipf(1.5, 150) % 400) for _ in range(40)]
    pieces[25] = " ".join(f"new{number % 30}" for number in range(150))
    found = novelties(counts_of(*pieces), 40, "document")
    assert np.nanargmax(found) == 25
    assert found[25] > 10
    others = np.delete(found, [0, 25])
    assert abs(np.mean(others)) < 1.5
    assert np.isnan(found[0])


def test_novelty_depends_neither_on_the_order_of_rows_nor_on_the_run():
    counts = counts_of("a a b c", "a c d e", "f g h a", "a a b b")
    mixed = Counts(*(values[::-1] for values in counts))
    assert novelties(counts, 4, "x").tolist()[1:] == novelties(mixed, 4, "x").tolist()[1:]
    assert novelties(counts, 4, "x").tolist()[1:] != novelties(counts, 4, "y").tolist()[1:]


@pytest.mark.parametrize("windows", [("", ""), ("same same", "same same"), ("only one",)])
def test_novelty_is_unknown_where_shuffling_changes_nothing(windows):
    assert np.isnan(novelties(counts_of(*windows), len(windows), "x")).all()


def test_a_huge_document_is_thinned_before_it_is_shuffled(monkeypatch):
    monkeypatch.setattr("tubelake.text.novelty.MOST_WORDS", 2_000)
    pieces = [" ".join(f"w{number % 50}" for number in range(500)) for _ in range(20)]
    pieces[10] = " ".join(f"new{number % 50}" for number in range(500))
    found = novelties(counts_of(*pieces), 20, "document")
    assert np.nanargmax(found) == 10


def test_novelty_of_windows_has_a_row_for_each_window(texts):
    found = {row["position"]: row for row in novelty_of_windows(word_counts(texts)).collect()}
    again = {
        row["position"]: row for row in novelty_of_windows(word_counts(texts.repartition(3, "position"))).collect()
    }
    assert found == again
    assert len(found) == len(WINDOWS)
    assert found[0]["relative_entropy"] is None
    assert found[4]["relative_entropy"] is None
    assert found[9]["relative_entropy"] > 0


@pytest.fixture(scope="module")
def messages(spark):
    """Chats: offset from the stream's start or null, seconds after the first message, event, text."""
    chats = {
        "known": [
            (-90.0, 0, "text", "before it began"),
            (10.0, 100, "text", "in the first"),
            (None, 220, "text", "x y"),  # the others tell when the stream began
        ],
        "unknown": [(None, 0, "text", "hello hello"), (None, 61, "super_chat", "well done"), (None, 61, "text", "🎉")],
        "silent": [(0.0, 0, "new_member", "no words count"), (1.0, 1, "text", None), (2.0, 2, "super_sticker", None)],
        "empty": [(0.0, 0, "text", ""), (70.0, 70, "text", "https://example.com")],
    }
    rows = [
        (f"{chat}-{at}", chat, f"v-{chat}", event, text, BEGIN + timedelta(seconds=seconds), offset, BEGIN)
        for chat, written in chats.items()
        for at, (offset, seconds, event, text) in enumerate(written)
    ]
    names = ["message_id", "chat_id", "video_id", "event", "text", "published_at", "offset_seconds", "fetched_at"]
    types = {column.name: column.type for column in tables.CHAT_MESSAGES.columns}
    return spark.createDataFrame(rows, ", ".join(f"{name} {types[name]}" for name in names))


def test_minutes_of_chats_count_from_the_streams_start_or_the_first_message(messages):
    frame = entropy_of_chats(messages)
    assert frame.columns == tables.WINDOW_ENTROPY.column_names
    found = {(row["document_id"], row["position"]): row for row in frame.collect()}
    counts = {key: (row["word_count"], row["distinct_count"]) for key, row in found.items()}
    assert counts == {
        ("known", 0): (6, 6), ("known", 2): (2, 2), ("unknown", 0): (2, 1), ("unknown", 1): (2, 2),
        ("empty", 0): (0, 0), ("empty", 1): (0, 0),
    }  # fmt: skip
    row = found["known", 2]
    assert (row["source"], row["video_id"], row["start_seconds"], row["end_seconds"]) == (
        "chat",
        "v-known",
        120.0,
        180.0,
    )
    assert row["entropy"] == 1.0
    assert row["relative_entropy"] == pytest.approx(math.log2(0.5 / (0.5 / (6 + 8 / 2))))
    assert found["known", 0]["relative_entropy"] is None


def test_a_caption_counts_to_the_minute_in_which_it_begins(spark):
    rows = [
        ("t", 0, "v", "en", 5.0, 3.0, "one two", BEGIN), ("t", 1, "v", "en", 58.0, 9.0, "three", BEGIN),
        ("t", 2, "v", "en", 200.0, 3.0, "four four", BEGIN), ("t", 3, "v", "en", 210.0, 3.0, None, BEGIN),
    ]  # fmt: skip
    frame = entropy_of_captions(spark.createDataFrame(rows, tables.CAPTION_SNIPPETS.ddl), "pandas")
    found = sorted(frame.select("position", "word_count", F.round("entropy", 3).alias("h"), "source").collect())
    assert [tuple(row) for row in found] == [(0, 3, 1.585, "captions"), (3, 2, 0.0, "captions")]
