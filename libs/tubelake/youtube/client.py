"""One call of the API: google-api-python-client, the key in a header, and an answer for whatever happens."""

import contextlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPException
from typing import Any

import httplib2
import orjson
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest

KEY_HEADER = "X-Goog-Api-Key"  # in a header no URL in any log holds it
BROKEN_ANSWER = "brokenAnswer"
NO_ANSWER = "noAnswer"


@dataclass(frozen=True)
class Access:
    """How to reach the API. The key is not shown."""

    endpoint: str | None
    api_key: str
    timeout_seconds: float

    def __repr__(self) -> str:
        return f"Access(endpoint={self.endpoint!r})"


@dataclass(frozen=True)
class Answer:
    """What came back. `reason` is None for a good answer; `status` 0 means that none came."""

    status: int
    reason: str | None
    body: str | None
    content: dict[str, Any]
    retry_after_seconds: float | None = None


def call(access: Access, method: str, params: dict[str, Any]) -> Answer:
    """Call `method`, such as "search.list", once. Never raises for what the server or the network does."""
    request = _request(access, method, params)
    try:
        status, body = request.execute(http=_http(access.timeout_seconds), num_retries=0)
    except HttpError as error:
        return refused(error)
    except (OSError, HTTPException, httplib2.HttpLib2Error) as error:
        _connections.by_timeout.clear()  # a connection that broke once is not asked again
        return Answer(0, f"{NO_ANSWER}: {type(error).__name__}", None, {})
    return _answered(status, body)


def _request(access: Access, method: str, params: dict[str, Any]) -> HttpRequest:
    name, verb = method.split(".")
    request: HttpRequest = getattr(resource(access.endpoint, name), verb)(**params)
    request.headers[KEY_HEADER] = access.api_key
    request.postproc = lambda response, content: (response.status, content)  # the log keeps the body as it came
    return request


@lru_cache(maxsize=4)
def _service(endpoint: str | None) -> Any:
    """The client of an endpoint: one a process, building it reads a discovery document of 350 kB."""
    options = {"api_endpoint": endpoint.rstrip("/") + "/"} if endpoint else None
    return build("youtube", "v3", http=httplib2.Http(), client_options=options, static_discovery=True)


@lru_cache(maxsize=64)
def resource(endpoint: str | None, name: str) -> Any:
    """The methods of `name`, such as "videos". Kept: the client makes them anew each time that it is asked."""
    return getattr(_service(endpoint), name)()


class _Connections(threading.local):
    """httplib2's objects are not thread-safe and keep their connections open: one a thread and time-out."""

    def __init__(self) -> None:
        self.by_timeout: dict[float, httplib2.Http] = {}


_connections = _Connections()


def _http(timeout_seconds: float) -> httplib2.Http:
    if timeout_seconds not in _connections.by_timeout:
        _connections.by_timeout[timeout_seconds] = httplib2.Http(timeout=timeout_seconds)
    return _connections.by_timeout[timeout_seconds]


def _answered(status: int, body: bytes | str) -> Answer:
    """A 200 is good only if its body is whole: proxies and outages answer with HTML, or half an object."""
    text = body.decode("utf-8", errors="replace") if isinstance(body, bytes) else body
    content = _parsed(text)
    if not isinstance(content, dict):
        return Answer(status, BROKEN_ANSWER, text, {})
    return Answer(status, None, text, content)


def _parsed(text: str) -> Any:
    """What the JSON says, None where it is none. Half a surrogate pair, which titles can have, orjson does not read."""
    for loads in (orjson.loads, json.loads):
        with contextlib.suppress(ValueError):
            return loads(text)
    return None


def refused(error: HttpError) -> Answer:
    """The answer that an HTTP error is."""
    body = error.content.decode("utf-8", errors="replace") if error.content else ""
    return Answer(int(error.resp.status), _reason(body, error), body, {}, retry_after(error.resp))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait; None where it does not, or names a date."""
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None


def _reason(body: str, error: HttpError) -> str:
    """The most exact reason: `details[].reason` (API_KEY_INVALID) before `errors[].reason` (badRequest)."""
    try:
        found = json.loads(body)["error"]
        reasons = [part.get("reason") for part in (*found.get("details", ()), *found.get("errors", ()))]
        return next((str(reason) for reason in reasons if reason), str(found.get("status", error.resp.status)))
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"HTTP {error.resp.status}"


def message(body: str | None) -> str:
    """The API's own words about an error, in one line; empty where it had none."""
    try:
        return " ".join(str(json.loads(body or "")["error"]["message"]).split())
    except (ValueError, KeyError, TypeError):
        return ""
