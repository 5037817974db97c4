"""How far the values of two groups lie apart, for each pair of groups: runs on executors, in numpy and scipy."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

RESAMPLES = 1_000
SEED = 20_240
MOST_BINS = 500  # of more different values than this, neighbours count as equal when groups are drawn again
FEWEST = 5  # values in a group
MOST_EXACT = 10_000  # pairs of values for which the exact p-value of a small group takes no time
PAIRS = (
    "grouping string, metric string, group_a string, group_b string, video_count_a bigint, video_count_b bigint, "
    "word_count_a bigint, word_count_b bigint, median_a double, median_b double, effect double, effect_low double, "
    "effect_high double, p_value double"
)
Floats = npt.NDArray[np.float64]


class Group(NamedTuple):
    """A group's values, its words (None: no text), and its distribution: as it is, then as it is drawn each time."""

    name: str
    values: Floats
    words: int | None
    shares: Floats
    leads: Floats  # share of values below a bin minus share above it


def compare(values: pd.DataFrame) -> pd.DataFrame:
    """One row with the columns of `PAIRS` for each pair of groups of one grouping and metric.

    `values` has grouping, metric, group, value, words. Groups under `FEWEST` values are left out.
    """
    by_name = {str(name): rows for name, rows in values.sort_values("value").groupby("group") if len(rows) >= FEWEST}
    edges = _edges(values["value"].to_numpy())
    random = np.random.default_rng(SEED)
    groups = [_group(name, by_name[name], edges, random) for name in sorted(by_name)]
    names = [part.split()[0] for part in PAIRS.split(", ")]
    key = (values["grouping"].iloc[0], values["metric"].iloc[0])
    frame = pd.DataFrame([(*key, *_pair(a, b)) for a, b in combinations(groups, 2)], columns=names)
    return frame.astype({"word_count_a": "Int64", "word_count_b": "Int64"})


def _edges(values: Floats) -> Floats:
    """Where bins begin, the first one left out: at each different value, or where equal shares of them begin."""
    different = np.unique(values)
    return (
        different[1:] if len(different) <= MOST_BINS else np.unique(np.quantile(values, np.linspace(0, 1, MOST_BINS)))
    )


def _group(name: str, rows: pd.DataFrame, edges: Floats, random: np.random.Generator) -> Group:
    values = rows["value"].to_numpy(dtype=np.float64)
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    # Drawn with replacement, so many of each bin come: the same as drawing the values, however many they are.
    drawn = random.multinomial(len(values), counts / len(values), size=RESAMPLES)
    shares = np.vstack([counts, drawn]) / len(values)
    words = None if rows["words"].isna().all() else int(rows["words"].sum())
    return Group(name, values, words, shares, 2 * np.cumsum(shares, axis=1) - shares - 1)


def _pair(a: Group, b: Group) -> tuple[object, ...]:
    effect, p_value = cliffs_delta(a.values, b.values)
    low, high = _interval(a, b, effect)
    return (
        a.name, b.name, len(a.values), len(b.values), a.words, b.words, float(np.median(a.values)),
        float(np.median(b.values)), effect, low, high, p_value,
    )  # fmt: skip


def cliffs_delta(a: Floats, b: Floats) -> tuple[float, float]:
    """Cliff's delta (Cliff 1993, Psychological Bulletin 114(3)) from Mann and Whitney's U, and the p-value of that.

    Of two groups whose values are all the same one it is 0, and p is 1.
    """
    from scipy.stats import mannwhitneyu

    if min(a.min(), b.min()) == max(a.max(), b.max()):
        return 0.0, 1.0
    is_small = len(a) * len(b) <= MOST_EXACT
    test = mannwhitneyu(a, b, alternative="two-sided", method="auto" if is_small else "asymptotic")
    return float(2 * test.statistic / (len(a) * len(b)) - 1), float(test.pvalue)


def _interval(a: Group, b: Group, effect: float) -> tuple[float, float]:
    """The 95 % percentile interval of the bootstrap (Efron, Tibshirani 1993), moved by what binning moves the effect."""
    binned, *drawn = np.einsum("rk,rk->r", a.shares, b.leads)
    low, high = np.percentile(drawn, [2.5, 97.5]) + effect - binned
    return float(np.clip(low, -1, 1)), float(np.clip(high, -1, 1))
