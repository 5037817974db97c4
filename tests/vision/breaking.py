"""A reader of words that a marked picture crashes, hangs or trips; the others it reads as PP-OCR's columns."""

import os
import time

from tubelake.vision.decode import decode


def load(_options):
    def read(items: list[bytes]) -> list[dict]:
        for item in items:
            if item.endswith(b"crash"):
                os._exit(3)
            if item.endswith(b"hang"):
                time.sleep(600)
            if item.endswith(b"trip"):
                raise KeyError("tripped")
        return [{"text": f"{len(decode(item))} high", "word_count": 2, "words": []} for item in items]

    return read
