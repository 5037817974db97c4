"""Files that a reader finds whole or not at all: they are written beside their place, and put there once they are done."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from tubelake.errors import UsageError


def folder(out: Path) -> Path:
    """The folder, made where it is missing. Raises UsageError where it cannot be, or is no folder of this machine."""
    # A Path has one stroke where the address had two.
    if ":/" in out.as_posix():
        raise UsageError(f"--out takes a folder of this machine, not {out}: export there, and upload the files")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write to {out}: {error.strerror}; give another --out") from None
    return out


@contextmanager
def replacing(*files: Path) -> Iterator[Sequence[BinaryIO]]:
    """Streams whose content takes the place of the files when the block ends well; if not, the files stay as they are.

    Several files belong together: killed between two of them, some are missing rather than of another export.
    Raises UsageError for a file that cannot be written, such as on a full disk.
    """
    parts = [file.with_name(f".{file.name}.part") for file in files]
    at = files[0]
    try:
        at.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opened:
            streams = [opened.enter_context(part.open("wb")) for part in parts]
            yield streams
            for stream in streams:
                stream.flush()
                os.fsync(stream.fileno())  # else a machine that stops finds the new name and no bytes
        for file in files[1:]:
            file.unlink(missing_ok=True)
        for part, at in zip(parts, files, strict=True):
            part.replace(at)
    except ConnectionError:  # of Spark, whose rows are written here
        raise
    except OSError as error:
        raise UsageError(f"cannot write {at}: {error.strerror or error}; give another --out, or make room") from None
    finally:
        for part in parts:
            _remove(part)


def _remove(part: Path) -> None:
    """Where the folder itself is the trouble, that was said already."""
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return


def write_whole(out: Path, pieces: Iterable[str]) -> int:
    """Write the text to the file, in UTF-8, and give its size (bytes). Raises UsageError where it cannot be written."""
    with replacing(out) as (stream,):
        stream.writelines(piece.encode() for piece in pieces)
    return out.stat().st_size
