"""Which label a polarity stands for, and how well the labels of texts were foretold."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.measures import macro_f1

NEGATIVE, NEUTRAL, POSITIVE = LABELS = ("negative", "neutral", "positive")
BANDS = tuple(hundredth / 100 for hundredth in range(0, 100, 5))


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
