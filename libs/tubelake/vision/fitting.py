"""Trains and judges a network, in a process of its own: TensorFlow may crash, and its settings are for a whole process."""

import hashlib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import parent_process
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tubelake.backends.libraries import tensorflow
from tubelake.errors import TubeLakeError, UsageError
from tubelake.measures import class_weights
from tubelake.vision.feeding import Feed
from tubelake.vision.network import mini_xception, seen_from_both_sides

BATCH = 32
RATE, SMOOTHING, NORM = 4e-3, 0.1, 1.0  # Adam's, of the labels, of the gradients: a few strange faces move nothing far
SHIFT, TURN, ZOOM = 0.1, math.radians(10), 0.1  # of the side, and so on: what two photographs of one face differ by
SHUFFLED = 8192  # faces among which the next one is drawn: 20 MB at 48 px


@dataclass(frozen=True)
class Task:
    """What to train on, and how."""

    feed: Feed
    file: Path  # of the model, .h5
    faces: tuple[int, ...]  # of each label
    size: int
    folds: int
    epochs: int
    patience: int
    seed: int
    threads: int


class Fitted(NamedTuple):
    """What models said of faces that they had not seen: a row a face, fold by fold."""

    truth: NDArray[np.int64]
    likely: NDArray[np.float64]  # (faces, labels)
    fold: NDArray[np.int64]
    epochs: tuple[int, ...]  # that each fold's model was trained for
    data_sha256: str  # of pixels, labels and folds, in order


def fit(task: Task) -> Fitted:
    """Train a model on all faces but one fold, for each fold, and then the one that is kept on all of them.

    The last is trained for as many epochs as the folds were, by their median. Raises TubeLakeError where
    training fails.
    """
    # oneDNN's kernels have corrupted memory here (TensorFlow 2.21) where a batch was smaller than the one before: all
    # batches that train are of one size.
    tf = tensorflow(task.threads)
    tf.get_logger().setLevel("ERROR")  # a model that is saved without its optimizer is no news
    tf.config.experimental.enable_op_determinism()
    tf.keras.utils.set_random_seed(task.seed)
    with TemporaryDirectory() as folder, task.feed() as batches:
        kept = _kept(batches, task, f"{folder}/faces")
        digest = _digest(kept, sum(task.faces))
        train = _trainer(task)
        parts = [_judge_fold(train, kept, number, task) for number in range(task.folds)]
        truth, likely, fold = (np.concatenate([part[at] for part in parts]) for at in range(3))
        epochs = tuple(part[3] for part in parts)
        model, _ = train(kept, None, round(median(epochs)))
        model.save(task.file, include_optimizer=False)  # HDF5 has no dates in it: its bytes are the same each time
        return Fitted(truth, likely.astype(np.float64), fold, epochs, digest)


def _kept(batches: Any, task: Task, file: str) -> Any:
    """(face (size, size, 1) uint8, label one-hot, fold, is_judge) of each, on disk after the first pass."""
    import tensorflow as tf

    def shaped(pixels: Any, label: Any, fold: Any, is_judge: Any) -> tuple[Any, ...]:
        face = tf.reshape(tf.io.decode_raw(pixels, tf.uint8), (task.size, task.size, 1))
        return face, tf.one_hot(label, len(task.faces)), fold, is_judge

    return batches.unbatch().map(shaped).cache(file)


def _digest(kept: Any, faces: int) -> str:
    digest, seen = hashlib.sha256(), 0
    for face, label, fold, _ in kept.as_numpy_iterator():
        digest.update(face.tobytes() + bytes([int(label.argmax()), int(fold)]))
        seen += 1
    if seen != faces:
        raise UsageError(
            f"{seen:,} of {faces:,} faces have reached TensorFlow: set emotion_training.cache to a folder that the driver "
            "and all workers reach, or emotion_training.feeding=arrow"
        )
    return digest.hexdigest()


def _trainer(task: Task) -> Callable[[Any, Any, int], tuple[Any, int]]:
    """Gives `train(faces, judges or None, epochs)` -> the model and for how many epochs it was trained.

    It stops where its loss on the judges has gained nothing for `patience` epochs. Half of the epochs pass before that is
    asked: the loss first rises, while the rate is high, and models are right more often towards the end. So the weights
    of the best epoch are not brought back either: few judges find it by chance.

    There is one model, which is put back to how it was: to build another takes TensorFlow as long as some epochs.
    """
    keras: Any = import_module("tf_keras")
    one = mini_xception(len(task.faces), task.size)
    both = seen_from_both_sides(one)
    model = keras.Model(one.inputs, one.outputs)  # compiled, which the model that is kept is not
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=SMOOTHING)
    model.compile(keras.optimizers.Adam(RATE, clipnorm=NORM), loss)
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    start = [variable.numpy() for variable in variables]
    weights = class_weights(dict(enumerate(task.faces)))

    def train(faces: Any, judges: Any, epochs: int) -> tuple[Any, int]:
        for variable, value in zip(variables, start, strict=True):
            variable.assign(value)
        callbacks = _callbacks(keras, task, is_judged=judges is not None)
        fed = _fed(faces, task)
        said = model.fit(
            fed, validation_data=judges, epochs=epochs, class_weight=weights, callbacks=callbacks, verbose=0
        )
        _check_losses([*said.history["loss"], *said.history.get("val_loss", ())])
        return both, len(said.history["loss"])

    return train


def _callbacks(keras: Any, task: Task, *, is_judged: bool) -> list[Any]:
    def rate(epoch: int) -> float:
        """Falls along half a wave of a cosine (Loshchilov and Hutter, arXiv 1608.03983), over all epochs there may be."""
        return RATE * 0.5 * (1 + math.cos(math.pi * epoch / task.epochs))

    callbacks = keras.callbacks
    always = [
        callbacks.LearningRateScheduler(rate), callbacks.TerminateOnNaN(),
        callbacks.LambdaCallback(on_epoch_end=_end_with_the_job),
    ]  # fmt: skip
    stopping = callbacks.EarlyStopping(patience=task.patience, start_from_epoch=task.epochs // 2)
    return [*always, stopping] if is_judged else always


def _end_with_the_job(_epoch: int, _losses: object) -> None:
    """A job that is killed cannot end this process."""
    parent = parent_process()
    if parent and not parent.is_alive():
        os._exit(1)


def _check_losses(losses: list[float]) -> None:
    if not np.isfinite(losses).all():
        raise TubeLakeError(
            "the training has diverged: its loss is no number any more; set another emotion_training.seed, and if that "
            "changes nothing look at the faces"
        )


def _judge_fold(
    train: Callable[[Any, Any, int], tuple[Any, int]], kept: Any, number: int, task: Task
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64], int]:
    """True labels, probabilities and fold of the faces of a fold that its model has not seen, and its epochs."""
    seen = kept.filter(lambda _, __, fold, ___: fold != number)
    judges = _scaled_batches(seen.filter(lambda _, __, ___, is_judge: is_judge == 1))
    model, epochs = train(seen.filter(lambda _, __, ___, is_judge: is_judge == 0), judges, task.epochs)
    unseen = _scaled_batches(kept.filter(lambda _, __, fold, ___: fold == number))
    truth = np.concatenate([label.argmax(axis=1) for _, label in unseen.as_numpy_iterator()])
    likely = model.predict(unseen, verbose=0)
    return truth, likely, np.full(len(truth), number), epochs


def _scaled_batches(faces: Any) -> Any:
    return faces.map(lambda face, label, *_: (_scaled(face), label)).batch(256)


def _scaled(face: Any) -> Any:
    """0 to 255 -> -1 to 1."""
    import tensorflow as tf

    return tf.cast(face, tf.float32) / 127.5 - 1.0


def _fed(faces: Any, task: Task) -> Any:
    """Batches to train on: in another order each epoch, each face as another photograph of it might be.

    All are of one size: faces that are left over at the end of an epoch come in another.
    """
    import tensorflow as tf

    size = min(BATCH, sum(1 for _ in faces))
    drawn = tf.data.Dataset.random(task.seed, rerandomize_each_iteration=True).batch(2)
    batches = faces.shuffle(SHUFFLED, task.seed).map(lambda face, label, *_: (_scaled(face), label))
    varied = tf.data.Dataset.zip((batches.batch(size, drop_remainder=True), drawn))
    return varied.map(lambda batch, seed: (_varied(batch[0], seed), batch[1])).prefetch(1)


def _varied(faces: Any, seed: Any) -> Any:
    """Each face mirrored or not, turned, nearer or farther, and moved."""
    import tensorflow as tf

    draws = tf.random.stateless_uniform((5, tf.shape(faces)[0]), seed, -1.0, 1.0)
    shift = SHIFT * faces.shape[1]
    return moved(faces, tf.sign(draws[0]), draws[1] * TURN, 1 + draws[2] * ZOOM, draws[3] * shift, draws[4] * shift)


def moved(faces: Any, mirror: Any, turn: Any, zoom: Any, right: Any, down: Any) -> Any:
    """Faces (n, side, side, 1), each mirrored where `mirror` is -1, turned (radians), made larger, and moved (px).

    Turning and sizes are about the middle. What comes in from outside repeats the edge.
    """
    import tensorflow as tf

    middle, side = (faces.shape[1] - 1) / 2, faces.shape[1]
    cos, sin = tf.cos(turn) / zoom, tf.sin(turn) / zoom
    # From where each pixel comes: (x, y) -> (a x + b y + c, d x + e y + f).
    a, b, d, e = mirror * cos, mirror * sin, -sin, cos
    c = middle - a * (middle + right) - b * (middle + down)
    f = middle - d * (middle + right) - e * (middle + down)
    rows = tf.stack([a, b, c, d, e, f, tf.zeros_like(a), tf.zeros_like(a)], axis=1)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=faces, transforms=rows, output_shape=(side, side), fill_value=0.0, interpolation="BILINEAR",
        fill_mode="NEAREST",
    )  # fmt: skip
