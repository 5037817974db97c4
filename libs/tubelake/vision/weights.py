"""What a reader of words is loaded with, and whether its files are those that the driver saw. Loads no model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tubelake.backends.model_files import files_hash
from tubelake.errors import UsageError


@dataclass(frozen=True)
class Options:
    """All that a reader of words is loaded with; it travels to the executors."""

    model_hash: str  # of the files that the driver saw: a worker that has others reads nothing
    threads: int  # that a model may use: the cores of a Spark task
    weights: str | None = None  # folder, of keras-ocr
    device: str = "cpu"  # cpu, or gpu:ADDRESS
    must_have_gpu: bool = False


def check_files(files: Sequence[Path], wanted: str) -> None:
    """Raises UsageError where the model is not the one that the driver saw."""
    if files_hash(files) != wanted:
        folder = files[0].parent
        raise UsageError(f"the model in {folder} is another here than on the driver, or has just changed: run again")
