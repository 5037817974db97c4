"""A web server on loopback for the tests of downloads: it answers by path, and notes what it was asked."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Status, body and further headers of an answer; or a function that writes it to the connection itself.
Answer = tuple[int, bytes, dict[str, str]] | Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Served:
    """A running server: `answers` by path may be changed at any time; any other path is a 404."""

    url: str
    answers: dict[str, Answer]
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def asked_since(self, number: int) -> list[str]:
        return sorted(self.asked[number:])


@contextlib.contextmanager
def serving(answers: dict[str, Answer] | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Served]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    scheme = "https" if tls else "http"
    server.served = Served(f"{scheme}://127.0.0.1:{server.server_address[1]}", {} if answers is None else answers)
    server.handle_error = lambda *_: None  # clients that hang up are what is tested
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.served
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        self.server.served.asked.append(self.path)
        self.server.served.headers.append(dict(self.headers))
        answer = self.server.served.answers.get(self.path, (404, b"no such picture", {}))
        if callable(answer):
            self.close_connection = True
            answer(self)
            return
        status, body, headers = answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
