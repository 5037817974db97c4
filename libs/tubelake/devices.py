"""Where a model runs: on the GPU that Spark gave to the task, or on the CPU."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from tubelake.errors import UsageError

CPU = "cpu"


def here(wanted: str, setting: str = "vision.device") -> str:
    """`cpu`, or the address of this task's GPU as `gpu:0`. Called in a task; `setting` is where `wanted` comes from.

    Raises UsageError where `gpu` is wanted and Spark gave the task none.
    """
    from pyspark import TaskContext

    context = TaskContext.get()
    return chosen(wanted, context.resources() if context else {}, setting)


def chosen(wanted: str, resources: Mapping[str, Any], setting: str = "vision.device") -> str:
    """The device for what a task was given; Spark names a resource, and its addresses."""
    addresses = resources["gpu"].addresses if "gpu" in resources and wanted != CPU else []
    if not addresses and wanted == "gpu":
        raise UsageError(
            f"{setting}=gpu, but Spark gave this task no GPU: set spark.task.resource.gpu.amount and what discovers "
            f"them, or {setting}=auto"
        )
    return f"gpu:{addresses[0]}" if addresses else CPU


def settled(device: str, sees_gpu: Callable[[], bool], *, must_have_gpu: bool, remedy: str) -> str:
    """What a library computes on that was shown `device`: the CPU where it sees no GPU.

    Raises UsageError, which ends in `remedy`, where it must have one.
    """
    if device == CPU or sees_gpu():
        return device
    if must_have_gpu:
        raise UsageError(f"a GPU is asked for, and Spark gave {device}, but {remedy}")
    return CPU


def show_only(device: str) -> None:
    """Let libraries that are loaded from now on, and child processes, see this device alone."""
    os.environ["CUDA_VISIBLE_DEVICES"] = device.partition(":")[2] or "-1"
