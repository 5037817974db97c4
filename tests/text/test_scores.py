"""Texts become rows of text_scores: TextBlob's own numbers, no language scored as another, nothing scored twice."""

import csv
import gzip
import io
import json
import random
from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F
from textblob import TextBlob

from tubelake import job, store, tables
from tubelake.backends import Options, load
from tubelake.parse.columns import with_missing
from tubelake.settings import Text
from tubelake.text.normalise import clean, spell_out
from tubelake.text.scores import scorer, scores
from tubelake.text.words import content_words, find_words, words

HOT = (
    "not never no very really so good bad great a it's don't goodn't DON'T isn\u2019t x d D 8 o O xD lol Mr. e.g. "
    "U.S. wow... wow.. good. good!!! ! ?! ... . ok,bad (good) 'good' \u201cgood\u201d 10 1.5 :) <3 K s n't T. VERY"
)
REFERENCE = (
    "I had a really horrible day. It was the worst day ever! "
    "But every now and then I have a really good day that makes me happy."
)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
TEXTS = "source string, source_id string, video_id string, text string, fetched_at timestamp"
# Text: language, whether it is scored, polarity.
CASES = {
    REFERENCE: ("en", True, -0.125),
    "good": ("en", True, 0.7),
    "the cat sat there": ("en", True, 0.0),
    "soooo goooood": ("en", True, 0.7),
    "좋아요 최고 good": ("ko", False, None),
    "muy horrible, no me gusta nada": ("es", False, None),
    "最高です happy": ("ja", False, None),
    "": (None, False, None),
    "   ": (None, False, None),
    "https://example.org/happy": (None, False, None),
    "😂": (None, True, 0.8),
    ":-)": (None, True, 0.5),
    "12345": (None, False, None),
    "هذا الفيديو رائع جدا شكرا لكم": ("ar", False, None),
    "one \ufffd a good pair": ("en", True, 0.7),
    "great " * 200_000: ("en", True, 0.8),
}


def rows(spark, texts: list[str], source: str = "comments"):
    return spark.createDataFrame([(source, f"id{at}", "v", text, NOW) for at, text in enumerate(texts)], TEXTS)


def test_each_text_has_a_defined_answer(spark):
    found = {
        row["source_id"]: row
        for row in scores(rows(spark, list(CASES)), scorer(Text(), 1)).collect()
    }  # fmt: skip
    assert len(found) == len(CASES)
    for at, (text, (language, is_scored, polarity)) in enumerate(CASES.items()):
        row = found[f"id{at}"]
        assert (row["language"], row["is_scored"]) == (language, is_scored), text[:50]
        assert row["polarity"] == (None if polarity is None else pytest.approx(polarity)), text[:50]
        assert (row["assessments"] is None) is not is_scored
        assert row["coverage"] is None or 0 <= row["coverage"] <= 1
        assert set(row.asDict()) >= set(tables.TEXT_SCORES.column_names)
    reference = found["id0"]
    assert (reference["polarity"], reference["subjectivity"]) == (-0.125, pytest.approx(0.9))
    assert [(list(said), polarity) for said, polarity, _ in reference["assessments"]] == [
        (["really", "horrible"], -1.0), (["worst", "!"], -1.0), (["really", "good"], 0.7), (["happy"], 0.8),
    ]  # fmt: skip


def test_texts_can_be_scored_as_they_came(spark):
    raw = scores(rows(spark, ["lol @good so gr8"]), scorer(Text(normalise=False), 1)).first()
    assert raw["scored_text"] == "lol @good so gr8"
    assert "normalise" not in raw["rules"]


def test_a_lexicon_reads_its_language_alone_and_korean_by_its_words(spark, tmp_path):
    file = tmp_path / "korean.csv"
    file.write_text("word,polarity\n좋다,0.8\n최고,1\n나쁘다,-0.7\n", encoding="utf-8")
    by = scorer(Text(sentiment_backend="lexicon", lexicon=str(file), lexicon_language="ko"), 1)
    texts = ["이 노래 정말 좋아요", "최고예요", "화질이 나빠서 아쉬워요", "good 최고 night and day", "내일 만나요"]
    found = scores(rows(spark, texts), by).orderBy("source_id").collect()
    assert [row["polarity"] for row in found] == [pytest.approx(0.8), 1.0, pytest.approx(-0.7), None, pytest.approx(0)]


@pytest.mark.slow  # TextBlob, one by one
@pytest.mark.real_data
def test_scores_equal_textblobs_on_twenty_thousand_real_texts(real_data):
    chat = [
        json.loads(line)["snippet"].get("displayMessage") or "" for line in (real_data / "corpus/chat.jsonl").open()
    ]
    file = real_data / "comments/YoutubeCommentsDataSet.csv.gz"
    comments = [
        record[0] for record in csv.reader(io.StringIO(gzip.decompress(file.read_bytes()).decode(), newline=""))
    ]
    texts = [spell_out(clean(text)) for text in (chat + comments)] + (chat + comments)[::5]
    assert len(texts) >= 20_000
    backend = load(Options("textblob"))
    mine = backend.score(texts, [find_words(text) for text in texts])
    for text, score in zip(texts, mine, strict=True):
        theirs = TextBlob(text).sentiment_assessments
        assert (score.polarity, score.subjectivity) == (theirs.polarity, theirs.subjectivity), text
        assert score.assessments == [(said, p, s) for said, p, s, _ in theirs.assessments], text


def test_scores_equal_textblobs_whatever_stands_together():
    said = random.Random(5)
    texts = [" ".join(said.choices(HOT.split(), k=said.randint(1, 7))) for _ in range(4000)]
    texts += [text.replace(" ", "", 1) for text in texts[:1000]]
    scored = load(Options("textblob")).score(texts, [find_words(text) for text in texts])
    for text, score in zip(texts, scored, strict=True):
        theirs = TextBlob(text).sentiment_assessments
        assert (score.polarity, score.subjectivity) == (theirs.polarity, theirs.subjectivity), text
        assert [words for words, _, _ in score.assessments] == [words for words, *_ in theirs.assessments], text


def test_words_are_the_same_in_spark_and_in_python(spark):
    texts = [text for text in CASES if len(text) < 1000]
    texts += ["Don\u2019t @me, it's 100% हिन्दी नमस्ते", "RÉSUMÉ naïve Straße", "一二三 and a1b2 x's", "www.a.b c"]
    frame = spark.createDataFrame([(text,) for text in texts], "text string")
    content = content_words(F.col("text"), F.lit("en-US")).alias("content")
    found = frame.select("text", words(F.col("text")).alias("words"), content, words(F.lit(None).cast("string")))
    for row in found.collect():
        assert row["words"] == find_words(row["text"])
        assert row[3] is None
    english = {row["text"]: row["content"] for row in found.collect()}
    assert english["the cat sat there"] == ["cat", "sat"]
    assert english["12345"] == []


def test_only_what_is_new_or_changed_is_scored_and_what_is_gone_goes(spark, settings_for):
    wanted = settings_for("http://127.0.0.1:1")

    def run() -> int:
        return job.load("score_text").run(spark, wanted).rows_in

    store.ensure(spark, tables.CHAT_MESSAGES, wanted.lake)
    add_messages(spark, wanted, range(40))
    assert [run(), run()] == [40, 0]
    add_messages(spark, wanted, range(40, 50))
    assert [run(), run()] == [10, 0]
    spark.sql(f"DELETE FROM {store.name(tables.CHAT_MESSAGES, wanted.lake)} WHERE message_id = 'm7'")
    run()
    scored = store.read(spark, tables.TEXT_SCORES, wanted.lake)
    assert scored.count() == 49
    assert scored.where("source_id = 'm7'").count() == 0
    vader = settings_for("http://127.0.0.1:1", "text.sentiment_backend=vader")
    assert job.load("score_text").run(spark, vader).rows_in == 49
    assert {row["backend"] for row in scored.select("backend").distinct().collect()} == {"vader"}


def add_messages(spark, wanted, numbers) -> None:
    said = random.Random(5)
    messages = [(f"m{n}", "c", "v", "text", said.choice(["good", "bad", "so so"]), NOW, NOW) for n in numbers]
    ddl = "message_id string, chat_id string, video_id string, event string, text string, published_at timestamp, fetched_at timestamp"
    frame = spark.createDataFrame(messages, ddl)
    store.append(with_missing(frame, tables.CHAT_MESSAGES), tables.CHAT_MESSAGES, wanted.lake)
