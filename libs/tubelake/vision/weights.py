"""The files of models: whether they are there, and the hash by which rows name them. Loads no model."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

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


def files_hash(files: Sequence[Path]) -> str:
    """The first 16 hex digits of SHA-256 over the files' own."""
    return _files_hash(tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(16)
def _files_hash(files: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _, _ in files:
        digest.update(file_digest(Path(name)))
    return digest.hexdigest()[:16]


def file_digest(file: Path) -> bytes:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
