"""Labels mean what they say, the split leaks nothing, and what is trained is measured on texts that it has not seen."""

import csv
import gzip
import hashlib
import random
import re
from collections import Counter
from datetime import date

import numpy as np
import pytest
from pyspark.sql import functions as F
from scipy.optimize import minimize
from scipy.special import log_softmax

from tubelake import job, measures, settings, store, tables
from tubelake.backends import sparknlp, stored, trained
from tubelake.errors import UsageError
from tubelake.text import cards, labels, regression, training
from tubelake.text import measures as polarities

GOOD = ("love", "great", "wonderful", "happy", "excellent", "beautiful", "awesome", "enjoyed")
BAD = ("hate", "awful", "terrible", "boring", "worst", "ugly", "useless", "disappointed")
PLAIN = ("minutes", "camera", "video", "monday", "release", "settings", "chapter", "number")
PLACES = ("kitchen", "garden", "station", "river", "office", "market", "museum", "harbour", "village", "tower")


def labelled(spark, *rows):
    """Rows of (file, text, label)."""
    numbered = [
        (name, number, number + 1, f"/{name}.csv", text, label) for number, (name, text, label) in enumerate(rows)
    ]
    return spark.createDataFrame(numbered, tables.LABELLED_TEXTS.ddl)


def many(times: int) -> list[tuple[str, str, str]]:
    """Texts whose sentiment one word tells; half of them are positive."""
    kinds = (("positive", GOOD, "the"), ("negative", BAD, "the"), ("neutral", PLAIN, "the"), ("positive", GOOD, "that"))
    return [
        ("moods", f"{word} {article} {place} number {number}", label)
        for number in range(times) for label, words, article in kinds for word in words
        for place in (PLACES[(number + len(word)) % len(PLACES)],)
    ]  # fmt: skip


def test_what_labels_mean(spark):
    cases = [
        *(("names", name, expected) for name, expected in {
            "positive": "positive", " Negative ": "negative", "NEU": "neutral", "pos": "positive", "joy": None, "1": None,
        }.items()),
        *(("signs", name, expected) for name, expected in
          {"-1": "negative", "0": "neutral", "1": "positive", "+1": "positive", "neg": "negative"}.items() if name != "neg"),
        *(("steps", name, expected) for name, expected in {"0": "negative", "2": "neutral", "4": "positive"}.items()),
        *(("two", name, None) for name in ("0", "1")),
        *(("grades", name, None) for name in ("1", "2", "3", "4", "5")),
        *(("mixed", name, expected) for name, expected in {"-1": None, "1": None, "7": None, "positive": "positive"}.items()),
    ]  # fmt: skip
    rows = labelled(spark, *((file, f"text {file} {label}", label) for file, label, _ in cases))
    found = labels.with_sentiment(rows).select("sha256", "label", "sentiment").collect()
    assert {tuple(row) for row in found} == set(cases)


def test_equal_texts_are_one_and_stand_on_one_side(spark):
    rows = [
        ("a", "Good  day", "positive"), ("a", "good day ", "positive"), ("b", "GOOD\tDAY", "positive"),
        ("a", "so so", "positive"), ("b", "So so", "negative"), ("a", "unknown", "joy"), ("b", "unknown", "neutral"),
        *(("a", f"text {number}", "neutral") for number in range(300)),
    ]  # fmt: skip
    found = {
        row["text"].lower(): row for row in labels.examples(labels.with_sentiment(labelled(spark, *rows))).collect()
    }
    assert len(found) == 303
    assert {text: found[text]["sentiment"] for text in ("good\tday", "so so", "unknown")} == {
        "good\tday": "positive", "so so": None, "unknown": "neutral",
    }  # fmt: skip
    for number in range(300):
        row, hashed = found[f"text {number}"], int(hashlib.sha256(f"text {number}".encode()).hexdigest()[:8], 16)
        assert (row["is_test"], row["fold"]) == (hashed % 5 == 0, hashed // 5 % 3)
    assert Counter(row["fold"] for row in found.values()).keys() == {0, 1, 2}


def test_measures():
    confusion = {("positive", "positive"): 6, ("positive", "negative"): 2, ("negative", "negative"): 1,
                 ("negative", "positive"): 1, ("neutral", "positive"): 2}  # fmt: skip
    assert measures.accuracy(confusion) == pytest.approx(7 / 12)
    f1 = {"positive": 12 / 17, "negative": 2 / 5, "neutral": 0.0}
    assert measures.f1_scores(confusion) == pytest.approx(f1)
    assert measures.macro_f1(confusion) == pytest.approx(sum(f1.values()) / 3)
    assert (measures.accuracy({}), measures.macro_f1({})) == (0, 0)
    always = measures.majority({"positive": 3, "negative": 5}, {"positive": 9, "negative": 2})
    assert always == {("positive", "positive"): 3, ("negative", "positive"): 5}


def test_polarities_become_labels(spark):
    rows = [
        ("positive", 0.4),
        ("positive", 0.12),
        ("neutral", 0.12),
        ("neutral", -0.1),
        ("neutral", None),
        ("negative", -0.304),
    ]
    counts = polarities.polarity_counts(spark.createDataFrame(rows, "sentiment string, polarity double"))
    assert counts[("negative", -0.3)] == 1
    assert polarities.confusion_at(counts, 0.0) == {
        ("positive", "positive"): 2, ("neutral", "positive"): 1, ("neutral", "negative"): 1, ("neutral", "neutral"): 1,
        ("negative", "negative"): 1,
    }  # fmt: skip
    assert polarities.best_band(counts) == 0.1
    assert measures.accuracy(polarities.confusion_at(counts, 0.1)) == pytest.approx(5 / 6)


def test_only_0_is_rounded_to_0(spark):
    cases = {"a": 0.004, "b": -0.001, "c": 0.0, "d": -0.0, "e": 0.126, "f": -1.0, "g": None}
    counts = polarities.polarity_counts(spark.createDataFrame(list(cases.items()), "sentiment string, polarity double"))
    expected = {"a": 0.01, "b": -0.01, "c": 0.0, "d": 0.0, "e": 0.13, "f": -1.0, "g": None}
    assert counts == dict.fromkeys(expected.items(), 1)


def test_the_regression_is_the_weighted_penalised_one(spark, monkeypatch):
    """Against scipy's minimum of what MLlib says that it minimises."""
    rng, counts = np.random.default_rng(11), {"negative": 60, "neutral": 90, "positive": 150}
    centres = rng.normal(size=(3, 6))
    sentiments = [label for label, count in counts.items() for _ in range(count)]
    vectors = np.array([centres[list(counts).index(label)] for label in sentiments]) + rng.normal(size=(300, 6)) * 1.5
    rows = [
        (vector.tolist(), label, at % 3) for at, (vector, label) in enumerate(zip(vectors, sentiments, strict=True))
    ]
    texts = spark.createDataFrame(rows, "embedding array<float>, sentiment string, fold int")
    monkeypatch.setattr(regression, "PENALTIES", (0.003, 3.0))  # each takes seconds; the second is far too much
    fitted = regression.fit(texts, counts)
    assert (set(fitted.losses), fitted.penalty) == ({0.003, 3.0}, 0.003)

    truth = np.array([list(counts).index(label) for label in sentiments])
    weights = np.array([measures.class_weights(counts)[label] for label in sentiments])
    scaled = vectors.astype(np.float32).astype(float)
    spread = np.sqrt(np.average((scaled - np.average(scaled, 0, weights)) ** 2, 0, weights))

    def loss(parameters):
        matrix, intercepts = parameters[:18].reshape(3, 6), parameters[18:]
        likely = log_softmax(scaled / spread @ matrix.T + intercepts, axis=1)
        own = -(weights * likely[np.arange(300), truth]).sum() / weights.sum()
        return own + fitted.penalty / 2 * (matrix**2).sum()

    best = minimize(loss, np.zeros(21), method="L-BFGS-B", options={"maxiter": 2000, "ftol": 1e-14})
    expected = trained.Regression(fitted.regression.labels, best.x[:18].reshape(3, 6) / spread, best.x[18:])
    assert np.allclose(
        trained.probabilities(fitted.regression, scaled), trained.probabilities(expected, scaled), atol=5e-3
    )

    scored = regression.with_polarity(texts, fitted.regression).select("polarity").collect()
    expected = trained.polarities(fitted.regression, vectors.astype(np.float32))
    assert np.allclose([row["polarity"] for row in scored], expected, atol=1e-12)


def test_labels_weigh_the_same():
    weights = measures.class_weights({"a": 10, "b": 30, "c": 60})
    assert {label: weight * {"a": 10, "b": 30, "c": 60}[label] for label, weight in weights.items()} == pytest.approx(
        {"a": 100 / 3, "b": 100 / 3, "c": 100 / 3}
    )


def test_a_card_says_what_the_model_is():
    card = cards.Card(
        "trained", "How it works.", "abc123", date(2026, 1, 2),
        [cards.Source("/a|b.csv", "f" * 64, "positive", 1200), cards.Source("/a|b.csv", "f" * 64, None, 3)],
        {"negative": 4, "positive": 8}, {"negative": 1, "positive": 2}, 5, ["Chosen so."],
        {"trained": {("positive", "positive"): 2, ("negative", "positive"): 1}, "always positive": {("positive", "positive"): 2}},
        ["It cannot fly."],
    )  # fmt: skip
    text = cards.markdown(card)
    for part in (
        "# Sentiment model `trained`", "Trained on 2026-01-02", "`abc123`", "| /a\\|b.csv | ffffffffffffffff | positive | 1,200 |",
        "not understood, left out | 3 |", "5 that have more than one label", "| negative | 4 | 1 |", "- Chosen so.",
        "| trained | 0.667 | 0.400 |", "| positive | 0 | 2 |", "- It cannot fly.",
    ):  # fmt: skip
        assert part in text, part


def run(spark, lake, folder, *overrides):
    fixed = (f"lake.root={lake.root}", f"text.model={folder}", "run.now=2026-03-04T05:06:07Z")
    wanted = settings.load(overrides=[*fixed, *overrides], environ={})
    return job.load("train_sentiment").run(spark, wanted)


def fill(spark, lake, rows):
    store.ensure(spark, tables.LABELLED_TEXTS, lake)
    store.append(labelled(spark, *rows), tables.LABELLED_TEXTS, lake)


def test_too_few_texts(spark, tmp_path):
    options, today = backend_options("trained", tmp_path), date(2026, 1, 2)
    with pytest.raises(UsageError, match=r"run import_labels with --set labels\.texts=FILE\.csv first"):
        training.train(labelled(spark), options, today)
    without = [row for row in many(3) if row[2] != "negative"]
    with pytest.raises(UsageError, match="has 0 different texts that are negative"):
        training.train(labelled(spark, *without), options, today)
    assert not list(tmp_path.rglob("*"))


@pytest.mark.slow
def test_an_annotator_of_spark_nlp(spark, lake, tmp_path):
    with pytest.raises(UsageError, match=r"run train_sentiment with --set text\.sentiment_backend=sparknlp"):
        sparknlp.load(backend_options("sparknlp", tmp_path))
    fill(spark, lake, many(12))
    report = run(spark, lake, tmp_path, "text.sentiment_backend=sparknlp")
    assert report.rows_in == 12 * 32
    card = (tmp_path / "sparknlp" / "CARD.md").read_text()
    assert "Trained on 2026-03-04" in card

    given = backend_options("sparknlp", tmp_path)
    cases = {
        "I love this wonderful garden": (1, 2 + 1), "the worst and terrible tower": (-1, 4), "": (None, 0), None: (None, 0),
        "zzzz qqqq": (None, 0), "مرحبا": (None, 0), "love " * 50_000: (1, 50_000), "😂": (None, 0),
    }  # fmt: skip
    texts = spark.createDataFrame(
        [(str(at), text) for at, text in enumerate(cases)], "source_id string, scored_text string"
    )
    found = sparknlp.score_frame(texts.withColumn("words", F.split(F.lower("scored_text"), " ")), given)
    assert found.columns == ["source_id", "scored_text", "words", "polarity", "subjectivity", "known"]
    for row in found.collect():
        sign, known = cases[row["scored_text"]]
        assert (row["polarity"] and np.sign(row["polarity"]), row["subjectivity"]) == (sign, None), row
        assert row["known"] == known, row


@pytest.mark.slow
def test_training_again_on_the_same_texts_gives_the_same_model(spark, tmp_path):
    options = backend_options("sparknlp", tmp_path)
    hashes = []
    for times in (12, 12, 13):
        training.train(labelled(spark, *many(times)), options, date(2026, 1, 2))
        hashes.append(sparknlp.load(options).model_hash)
        assert len(list((tmp_path / "sparknlp").glob("*pipeline-*"))) == 1
    assert hashes[0] == hashes[1] != hashes[2]


def backend_options(name, folder):
    from tubelake.backends.base import Options

    return Options(backend=name, lexicon=None, lexicon_language="en", model=str(folder), threads=1)


@pytest.mark.slow
def test_a_model_on_sentence_embeddings(spark, lake, tmp_path):
    fill(spark, lake, many(6))
    report = run(spark, lake, tmp_path, "text.sentiment_backend=trained")
    assert report.rows_in == 6 * 32
    backend = trained.load(backend_options("trained", tmp_path))
    good, bad, empty = backend.score(["what a lovely place", "this is a horrible mess", ""], [["a"] * 4, ["b"] * 5, []])
    assert good.polarity > 0.3
    assert bad.polarity < -0.3
    assert (good.known, bad.known, good.subjectivity) == (4, 5, None)
    assert empty == (None, None, [], 0)
    content = stored.read(tmp_path / "trained").content
    assert content["labels"] == ["negative", "neutral", "positive"]


@pytest.mark.slow
@pytest.mark.real_data
def test_on_real_comments_it_beats_the_most_common_label_and_textblob(spark, lake, tmp_path, real_data):
    """On a fifth of 3,000 of them, which it has not seen; all of them are in benchmarks/sentiment.py."""
    with gzip.open(real_data / "comments/YoutubeCommentsDataSet.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [("comments", text, label) for text, label in csv.reader(file) if text.strip() and label in labels.NAMED]
    fill(spark, lake, random.Random(3).sample(rows, 3000))
    notes = run(spark, lake, tmp_path, "text.sentiment_backend=trained").notes
    found = {
        name: float(macro) for name, macro in re.findall(r"(trained|always|TextBlob)\b[^;]* and ([0-9.]+)", notes[-2])
    }
    assert found.keys() == {"trained", "always", "TextBlob"}
    assert found["trained"] > found["TextBlob"] + 0.03 > found["always"]
