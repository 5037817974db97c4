"""Networks in files -> functions on arrays: Keras by TensorFlow, ONNX by its Runtime."""

import importlib
import json
import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubelake import devices
from tubelake.errors import UsageError

Numbers = NDArray[np.float32]
Run = Callable[[Numbers], Numbers]  # (n, size, size, 1) -> (n, outputs)

KERAS, ONNX = (".keras", ".h5", ".hdf5"), ".onnx"


def packages(file: Path) -> tuple[str, ...]:
    """What running the network needs."""
    return ("onnxruntime",) if file.suffix.lower() == ONNX else ("h5py", "tensorflow", "tf_keras")


def need(packages: tuple[str, ...], what: str) -> None:
    """Raises UsageError where one of them is not installed; none is imported."""
    if missing := [name for name in packages if find_spec(name) is None]:
        raise UsageError(f"{what} needs {', '.join(missing)}: install tubelake[vision]")


def load(file: Path, size: int, threads: int, device: str) -> Run:
    """The network that reads squares of this size. Raises UsageError for a file that holds none."""
    need(packages(file), f"the model {file.name}")
    try:
        return _onnx(file, size, threads, device) if file.suffix.lower() == ONNX else _keras(file, size, threads)
    except Exception as error:  # noqa: BLE001 - each library has its own errors for a file that is no model
        raise UsageError(
            f"{file} cannot be loaded as a model of pictures of {size} by {size} px: {_line(error)}"
        ) from None


def _keras(file: Path, size: int, threads: int) -> Run:
    tf = tensorflow(threads)
    model = _keras_of(file).models.load_model(str(file), compile=False)

    @tf.function(input_signature=[tf.TensorSpec((None, size, size, 1), tf.float32)])  # type: ignore[untyped-decorator]
    def run(pictures: Any) -> Any:
        return model(pictures, training=False)

    run.get_concrete_function()  # a model of another input fails here, and not at the first face
    return lambda pictures: run(pictures).numpy()


def tensorflow(threads: int) -> Any:
    """TensorFlow on so many threads, which takes of a GPU's memory what it needs; its first import takes 7 s."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # else it tells each worker's log about its processor
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf

    with suppress(RuntimeError):  # TensorFlow runs in this process already, with what it was given first
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, enable=True)
    return tf


def _keras_of(file: Path) -> Any:
    """tf_keras for what Keras 1 and 2 have written, Keras itself for later files: neither reads the other's."""
    return importlib.import_module("tf_keras" if int(_keras_version(file).partition(".")[0]) < 3 else "keras")


def _keras_version(file: Path) -> str:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as parts:
            return str(json.loads(parts.read("metadata.json"))["keras_version"])
    with importlib.import_module("h5py").File(file, "r") as content:
        version = content.attrs["keras_version"]
    return version.decode() if isinstance(version, bytes) else str(version)


def _onnx(file: Path, size: int, threads: int, device: str) -> Run:
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    wanted = ["CPUExecutionProvider"] if device == devices.CPU else ["CUDAExecutionProvider", "CPUExecutionProvider"]
    providers = [provider for provider in wanted if provider in runtime.get_available_providers()]
    session = runtime.InferenceSession(str(file), options, providers=providers)
    given = session.get_inputs()[0]
    is_channel_first = list(given.shape[1:]) == [1, size, size]
    if not is_channel_first and list(given.shape[1:]) != [size, size, 1]:
        raise ValueError(f"its input is {given.shape}")

    def run(pictures: Numbers) -> Numbers:
        inputs = pictures.transpose(0, 3, 1, 2) if is_channel_first else pictures
        return session.run(None, {given.name: inputs})[0]  # type: ignore[no-any-return]

    return run


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
