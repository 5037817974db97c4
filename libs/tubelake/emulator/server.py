"""The HTTP server of the emulator: keys, faults, quota, answers, and the record of calls."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from aiohttp import web
from multidict import MultiDict, MultiMapping

from tubelake.emulator import admin, errors, oauth, params, partial, replies, thumbnails, watch
from tubelake.emulator.corpus import Corpus
from tubelake.emulator.faults import Fault
from tubelake.emulator.methods import METHODS, Method
from tubelake.emulator.paging import looping
from tubelake.emulator.params import Params
from tubelake.emulator.replies import Answer, Download
from tubelake.emulator.world import EmulatorOptions, World, make_world

WORLD = web.AppKey("world", World)
_ROOT = "/youtube/v3/"
_FALSE = frozenset({"false", "0"})
_SECRETS = frozenset({"key", "access_token", "oauth_token"})
_Query: TypeAlias = MultiMapping[Any]
_Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(corpus: Corpus, options: EmulatorOptions | None = None) -> web.Application:
    """The application that serves `corpus`; its state is under the key `WORLD`."""
    app = web.Application()
    world = app[WORLD] = make_world(corpus, options or EmulatorOptions())
    # Worked out before the first call, which would otherwise wait for it.
    _ = corpus.entries, corpus.uploads
    for method in METHODS:
        handler = _handler(world, method)
        app.router.add_get(_ROOT + method.path, handler)
        app.router.add_post(_ROOT + method.path, handler)
    oauth.add_route(app, world.grants, corpus.channels)
    admin.add_routes(app, world)
    thumbnails.add_routes(app, world)
    watch.add_routes(app, world)
    return app


@dataclass(frozen=True)
class _Exchange:
    """One call under way: who asks, for which method, with which parameters."""

    world: World
    method: Method
    request: web.Request
    query: _Query


def _handler(world: World, method: Method) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if world.options.latency_seconds:
            await asyncio.sleep(world.options.latency_seconds)
        query = await _query(request)
        reply = await _reply(_Exchange(world, method, request, query))
        asked = {name: str(value) for name, value in query.items() if name not in _SECRETS}
        world.calls.append((method.name, asked, reply.status))
        return reply

    return handle


async def _query(request: web.Request) -> _Query:
    """The parameters of a call. A GET too long for a URL comes as a POST with its query as the body."""
    query: MultiDict[Any] = MultiDict(request.query)
    query.extend(request.match_info)
    if request.method == "GET":
        return query
    if request.headers.get("X-HTTP-Method-Override", "").upper() != "GET":
        raise web.HTTPMethodNotAllowed(request.method, ["GET"])
    query.extend(await request.post())
    return query


async def _reply(call: _Exchange) -> web.StreamResponse:
    """The reply to one call. A call whose connection a fault cut is on record as 200."""
    try:
        caller = _caller(call)
        fault = call.world.schedule.next(call.method.name, call.query)
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.status is not None:
                return replies.error_reply(call.request, replies.fault_error(fault), fault.retry_after)
            if fault.damages:
                asked = params.read(call.method.name, call.query.items())
                answer = _answer(call, asked, caller)
                return await replies.damaged(call.request, str(fault.kind), answer, fault.location)
        return _answered(call, fault, caller)
    except errors.ApiError as error:
        return replies.error_reply(call.request, error)


def _answered(call: _Exchange, fault: Fault | None, caller: str) -> web.Response:
    """The reply to a call that reached its method, which is charged: 1 unit where it is invalid."""
    failure: errors.ApiError | None = None
    body: Answer = {}
    pretty = False
    try:
        asked = params.read(call.method.name, call.query.items())
        pretty = asked.get("prettyPrint", "false").lower() not in _FALSE
        body = _body(call, fault, asked, caller)
    except errors.ApiError as error:
        failure = error
    if not call.world.quota.charge(call.method.bucket, 1 if failure else call.method.cost):
        raise errors.quota_exceeded()
    if failure:
        raise failure
    if isinstance(body, Download):
        return web.Response(body=body.data, headers={"Content-Type": body.content_type})
    return replies.json_reply(call.request, 200, body, pretty=pretty)


def _answer(call: _Exchange, asked: Params, caller: str) -> Answer:
    if call.method.authorize is not None:
        call.method.authorize(call.world, asked, caller)
    return call.method.answer(call.world, asked)


def _body(call: _Exchange, fault: Fault | None, asked: Params, caller: str) -> Answer:
    answer = _answer(call, asked, caller)
    if isinstance(answer, Download):
        return answer
    if fault is not None and fault.kind == "loop":
        answer = looping(call.method.name, asked, answer)
    if not asked.get("fields"):
        return answer
    picked: dict[str, Any] = partial.pick(answer, partial.selection(call.method.name, asked["fields"]))
    return picked


def _caller(call: _Exchange) -> str:
    """The channel whose owner calls; empty for a call that has a key only, where that is enough."""
    token = oauth.bearer(call.request)
    if token:
        return call.world.grants.channel(token)
    if call.method.authorize is not None:
        raise errors.login_required()
    _check_key(call)
    return ""


def _check_key(call: _Exchange) -> None:
    key = call.request.headers.get("X-Goog-Api-Key") or call.query.get("key")
    if not key:
        raise errors.missing_key()
    good = call.world.options.keys
    if good is not None and key not in good:
        raise errors.bad_key()
