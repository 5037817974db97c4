"""Where a text is best cut, so that each piece keeps to words of its own: the arithmetic of segments and paragraphs.

A run of units (sentences of captions, minutes of a chat) costs the bits that its words take if they are drawn from a
distribution of its own, of which nothing is known before: the Dirichlet compound multinomial of J. Eisenstein and
R. Barzilay, "Bayesian unsupervised topic segmentation" (EMNLP 2008), here with Jeffreys' prior of 1/2 a word. It pays
to cut where other words begin, and to go on where words come again. The best of all ways to cut is found by dynamic
programming, as in M. Utiyama and H. Isahara, "A statistical model for domain-independent text segmentation" (ACL 2001).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PRIOR = 0.5  # Jeffreys': half an occurrence of each word of the document
PARAGRAPH, DEVIATION = 5.0, 2.0  # sentences


class Counts(NamedTuple):
    """How often each word is in each unit: three arrays, an entry a unit and word; words are numbered from 0."""

    unit: Ints
    word: Ints
    times: Ints


def regrouped(counts: Counts, unit: Ints) -> Counts:
    """The counts of larger units; `unit` has for each entry the one it belongs to."""
    width = int(unit.max(initial=0)) + 1
    pairs, place = np.unique(counts.word * width + unit, return_inverse=True)
    return Counts(pairs % width, pairs // width, np.bincount(place, counts.times, len(pairs)).astype(np.int64))


def segment_borders(counts: Counts, starts: Floats, ends: Floats, shortest: float) -> list[int]:
    """The first unit of each segment; `starts` and `ends` of the units and the `shortest` segment are seconds.

    To say where a segment begins costs the logarithm of the number of words (Utiyama and Isahara). A word counts
    1 + log2(n) in a unit in which it is n times: in chats it is often shouted hundreds of times.
    """
    costs = run_costs(counts._replace(times=1 + np.log2(counts.times).astype(np.int64)), len(starts))
    costs += np.log(max(1, counts.times.sum()))
    is_short = ends[None, :] - starts[:, None] < shortest
    is_short[0, -1] = False  # what is shorter as a whole is one segment
    costs[is_short] = np.inf
    return cheapest_cut(costs)


def paragraph_borders(counts: Counts, units: int) -> list[int]:
    """The first sentence of each paragraph.

    The length has a normal prior, 5 sentences give or take 2, and borders cost nothing else: P. Fragkou, V. Petridis and
    A. Kehagias, "A dynamic programming algorithm for linear text segmentation" (J. Intelligent Information Systems 2004).
    """
    lengths = np.arange(units)[None, :] - np.arange(units)[:, None] + 1
    return cheapest_cut(run_costs(counts, units) + (lengths - PARAGRAPH) ** 2 / (2 * DEVIATION**2))


def run_costs(counts: Counts, units: int) -> Floats:
    """What each run of units costs (nats): row its first unit, column its last."""
    size = np.bincount(counts.unit, counts.times, units).astype(np.int64)
    upto = np.concatenate(([0], np.cumsum(size)))
    words = np.maximum(upto[None, 1:] - upto[:-1, None], 0)
    vocabulary = len(np.unique(counts.word))
    costs: Floats = _rising(vocabulary * PRIOR, int(upto[-1]))[words] - _gains(counts, units)
    return costs


def cheapest_cut(costs: Floats) -> list[int]:
    """The first units of the runs into which all units are cut at the least cost."""
    units = len(costs)
    best, begin = np.zeros(units + 1), np.zeros(units, dtype=np.int64)
    for last in range(units):
        totals = best[: last + 1] + costs[: last + 1, last]
        begin[last] = np.argmin(totals)
        best[last + 1] = totals[begin[last]]
    borders, at = [], units
    while at > 0:
        at = int(begin[at - 1])
        borders.append(at)
    return borders[::-1]


def _rising(base: float, most: int) -> Floats:
    """Log Gamma(base + n) - log Gamma(base) for n from 0 to `most`."""
    return np.concatenate(([0.0], np.cumsum(np.log(base + np.arange(most)))))


def _gains(counts: Counts, units: int) -> Floats:
    """For each run the sum of `_rising(PRIOR, count)` over its words.

    As a function of first and last unit a word's part changes only where both are units that have the word. So only
    these changes are noted, and all are summed up at once: what takes time are words that are in many units.
    """
    changes = np.zeros((units, units))
    rising = _rising(PRIOR, int(counts.times.sum()))
    order = np.lexsort((counts.unit, counts.word))
    unit, count = counts.unit[order], counts.times[order]
    firsts = np.flatnonzero(np.diff(counts.word[order], prepend=-1))[1:]
    for places, here in zip(np.split(unit, firsts), np.split(count, firsts), strict=True):
        upto = np.concatenate(([0], np.cumsum(here)))
        within = np.maximum(upto[None, 1:] - upto[:-1, None], 0)
        less = np.maximum(within - here[:, None], 0), np.maximum(within - here[None, :], 0)
        both = np.maximum(within - here[:, None] - here[None, :], 0)
        corner = rising[within] - rising[less[0]] - rising[less[1]] + rising[both]
        changes[np.ix_(places, places)] += np.triu(corner)
    return np.cumsum(np.cumsum(changes[::-1], axis=0)[::-1], axis=1)
