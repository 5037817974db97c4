"""The card of a trained emotion model (Mitchell et al., "Model Cards for Model Reporting", FAT* 2019)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from statistics import median, pstdev

from tubelake.markdown import bullets, document, table
from tubelake.measures import Confusion, accuracy, f1_scores, macro_f1
from tubelake.settings import EmotionTraining
from tubelake.vision.coverage import Kept
from tubelake.vision.emotion import Declared
from tubelake.vision.examples import JUDGED_BY, Counts

WHAT = """A convolutional network of the family of mini-XCEPTION (Arriaga et al., arXiv 1710.07557), which gives the
probability of each emotion for a gray picture of one face: the mean of what it says of the face and of its mirror image."""
USE = """To say what the faces of many pictures show, with the job `read_faces`. It does not know what anybody feels, and is
not made to judge a person."""
LIMITS = (
    "The labels are taken as they came: who gave them, and by which rule, is known to the one who imported them.",
    "Faces of another kind than those it was trained on (light, angle, age, how they were cut out) are told worse than the figures say.",
    "The figures are of models trained on a part of the faces; the model that is kept has seen all of them.",
    "All labels weigh the same in training, so its probabilities are no frequencies: rare emotions get more than their share.",
)


@dataclass(frozen=True)
class Card:
    declared: Declared
    trained_on: date
    version: int  # of the Delta table labelled_faces
    data_sha256: str
    counts: Counts
    settings: EmotionTraining
    fed_by: str
    epochs: tuple[int, ...]  # that each fold's model was trained for
    accuracies: tuple[float, ...]  # of each fold
    results: Mapping[str, Confusion]  # on the same faces; the model's own comes first
    threshold: float
    curve: tuple[Kept, ...]
    kept: Kept  # at the threshold


def markdown(card: Card) -> str:
    """What is written to CARD.md."""
    parts = [
        [f"# Emotion model `{card.declared.path.name}`", WHAT, _details(card)],
        ["## What it is for", USE, _command(card)],
        ["## Data", *_data(card)],
        ["## How it was trained", bullets(_choices(card))],
        ["## How good it is", *_results(card)],
        ["## Which faces get a label", *_thresholds(card)],
        ["## Limits", bullets(LIMITS)],
    ]
    return document(parts)


def _details(card: Card) -> str:
    declared = card.declared
    return bullets([
        f"Trained on {card.trained_on:%Y-%m-%d} by the job `train_emotion` of TubeLake, with TensorFlow {version('tensorflow')}",
        f"SHA-256 of the file: `{declared.sha256}`; another file is refused",
        f"Order of its labels: {', '.join(declared.labels)}",
        f"Input: gray, {declared.size} by {declared.size} px, scaled {declared.scale}",
    ])  # fmt: skip


def _command(card: Card) -> str:
    return f"`tubelake run read_faces --set vision.emotion_model={card.declared.path} --set vision.emotion_confidence={card.threshold:g}`"


def _data(card: Card) -> list[str]:
    rule = f"""Equal pictures count once. {card.counts.contradictory:,} that have more than one label and {card.counts.broken:,} that
cannot be decoded are left out."""
    rows = [(label, f"{card.counts.faces[label]:,}") for label in card.counts.labels]
    return [
        f"`labelled_faces`, version {card.version} of the Delta table. SHA-256 of what the model has seen (pixels, labels, folds): `{card.data_sha256}`.",
        rule,
        table(("label", "faces"), rows),
    ]


def _choices(card: Card) -> list[str]:
    wanted = card.settings
    epochs = ", ".join(map(str, card.epochs))
    return [
        f"Faces came from Spark by {card.fed_by}; each label's were dealt out to {wanted.folds} folds, seed {wanted.seed}.",
        "Each time a face is seen it is mirrored or not, turned by up to 10°, made larger or smaller and moved by up to a tenth.",
        "Each label weighs the same in all, however many faces have it; labels are smoothed by 0.1.",
        f"Adam, its rate falling along a cosine to nothing in {wanted.epochs} epochs.",
        f"Early stopping: one of {JUDGED_BY} faces that a fold's model could train on told when {wanted.patience} epochs of the second half had brought nothing.",
        f"Epochs of the folds: {epochs}.",
        f"The model was then trained on all faces for {round(median(card.epochs))} epochs, the median.",
    ]


def _results(card: Card) -> list[str]:
    shown = [(name, f"{accuracy(found):.3f}", f"{macro_f1(found):.3f}") for name, found in card.results.items()]
    name, own = next(iter(card.results.items()))
    labels = card.declared.labels
    rows = [(true, *(f"{own.get((true, label), 0):,}" for label in labels)) for true in labels]
    each = ", ".join(f"{value:.3f}" for value in card.accuracies)
    scores = ", ".join(f"{label} {score:.3f}" for label, score in f1_scores(own).items())
    return [
        f"Each face was judged by a model that had not seen it; chance is {1 / len(labels):.3f}.",
        f"Accuracy of each fold: {each} (standard deviation {pstdev(card.accuracies):.3f}).",
        table(("", "accuracy", "macro-F1"), shown),
        f"F1 of {name} by label: {scores}. What it said (columns) of faces with each label (rows):",
        table(("", *labels), rows),
    ]


def _thresholds(card: Card) -> list[str]:
    kept = card.kept
    rows = [(f"{each.threshold:g}", f"{each.share:.3f}", f"{each.accuracy:.3f}") for each in card.curve]
    return [
        f"""`vision.emotion_confidence={kept.threshold:g}` is the greatest that leaves {card.settings.label_share:.0%} of unseen faces
with a label: {kept.share:.3f} of them, and {kept.accuracy:.3f} of those labels are right.""",
        table(("vision.emotion_confidence", "faces with a label", "of those right"), rows),
    ]
