"""The values of one metric -> the row of `power_laws` that says how they are distributed: runs on executors."""

import math
import warnings
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tubelake.stats import power_law
from tubelake.stats.power_law import FEWEST, FEWEST_DIFFERENT, ROUNDS, Counts, Fit, Floats
from tubelake.tables import POWER_LAWS

LEVEL = 0.1  # Clauset, Shalizi, Newman 2009: of p-values of the fit, and of the ratios
MOST_FITTED = 20_000  # values that the log-normal is fitted to: evenly taken, more of them tell the same
NOT_KEPT = -1.0  # stands for the values that are not among the largest
TAIL_DDL = ", ".join(f"{column.name} {column.type}" for column in POWER_LAWS.columns)
_NO_FIT = dict.fromkeys(POWER_LAWS.column_names[5:])


class Alternative(NamedTuple):
    """Another distribution of the same tail: logarithms of likelihoods, a value each, and its parameters."""

    likelihoods: Floats
    parameters: tuple[float, ...]

    @property
    def criterion(self) -> float:
        """Akaike's: the less, the better."""
        return 2 * (len(self.parameters) - float(self.likelihoods.sum()))


def tail_row(rows: pd.DataFrame, *, rounds: int = ROUNDS) -> pd.DataFrame:
    """The row of `power_laws` of a keyword and metric, from its (value, times): 0 for none above, null for no value."""
    rows = rows.sort_values("value")
    known = rows["value"].notna()
    key = {name: rows[name].iloc[0] for name in ("keyword", "metric")}
    counts = {
        "video_count": int(rows["times"].sum()), "value_count": int(rows.loc[known, "times"].sum()),
        "zero_count": int(rows.loc[rows["value"] == 0, "times"].sum()),
    }  # fmt: skip
    kept = rows[rows["value"] > 0]
    data = Counts(kept["value"].to_numpy(dtype=np.float64), kept["times"].to_numpy(dtype=np.int64))
    found = power_law.fit(data)
    told: Mapping[str, Any]
    if found is None:
        told = _NO_FIT | {"verdict": _why_not(data, counts["value_count"] - counts["zero_count"])}
    else:
        told = _told(data, found, counts["value_count"], zlib.crc32(repr(tuple(key.values())).encode()), rounds)
    return pd.DataFrame([{**key, **counts, **told}])[POWER_LAWS.column_names]


def _why_not(data: Counts, positive: int) -> str:
    if positive < FEWEST:
        return f"too few videos: {positive} with a value above 0, and {FEWEST} are needed"
    if len(data.numbers) == 1:
        return f"nothing to fit: every value above 0 is {data.numbers[0]:,.0f}"
    return f"nothing to fit: a tail needs {FEWEST_DIFFERENT} different values, and nearly all above 0 are the same"


def _told(data: Counts, found: Fit, value_count: int, seed: int, rounds: int) -> Mapping[str, Any]:
    """All that a fit says; the same for the same data and seed."""
    random = np.random.default_rng(seed)
    p_value = power_law.p_value(data, found, random, rounds)
    low, high = power_law.alpha_interval(data, random, rounds)
    tail = data.where(data.numbers >= found.xmin)
    ours = _repeated(_power_law_likelihoods(tail.numbers, found), tail)
    lognormal, exponential = lognormal_of(tail, found.xmin), exponential_of(tail, found.xmin)
    others = {"log-normal": lognormal, "exponential": exponential}
    ratios = {name: _vuong(ours, other.likelihoods) for name, other in others.items()}
    (mu, sigma), (rate,) = lognormal.parameters, exponential.parameters
    share = found.tail / value_count
    long_tailed = _is_long_tailed(ours, lognormal, exponential)
    likelier = sorted(others, key=lambda name: others[name].criterion)
    return {
        "xmin": found.xmin, "tail_count": found.tail, "tail_share": share, "alpha": found.alpha, "alpha_low": low,
        "alpha_high": high, "ks_distance": found.distance, "p_value": p_value,
        "lognormal_ratio": ratios["log-normal"][0], "lognormal_p": ratios["log-normal"][1], "lognormal_mu": mu,
        "lognormal_sigma": sigma, "exponential_ratio": ratios["exponential"][0],
        "exponential_p": ratios["exponential"][1], "exponential_rate": rate, "is_long_tailed": long_tailed,
        "verdict": f"{_LONG[long_tailed]}: {verdict(found, share, p_value, ratios, likelier)}",
    }  # fmt: skip


_LONG = {True: "long-tailed", False: "not long-tailed", None: "no long tail that these data can show"}
_AN = {"log-normal": "a log-normal", "exponential": "an exponential"}


def verdict(
    found: Fit, share: float, p_value: float, ratios: Mapping[str, tuple[float, float]], likelier: Sequence[str]
) -> str:
    """What a fit says in plain words; `ratios` are those of the names in `likelier`, the likeliest first."""
    above = f"above {found.xmin:,.0f} ({share:.0%} of videos)"
    shape = f"alpha {found.alpha:.2f}, p {p_value:.2f}"
    better = [name for name in likelier if ratios[name][0] < 0 and ratios[name][1] < LEVEL]
    alike = " and ".join(_AN[name] for name in likelier if ratios[name][1] >= LEVEL)
    fits, fit = p_value > LEVEL, "fit" if " and " in alike else "fits"
    if better:
        told = "not a power law, though one would pass" if fits else "not a power law"
        return f"{told} (p {p_value:.2f}): {above} {_AN[better[0]]} fits better"
    if not fits:
        told = f"{alike} {fit} no worse" if alike else "a log-normal and an exponential fit worse"
        return f"not a power law (p {p_value:.2f}); {above} {told}"
    if not alike:
        return f"a power law {above} fits ({shape}), and better than a log-normal and an exponential"
    return f"a power law {above} fits ({shape}); {alike} {fit} as well: these data cannot tell them apart"


def _is_long_tailed(ours: Floats, lognormal: Alternative, exponential: Alternative) -> bool | None:
    """Whether the likelier of power law and log-normal is better than an exponential; None where that cannot be told."""
    longer = ours if ours.sum() > lognormal.likelihoods.sum() else lognormal.likelihoods
    ratio, p = _vuong(longer, exponential.likelihoods)
    return None if p >= LEVEL else ratio > 0


def _power_law_likelihoods(values: Floats, found: Fit) -> Floats:
    whole = float(power_law.zeta(np.array([found.alpha]), np.array([found.xmin]))[0])
    likelihoods: Floats = -math.log(whole) - found.alpha * np.log(values)
    return likelihoods


def lognormal_of(tail: Counts, xmin: float) -> Alternative:
    """The log-normal of whole numbers from `xmin` on, by the package powerlaw (Alstott, Bullmore, Plenz 2014)."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # it warns of every fit near an end of what it tries, and of what it divides
        found = _powerlaw().Fit(_evenly(tail), discrete=True, xmin=xmin, verbose=0).lognormal
        likelihoods = found.loglikelihoods(tail.numbers)
    return Alternative(_repeated(likelihoods, tail), (float(found.mu), float(found.sigma)))


def exponential_of(tail: Counts, xmin: float) -> Alternative:
    """The exponential of whole numbers from `xmin` on, which is a geometric distribution; its rate is exact.

    The one of powerlaw 2.0 cannot tell values apart that are far out, where its shares are below 1e-16.
    """
    beyond = tail.numbers - xmin
    rate = math.log1p(1 / (float(beyond @ tail.times) / tail.total))
    return Alternative(_repeated(math.log(-math.expm1(-rate)) - rate * beyond, tail), (rate,))


def _vuong(ours: Floats, theirs: Floats) -> tuple[float, float]:
    """The normalised ratio of likelihoods, above 0 where the first are larger, and its p-value (Vuong 1989)."""
    ratio, p = _powerlaw().loglikelihood_ratio(ours.copy(), theirs.copy(), normalized_ratio=True)
    return (float(ratio), float(p)) if math.isfinite(ratio) else (0.0, 1.0)


def _repeated(likelihoods: Floats, tail: Counts) -> Floats:
    return np.repeat(likelihoods, tail.times)


def _evenly(tail: Counts) -> Floats:
    """The values, or at most `MOST_FITTED` of them, one of each so many."""
    every = 1 + tail.total // MOST_FITTED
    places = np.arange(every // 2, tail.total, every)
    return tail.numbers[np.searchsorted(tail.times.cumsum(), places, side="right")]


def _powerlaw() -> Any:
    """The package. It imports matplotlib, which takes seconds: once a worker, and only where something is fitted."""
    import powerlaw

    return powerlaw
