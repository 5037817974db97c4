"""Captions are regrouped by minutes, words, sentences and paragraphs, however badly they come."""

import json
import re
from collections import defaultdict
from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.text.sentences import Caption, sentences
from tubelake.text.windows import windows_from_snippets
from tubelake.text.words import find_words

EARLY, LATE = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)
LONG = [
    (at * 6.0, 6.0, f"Number {at} is a sentence of eleven words, which all end.") for at in range(150)
]  # 15 minutes
MEGABYTE = "a" * 1_000_000
# Of each track its captions: start, duration, text. In the track they stand in this order.
TRACKS = {
    "plain": [(0.0, 2.0, "Hello there. This is"), (2.0, 2.0, "one sentence!"), (4.0, 1.0, "And more")],
    "unordered": [(4.0, 2.0, "third."), (0.0, 2.0, "First,"), (2.0, 2.0, "second,")],
    "overlapping": [(0.0, 5.0, "One."), (2.0, 5.0, "Two."), (4.0, 5.0, "Three."), (4.0, 5.0, "Four.")],
    "nothing said": [(0.0, 2.0, "Yes."), (2.0, 2.0, None), (4.0, 2.0, ""), (6.0, 2.0, " \u200b\n "), (8.0, 2.0, "No.")],
    "no times": [(None, 2.0, "Before."), (3.0, None, "Here."), (None, 1.0, "There."), (5.0, 0.0, "Now.")],
    "negative": [(-1.0, 2.0, "Early."), (60.0, -3.0, "Late.")],
    "bare": [(0.0, 1.0, "nothing ends"), (1.0, 1.0, "this before"), (3.5, 1.0, "the pause")],
    "without pause": [(at * 1.0, 1.0, "five words in a row") for at in range(11)],
    "japanese": [(0.0, 3.0, "今日はいい天気"), (3.0, 3.0, "ですね。散歩しましょう！"), (6.0, 1.0, "ええ")],
    "arabic": [(0.0, 2.0, "كيف حالك؟ أنا"), (2.0, 2.0, "بخير.")],
    "emoji": [(0.0, 2.0, "🎉🎉"), (2.0, 2.0, "👍🏽")],
    "addresses": [(0.0, 2.0, "https://example.com/a.b?c=d"), (2.0, 2.0, "www.example.com")],
    "surrogate": [(0.0, 2.0, "half \ud83d of one.")],
    "megabyte": [(0.0, 2.0, MEGABYTE), (2.0, 2.0, "Then this.")],
    "silent": [(0.0, 2.0, None), (2.0, 2.0, "  ")],
    "long": LONG,
    "leaping": [(0.0, 1.0, "word " * 650), (1.0, 1.0, "and the rest of it")],
}


@pytest.fixture(scope="module")
def snippets(spark):
    """The captions as they come out of JSON answers: Spark itself takes no half characters."""
    lines = [
        (
            json.dumps(
                {"track_id": track, "position": at, "start_seconds": start, "duration_seconds": long, "text": text}
            ),
        )
        for track, captions in TRACKS.items()
        for at, (start, long, text) in enumerate(captions)
    ]
    old = {"track_id": "long", "position": 150, "start_seconds": 900.0, "duration_seconds": 1.0, "text": "Cut away."}
    rows = spark.createDataFrame([*lines, (json.dumps(old),)], "line string")
    parsed = rows.select(F.from_json("line", tables.CAPTION_SNIPPETS.ddl).alias("row")).select("row.*")
    fetched = F.when(F.col("text") == "Cut away.", F.lit(EARLY)).otherwise(F.lit(LATE))
    return parsed.withColumns(
        {"video_id": F.concat(F.lit("v-"), "track_id"), "language_code": F.lit("en"), "fetched_at": fetched}
    )


@pytest.fixture(scope="module")
def windows(snippets):
    frame = windows_from_snippets(snippets, minutes=5.0, words=300, pause_seconds=1.5)
    assert frame.columns == tables.CAPTION_WINDOWS.column_names
    found = defaultdict(list)
    for row in frame.collect():
        found[row["track_id"], row["kind"]].append(row)
    return {key: sorted(rows, key=lambda row: row["position"]) for key, rows in found.items()}


def said(windows, track: str, kind: str) -> list[tuple]:
    return [(row["start_seconds"], row["end_seconds"], row["text"]) for row in windows[track, kind]]


SENTENCES = {
    "plain": [(0.0, 1.2, "Hello there."), (1.3, 4.0, "This is one sentence!"), (4.0, 5.0, "And more")],
    "unordered": [(0.0, 6.0, "First, second, third.")],
    "overlapping": [(0.0, 2.0, "One."), (2.0, 4.0, "Two."), (4.0, 4.0, "Three."), (4.0, 9.0, "Four.")],
    "nothing said": [(0.0, 2.0, "Yes."), (8.0, 10.0, "No.")],
    "no times": [(0.0, 2.0, "Before."), (3.0, 3.0, "Here."), (3.0, 4.0, "There."), (5.0, 5.0, "Now.")],
    "negative": [(-1.0, 1.0, "Early."), (60.0, 60.0, "Late.")],
    "bare": [(0.0, 2.0, "nothing ends this before"), (3.5, 4.5, "the pause")],
    "without pause": [
        (0.0, 5.0, " ".join(["five words in a row"] * 5)), (5.0, 10.0, " ".join(["five words in a row"] * 5)),
        (10.0, 11.0, "five words in a row"),
    ],
    "japanese": [(0.0, 3.0 + 12 / 12, "今日はいい天気ですね。"), (4.0, 6.0, "散歩しましょう！"), (6.0, 7.0, "ええ")],
    "arabic": [(0.0, pytest.approx(18 / 13), "كيف حالك؟"), (pytest.approx(20 / 13), 4.0, "أنا بخير.")],
    "emoji": [(0.0, 4.0, "🎉🎉 👍🏽")],
    "addresses": [(0.0, 4.0, "https://example.com/a.b?c=d www.example.com")],
    "megabyte": [(0.0, 4.0, f"{MEGABYTE} Then this.")],
}  # fmt: skip


def test_sentences_are_put_together_across_captions_with_their_times(windows):
    for track, expected in SENTENCES.items():
        assert said(windows, track, "sentence") == expected, track
    assert len(windows["long", "sentence"]) == 150


def test_a_minute_holds_the_captions_that_begin_in_it(windows):
    assert said(windows, "plain", "minutes") == [(0.0, 5.0, "Hello there. This is one sentence! And more")]
    assert said(windows, "negative", "minutes") == [(-1.0, 60.0, "Early. Late.")]
    assert said(windows, "japanese", "minutes") == [(0.0, 7.0, "今日はいい天気ですね。散歩しましょう！ええ")]
    assert [(row["position"], row["start_seconds"], row["end_seconds"]) for row in windows["long", "minutes"]] == [
        (0, 0.0, 300.0), (1, 300.0, 600.0), (2, 600.0, 900.0),
    ]  # fmt: skip


def test_a_window_of_words_ends_with_a_caption_and_has_about_as_many(windows):
    assert [row["word_count"] for row in windows["long", "words"]] == [308, 297, 297, 308, 297, 143]
    assert [row["word_count"] for row in windows["leaping", "words"]] == [650, 5]
    texts = " ".join(row["text"] for row in windows["long", "words"])
    assert texts == " ".join(text for _, _, text in LONG)


def test_paragraphs_are_runs_of_whole_sentences(windows):
    for track in TRACKS.keys() - {"silent"}:
        glue = "" if track == "japanese" else " "
        whole = [glue.join(row["text"] for row in windows[track, kind]) for kind in ("sentence", "paragraph")]
        assert whole[0] == whole[1], track
    assert 8 <= len(windows["long", "paragraph"]) <= 50


def test_every_window_is_named_and_counted(windows):
    for (track, kind), rows in windows.items():
        assert [row["position"] for row in rows] == list(range(len(rows)))
        for row in rows:
            assert row["window_id"] == f"{track}/{kind}/{row['position']}"
            assert (row["video_id"], row["language_code"]) == (f"v-{track}", "en")
            assert row["word_count"] == len(find_words(row["text"]))
            assert row["start_seconds"] <= row["end_seconds"]
    assert {track for track, _ in windows} == TRACKS.keys() - {"silent"}
    assert [row["word_count"] for row in windows["emoji", "sentence"] + windows["addresses", "sentence"]] == [0, 0]


def test_half_a_character_is_a_question_mark(windows):
    assert re.fullmatch(r"half .? ?of one\.", windows["surrogate", "minutes"][0]["text"])


ENDS = {
    "Dr. Who has 3.14 apples, e.g. red ones. Ok?": ["Dr. Who has 3.14 apples, e.g. red ones.", "Ok?"],
    "J. K. Rowling met John F. Kennedy. So": ["J. K. Rowling met John F. Kennedy.", "So"],
    "We start at P. Then we go.": ["We start at P.", "Then we go."],
    "In the U.S. it is late. He left the U.S. It rained.": [
        "In the U.S. it is late.",
        "He left the U.S.",
        "It rained.",
    ],
    "At 5 p.m. we eat. No. 5 is no. Then.": ["At 5 p.m. we eat.", "No. 5 is no.", "Then."],
    "1. First do this. 2. Then that.": ["1. First do this.", "2. Then that."],
    "Wait... what? He said… maybe.": ["Wait... what?", "He said… maybe."],
    "“Yes.” (No!) Really?!": ["“Yes.”", "(No!)", "Really?!"],
    "...": ["..."],
}


def test_a_sentence_ends_where_a_reader_says_it_does():
    for text, expected in ENDS.items():
        assert [sentence.text for sentence in sentences([Caption(0.0, 1.0, text)], 1.5)] == expected, text


def test_a_stretch_without_an_end_is_cut_also_in_a_track_with_some():
    captions = [Caption(at * 1.0, at + 1.0, "five words in a row") for at in range(25)]
    found = sentences([*captions, Caption(25.0, 26.0, "the end. And on.")], 1.5)
    assert [len(sentence.text.split()) for sentence in found] == [25, 25, 25, 25, 25, 2, 2]
