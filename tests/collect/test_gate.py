"""The gate of a task under a clock that moves when somebody sleeps: no test waits."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tubelake.collect import gate
from tubelake.collect.gate import Gate, Pace

PACE = Pace(threads=4, calls_per_second=10.0, seconds=30.0, attempts=5, retry_base_seconds=0.5, retry_max_seconds=30.0)
START = 1_800_000_000.0


@pytest.fixture
def clock(monkeypatch, tmp_path):
    """The gate's time; `slept` holds every wait, rounded to milliseconds."""
    clock = SimpleNamespace(now=START, slept=[])

    def sleep(seconds):
        clock.slept.append(round(seconds, 3))
        clock.now += seconds

    monkeypatch.setattr(gate, "time", SimpleNamespace(time=lambda: clock.now, sleep=sleep))
    monkeypatch.setattr(gate.tempfile, "gettempdir", lambda: str(tmp_path))
    return clock


def test_a_task_makes_as_many_calls_as_it_may_each_at_its_turn(clock):
    entered = Gate(PACE, 3, "run")
    assert [entered.enter() for _ in range(5)] == [True, True, True, False, False]
    assert clock.slept == [0.0, 0.1, 0.1]
    assert entered.closed


def test_no_call_begins_after_the_seconds_of_the_round(clock):
    entered = Gate(PACE, 100, "run")
    clock.now += 29.95
    assert entered.enter()
    assert not entered.enter()  # its turn would come at 30.05 s


def test_a_closed_gate_lets_nobody_in(clock):
    entered = Gate(PACE, 100, "run")
    entered.close()
    assert not entered.enter()


def test_a_pause_holds_for_all_tasks_of_the_run_and_for_no_other(clock):
    asked, neighbour, stranger = (Gate(PACE, 9, run) for run in ("run", "run", "another"))
    asked.pause(7)
    asked.pause(2)  # a shorter one does not end the longer
    assert stranger.enter()
    assert neighbour.enter()
    assert asked.enter()
    assert clock.slept == [0.0, 7.0, 0.0]


def test_a_pause_longer_than_the_round_ends_it(clock):
    entered = Gate(replace(PACE, seconds=5.0), 9, "run")
    entered.pause(6)
    assert not entered.enter()
    assert clock.slept == []
