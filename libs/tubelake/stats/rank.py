"""How the ranks of two values of videos go together, a group at a time: runs on executors, in numpy and scipy."""

import numpy as np
import pandas as pd

FEWEST = 10  # videos with both values: with fewer the p-value is no good approximation, and no interval says anything
NORMAL_95 = 1.959964
CORRELATED = (
    "keyword string, feature string, video_count bigint, rho double, rho_low double, rho_high double, p_value double"
)


def correlate(videos: pd.DataFrame) -> pd.DataFrame:
    """One row with the columns of `CORRELATED`, of the videos (keyword, feature, value, view_count) of one feature."""
    key, count = (videos["keyword"].iloc[0], videos["feature"].iloc[0]), len(videos)
    rho, p_value = spearman(videos["value"].to_numpy(), videos["view_count"].to_numpy(dtype=np.float64))
    names = [part.split()[0] for part in CORRELATED.split(", ")]
    return pd.DataFrame([(*key, count, rho, *interval(rho, count), p_value)], columns=names)


def spearman(a: "np.ndarray[tuple[int], np.dtype[np.float64]]", b: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> tuple[float | None, float | None]:  # fmt: skip
    """Spearman's rho, equal values sharing their mean rank, and its two-sided p-value by Student's t.

    Null for fewer than `FEWEST` values, and where all values of one are equal.
    """
    from scipy.stats import spearmanr

    if len(a) < FEWEST or a.min() == a.max() or b.min() == b.max():
        return None, None
    test = spearmanr(a, b)
    return float(test.statistic), float(test.pvalue)


def interval(rho: float | None, count: int) -> tuple[float | None, float | None]:
    """The 95 % interval of rho by Fisher's z, with the variance (1 + rho^2 / 2) / (n - 3) of z.

    Bonett, Wright 2000, Psychometrika 65(1): with Fisher's own 1 / (n - 3) intervals of rank correlations are too narrow.
    Null where rho is null, or -1 or 1, for which there is no z.
    """
    if rho is None or abs(rho) >= 1 - 1e-12:
        return None, None
    z, error = np.arctanh(rho), np.sqrt((1 + rho**2 / 2) / (count - 3))
    return float(np.tanh(z - NORMAL_95 * error)), float(np.tanh(z + NORMAL_95 * error))
