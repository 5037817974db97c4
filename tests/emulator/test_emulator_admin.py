"""The emulator's own endpoints, and serving from another process."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tubelake.emulator import running

PROGRAM = """
import sys
from pathlib import Path
from tubelake.emulator import load_corpus, serve
serve(load_corpus(Path(sys.argv[1])), on_ready=lambda url: print(url, flush=True))
print("ended")
"""


def post(url: str, body: str) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body.encode()), timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def get(url: str) -> object:
    with urllib.request.urlopen(url, timeout=10) as reply:
        return json.load(reply)


def test_usage_calls_clock_and_faults(corpus, connect):
    with running(corpus) as emulator:
        status, state = post(f"{emulator.url}/emulator/clock", '{"now": "2026-11-23T07:59:00Z"}')
        assert (status, state["pacific_day"]) == (200, "2026-11-22")
        connect(emulator.url).videos().list(part="id", id="a").execute()
        assert get(f"{emulator.url}/emulator/usage") == {"2026-11-22": {"common": 1}}
        (call,) = get(f"{emulator.url}/emulator/calls")
        assert call == {
            "method": "videos.list",
            "params": {"part": "id", "id": "a", "alt": "json"},
            "status": 200,
        }
        assert get(f"{emulator.url}/emulator/clock")["now"].startswith("2026-11-23T07:59:0")
        assert post(f"{emulator.url}/emulator/faults", '[{"status": 503}]') == (200, {"faults": 1})
        assert post(f"{emulator.url}/emulator/faults", "[{}]")[0] == 400
        assert post(f"{emulator.url}/emulator/clock", '{"now": 3}')[0] == 400
        with pytest.raises(Exception, match="503"):
            connect(emulator.url).videos().list(part="id", id="a").execute()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_cleanly_on_a_signal(folder, number):
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        assert get(f"{url}/emulator/usage") == {}
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "ended\n", "")


def test_a_port_in_use_is_an_error(corpus):
    with running(corpus) as emulator:
        port = int(emulator.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="address already in use"), running(corpus, port=port):
            pass
