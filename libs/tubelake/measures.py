"""Labels: what each weighs in training, and how well they were foretold: accuracy, macro-F1 and the like."""

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

Confusion = Mapping[tuple[str, str], int]  # (true label, foretold label) -> texts, or faces
Label = TypeVar("Label")


def accuracy(confusion: Confusion) -> float:
    """Share of what was told rightly; 0 where there is nothing."""
    right = sum(count for (true, foretold), count in confusion.items() if true == foretold)
    return right / max(1, sum(confusion.values()))


def f1_scores(confusion: Confusion) -> dict[str, float]:
    """F1 of each true label: the harmonic mean of precision and recall, 0 where none was foretold right."""
    labels = sorted({true for (true, _), count in confusion.items() if count})
    return {label: _f1(confusion, label) for label in labels}


def _f1(confusion: Confusion, label: str) -> float:
    true = sum(count for (of, _), count in confusion.items() if of == label)
    foretold = sum(count for (_, of), count in confusion.items() if of == label)
    return 2 * confusion.get((label, label), 0) / max(1, true + foretold)


def macro_f1(confusion: Confusion) -> float:
    """Mean of the labels' F1: a rare label counts as much as a common one. 0 where there is nothing."""
    scores = f1_scores(confusion)
    return sum(scores.values()) / max(1, len(scores))


def majority(counts: Mapping[str, int], seen: Mapping[str, int]) -> Counter[tuple[str, str]]:
    """What comes of always saying the most common label of those `seen`, where labels have these counts."""
    common = max(sorted(seen), key=lambda label: seen[label])
    return Counter({(label, common): count for label, count in counts.items()})


def class_weights(counts: Mapping[Label, int]) -> dict[Label, float]:
    """The weight of one example of each label: all of a label together weigh the same, and all of them their number."""
    total = sum(counts.values())
    return {label: total / (len(counts) * count) for label, count in counts.items()}
