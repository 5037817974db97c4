"""How much more often a word stands in one part of a text than in the rest of it."""

from pyspark.sql import Column
from pyspark.sql import functions as F

PRIOR = 0.1  # words of the prior for each word of the whole: what a part has by chance is then no sign of it
SIGN = 1.96  # from here on a word marks a part: chance alone gets there in 1 of 40 cases


def log_odds(inside: Column, inside_total: Column, overall: Column, overall_total: Column) -> Column:
    """The log-odds ratio of a word in a part against the rest, in standard deviations (z).

    `inside` and `overall` count the word in the part and in the whole, the totals all words there. The prior is spread
    over the words as the whole is (informative Dirichlet prior: Monroe, Colaresi, Quinn 2008, "Fightin' Words",
    Political Analysis 16(4), equations 15, 19, 22, 23). Null where all words are the same one.
    """
    prior, prior_total = PRIOR * overall, PRIOR * overall_total
    part, rest = inside + prior, overall - inside + prior
    others_in_part = inside_total + prior_total - part
    others_in_rest = overall_total - inside_total + prior_total - rest
    return (F.ln(part / others_in_part) - F.ln(rest / others_in_rest)) / F.sqrt(1 / part + 1 / rest)
