"""The emulator's own endpoints, for a program that drives it from another process.

    GET  /emulator/usage    {"2026-11-23": {"search": 3}}: units by Pacific day and bucket
    GET  /emulator/calls    [{"method": "search.list", "params": {...}, "status": 200}, ...], oldest first
    GET  /emulator/clock    {"now": ISO, "pacific_day": "2026-11-23", "speed": 1.0}
    POST /emulator/clock    {"now": ISO}: moves the clock, which runs on from there
    POST /emulator/faults   a schedule as YAML or JSON: replaces the one in force; [] ends all faults
    POST /emulator/remove   {"video_ids": ["abcdefghijk"]}: deletes videos, all of them or, where one is unknown, none

They need no key, cost no quota and are not in the record of calls. What they cannot read is a 400 with
{"error": "what is expected"}.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from tubelake.emulator.faults import FaultsError, parse_faults
from tubelake.emulator.quota import pacific_day
from tubelake.emulator.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class _Removal:
    video_ids: frozenset[str]


_REMOVAL = TypeAdapter(_Removal)


def add_routes(app: web.Application, world: World) -> None:
    """Add the endpoints above to `app`."""
    app.router.add_get("/emulator/usage", _usage(world))
    app.router.add_get("/emulator/calls", _calls(world))
    app.router.add_get("/emulator/clock", _clock(world))
    app.router.add_post("/emulator/clock", _move_clock(world))
    app.router.add_post("/emulator/faults", _replace_faults(world))
    app.router.add_post("/emulator/remove", _remove(world))


def _usage(world: World) -> Handler:
    async def usage(_request: web.Request) -> web.StreamResponse:
        return web.json_response(world.quota.usage())

    return usage


def _calls(world: World) -> Handler:
    async def calls(_request: web.Request) -> web.StreamResponse:
        fields = ("method", "params", "status")
        return web.json_response([dict(zip(fields, call, strict=True)) for call in world.calls])

    return calls


def _clock(world: World) -> Handler:
    async def clock(_request: web.Request) -> web.StreamResponse:
        return web.json_response(_clock_state(world))

    return clock


def _clock_state(world: World) -> dict[str, object]:
    now = world.clock.now()
    return {"now": now.isoformat(), "pacific_day": pacific_day(now).isoformat(), "speed": world.clock.speed}


def _move_clock(world: World) -> Handler:
    async def move(request: web.Request) -> web.StreamResponse:
        try:
            world.clock.move(datetime.fromisoformat(json.loads(await request.text())["now"]))
        except (KeyError, TypeError, ValueError):
            return _refused('{"now": "2026-11-23T08:00:00Z"} is expected')
        return web.json_response(_clock_state(world))

    return move


def _replace_faults(world: World) -> Handler:
    async def replace(request: web.Request) -> web.StreamResponse:
        try:
            faults = parse_faults(await request.text(), "request")
        except FaultsError as error:
            return _refused(str(error))
        world.schedule.replace(faults)
        return web.json_response({"faults": len(faults)})

    return replace


def _remove(world: World) -> Handler:
    async def remove(request: web.Request) -> web.StreamResponse:
        try:
            video_ids = _REMOVAL.validate_json(await request.text()).video_ids
            world.remove(video_ids)
        except ValidationError:
            return _refused('{"video_ids": ["abcdefghijk"]} is expected')
        except ValueError as error:
            return _refused(str(error))
        return web.json_response({"removed": len(video_ids)})

    return remove


def _refused(problem: str) -> web.Response:
    return web.json_response({"error": problem}, status=400)
