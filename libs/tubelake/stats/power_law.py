"""The discrete power law of a tail: its exponent, where it begins, how well it fits; in numpy, all beginnings at once.

A. Clauset, C. R. Shalizi, M. E. J. Newman, "Power-law distributions in empirical data", SIAM Review 51(4), 2009: the
exponent by maximum likelihood, the beginning by the least Kolmogorov-Smirnov distance, and a p-value by data drawn from
the fit and fitted again. P(x) = x^-alpha / zeta(alpha, xmin) for whole numbers x from xmin on.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FEWEST = 50  # values of a tail: of fewer the exponent is biased (Clauset et al., section 3.1)
FEWEST_DIFFERENT = 5  # of its values: an exponent fits two numbers however often they occur
LEAST_SHARE = 0.1  # of all values: the last few of a log-normal look like a power law too (section 3.3 warns of it)
MOST_CANDIDATES = 40  # beginnings that are tried: each tail is 6 % shorter than the one before it
MOST_PLACES = 5_000
ROUNDS = 200  # an error of the p-value of at most 0.035
EXACT_BELOW = 16  # from here on an expansion of zeta errs by less than 1e-4
LARGEST = 1e15  # values drawn above it are it: doubles hold whole numbers up to 9e15
_STEEPEST = 50.0  # the exponent of values that hardly differ has no limit
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Counts(NamedTuple):
    """Different values in ascending order, whole and positive, and how often each occurs."""

    numbers: Floats
    times: Ints

    @property
    def total(self) -> int:
        return int(self.times.sum())

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Counts":
        return Counts(self.numbers[chosen], self.times[chosen])


class Fit(NamedTuple):
    """The tail from `xmin` on: its exponent, its Kolmogorov-Smirnov distance, and how many values it has."""

    xmin: float
    alpha: float
    distance: float
    tail: int


def counted(values: Floats) -> Counts:
    """Values of any order as `Counts`."""
    different, times = np.unique(values, return_counts=True)
    return Counts(different, times.astype(np.int64))


def zeta(alpha: Floats, q: Floats) -> Floats:
    """Hurwitz's zeta, the sum of (q + k)^-alpha over k >= 0, element by element; alpha above 1, q at least 1.

    From `EXACT_BELOW` on by the midpoint rule with its first correction: scipy's takes 20 times as long.
    """
    middle = q - 0.5
    found: Floats = np.exp((1 - alpha) * np.log(middle)) / (alpha - 1) * (1 - alpha * (alpha - 1) / (24 * middle**2))
    small = q < EXACT_BELOW
    if small.any():
        from scipy.special import zeta as exact

        found[small] = exact(alpha[small], q[small])
    return found


def exponents(xmins: Floats, mean_logs: Floats) -> Floats:
    """The likeliest exponent of each tail, from the mean logarithm of its values.

    Clauset et al., equation 3.7, which is Newton's start below `EXACT_BELOW`, where it is not good enough.
    """
    alphas: Floats = np.minimum(1 + 1 / (mean_logs - np.log(xmins - 0.5)), _STEEPEST)
    small = xmins < EXACT_BELOW
    if small.any():
        alphas[small] = _newton(alphas[small], xmins[small], mean_logs[small])
    return alphas


def _newton(alphas: Floats, xmins: Floats, mean_logs: Floats, step: float = 1e-4) -> Floats:
    """The root of the likelihood's derivative, which is convex: from the left each turn comes nearer to it."""
    for _ in range(20):
        low, middle, high = (np.log(zeta(alphas + at, xmins)) for at in (-step, 0.0, step))
        slope, bend = (high - low) / (2 * step) + mean_logs, (high - 2 * middle + low) / step**2
        moved: Floats = np.clip(alphas - slope / np.maximum(bend, 1e-9), 1 + 10 * step, _STEEPEST)
        if np.abs(moved - alphas).max() < 1e-6:
            break
        alphas = moved
    return moved


def fit(data: Counts) -> Fit | None:
    """The tail that is most like a power law; None without one that is long enough.

    Every value whose tail is long enough is a possible beginning. Of more than `MOST_CANDIDATES` so many are tried, each
    tail shorter than the one before it by about the same ratio.
    """
    if not len(data.numbers):
        return None
    tails = data.times[::-1].cumsum()[::-1]
    at = candidates(tails)
    if not len(at):
        return None
    logs = (data.times * np.log(data.numbers))[::-1].cumsum()[::-1]
    alphas = exponents(data.numbers[at], logs[at] / tails[at])
    distances = _distances(data.numbers, tails, at, alphas)
    best = int(distances.argmin())
    return Fit(float(data.numbers[at[best]]), float(alphas[best]), float(distances[best]), int(tails[at[best]]))


def candidates(tails: Ints) -> Ints:
    """The places of the values that are tried as beginnings, from how many values there are from each one on."""
    possible = np.flatnonzero(tails[: 1 - FEWEST_DIFFERENT] >= max(FEWEST, LEAST_SHARE * tails[0]))
    if len(possible) <= MOST_CANDIDATES:
        return possible
    wanted = np.geomspace(tails[possible[0]], tails[possible[-1]], MOST_CANDIDATES)
    places = np.minimum(np.searchsorted(-tails[possible], -wanted), len(possible) - 1)
    chosen: Ints = possible[np.unique(places)]
    return chosen


def _distances(values: Floats, tails: Ints, at: Ints, alphas: Floats) -> Floats:
    """The largest difference of the shares at or above a number, of the data and of the fit, for each beginning.

    Between two values of the data it is largest at the ends of the gap. Of a tail of more than `MOST_PLACES` values
    about so many are looked at: what lies between them adds less than 1 / `MOST_PLACES`.
    """
    here, behind = _Places.of(values), _Places.of(values + 1)
    after, found = np.append(tails[1:], 0), np.empty(len(at))
    for number, (start, alpha) in enumerate(zip(at, alphas, strict=True)):
        part = slice(start, None, 1 + (len(values) - start) // MOST_PLACES)
        whole, total = here.zeta(float(alpha), slice(start, start + 1)), tails[start]
        above = np.abs(tails[part] / total - here.zeta(float(alpha), part) / whole)
        below = np.abs(after[part] / total - behind.zeta(float(alpha), part) / whole)
        found[number] = max(above.max(), below.max())
    return found


class _Places(NamedTuple):
    """Numbers, and what `zeta` needs of them for every exponent."""

    values: Floats
    logs: Floats
    corrections: Floats
    small: int  # how many are below `EXACT_BELOW`

    @classmethod
    def of(cls, values: Floats) -> "_Places":
        middle = values - 0.5
        return cls(values, np.log(middle), 1 / (24 * middle**2), int(np.searchsorted(values, EXACT_BELOW)))

    def zeta(self, alpha: float, part: slice) -> Floats:
        """The same as the function, of these of the numbers."""
        found: Floats = np.exp((1 - alpha) * self.logs[part]) / (alpha - 1)
        found *= 1 - alpha * (alpha - 1) * self.corrections[part]
        if part.start < self.small:
            exact = self.values[part][: len(range(part.start, self.small, part.step or 1))]
            found[: len(exact)] = zeta(np.full(len(exact), alpha), exact)
        return found


def draw(alpha: float, xmin: float, count: int, random: np.random.Generator) -> Floats:
    """So many values of a power law, at most `LARGEST`."""
    share = 1 - random.random(count)  # of the values at or above the one that is drawn
    scale = float(zeta(np.array([alpha]), np.array([xmin]))[0]) * (alpha - 1)
    with np.errstate(over="ignore"):
        drawn: Floats = np.floor((share * scale) ** (1 / (1 - alpha)) + 0.5)
    if xmin < EXACT_BELOW:
        low = np.arange(xmin, EXACT_BELOW + 1)
        above = zeta(np.full(len(low), alpha), low)
        of_low = share > above[-1] / above[0]
        drawn[of_low] = low[np.searchsorted(-above / above[0], -share[of_low], side="right") - 1]
        drawn[~of_low] = np.maximum(drawn[~of_low], EXACT_BELOW)
    return np.clip(drawn, xmin, LARGEST)


def p_value(data: Counts, found: Fit, random: np.random.Generator, rounds: int = ROUNDS) -> float:
    """How often data that have such a power law lie as far from their own fit: under 0.1 it is none.

    Clauset et al., section 4.1: each value is drawn from the tail's fit, or from the data below it.
    """
    body = data.where(data.numbers < found.xmin)
    total, farther = data.total, 0
    for _ in range(rounds):
        tail = int(random.binomial(total, found.tail / total))
        again = counted(draw(found.alpha, found.xmin, tail, random))
        below = _again(body, total - tail, random)
        drawn = np.concatenate([below.numbers, again.numbers]), np.concatenate([below.times, again.times])
        other = fit(Counts(*drawn))
        farther += other is not None and other.distance >= found.distance
    return farther / rounds


def alpha_interval(data: Counts, random: np.random.Generator, rounds: int = ROUNDS) -> tuple[float, float]:
    """The 95 % interval of the exponent: where it lies in data drawn again from these, each with a beginning of its own."""
    drawn = (fit(_again(data, data.total, random)) for _ in range(rounds))
    low, high = np.quantile([other.alpha for other in drawn if other is not None], (0.025, 0.975))
    return float(low), float(high)


def _again(data: Counts, count: int, random: np.random.Generator) -> Counts:
    """So many of the values, drawn with replacement."""
    if not len(data.numbers):
        return data
    each = np.repeat(np.arange(len(data.numbers)), data.times)  # a look-up: a search in 100,000 takes ten times as long
    times = np.bincount(each[random.integers(0, len(each), count)], minlength=len(data.numbers))
    return Counts(data.numbers, times).where(times > 0)
