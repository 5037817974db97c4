"""What models run on: whether their packages are installed, and TensorFlow set up the same way for all of them."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tubelake import devices
from tubelake.errors import UsageError

_CUDA, _CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


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
    with _silent():
        import tensorflow as tf

        with suppress(RuntimeError):  # it runs in this process already, with what it was given first
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(threads)
            for gpu in tf.config.list_physical_devices("GPU"):
                tf.config.experimental.set_memory_growth(gpu, enable=True)
    return tf


@contextmanager
def _silent() -> Iterator[None]:
    """TensorFlow tells the console of the machine when it is imported, whatever it is told."""
    console, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(console, 2)
        os.close(console)
        os.close(nothing)


def tensorflow_device(device: str, threads: int, *, must_have_gpu: bool) -> str:
    """What TensorFlow computes on that was shown `device`. Raises UsageError where it must see a GPU and does not."""
    return devices.settled(
        device, lambda: bool(tensorflow(threads).config.list_physical_devices("GPU")), must_have_gpu=must_have_gpu,
        remedy="TensorFlow sees none here: install tubelake[gpu] in place of tubelake[vision]",
    )  # fmt: skip


def onnx_device(file: Path, device: str, *, must_have_gpu: bool) -> str:
    """The same for ONNX Runtime and the model in a file."""
    return devices.settled(
        device, lambda: _has_cuda(file), must_have_gpu=must_have_gpu,
        remedy="ONNX Runtime has no CUDA here: install tubelake[gpu] in place of tubelake[vision]",
    )  # fmt: skip


def _has_cuda(file: Path) -> bool:
    """By a session of the model: that CUDA is built in does not say that its libraries are there."""
    runtime = import_module("onnxruntime")
    if _CUDA not in runtime.get_available_providers():
        return False
    runtime.preload_dlls()  # CUDA as packages that come with TensorFlow
    session = runtime.InferenceSession(str(file), providers=[_CUDA, _CPU])
    return str(session.get_providers()[0]) == _CUDA


def onnx_providers(device: str) -> list[str]:
    """What ONNX Runtime computes by, on a device that it sees."""
    return [_CPU] if device == devices.CPU else [_CUDA, _CPU]
