"""How much more often a word stands in one part of a text than in the rest of it."""

from collections.abc import Callable
from operator import truediv
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pyspark.sql import Column
from pyspark.sql import functions as F

Number = TypeVar("Number", Column, npt.NDArray[np.float64])

PRIOR = 0.1  # words of the prior for each word of the whole: what a part has by chance is then no sign of it
SIGN = 1.96  # from here on a word marks a part: chance alone gets there in 1 of 40 cases


def log_odds(inside: Column, inside_total: Column, overall: Column, overall_total: Column) -> Column:
    """`odds_in_deviations` in Spark, with a prior of `PRIOR`."""
    return odds_in_deviations(inside, inside_total, overall, overall_total, PRIOR, F.ln, F.sqrt, F.try_divide)


def odds_in_deviations(
    inside: Number, inside_total: Number, overall: Number, overall_total: Number, prior: float,
    ln: Callable[[Number], Number], sqrt: Callable[[Number], Number],
    divide: Callable[[Number, Number], Number] = truediv,
) -> Number:  # fmt: skip
    """The log-odds ratio of a word in a part against the rest, in standard deviations (z), of Columns or arrays.

    `inside` and `overall` count the word in the part and in the whole, the totals all words there. The prior, so many
    words for each word of the whole, is spread over the words as the whole is (informative Dirichlet prior: Monroe,
    Colaresi, Quinn 2008, "Fightin' Words", Political Analysis 16(4), equations 15, 19, 22, 23). Null, or NaN, where all
    words are the same one.
    """
    usual, usual_total = overall * prior, overall_total * prior
    part, rest = inside + usual, overall - inside + usual
    others_in_part = inside_total + usual_total - part
    others_in_rest = overall_total - inside_total + usual_total - rest
    return (ln(divide(part, others_in_part)) - ln(divide(rest, others_in_rest))) / sqrt(1 / part + 1 / rest)
