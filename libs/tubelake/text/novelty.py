"""How new the words of a window are, compared with all words of its document before it."""

import hashlib

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.text.cohesion import PRIOR, Counts, Floats, Ints

SHUFFLES = 20
MOST_WORDS = 1_000_000  # more of a document are not shuffled: what that takes in time and memory is bounded
_NOVELTIES = "document_id string, position int, relative_entropy double, novelty double"


def novelty_of_windows(counts: DataFrame) -> DataFrame:
    """(document_id, position, relative_entropy, novelty): a row a window.

    `counts` are (document_id, position, word, count) of whole documents. Only their words' hashes go to Python, a
    document at a time.
    """
    hashed = counts.select("document_id", "position", F.xxhash64("word").alias("word"), "count")
    return hashed.groupBy("document_id").applyInPandas(_of_document, _NOVELTIES)


def divergences(counts: Counts, windows: int) -> Floats:
    """The Kullback-Leibler divergence of each window from all windows before it (bits): sum p log2 (p / q).

    p are the shares of its words, q those of the words before it with Jeffreys' half an occurrence more for each word
    of the document, so that a new word is surprising and not impossible. NaN without words, and with none before.
    S. Kullback and R. A. Leibler, "On information and sufficiency" (1951).
    """
    order = np.lexsort((counts.unit, counts.word))
    unit, word, count = (values[order] for values in counts)
    size = np.bincount(unit, count, windows)
    past = np.cumsum(size) - size
    firsts = np.flatnonzero(np.diff(word, prepend=-1))
    upto = np.cumsum(count) - count
    before = upto - np.repeat(upto[firsts], np.diff(firsts, append=len(word)))
    share = count / size[unit]
    expected = (before + PRIOR) / (past[unit] + PRIOR * len(firsts))
    divergence = np.bincount(unit, share * np.log2(share / expected), windows)
    return np.where((size > 0) & (past > 0), divergence, np.nan)


def novelties(counts: Counts, windows: int, document_id: str) -> Floats:
    """How many standard deviations each window's divergence is above those of the same words shuffled.

    Shuffled, the windows keep their sizes: so it does not matter that early and short windows diverge more anyway.
    The same document gives the same numbers. NaN where there is no divergence, or where shuffling changes nothing.
    """
    seed = int.from_bytes(hashlib.sha256(document_id.encode("utf-8", "replace")).digest()[:8], "big")
    random = np.random.default_rng(seed)
    counts = _thinned(counts, random)
    words, places = _shuffle_ready(counts, windows)
    with np.errstate(invalid="ignore", divide="ignore"):
        shuffled = [divergences(_counted(random.permutation(words), places, windows), windows) for _ in range(SHUFFLES)]
        deviation = np.std(shuffled, axis=0, ddof=1)
        novelty = (divergences(counts, windows) - np.mean(shuffled, axis=0)) / deviation
    return np.where(deviation > 1e-9, novelty, np.nan)


def numbered(words: "pd.Series[int] | pd.Series[str]") -> Ints:
    """Words as numbers from 0, in their order."""
    numbers: Ints = np.unique(words.to_numpy(), return_inverse=True)[1].astype(np.int64)
    return numbers


def _of_document(document: pd.DataFrame) -> pd.DataFrame:
    positions, unit = np.unique(document["position"].to_numpy(), return_inverse=True)
    entries = document["count"].to_numpy() > 0
    word = numbered(document["word"][entries])
    counts = Counts(unit[entries].astype(np.int64), word, document["count"].to_numpy()[entries])
    document_id = document["document_id"].iloc[0]
    return pd.DataFrame(
        {
            "document_id": document_id,
            "position": positions,
            "relative_entropy": divergences(counts, len(positions)),
            "novelty": novelties(counts, len(positions), document_id),
        }
    )


def _shuffle_ready(counts: Counts, windows: int) -> tuple[Ints, Ints]:
    """Every single word, and the window of each place for one: the order of the entries makes no difference."""
    order = np.lexsort((counts.unit, counts.word))
    sizes = np.bincount(counts.unit, counts.times, windows).astype(np.int64)
    return np.repeat(counts.word[order], counts.times[order]), np.repeat(np.arange(windows), sizes)


def _counted(words: Ints, places: Ints, windows: int) -> Counts:
    pairs, count = np.unique(words * windows + places, return_counts=True)
    return Counts(pairs % windows, pairs // windows, count)


def _thinned(counts: Counts, random: np.random.Generator) -> Counts:
    """At most a million of the words, drawn at random."""
    if counts.times.sum() <= MOST_WORDS:
        return counts
    order = np.lexsort((counts.unit, counts.word))
    unit, word, count = (values[order] for values in counts)
    drawn = random.multivariate_hypergeometric(count, MOST_WORDS, method="marginals")
    return Counts(unit[drawn > 0], word[drawn > 0], drawn[drawn > 0])
