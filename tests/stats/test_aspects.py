"""What speaks of an aspect, in any script, and what is counted of it."""

import pytest
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.stats.aspects import SHOWN, aspects, speaks_of, texts_of

LONG = "so much battery " + "x " * 500_000
# Aspect -> texts that speak of it, texts that do not.
SPOKEN = {
    "battery": (
        ["The Battery dies", "two BATTERIES!", "battery's fine", "battery,price", "(battery)", "battery-powered", LONG],
        ["batterypack", "abattery", "", None, "🔥🔥", "battery_low", "bat tery"],
    ),
    "price": (["Prices are up", "what a price"], ["priceless", "overprice", "prïce"]),
    "battery life": (
        ["the battery life is bad", "Battery-life!", "battery  lives", "battery\nlife"],
        ["life of the battery", "battery and life", "batterylife", "battery lifeless"],
    ),
    "배터리": (["배터리가 오래가요", "새 배터리"], ["폰배터리", "전지"]),
    "電池": (["電池がすごい", "この電池は", "新電池"], ["電気"]),
    "qualité": (["La Qualité !", "QUALITÉ"], ["qualités", "qualite"]),
    "بطارية": (["بطارية جيدة"], ["البطارية"]),
    "C++": (["C++ is hard", "c++, too"], ["C is hard"]),
    "цена": (["ЦЕНА?", "какая цена"], ["ценами"]),
}  # fmt: skip


def test_words_are_found_whole_in_any_script(spark):
    cases = [(name, text, is_said) for name, sides in SPOKEN.items() for is_said, side in zip((True, False), sides, strict=True) for text in side]  # fmt: skip
    for name in SPOKEN:
        texts = spark.createDataFrame([case[1:] for case in cases if case[0] == name], "text string, is_said boolean")
        wrong = texts.where(F.coalesce(speaks_of(F.col("text"), name), F.lit(False)) != F.col("is_said"))
        assert [row["text"][:50] for row in wrong.collect()] == [], name


def test_what_is_said_about_an_aspect(spark):
    messages = [
        ("m1", "v", "the battery is great"), ("m2", "v", "battery bad, price good"), ("m3", "v", "which battery?"),
        ("m4", "v", "great"), ("m5", "w", "bad bad bad price"), ("m6", "v", None), ("m7", "v", "a really great battery"),
    ]  # fmt: skip
    comments = [("c1", "v", LONG), ("c2", "v", "no price given")]
    sentences = [("t/sentence/0", "v", "Its batteries are poor.")]
    scored = {
        "m1": (0.8, 0.75), "m2": (-0.2, None), "m7": (0.8, 0.75), "m5": (-0.7, 0.6), "c1": (0.3, 0.4),
        "t/sentence/0": (-0.4, 0.6), "m4": (0.8, 0.7),
    }  # fmt: skip
    sources = {"m": "chat_messages", "c": "comments", "t": "caption_windows"}
    scores = [{"source": sources[key[0]], "source_id": key, "is_scored": True, "polarity": p, "subjectivity": s} for key, (p, s) in scored.items()]  # fmt: skip
    scores.append({"source": "chat_messages", "source_id": "m3", "is_scored": False})
    texts = texts_of(
        spark.createDataFrame(messages, "message_id string, video_id string, text string"),
        spark.createDataFrame(comments, "comment_id string, video_id string, text string"),
        spark.createDataFrame(sentences, "window_id string, video_id string, text string"),
    )
    rows = [tuple(row.get(name) for name in tables.TEXT_SCORES.column_names) for row in scores]
    found = aspects(texts, spark.createDataFrame(rows, tables.TEXT_SCORES.ddl), ("battery", "price", "camera"))
    assert sorted(found.columns) == sorted(tables.ASPECTS.column_names)
    said = {(row["aspect"], row["video_id"], row["source"]): row for row in found.collect()}
    names = ("text_count", "scored_count", "positive_count", "negative_count")
    assert {key: tuple(row[name] for name in names) for key, row in said.items()} == {
        ("battery", "v", "chat_messages"): (4, 3, 2, 1), ("price", "v", "chat_messages"): (1, 1, 0, 1),
        ("price", "w", "chat_messages"): (1, 1, 0, 1), ("battery", "v", "comments"): (1, 1, 1, 0),
        ("price", "v", "comments"): (1, 0, 0, 0), ("battery", "v", "caption_windows"): (1, 1, 0, 1),
    }  # fmt: skip
    battery = said["battery", "v", "chat_messages"]
    assert (battery["polarity"], battery["subjectivity"]) == (pytest.approx(1.4 / 3), pytest.approx(0.75))
    # Of two that are equally good the longer one.
    assert (battery["best_text"], battery["worst_text"]) == ("a really great battery", "battery bad, price good")
    unscored = said["price", "v", "comments"]
    assert [unscored[name] for name in ("polarity", "subjectivity", "best_text", "worst_text")] == [None] * 4
    assert said["battery", "v", "comments"]["best_text"] == LONG[:SHOWN]


def test_without_aspects_there_is_nothing_to_say(spark):
    texts = spark.createDataFrame([("comments", "c", "v", "the price")], "source string, source_id string, video_id string, text string")  # fmt: skip
    assert aspects(texts, spark.createDataFrame([], tables.TEXT_SCORES.ddl), ()).isEmpty()
