"""The files of models, and the hash by which rows name them. Loads no model."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path


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
