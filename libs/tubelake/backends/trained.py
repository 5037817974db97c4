"""Sentiment by a model that train_sentiment made: a logistic regression over sentence embeddings.

Spark trains the regression. Here its coefficients are plain numbers of a file that we wrote ourselves: workers need no
JVM for it, and run no code that comes with a model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubelake.backends import minilm, stored
from tubelake.backends.base import Backend, Options, Score
from tubelake.backends.embedder import Embedder
from tubelake.errors import UsageError

NAME = "trained"
NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Regression:
    """A row of coefficients and an intercept for each label."""

    labels: tuple[str, ...]
    coefficients: Numbers
    intercepts: Numbers


def load(options: Options) -> Backend:
    """The model in `text.model`. Raises UsageError where there is none, or it was made for other embeddings."""
    found = stored.read(stored.folder(options.model, NAME))
    if found.content["embedder_hash"] != minilm.model_hash():
        raise UsageError(f"the model in {options.model} was trained on other sentence embeddings: train it anew")
    embedder = minilm.load(options)
    score = partial(_scores, embedder, regression_from(found.content))
    return Backend(NAME, frozenset({"en"}), found.sha256[:16], score)


def content_of(regression: Regression) -> dict[str, Any]:
    """The regression as it is stored."""
    return {
        "embedder": "minilm",
        "embedder_hash": minilm.model_hash(),
        "labels": list(regression.labels),
        "intercepts": regression.intercepts.tolist(),
        "coefficients": regression.coefficients.tolist(),
    }


def regression_from(content: dict[str, Any]) -> Regression:
    """The regression that was stored as `content`."""
    numbers = (np.array(content[name], np.float64) for name in ("coefficients", "intercepts"))
    return Regression(tuple(content["labels"]), *numbers)


def probabilities(regression: Regression, vectors: NDArray[Any]) -> Numbers:
    """For each vector a row with the probability of each label."""
    margins = vectors.astype(np.float64) @ regression.coefficients.T + regression.intercepts
    powers: Numbers = np.exp(margins - margins.max(axis=1, keepdims=True))  # the greatest is 1: none overflows
    shares: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return shares


def polarities(regression: Regression, vectors: NDArray[Any]) -> Numbers:
    """P(positive) - P(negative) for each vector, and 0 where neutral is the likeliest.

    So its sign is the likeliest label: everywhere in TubeLake texts above 0 count as positive, and those below as
    negative. The difference alone is never quite 0, and no text would be neutral.
    """
    likely = probabilities(regression, vectors)
    positive, negative = (regression.labels.index(label) for label in (POSITIVE, NEGATIVE))
    found: Numbers = likely[:, positive] - likely[:, negative]
    is_neutral = np.array(regression.labels)[likely.argmax(axis=1)] == NEUTRAL
    return np.where(is_neutral, 0.0, found)


def _scores(
    embedder: Embedder, regression: Regression, texts: Sequence[str], words: Sequence[Sequence[str]]
) -> list[Score]:
    """Subjectivity stays null: a label `neutral` says that a text is neither good nor bad, not that it states facts."""
    found = polarities(regression, embedder.embed(texts))
    return [
        Score(float(polarity), None, [], len(known)) if text.strip() else Score(None, None, [], 0)
        for text, known, polarity in zip(texts, words, found, strict=True)
    ]
