"""How well labels were foretold: accuracy, macro-F1 and the like, from counts of (true label, foretold label)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

Confusion = Mapping[tuple[str, str], int]  # (true label, foretold label) -> texts

NEGATIVE, NEUTRAL, POSITIVE = LABELS = ("negative", "neutral", "positive")
BANDS = tuple(hundredth / 100 for hundredth in range(0, 100, 5))


def accuracy(confusion: Confusion) -> float:
    """Share of the texts whose label was foretold; 0 where there are none."""
    right = sum(count for (true, foretold), count in confusion.items() if true == foretold)
    return right / max(1, sum(confusion.values()))


def f1_scores(confusion: Confusion) -> dict[str, float]:
    """F1 of each label that texts have: the harmonic mean of precision and recall, 0 where none was foretold right."""
    labels = sorted({true for (true, _), count in confusion.items() if count})
    return {label: _f1(confusion, label) for label in labels}


def _f1(confusion: Confusion, label: str) -> float:
    true = sum(count for (of, _), count in confusion.items() if of == label)
    foretold = sum(count for (_, of), count in confusion.items() if of == label)
    return 2 * confusion.get((label, label), 0) / max(1, true + foretold)


def macro_f1(confusion: Confusion) -> float:
    """Mean of the labels' F1: a rare label counts as much as a common one. 0 where there are no texts."""
    scores = f1_scores(confusion)
    return sum(scores.values()) / max(1, len(scores))


def majority(counts: Mapping[str, int], seen: Mapping[str, int]) -> Counter[tuple[str, str]]:
    """What comes of always saying the most common label of those `seen`, for texts with these counts of labels."""
    common = max(sorted(seen), key=lambda label: seen[label])
    return Counter({(label, common): count for label, count in counts.items()})


def label_at(polarity: float | None, band: float) -> str:
    """The label that a polarity stands for: neutral within `band` of 0, and where there is no polarity."""
    if polarity is None or abs(polarity) <= band:
        return NEUTRAL
    return POSITIVE if polarity > 0 else NEGATIVE


def polarity_counts(rows: DataFrame) -> Counter[tuple[str, float | None]]:
    """(sentiment, polarity to two digits) -> rows. Some 600 pairs at most, however many rows there are.

    What is next to 0, but not 0, counts as 0.01: it is not neutral.
    """
    size = F.abs(F.round("polarity", 2))
    rounded = F.when(F.col("polarity") == 0, 0.0).otherwise(F.signum("polarity") * F.greatest(size, F.lit(0.01)))
    counts = (
        rows.groupBy("sentiment", F.when(F.col("polarity").isNotNull(), rounded).alias("polarity")).count().collect()
    )
    return Counter({(row["sentiment"], row["polarity"]): row["count"] for row in counts})


def confusion_at(counts: Mapping[tuple[str, float | None], int], band: float) -> Counter[tuple[str, str]]:
    """The confusion of texts with these polarities, if those within `band` of 0 are called neutral."""
    found: Counter[tuple[str, str]] = Counter()
    for (true, polarity), count in counts.items():
        found[true, label_at(polarity, band)] += count
    return found


def best_band(counts: Mapping[tuple[str, float | None], int], bands: Sequence[float] = BANDS) -> float:
    """The band around 0 at which macro-F1 is greatest for these texts, the narrowest of those."""
    return max(bands, key=lambda band: (macro_f1(confusion_at(counts, band)), -band))
