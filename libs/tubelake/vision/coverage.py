"""How many faces keep a label at a threshold of confidence, and how often it is right: what a threshold costs."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

STEPS = tuple(twentieth / 20 for twentieth in range(20))
_HUNDREDTHS = tuple(hundredth / 100 for hundredth in range(100, -1, -1))


class Kept(NamedTuple):
    threshold: float
    share: float  # of the faces whose likeliest label is at least so likely
    accuracy: float  # of those; 0 where there are none


def curve(truth: NDArray[np.int64], likely: NDArray[np.float64], thresholds: Iterable[float] = STEPS) -> list[Kept]:
    """For faces with these true labels (n,) and probabilities (n, labels), n > 0; ends where no face is left."""
    sure, right = likely.max(axis=1), likely.argmax(axis=1) == truth
    kept = [(threshold, sure >= threshold) for threshold in sorted(thresholds)]
    return [Kept(at, float(those.mean()), float(right[those].mean())) for at, those in kept if those.any()]


def threshold_for(likely: NDArray[np.float64], share: float) -> float:
    """The greatest threshold, in hundredths, that leaves at least this share of the faces with a label."""
    sure = likely.max(axis=1)
    return next(at for at in _HUNDREDTHS if at == 0 or (sure >= at).mean() >= share)
