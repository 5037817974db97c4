"""Python's search for cycles of objects, which costs much where many objects are made and live on."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage() -> Iterator[None]:
    """Keep the garbage collector from looking through what is made in the block.

    Reading 140,000 comments of a corpus takes 3 s and not 6 s, scoring a chat two thirds of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
