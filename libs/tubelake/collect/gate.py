"""What the threads of one task share: turns at the allowed rate, pauses, a budget of calls, an end."""

import contextlib
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pace:
    """How fast and how long a task may go on."""

    threads: int
    calls_per_second: float
    seconds: float
    attempts: int
    retry_base_seconds: float
    retry_max_seconds: float


class Gate:
    """Every call passes here first.

    A pause that the server asks for holds for all tasks of the run on this host: it is the time of change of a file
    in the host's temporary folder. Other hosts learn of it from the driver, which waits between rounds.
    """

    def __init__(self, pace: Pace, calls: int, run_id: str) -> None:
        self._lock = threading.Lock()
        self._step = 1.0 / pace.calls_per_second
        self._ends_at = time.time() + pace.seconds
        self._next_at = 0.0
        self._calls_left = calls
        self._pause_file = Path(tempfile.gettempdir()) / f"tubelake-{run_id}.pause"

    def enter(self) -> bool:
        """Wait for a turn and take one call off the budget; False: no call may be made any more."""
        wait = self.turn()
        if wait is None:
            return False
        time.sleep(wait)
        return True

    def turn(self) -> float | None:
        """Take one call off the budget; how long to wait before it (s), None: no call may be made any more."""
        with self._lock:
            at = self._next_turn()
            if self._calls_left <= 0 or at >= self._ends_at:
                return None
            self._calls_left -= 1
            return self._take(at)

    def wait(self) -> None:
        """Wait for a turn of a request that belongs to a call which is under way: no budget, no end."""
        with self._lock:
            wait = self._take(self._next_turn())
        time.sleep(wait)

    def _next_turn(self) -> float:
        return max(self._next_at, self._paused_until(), time.time())

    def _take(self, turn: float) -> float:
        """Leave the turn after this one to the next caller; how long it is until this one (s)."""
        self._next_at = turn + self._step
        return max(0.0, turn - time.time())

    def pause(self, seconds: float) -> None:
        """Nobody calls for this long."""
        until = time.time() + seconds
        if until > self._paused_until():
            with contextlib.suppress(OSError):
                self._pause_file.touch()
                os.utime(self._pause_file, (until, until))

    @property
    def closed(self) -> bool:
        return self._calls_left <= 0

    def close(self) -> None:
        """No further call in this task."""
        with self._lock:
            self._calls_left = 0

    def _paused_until(self) -> float:
        try:
            return self._pause_file.stat().st_mtime
        except OSError:
            return 0.0
