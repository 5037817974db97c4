"""labelled_texts -> a trained sentiment model with its card, measured on texts that it has not seen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from tubelake import backends
from tubelake.backends import sparknlp, stored, trained
from tubelake.backends.base import Options
from tubelake.errors import UsageError
from tubelake.measures import Confusion, accuracy, macro_f1, majority
from tubelake.text import regression
from tubelake.text.cards import Card, Source, markdown
from tubelake.text.labels import examples, with_sentiment
from tubelake.text.measures import best_band, confusion_at, polarity_counts
from tubelake.text.normalise import VERSION, clean, spell_out
from tubelake.text.words import words

Counts = Mapping[str, int]

FEWEST = 20  # texts of a label to train on, and a quarter of that to measure with: fewer say nothing
PREPARED = f"Slang, emoji and the like are spelled out before, as score_text does it (rules {VERSION})."
LIMITS = (
    "The labels are taken as they came: who gave them, and by which rule, is known to the one who imported them.",
    "Texts of another kind than those it was trained on are judged worse than the figures above say.",
    "English only: texts in other languages are left unscored.",
    "It has no subjectivity, and does not name the words that its polarity comes from.",
)


class Learned(NamedTuple):
    """What a backend made of the texts, and what it foretold for those that it had not seen."""

    content: dict[str, Any]
    confusion: Confusion
    what: str
    choices: tuple[str, ...]
    limits: tuple[str, ...] = ()


class Outcome(NamedTuple):
    texts: int
    trained_on: int
    notes: tuple[str, ...]


def train(labelled: DataFrame, options: Options, today: date) -> Outcome:
    """Train the model that `options.backend` names, and put it into `options.model` with its card.

    Raises UsageError where a label has too few texts.
    """
    if options.backend == sparknlp.NAME:
        sparknlp.check_session()
    sentiments = with_sentiment(labelled)
    sources = _sources(sentiments)
    texts = with_scored_text(examples(sentiments)).persist()
    try:
        seen, unseen, contradictory = _counts(texts)
        _check(seen, unseen, sources)
        parts = texts.where(F.col("sentiment").isNotNull())
        learned = LEARNERS[options.backend](parts, seen, options)
        rivals = _rivals(parts, seen, unseen, options)
    finally:
        texts.unpersist()
    results = {options.backend: learned.confusion, **rivals}
    place = stored.folder(options.model, options.backend)
    model_hash = stored.digest(learned.content)[:16]
    card = Card(options.backend, learned.what, model_hash, today, sources, seen, unseen, contradictory,
                (PREPARED, *learned.choices), results, learned.limits + LIMITS)  # fmt: skip
    stored.write(place, learned.content, markdown(card))
    if options.backend == sparknlp.NAME:
        sparknlp.remove_others(place, learned.content["pipeline"])
    return Outcome(sum(source.texts for source in sources), sum(seen.values()), _notes(card, str(place)))


def with_scored_text(texts: DataFrame) -> DataFrame:
    """Adds `scored_text`, the text as score_text spells it out before it scores it; what then has no words goes."""

    @pandas_udf("string")  # type: ignore[untyped-decorator,call-overload]
    def scored_text(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        for batch in batches:
            yield batch.map(lambda text: spell_out(clean(text)))

    return texts.withColumn("scored_text", scored_text("text")).where(F.size(words(F.col("scored_text"))) > 0)


def with_polarity(texts: DataFrame, options: Options) -> DataFrame:
    """Adds the `polarity` that a backend gives `scored_text`; null where it cannot score it."""

    @pandas_udf("double")  # type: ignore[untyped-decorator,call-overload]
    def polarity(batches: Iterator[tuple[pd.Series, pd.Series]]) -> Iterator[pd.Series]:
        score = backends.load(options).score
        for batch, found in batches:
            scores = score(batch.tolist(), [list(row) for row in found])
            yield pd.Series([score.polarity for score in scores], dtype="float64")

    return texts.withColumn("polarity", polarity("scored_text", words(F.col("scored_text"))))


def _sources(sentiments: DataFrame) -> list[Source]:
    rows = sentiments.groupBy("file", "sha256", "sentiment").count().collect()
    return sorted(
        (Source(*row) for row in rows), key=lambda source: (source.file, source.sha256, source.sentiment or "")
    )


def _counts(texts: DataFrame) -> tuple[Counts, Counts, int]:
    """Texts of each sentiment to train on and to measure with, and those whose labels contradict each other."""
    rows = texts.groupBy("sentiment", "is_test").count().collect()
    seen, unseen = ({row["sentiment"]: row["count"] for row in rows if row["sentiment"] and row["is_test"] == part}
                    for part in (False, True))  # fmt: skip
    return seen, unseen, sum(row["count"] for row in rows if row["sentiment"] is None)


def _check(seen: Counts, unseen: Counts, sources: list[Source]) -> None:
    if not sources:
        raise UsageError("there are no labelled texts: run import_labels with --set labels.texts=FILE.csv first")
    for label in sorted({"negative", "positive", *seen, *unseen}):
        if seen.get(label, 0) < FEWEST or unseen.get(label, 0) < FEWEST // 4:
            found = seen.get(label, 0) + unseen.get(label, 0)
            raise UsageError(
                f"labelled_texts has {found:,} different texts that are {label}, which is too few to train and to measure "
                f"with: import at least {2 * FEWEST} of each label, with import_labels"
            )


def _learn_regression(texts: DataFrame, seen: Counts, options: Options) -> Learned:
    embedded = regression.with_embeddings(texts, options).persist()
    try:
        fitted = regression.fit(embedded.where(~F.col("is_test")), seen)
        scored = regression.with_polarity(embedded.where("is_test"), fitted.regression)
        confusion = confusion_at(polarity_counts(scored), 0.0)
    finally:
        embedded.unpersist()
    losses = ", ".join(f"{value:g}: {loss:.4f}" for value, loss in fitted.losses.items())
    penalty = (
        f"Penalty {fitted.penalty:g}: of all tried the one with the least log loss on a third of the texts to train on, "
        f"after training on the others ({losses})."
    )
    what = (
        "Sentence embeddings (all-MiniLM-L6-v2, 384 numbers a text) and a multinomial logistic regression on them. "
        "Polarity is P(positive) - P(negative), and 0 where neutral is the likeliest."
    )
    method = "Spark MLlib's LogisticRegression with an L2 penalty, each label weighing the same in all."
    limit = "As all labels weigh the same, its probabilities are no frequencies: rare labels get more than their share."
    return Learned(trained.content_of(fitted.regression), confusion, what, (method, penalty), (limit,))


def _learn_bayes(texts: DataFrame, seen: Counts, options: Options) -> Learned:
    place = stored.folder(options.model, sparknlp.NAME)
    content = sparknlp.fit(texts.where(~F.col("is_test")), seen, place)
    scored = sparknlp.with_polarity(texts.where("is_test"), place, content)
    return Learned(
        content,
        confusion_at(polarity_counts(scored), 0.0),
        "Spark NLP's ViveknSentiment: naive Bayes over words and runs of two and three words, which knows what is negated.",
        ("On positive and negative texts only; the rarer label's texts are repeated until both are about as many.",),
        (
            "It was shown no neutral texts: it says neutral where its words are as common in both kinds, or it knows none.",
        ),
    )


LEARNERS: Mapping[str, Callable[[DataFrame, Counts, Options], Learned]] = {
    trained.NAME: _learn_regression, sparknlp.NAME: _learn_bayes,
}  # fmt: skip


def _rivals(texts: DataFrame, seen: Counts, unseen: Counts, options: Options) -> dict[str, Confusion]:
    """What costs nothing to have: the most common label, and TextBlob with the band of neutral that suits the texts best."""
    by_words = with_polarity(texts, replace(options, backend="textblob"))
    band = best_band(polarity_counts(by_words.where(~F.col("is_test"))))
    return {
        f"always {max(sorted(seen), key=seen.__getitem__)}": majority(unseen, seen),
        f"TextBlob, neutral to ±{band:g}" if band else "TextBlob": confusion_at(
            polarity_counts(by_words.where("is_test")), band
        ),
    }


def _notes(card: Card, place: str) -> tuple[str, ...]:
    figures = "; ".join(
        f"{name} {accuracy(found):.3f} and {macro_f1(found):.3f}" for name, found in card.results.items()
    )
    unknown = sum(source.texts for source in card.sources if source.sentiment is None)
    left_out = [f"{unknown:,} texts are left out: their labels say no sentiment"] if unknown else []
    seen, unseen = sum(card.train_counts.values()), sum(card.test_counts.values())
    measured = f"trained on {seen:,} texts, measured on {unseen:,} others: accuracy and macro-F1 of {figures}"
    return (*left_out, measured, f"the model and its card are in {place}")
