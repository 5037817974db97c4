"""Models run on the GPU that Spark gave to the task, or on the CPU; nobody gets one in silence."""

import pytest
from pyspark.resource import ResourceInformation

from tubelake.devices import chosen
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
