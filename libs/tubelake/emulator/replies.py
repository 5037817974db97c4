"""HTTP replies: JSON as the real API sends it, and the damaged replies of the fault schedule."""

import asyncio
import gzip
import json
import socket
import struct
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from aiohttp import web

from tubelake.emulator import errors
from tubelake.emulator.faults import Fault

_JSON_TYPE = "application/json; charset=UTF-8"
_HTML_TYPE = "text/html; charset=UTF-8"
_WORTH_ZIPPING = 1_024
_HTML = (
    b"<!DOCTYPE html><html><head><title>Sorry...</title></head>"
    b"<body><h1>We're sorry...</h1><p>Please try again later.</p></body></html>"
)
# Closing a socket that lingers for no time sends a reset instead of an orderly end.
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Download:
    """An answer that is a file and not JSON."""

    data: bytes
    content_type: str


Answer: TypeAlias = dict[str, Any] | Download


def encoded(body: dict[str, Any], *, pretty: bool = False) -> bytes:
    """`body` as UTF-8 JSON; text that UTF-8 cannot hold (a lone surrogate) is escaped."""
    try:
        return orjson.dumps(body, option=orjson.OPT_INDENT_2 if pretty else None)
    except TypeError:
        layout: dict[str, Any] = {"indent": 2} if pretty else {"separators": (",", ":")}
        return json.dumps(body, **layout).encode()


def json_reply(request: web.Request, status: int, body: dict[str, Any], *, pretty: bool = False) -> web.Response:
    """A JSON reply, compressed when it is long and the client asks for it."""
    data = encoded(body, pretty=pretty)
    headers = {"Content-Type": _JSON_TYPE, "Vary": "Origin, X-Origin, Referer"}
    if len(data) > _WORTH_ZIPPING and "gzip" in request.headers.get("Accept-Encoding", ""):
        # The quickest level: the reply stays on this machine, time matters more than size.
        data = gzip.compress(data, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return web.Response(status=status, body=data, headers=headers)


def error_reply(request: web.Request, error: errors.ApiError, retry_after: float | None = None) -> web.Response:
    """The reply of an API error."""
    reply = json_reply(request, error.status, error.body())
    if retry_after is not None:
        reply.headers["Retry-After"] = f"{retry_after:g}"
    return reply


def fault_error(fault: Fault) -> errors.ApiError:
    """The API error that a fault with a status stands for."""
    if fault.reason == "quotaExceeded":
        return errors.quota_exceeded()
    domain = "usageLimits" if fault.reason == "rateLimitExceeded" else "global"
    message = {"rateLimitExceeded": "Rate Limit Exceeded", "backendError": "Backend Error"}.get(fault.reason)
    return errors.ApiError(fault.status or 500, fault.reason, message or fault.reason, domain=domain)


async def struck(fault: Fault | None) -> web.Response | None:
    """The error page of a fault outside the API, after its delay; None where it has none."""
    if fault is None:
        return None
    await asyncio.sleep(fault.delay)
    return None if fault.status is None else page_error(fault.status, fault.retry_after)


def page_error(status: int, retry_after: float | None = None) -> web.Response:
    """The reply of an error outside the API: a page for people."""
    reply = web.Response(status=status, body=_HTML, headers={"Content-Type": _HTML_TYPE})
    if retry_after is not None:
        reply.headers["Retry-After"] = f"{retry_after:g}"
    return reply


async def damaged(request: web.Request, kind: str, answer: Answer, location: str = "") -> web.StreamResponse:
    """The reply of a fault kind, made of the answer that would have been right; a redirect leads to `location`."""
    if kind == "html":
        return web.Response(body=_HTML, headers={"Content-Type": _HTML_TYPE})
    if kind == "reset":
        return _reset(request)
    if kind == "redirect":
        return web.Response(status=302, headers={"Location": location})
    file = answer if isinstance(answer, Download) else Download(encoded(answer), _JSON_TYPE)
    kept = {"empty": 0, "broken_json": len(file.data) // 2}
    if kind in kept:
        return web.Response(body=file.data[: kept[kind]], headers={"Content-Type": file.content_type})
    return await _truncated(request, file)


async def _truncated(request: web.Request, file: Download) -> web.StreamResponse:
    data = file.data
    reply = web.StreamResponse(headers={"Content-Type": file.content_type, "Content-Length": str(len(data))})
    reply.force_close()
    await reply.prepare(request)
    await reply.write(data[: len(data) // 2])
    # Let the first half leave before the connection goes.
    await asyncio.sleep(0.01)
    if request.transport is not None:
        request.transport.close()
    return reply


def _reset(request: web.Request) -> web.Response:
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    return web.Response()
