"""A driver that dies: `python dying.py POINT -- ARGUMENTS` is `tubelake ARGUMENTS`, killed with its JVM at POINT.

A POINT is `before NAME` or `after NAME`; the NAMEs are in `PLACES`. The process group is killed, so the driver must be
the leader of one.
"""

import functools
import os
import signal
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tubelake import cli, follow, store, upsert
from tubelake.collect import ledger

# Where to die: the function, and the table that it must be called for.
PLACES: dict[str, tuple[ModuleType, str, str | None]] = {
    "lease": (ledger, "_swap", None),
    "answers": (store, "append", "responses"),
    "merge": (upsert, "merge", "videos"),
    "progress": (follow, "_remember", "videos"),
}


def arm(point: str) -> None:
    """Die at the first call of the place that `point` names."""
    when, _, place = point.partition(" ")
    module, name, table = PLACES[place]
    original: Callable[..., Any] = getattr(module, name)

    @functools.wraps(original)
    def deadly(*arguments: Any, **options: Any) -> Any:
        if table is not None and table not in {getattr(argument, "name", None) for argument in arguments}:
            return original(*arguments, **options)
        if when == "before":
            os.killpg(0, signal.SIGKILL)
        result = original(*arguments, **options)
        os.killpg(0, signal.SIGKILL)
        return result

    setattr(module, name, deadly)


if __name__ == "__main__":
    arm(sys.argv[1])
    cli.main(sys.argv[3:])
