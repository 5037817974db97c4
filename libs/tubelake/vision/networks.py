"""Networks in files -> functions on arrays: Keras by TensorFlow, ONNX by its Runtime."""

import importlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubelake.backends.libraries import need, onnx_device, onnx_providers, tensorflow, tensorflow_device
from tubelake.errors import UsageError

Numbers = NDArray[np.float32]
Run = Callable[[Numbers], Numbers]  # (n, size, size, 1) -> (n, outputs)

KERAS, ONNX = (".keras", ".h5", ".hdf5"), ".onnx"


def packages(file: Path) -> tuple[str, ...]:
    """What running the network needs."""
    return ("onnxruntime",) if file.suffix.lower() == ONNX else ("h5py", "tensorflow", "tf_keras")


def device_of(file: Path, device: str, threads: int, *, must_have_gpu: bool) -> str:
    """What the network runs on that is shown `device`. Raises UsageError where it must see a GPU and does not."""
    if file.suffix.lower() == ONNX:
        return onnx_device(file, device, must_have_gpu=must_have_gpu)
    return tensorflow_device(device, threads, must_have_gpu=must_have_gpu)


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
    session = runtime.InferenceSession(str(file), options, providers=onnx_providers(device))
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
