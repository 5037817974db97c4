"""What models run on: whether their packages are installed, and TensorFlow set up the same way for all of them."""

import os
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from tubelake.errors import UsageError


def need(packages: Iterable[str], what: str, extra: str = "vision") -> None:
    """Raises UsageError where one of them is not installed; none is imported."""
    if missing := [name for name in packages if find_spec(name) is None]:
        raise UsageError(f"{what} needs {', '.join(missing)}: install tubelake[{extra}]")


def tensorflow(threads: int) -> Any:
    """TensorFlow on so many threads, which takes of a GPU's memory what it needs; its first import takes 7 s.

    `tf.keras` and keras-ocr are Keras 2; the package keras is Keras 3, on TensorFlow too.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # else it tells each worker's log about its processor
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf

    with suppress(RuntimeError):  # it runs in this process already, with what it was given first
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, enable=True)
    return tf
