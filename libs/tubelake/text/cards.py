"""Model cards (Mitchell et al., "Model Cards for Model Reporting", FAT* 2019): what a trained model is, and how good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tubelake.markdown import bullets, document, table
from tubelake.measures import Confusion, accuracy, f1_scores, macro_f1


class Source(NamedTuple):
    """Labels of one kind in one file; `sentiment` is None where they mean none."""

    file: str
    sha256: str
    sentiment: str | None
    texts: int


@dataclass(frozen=True)
class Card:
    backend: str
    what: str  # how it works, in a sentence
    model_hash: str
    trained_on: date
    sources: Sequence[Source]
    train_counts: Mapping[str, int]
    test_counts: Mapping[str, int]
    contradictory: int  # texts with more than one label
    choices: Sequence[str]  # how it was trained
    results: Mapping[str, Confusion]  # on the same unseen texts; the model's own comes first
    limits: Sequence[str]


def markdown(card: Card) -> str:
    """What is written to CARD.md."""
    parts = [
        [f"# Sentiment model `{card.backend}`", card.what, *_details(card)],
        ["## What it is for", *_use(card)],
        ["## Data", *_data(card)],
        ["## How it was trained", bullets(card.choices)],
        ["## How good it is", *_results(card)],
        ["## Limits", bullets(card.limits)],
    ]
    return document(parts)


def _details(card: Card) -> list[str]:
    trained = f"Trained on {card.trained_on:%Y-%m-%d} by the job `train_sentiment` of TubeLake"
    return [bullets([trained, f"Hash of the model: `{card.model_hash}`"])]


def _use(card: Card) -> list[str]:
    use = f"""To say whether English texts such as comments and chat messages are positive or negative, in large numbers:
`--set text.sentiment_backend={card.backend}`. It is not made to judge one text, or the person who wrote it."""
    return [use]


def _data(card: Card) -> list[str]:
    sources = [(source.file, source.sha256[:16], source.sentiment or "not understood, left out", f"{source.texts:,}")
               for source in card.sources]  # fmt: skip
    rule = f"""Texts that differ only in case and blanks count once; {card.contradictory:,} that have more than one label
are left out. One text of five, chosen by a hash of the text, is kept for measuring: no part of the training, the choice
of settings included, sees it."""
    labels = sorted({*card.train_counts, *card.test_counts})
    split = [(label, f"{card.train_counts.get(label, 0):,}", f"{card.test_counts.get(label, 0):,}") for label in labels]
    return [
        table(("file", "SHA-256 begins with", "label", "texts"), sources),
        rule,
        table(("label", "to train", "to measure"), split),
    ]


def _results(card: Card) -> list[str]:
    shown = [(name, f"{accuracy(found):.3f}", f"{macro_f1(found):.3f}") for name, found in card.results.items()]
    name, own = next(iter(card.results.items()))
    labels = sorted({label for pair in own for label in pair})
    rows = [(true, *(f"{own.get((true, label), 0):,}" for label in labels)) for true in labels]
    scores = ", ".join(f"{label} {score:.3f}" for label, score in f1_scores(own).items())
    return [
        "On the texts that were kept for measuring, all on the same ones:",
        table(("", "accuracy", "macro-F1"), shown),
        f"F1 of {name} by label: {scores}. What it said (columns) of texts with each label (rows):",
        table(("", *labels), rows),
    ]
