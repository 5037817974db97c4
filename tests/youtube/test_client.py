"""One call against the emulator: whatever the server or the network does, an answer comes back."""

import contextlib
import json
import socket
import threading

import pytest

from tubelake.emulator import EmulatorOptions, parse_faults, running
from tubelake.youtube.client import BROKEN_ANSWER, Access, Answer, call, message
from tubelake.youtube.outcomes import Outcome, outcome

KEY = "AIzaTestKey0123456789"
IDS = {"part": "snippet,statistics", "id": "unknown0000"}


@pytest.fixture(scope="module")
def emulator(corpus):
    with running(corpus) as found:
        yield found


def access(url: str, key: str = KEY, seconds: float = 10.0) -> Access:
    return Access(url, key, seconds)


def fault(emulator, schedule: str):
    """The answer to a call that `schedule` concerns."""
    emulator.set_faults(*parse_faults(schedule, "test"))
    try:
        return call(access(emulator.url), "videos.list", IDS)
    finally:
        emulator.set_faults()


def test_a_good_answer_comes_whole_and_as_it_was_sent(emulator, corpus):
    wanted = list(corpus.videos)[:3]
    answer = call(access(emulator.url), "videos.list", {"part": "snippet,statistics", "id": ",".join(wanted)})
    assert (answer.status, answer.reason, answer.retry_after_seconds) == (200, None, None)
    assert [item["id"] for item in answer.content["items"]] == wanted
    assert json.loads(answer.body) == answer.content
    titles = [corpus.videos[video_id]["snippet"]["title"] for video_id in wanted]
    assert [item["snippet"]["title"] for item in answer.content["items"]] == titles


def test_every_method_that_is_collected_can_be_called(emulator, corpus):
    video_id = next(iter(corpus.videos))
    found = call(
        access(emulator.url), "search.list", {"part": "snippet", "q": "lofi", "type": "video", "maxResults": 50}
    )
    stats = call(access(emulator.url), "videos.batchGetStats", {"part": "id,statistics", "id": video_id})
    assert len(found.content["items"]) == 30
    assert [item["id"] for item in stats.content["items"]] == [video_id]


@pytest.mark.parametrize(
    ("schedule", "status", "reason", "meaning"),
    [
        ("[{status: 403, reason: quotaExceeded}]", 403, "quotaExceeded", Outcome.QUOTA),
        ("[{status: 403, reason: accessNotConfigured}]", 403, "accessNotConfigured", Outcome.CREDENTIALS),
        ("[{status: 404, reason: videoNotFound}]", 404, "videoNotFound", Outcome.FINAL),
        ("[{status: 429}]", 429, "rateLimitExceeded", Outcome.SLOW_DOWN),
        ("[{status: 500}]", 500, "backendError", Outcome.RETRY),
        ("[{status: 503}]", 503, "backendError", Outcome.RETRY),
        ("[{kind: html}]", 200, BROKEN_ANSWER, Outcome.RETRY),
        ("[{kind: broken_json}]", 200, BROKEN_ANSWER, Outcome.RETRY),
    ],
)
def test_an_error_is_an_answer_with_the_reason_of_the_api(emulator, schedule, status, reason, meaning):
    answer = fault(emulator, schedule)
    assert (answer.status, answer.reason, answer.content) == (status, reason, {})
    assert answer.body
    assert outcome(answer.status, answer.reason) is meaning


@pytest.mark.parametrize("schedule", ["[{kind: reset}]", "[{kind: truncate}]"])
def test_a_connection_that_breaks_is_no_answer(emulator, schedule):
    answer = fault(emulator, schedule)
    assert (answer.status, answer.body, answer.content) == (0, None, {})
    assert answer.reason.startswith("noAnswer: ")
    assert outcome(answer.status, answer.reason) is Outcome.RETRY


def test_the_call_after_a_broken_one_is_good(emulator):
    emulator.set_faults(*parse_faults("[{kind: reset, first: 1}, {kind: truncate, first: 2}]", "test"))
    statuses = [call(access(emulator.url), "videos.list", IDS).status for _ in range(3)]
    assert statuses == [0, 0, 200]


def test_the_wait_that_the_server_asks_for_is_kept(emulator):
    assert fault(emulator, "[{status: 429, retry_after: 7}]").retry_after_seconds == 7
    assert fault(emulator, "[{status: 503, retry_after: 90}]").retry_after_seconds == 90
    assert fault(emulator, "[{status: 429}]").retry_after_seconds is None


def test_a_call_is_made_once_and_not_tried_again(emulator):
    before = len(emulator.calls())
    fault(emulator, "[{status: 503}]")
    fault(emulator, "[{status: 429}]")
    assert len(emulator.calls()) - before == 2


def test_a_slow_server_is_no_answer(emulator):
    emulator.set_faults(*parse_faults("[{delay: 1}]", "test"))
    answer = call(access(emulator.url, seconds=0.2), "videos.list", IDS)
    emulator.set_faults()
    assert answer.status == 0
    assert "imeout" in answer.reason


def test_a_missing_server_is_no_answer():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    answer = call(access(f"http://127.0.0.1:{port}"), "videos.list", IDS)
    assert (answer.status, answer.reason) == (0, "noAnswer: ConnectionRefusedError")


def test_a_host_without_a_name_is_no_answer():
    answer = call(access("http://no-such-host.invalid"), "videos.list", IDS)
    assert answer.status == 0
    assert answer.reason.startswith("noAnswer: ")


def test_a_wrong_key_is_told_from_a_wrong_request(corpus):
    with running(corpus, EmulatorOptions(keys=frozenset({"good"}))) as strict:
        good = call(access(strict.url, "good"), "videos.list", IDS)
        wrong = call(access(strict.url, "wrong"), "videos.list", IDS)
        request = call(access(strict.url, "good"), "videos.list", {"part": "snippet"})
    assert (good.status, good.reason) == (200, None)
    assert (wrong.status, wrong.reason) == (400, "API_KEY_INVALID")
    assert message(wrong.body) == "API key not valid. Please pass a valid API key."
    assert outcome(wrong.status, wrong.reason) is Outcome.CREDENTIALS
    assert request.status == 400
    assert outcome(request.status, request.reason) is Outcome.BUG


def test_words_of_an_error_without_words_are_empty():
    assert [message(body) for body in (None, "", "<html>", "[]", "{}", '{"error": "x"}')] == [""] * 6


def raw_call(answer: bytes) -> tuple[list[bytes], Answer]:
    """What a call sends over the wire to a server that answers `answer` and hangs up, and what the caller gets."""
    heard: list[bytes] = []

    def serve(server: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the end of the test closes the server
            while True:
                connection, _ = server.accept()
                with connection:
                    heard.append(connection.recv(65_536))
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        got = call(access(f"http://127.0.0.1:{server.getsockname()[1]}"), "videos.list", IDS)
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    return heard, got


def test_the_key_is_in_a_header_and_in_no_url_and_no_text():
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    (sent,), answer = raw_call(body)
    line, _, headers = sent.partition(b"\r\n")
    assert KEY.encode() not in line
    assert f"x-goog-api-key: {KEY}".lower().encode() in headers.lower()
    assert answer.status == 200
    assert KEY not in f"{access('http://x')!r} {access('http://x')} {answer!r}"


def test_the_emulator_saw_no_key_in_any_call(emulator):
    call(access(emulator.url), "videos.list", IDS)
    assert emulator.calls()
    assert KEY not in repr(emulator.calls())


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", 200, BROKEN_ANSWER),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, BROKEN_ANSWER),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{"a":', 200, BROKEN_ANSWER),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"\xff\xfe"', 200, BROKEN_ANSWER),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\n<html>", 403, "HTTP 403"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 502, "HTTP 502"),
        (b'HTTP/1.1 400 Bad Request\r\nContent-Length: 14\r\n\r\n{"error":"bad"}', 400, "HTTP 400"),
        (b'HTTP/1.1 400 Bad Request\r\nContent-Length: 23\r\n\r\n{"error":{"errors":[]}}', 400, "400"),
        (b"HTTP/1.1 503 X\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n", 503, "HTTP 503"),
        (b"nonsense\r\n\r\n", 0, "noAnswer: BadStatusLine"),
        (b"", 0, "noAnswer: RemoteDisconnected"),
    ],
)  # fmt: skip
def test_answers_that_no_api_should_give(answer, status, reason):
    sent, got = raw_call(answer)
    assert (got.status, got.reason, got.content, got.retry_after_seconds) == (status, reason, {}, None)
    # httplib2 itself asks a second time where no answer came at all: a kept connection may just have been closed.
    assert len(sent) == (1 if status else 2)


def test_half_a_surrogate_pair_in_a_title_spoils_no_answer():
    _, got = raw_call(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"title":"\\ud83d !"}')
    assert (got.reason, got.content) == (None, {"title": "\ud83d !"})
