"""Sentence embeddings by the Universal Sentence Encoder (Cer et al., EMNLP 2018), or any other SavedModel of texts.

Its weights come with no package: `embeddings.model` names the folder of a SavedModel, or a handle of TF-Hub, which
`tensorflow_hub` downloads. The model takes texts (string[None]) and gives a vector for each (float32[None, dimensions]).
"""

import hashlib
import importlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from tubelake.backends.base import Options
from tubelake.backends.embedder import MOST_CHARACTERS, Embedder, Vectors, readable, unit
from tubelake.backends.libraries import need, tensorflow
from tubelake.backends.model_files import file_digest
from tubelake.errors import UsageError

NAME = "use"
BATCH_TEXTS = 128
RULES = f"{MOST_CHARACTERS} characters"


def load(options: Options) -> Embedder:
    """The model that `options.model` names. Raises UsageError where it, or a package, is missing."""
    place = folder(options.model)
    need(["tensorflow"], "embeddings.backend=use", "embed")
    return Embedder(NAME, model_hash(place), RULES, lambda texts: embeddings(texts, place, options.threads))


def folder(model: str) -> Path:
    """The folder of the SavedModel. Raises UsageError where there is none."""
    if not model:
        raise UsageError(
            "embeddings.backend=use needs a model: set embeddings.model to the folder of its SavedModel or to its "
            "TF-Hub handle"
        )
    place = _downloaded(model) if "://" in model else Path(model)
    if not (place / "saved_model.pb").is_file():
        raise UsageError(f"embeddings.model: there is no SavedModel in {place}: it must have a file saved_model.pb")
    return place


def _downloaded(handle: str) -> Path:
    if find_spec("tensorflow_hub") is None:
        raise UsageError(
            f"embeddings.model={handle} is a TF-Hub handle, and the package tensorflow_hub is not installed: install "
            "it, or download the model and name the folder of its SavedModel"
        )
    try:
        return Path(importlib.import_module("tensorflow_hub").resolve(handle))
    except Exception as error:  # noqa: BLE001 - it raises what each of its protocols raises
        raise UsageError(f"embeddings.model={handle} cannot be fetched: {' '.join(str(error).split())[:200]}") from None


def model_hash(place: Path) -> str:
    """Of all files, with their names."""
    stamps = ((str(file), file.stat().st_mtime_ns) for file in sorted(place.rglob("*")) if file.is_file())
    return _hash(place, tuple(stamps))


@lru_cache
def _hash(place: Path, stamps: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _ in stamps:
        digest.update(str(Path(name).relative_to(place)).encode() + b"\0")
        digest.update(file_digest(Path(name)))
    return digest.hexdigest()[:16]


def embeddings(texts: Sequence[str], place: Path, threads: int) -> Vectors:
    """A row a text, those of like length together, so that little is padded. No text has no dimensions either."""
    if not texts:
        return np.zeros((0, 0), np.float32)
    encode, given = _model(place, model_hash(place), threads), [readable(text) for text in texts]
    order = sorted(range(len(given)), key=lambda at: len(given[at]))
    parts = [
        encode([given[at].encode() for at in order[first : first + BATCH_TEXTS]])
        for first in range(0, len(order), BATCH_TEXTS)
    ]
    rows = np.empty((len(given), parts[0].shape[1]), np.float32)
    rows[order] = np.concatenate(parts)
    rows[[at for at, text in enumerate(given) if not text.strip()]] = 0  # the model has a vector for nothing, too
    return unit(rows)


@lru_cache(2)
def _model(place: Path, _hash: str, threads: int) -> Callable[[Sequence[bytes]], Vectors]:
    tf = tensorflow(threads)
    loaded = tf.saved_model.load(str(place))
    call = loaded if callable(loaded) else loaded.signatures["serving_default"]
    return lambda texts: _vectors(call(tf.constant(texts, tf.string)), len(texts), place)


def _vectors(answer: Any, count: int, place: Path) -> Vectors:
    """A model that is called by its signature answers with a dictionary."""
    tensors = list(answer.values()) if isinstance(answer, dict) else [answer]
    rows = np.asarray(tensors[0], np.float32)
    if len(tensors) != 1 or rows.ndim != 2 or len(rows) != count:
        raise UsageError(f"embeddings.model: the model in {place} does not give one vector for each text")
    return rows
