"""Models run on the GPU that Spark gave to the task, or on the CPU; nobody gets one in silence."""

from pathlib import Path

import pytest
from pyspark.resource import ResourceInformation

from tubelake.backends import rapidocr
from tubelake.backends.libraries import onnx_device, onnx_providers, tensorflow_device
from tubelake.devices import chosen, settled
from tubelake.errors import UsageError

GIVEN = {"gpu": ResourceInformation("gpu", ["1", "3"])}


@pytest.mark.parametrize(
    ("wanted", "resources", "device"),
    [("auto", GIVEN, "gpu:1"), ("gpu", GIVEN, "gpu:1"), ("cpu", GIVEN, "cpu"), ("auto", {}, "cpu"), ("cpu", {}, "cpu")],
)
def test_a_task_uses_what_spark_gave_it(wanted, resources, device):
    assert chosen(wanted, resources) == device


def test_a_gpu_that_is_wanted_and_not_given_is_an_error():
    with pytest.raises(UsageError, match=r"spark\.task\.resource\.gpu\.amount"):
        chosen("gpu", {})


@pytest.mark.parametrize(
    ("device", "sees_gpu", "must", "on"),
    [
        ("cpu", True, False, "cpu"),
        ("gpu:1", True, True, "gpu:1"),
        ("gpu:1", True, False, "gpu:1"),
        ("gpu:1", False, False, "cpu"),
    ],
)
def test_a_library_that_sees_no_gpu_computes_on_the_cpu_and_says_so(device, sees_gpu, must, on):
    assert settled(device, lambda: sees_gpu, must_have_gpu=must, remedy="") == on


@pytest.mark.slow  # TensorFlow and ONNX Runtime, from their files
@pytest.mark.skipif(Path("/dev/nvidia0").exists(), reason="this machine has a GPU")
def test_libraries_that_cannot_use_the_gpu_are_named_where_it_must_be_used():
    model = rapidocr.files()[0]
    assert (
        onnx_device(model, "gpu:1", must_have_gpu=False) == tensorflow_device("gpu:1", 1, must_have_gpu=False) == "cpu"
    )
    with pytest.raises(UsageError, match=r"gave gpu:1, but ONNX Runtime has no CUDA here: install tubelake\[gpu\]"):
        onnx_device(model, "gpu:1", must_have_gpu=True)
    with pytest.raises(UsageError, match=r"gave gpu:1, but TensorFlow sees none here: install tubelake\[gpu\]"):
        tensorflow_device("gpu:1", 1, must_have_gpu=True)


def test_onnx_runtime_is_given_the_gpu_first():
    assert onnx_providers("cpu") == ["CPUExecutionProvider"]
    assert onnx_providers("gpu:1") == ["CUDAExecutionProvider", "CPUExecutionProvider"]
