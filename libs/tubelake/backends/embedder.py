"""Swappable sentence embeddings: each backend is a module with `load(options) -> Embedder`."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubelake.backends.base import Options

Vectors = NDArray[np.float32]

MOST_CHARACTERS = 20_000  # the rest of a longer text is not read: twice what YouTube lets anybody write


@dataclass(frozen=True)
class Embedder:
    """`embed` gives a row of length 1 for each text; for a text without any token, zeros.

    It loads its model at the first text: asking for the hash alone costs nothing of that.
    """

    name: str
    model_hash: str  # first 16 hex digits of SHA-256 over its files
    rules: str  # what else its vectors depend on
    embed: Callable[[Sequence[str]], Vectors]


def load(options: Options) -> Embedder:
    """The backend that the options name. Raises UsageError where what it needs is missing."""
    return importlib.import_module(f"tubelake.backends.{options.backend}").load(options)  # type: ignore[no-any-return]


def readable(text: str) -> str:
    """What a model is given of a text: its beginning, with a ? for each lone surrogate."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def unit(rows: Vectors) -> Vectors:
    """The rows (texts x dimensions) at length 1; zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Vectors = rows / np.where(lengths == 0, 1, lengths)
    return found
