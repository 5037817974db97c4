"""Every kind of fault, as a real client sees it, and schedules that are read or refused."""

import http.client
import time
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tubelake.emulator import EmulatorOptions, FaultsError, load_faults, parse_faults, running

SCHEDULE = """
- {method: videos.list, at: [2], status: 503}
- {method: videos.list, at: [3], status: 429, retry_after: 7}
- {method: videos.list, at: [4], kind: truncate}
- {method: videos.list, at: [5], kind: html}
- {method: videos.list, at: [6], kind: broken_json}
- {method: videos.list, at: [7], kind: reset}
- {method: videos.list, at: [8], delay: 0.3}
- {method: videos.list, at: [9], status: 403, reason: quotaExceeded}
"""


def test_every_kind_of_fault_reaches_a_real_client(corpus, connect, videos):
    ids = ",".join(video["id"] for video in videos[:20])
    with running(corpus, EmulatorOptions(faults=parse_faults(SCHEDULE, "test"))) as emulator:

        def call() -> Any:
            return connect(emulator.url).videos().list(part="snippet", id=ids).execute()

        def refused() -> tuple[int, str, str | None]:
            with pytest.raises(HttpError) as raised:
                call()
            error = raised.value
            return error.status_code, error.error_details[0]["reason"], error.resp.get("retry-after")

        good = call()
        assert refused() == (503, "backendError", None)
        assert refused() == (429, "rateLimitExceeded", "7")
        with pytest.raises(http.client.IncompleteRead):
            call()
        # google-api-python-client hands over what is not JSON as it came, without any error.
        assert call().startswith("<!DOCTYPE html>")
        assert call().startswith('{"kind":"youtube#videoListResponse"')
        with pytest.raises(ConnectionError):
            call()
        started = time.monotonic()
        assert call() == good
        assert time.monotonic() - started >= 0.3
        assert refused() == (403, "quotaExceeded", None)
        (units,) = emulator.usage().values()
    assert units == {"common": 2}


def numbers_of_faults(corpus, connect, schedule: str, calls: int, q: str = "lofi") -> list[int]:
    """Which of `calls` searches fail, from 1."""
    failed = []
    with running(corpus, EmulatorOptions(faults=parse_faults(schedule, "test"))) as emulator:
        youtube = connect(emulator.url)
        for number in range(1, calls + 1):
            try:
                youtube.search().list(part="id", q=q).execute()
            except HttpError:
                failed.append(number)
    return failed


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("[{method: search.list, at: [3, 7], status: 500}]", [3, 7]),
        ("[{method: '*', every: 4, status: 500}]", [4, 8, 12]),
        ("[{first: 2, status: 500}]", [1, 2]),
        ("[{method: videos.list, status: 500}]", []),
        ("[{match: {q: lofi}, at: [1], status: 500}, {match: {q: other}, status: 500}]", [1]),
        ("{faults: [{status: 500}]}", list(range(1, 13))),
        ("", []),
    ],
)
def test_when_faults_happen(corpus, connect, schedule, expected):
    assert numbers_of_faults(corpus, connect, schedule, 12) == expected


def test_a_rate_is_seeded(corpus, connect):
    schedule = "[{method: search.list, rate: 0.3, status: 500}]"
    failed = numbers_of_faults(corpus, connect, schedule, 40)
    assert 4 <= len(failed) <= 22
    assert failed == numbers_of_faults(corpus, connect, schedule, 40)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("- {status: 500}\n- {method: x}", "f.yml: entry 2: one of status, delay, kind is needed"),
        ("- {statsu: 500}", "f.yml: entry 1: unknown field 'statsu'"),
        ("- {status: '500'}", "f.yml: entry 1: status has the wrong type ('500')"),
        ("- {status: 200}", "f.yml: entry 1: status cannot be 200"),
        ("- {kind: explode}", "f.yml: entry 1: kind cannot be 'explode'"),
        ("- {status: 500, rate: 2}", "f.yml: entry 1: rate cannot be 2"),
        ("- {status: 500, at: [0]}", "f.yml: entry 1: at cannot be [0]"),
        ("- {status: 500, kind: html}", "f.yml: entry 1: status and kind exclude each other"),
        ("- wrong", "f.yml: entry 1: not a mapping"),
        ("wrong", "f.yml: a list of faults is expected"),
        ("[", "f.yml: not YAML"),
    ],
)
def test_a_wrong_schedule_is_refused_in_one_line(tmp_path, schedule, message):
    path = tmp_path / "f.yml"
    path.write_text(schedule, encoding="utf-8")
    with pytest.raises(FaultsError) as raised:
        load_faults(path)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_schedule_is_refused(tmp_path):
    with pytest.raises(FaultsError, match="cannot be read"):
        load_faults(tmp_path / "none.yml")
