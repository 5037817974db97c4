"""labelled_faces -> a trained emotion model with its card, measured on faces that it has not seen."""

import os
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pyspark.sql import DataFrame

from tubelake.backends.libraries import need
from tubelake.errors import UsageError
from tubelake.measures import Confusion, accuracy, macro_f1, majority
from tubelake.settings import EmotionTraining
from tubelake.vision import emotion, examples, feeding, guarded
from tubelake.vision.coverage import curve, threshold_for
from tubelake.vision.emotion import Declared
from tubelake.vision.examples import Counts
from tubelake.vision.fitting import Fitted, Task, fit
from tubelake.vision.model_card import Card, markdown

FILE, PART, CARD = "emotion.h5", ".part-emotion.h5", "CARD.md"
SCALE = "minus-one-to-one"
PACKAGES = ("pebble", "tensorflow", "tf_keras", "h5py")


class Outcome(NamedTuple):
    faces: int
    trained_on: int
    card: Card

    @property
    def notes(self) -> tuple[str, ...]:
        """What the job says."""
        return _notes(self.card)


def train(labelled: DataFrame, wanted: EmotionTraining, today: date, version: int) -> Outcome:
    """Train a model and put it into `wanted.model`, with its declaration, which read_faces asks for, and its card.

    `version` is that of the table. Raises UsageError for labels that are no emotions, or have too few faces.
    """
    need(PACKAGES, "train_emotion", "vision,train")
    by, folder = feeding.way(wanted.feeding), _made(wanted.model)
    part = folder / PART
    examples.check_labels(labelled)
    pictures = examples.decoded(labelled, wanted.size).persist()
    try:
        counts = examples.count(pictures)
        examples.check(counts, wanted.folds)
        faces = examples.in_folds(pictures, counts.labels, wanted.folds, wanted.seed)
        fitted = _fitted(faces, counts, by, wanted, part)
        part.replace(folder / FILE)
    finally:
        part.unlink(missing_ok=True)
        pictures.unpersist()
    declared = emotion.declare(folder / FILE, counts.labels, wanted.size, SCALE)
    card = _card(declared, counts, fitted, wanted, today, version, by)
    (folder / CARD).write_text(markdown(card), encoding="utf-8")
    return Outcome(_all(counts), sum(counts.faces.values()), card)


def _made(model: str) -> Path:
    """The folder; whether it can be written is known before anything is trained."""
    folder = Path(model).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PART).touch()
        (folder / PART).unlink()
    except OSError as error:
        raise UsageError(
            f"cannot write a model to {folder}: {error.strerror}; set emotion_training.model to a folder you own"
        ) from None
    return folder


def _fitted(faces: DataFrame, counts: Counts, by: feeding.Way, wanted: EmotionTraining, file: Path) -> Fitted:
    with TemporaryDirectory() as here, feeding.prepared(faces, by, Path(here), wanted.cache) as feed:
        task = Task(
            feed, file, tuple(counts.faces[label] for label in counts.labels), wanted.size, wanted.folds, wanted.epochs,
            wanted.patience, wanted.seed, os.cpu_count() or 1,
        )  # fmt: skip
        fitted: Fitted = guarded.once(fit, (task,), wanted.timeout_minutes * 60, "training")
    return fitted


def _all(counts: Counts) -> int:
    return sum(counts.faces.values()) + counts.broken + counts.contradictory


def confusion(fitted: Fitted, labels: tuple[str, ...]) -> Confusion:
    """What the folds' models said of the faces that they had not seen."""
    pairs = zip(fitted.truth, fitted.likely.argmax(axis=1), strict=True)
    return Counter((labels[true], labels[likeliest]) for true, likeliest in pairs)


def _card(
    declared: Declared,
    counts: Counts,
    fitted: Fitted,
    wanted: EmotionTraining,
    today: date,
    version: int,
    by: str,
) -> Card:
    right = fitted.likely.argmax(axis=1) == fitted.truth
    each = tuple(float(right[fitted.fold == number].mean()) for number in range(wanted.folds))
    threshold = threshold_for(fitted.likely, wanted.label_share)
    results = {
        f"{wanted.folds}-fold": confusion(fitted, declared.labels),
        f"always {max(counts.labels, key=counts.faces.__getitem__)}": majority(counts.faces, counts.faces),
    }
    return Card(
        declared, today, version, fitted.data_sha256, counts, wanted, by, fitted.epochs, each, results, threshold,
        tuple(curve(fitted.truth, fitted.likely)), curve(fitted.truth, fitted.likely, [threshold])[0],
    )  # fmt: skip


def _notes(card: Card) -> tuple[str, ...]:
    left_out = [
        f"{number:,} pictures are left out: they {why}"
        for number, why in (
            (card.counts.broken, "cannot be decoded"),
            (card.counts.contradictory, "have several labels"),
        )
        if number
    ]
    figures = "; ".join(
        f"{name} {accuracy(found):.3f} and {macro_f1(found):.3f}" for name, found in card.results.items()
    )
    faces, kept, file = sum(card.counts.faces.values()), card.kept, card.declared.path
    return (
        *left_out,
        f"{faces:,} faces by {card.fed_by}, each judged by a model that has not seen it: accuracy and macro-F1 of {figures}",
        f"emotion_confidence {kept.threshold:g} leaves {kept.share:.0%} of unseen faces with a label, of which {kept.accuracy:.3f} are right",
        f"model and card: {file.parent}; {used(file, kept.threshold)}",
    )


def used(file: Path, threshold: float) -> str:
    """How read_faces is told to use a model."""
    return f"tubelake run read_faces --set vision.emotion_model={file} --set vision.emotion_confidence={threshold:g}"
