"""A file that is written whole, or not at all."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from tubelake.errors import UsageError


def write_whole(out: Path, pieces: Iterable[str]) -> int:
    """Write the file in one step and give its size (bytes); a reader never finds a part of it."""
    part = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(pieces)
        part.replace(out)
        return out.stat().st_size
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}; give another --out") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
