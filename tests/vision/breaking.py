"""A reader of words that a marked picture crashes, hangs or trips; the others it reads as PP-OCR's columns."""

import os
import time
from pathlib import Path

from tubelake.vision.decode import decode


def load(log):
    """`log` is a file that gets a line for each load, or None."""
    if log:
        with Path(log).open("a", encoding="utf-8") as lines:
            lines.write(f"{os.getpid()}\n")

    def read(items: list[bytes]) -> list[dict]:
        for item in items:
            if item.endswith(b"crash"):
                os._exit(3)
            if item.endswith(b"hang"):
                time.sleep(600)
            if item.endswith(b"grow"):
                bytearray(b"x" * 600_000_000)
            if item.endswith(b"trip"):
                raise KeyError("tripped")
        return [{"text": f"{len(decode(item))} high", "word_count": 2, "words": []} for item in items]

    return read
