"""Sentiment backends against labels that people gave: VADER's tweets, SST's sentences, YouTube comments.

`trained` and `sparknlp` are made by the job train_sentiment from four of five texts of all three sets; every figure is of
the fifth text, which nothing was trained on or tuned with. The limits that must be reached are `trained`'s: more macro-F1
than the most common label and than TextBlob, on each set.
"""

import csv
import gzip
import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from benchmarks.common import real_data, result, settings_for, stopwatch, warm_session
from tubelake import console, job, measures, store, tables
from tubelake.backends import Options, sparknlp, stored, trained
from tubelake.settings import Settings
from tubelake.text import labels, regression, training
from tubelake.text import measures as polarities
from tubelake.text.words import words

NEUTRAL_RATING = 0.5  # of 4, in VADER's tweets
STARS = {"0": "negative", "1": "negative", "2": "neutral", "3": "positive", "4": "positive"}  # of SST


def tweets() -> Iterator[tuple[str, str]]:
    for line in (real_data() / "sentiment/vader/tweets_GroundTruth.txt").read_text("utf-8", "replace").splitlines():
        _, rating, text = line.split("\t", 2)
        yield text, polarities.label_at(float(rating), NEUTRAL_RATING)


def sentences() -> Iterator[tuple[str, str]]:
    for line in (real_data() / "sentiment/sst/stsa.fine.dev").read_text("utf-8", "replace").splitlines():
        yield line[2:], STARS[line[0]]


def comments() -> Iterator[tuple[str, str]]:
    raw = gzip.decompress((real_data() / "comments/YoutubeCommentsDataSet.csv.gz").read_bytes())
    records = csv.reader(io.StringIO(raw.decode(), newline=""), strict=True)
    next(records)
    yield from records  # type: ignore[misc]


SETS: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {"comments": comments, "tweets": tweets, "sst": sentences}


def write_sets(folder: Path) -> None:
    """A CSV file a set, as a user would have them."""
    folder.mkdir()
    for name, rows in SETS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *rows()])


def train(spark: SparkSession, wanted: Settings) -> None:
    """Both models, by the job, as a user makes them."""
    for backend in (trained.NAME, sparknlp.NAME):
        changed = wanted.model_copy(update={"text": wanted.text.model_copy(update={"sentiment_backend": backend})})
        with stopwatch() as taken:
            report = job.load("train_sentiment").run(spark, changed)
        print(f"{backend}: trained in {taken[0]:.0f} s; {'; '.join(report.notes)}", flush=True)


def set_of(spark: SparkSession, name: str, wanted: Settings) -> DataFrame:
    """The different texts of one set: scored_text, words, sentiment, is_test, fold."""
    rows = store.read(spark, tables.LABELLED_TEXTS, wanted.lake).where(F.col("file").endswith(f"/{name}.csv"))
    texts = labels.examples(labels.with_sentiment(rows)).where(F.col("sentiment").isNotNull())
    return training.with_scored_text(texts).withColumn("words", words(F.col("scored_text")))


def counts_of(texts: DataFrame) -> dict[str, int]:
    return {row["sentiment"]: row["count"] for row in texts.groupBy("sentiment").count().collect()}


def from_lists(texts: DataFrame, options: Options) -> dict[str, measures.Confusion]:
    """A backend with words of its own: neutral where it says 0, and neutral within the band that suits the seen texts."""
    scored = training.with_polarity(texts, options).persist()
    seen, unseen = (polarities.polarity_counts(scored.where(F.col("is_test") == is_test)) for is_test in (False, True))
    scored.unpersist()
    band = polarities.best_band(seen)
    fitted = {f"{options.backend}, neutral to ±{band:g}": polarities.confusion_at(unseen, band)} if band else {}
    return {options.backend: polarities.confusion_at(unseen, 0.0), **fitted}


def from_embeddings(
    texts: DataFrame, models: Mapping[str, trained.Regression], options: Options
) -> dict[str, measures.Confusion]:
    embedded = regression.with_embeddings(texts.where("is_test"), options).persist()
    counts = {
        name: polarities.polarity_counts(regression.with_polarity(embedded, model)) for name, model in models.items()
    }
    embedded.unpersist()
    return {name: polarities.confusion_at(found, 0.0) for name, found in counts.items()}


def of_other_texts(comments: DataFrame, options: Options) -> trained.Regression:
    """A model of a third of the comments, to see what it is worth on texts of another kind."""
    seen = regression.with_embeddings(comments.where("not is_test and fold = 0"), options)
    folds = seen.withColumn("fold", (F.crc32(F.encode("text", "UTF-8")) / 15 % labels.FOLDS).cast("int")).persist()
    return regression.fit(folds, counts_of(folds)).regression


def confusions(
    texts: DataFrame, models: Mapping[str, trained.Regression], options: Options
) -> dict[str, measures.Confusion]:
    unseen, seen = counts_of(texts.where("is_test")), counts_of(texts.where("not is_test"))
    found = {"the most common label": measures.majority(unseen, seen)}
    for backend in ("textblob", "vader"):
        found |= from_lists(texts, replace(options, backend=backend))
    bayes = sparknlp.score_frame(texts.where("is_test"), options)
    found[sparknlp.NAME] = polarities.confusion_at(polarities.polarity_counts(bayes), 0.0)
    return found | from_embeddings(texts, models, options)


def show(name: str, found: Mapping[str, measures.Confusion]) -> None:
    columns = ["backend", "accuracy", "macro-F1", *(f"F1 {label}" for label in polarities.LABELS)]
    lines = []
    for backend, confusion in found.items():
        scores = measures.f1_scores(confusion)
        figures = [
            measures.accuracy(confusion),
            measures.macro_f1(confusion),
            *(scores[label] for label in polarities.LABELS),
        ]
        lines.append([backend, *(f"{figure:.3f}" for figure in figures)])
    texts = sum(next(iter(found.values())).values())
    console.show(f"{name}: {texts:,} texts that no model has seen", columns, lines)


def check(name: str, found: Mapping[str, measures.Confusion]) -> bool:
    """Whether `trained` has more macro-F1 than what it must beat."""
    ours = measures.macro_f1(found["trained"])
    rivals = ["the most common label", *(backend for backend in found if backend.startswith("textblob"))]
    reached = [
        result(f"{name}: macro-F1 of trained against {rival}", ours, measures.macro_f1(found[rival]), at_least=True)
        for rival in rivals
    ]
    return all(reached)


def speeds(texts: DataFrame, options: Options) -> None:
    """Texts a second of each backend that reads lists, with the start of its workers."""
    count = texts.count()
    for backend in ("textblob", "vader", "trained"):
        with stopwatch() as taken:
            training.with_polarity(texts, replace(options, backend=backend)).agg(F.sum("polarity")).collect()
        print(f"{backend}: {count / taken[0]:,.0f} texts/s on 2 cores, workers started anew", flush=True)
    with stopwatch() as taken:
        sparknlp.score_frame(texts, options).agg(F.sum("polarity")).collect()
    print(f"sparknlp: {count / taken[0]:,.0f} texts/s on 2 cores", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sets(folder / "sets")
        wanted = settings_for(
            folder, "http://127.0.0.1:1", f"labels.texts={folder / 'sets'}", f"text.model={folder / 'model'}",
            "spark.master=local[2]", "spark.nlp=true",
        )  # fmt: skip
        spark = warm_session(wanted)
        job.load("import_labels").run(spark, wanted)
        train(spark, wanted)
        options = Options(trained.NAME, model=wanted.text.model)
        texts = {name: set_of(spark, name, wanted).persist() for name in SETS}
        models = {
            "trained": trained.regression_from(stored.read(stored.folder(options.model, trained.NAME)).content),
            "trained on a third of the comments": of_other_texts(texts["comments"], options),
        }
        found = {name: confusions(rows, models, options) for name, rows in texts.items()}
        speeds(texts["comments"].where("is_test"), options)
    for name, confusion in found.items():
        show(name, confusion)
    best = {name: max(each, key=lambda backend: measures.macro_f1(each[backend])) for name, each in found.items()}
    print("the greatest macro-F1: " + "; ".join(f"{name} {backend}" for name, backend in best.items()))
    reached = [check(name, confusion) for name, confusion in found.items()]
    if not all(reached):
        sys.exit(1)


if __name__ == "__main__":
    main()
