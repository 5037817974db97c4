"""The pages that youtube-transcript-api reads: the watch page, the player's answer, the timed text.

    GET  /watch?v=ID
    POST /youtubei/v1/player     {"context": {...}, "videoId": ID}
    GET  /api/timedtext?v=ID&lang=en[&kind=asr][&tlang=ko]

They need no key and cost no quota. Faults and the record of calls know them as `watch`, `player` and `timedtext`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web

from tubelake.emulator import errors, replies, watch_pages
from tubelake.emulator.caption_methods import translated
from tubelake.emulator.faults import PAGE_REASONS
from tubelake.emulator.player import TRANSLATION_LANGUAGES, named_tracks, player_answer
from tubelake.emulator.replies import Download
from tubelake.emulator.timed_text import timed_text
from tubelake.emulator.world import World

# What a page answers: its world, the request, what is asked for, and the reason to say no ("": none).
_Page: TypeAlias = Callable[[World, web.Request, Mapping[str, str], str], Download]
_Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
_HTML = "text/html; charset=utf-8"
_NOT_SHOWN = frozenset({"key"})


def add_routes(app: web.Application, world: World) -> None:
    """Add the pages above to `app`."""
    app.router.add_get("/watch", _handler(world, "watch", _watch))
    app.router.add_post("/youtubei/v1/player", _handler(world, "player", _player))
    app.router.add_get("/api/timedtext", _handler(world, "timedtext", _timed_text))


def _handler(world: World, name: str, page: _Page) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if world.options.latency_seconds:
            await asyncio.sleep(world.options.latency_seconds)
        asked = await _asked(request)
        reply = await _reply(world, request, asked, name, page)
        world.calls.append((name, asked, reply.status))
        return reply

    return handle


async def _asked(request: web.Request) -> dict[str, str]:
    """What a call asks for: its query without the key, and the video that a player's call names in its body."""
    asked = {name: value for name, value in request.query.items() if name not in _NOT_SHOWN}
    if request.method == "POST":
        try:
            asked["videoId"] = str(json.loads(await request.text())["videoId"])
        except (ValueError, KeyError, TypeError):
            asked.pop("videoId", None)
    return asked


async def _reply(
    world: World, request: web.Request, asked: Mapping[str, str], name: str, page: _Page
) -> web.StreamResponse:
    fault = world.schedule.next(name, asked)
    struck = await replies.struck(fault)
    if struck is not None:
        return struck
    reason = fault.reason if fault is not None and fault.reason in PAGE_REASONS.get(name, ()) else ""
    try:
        answer = page(world, request, asked, reason)
    except errors.ApiError as error:
        return replies.error_reply(request, error)
    if fault is not None and fault.damages:
        return await replies.damaged(request, str(fault.kind), answer, fault.location)
    return web.Response(body=answer.data, headers={"Content-Type": answer.content_type})


def _watch(_world: World, request: web.Request, _asked: Mapping[str, str], reason: str) -> Download:
    pages: Mapping[str, Callable[[], str]] = {
        "consent": lambda: _after_consent(request),
        "FailedToCreateConsentCookie": lambda: watch_pages.consent_page(complete=False),
        "IpBlocked": watch_pages.captcha_page,
        "YouTubeDataUnparsable": watch_pages.bare_page,
    }
    return Download(pages.get(reason, watch_pages.watch_page)().encode(), _HTML)


def _after_consent(request: web.Request) -> str:
    """The watch page for those whose cookie says that they agreed; the others are asked to."""
    has_agreed = request.cookies.get("CONSENT") == f"YES+{watch_pages.CONSENT}"
    return watch_pages.watch_page() if has_agreed else watch_pages.consent_page()


def _player(world: World, request: web.Request, asked: Mapping[str, str], reason: str) -> Download:
    if not asked.get("videoId"):
        raise errors.ApiError(400, "badRequest", "Request contains an invalid argument.", domain="global")
    answer = player_answer(world.corpus, asked["videoId"], str(request.url.origin()), reason)
    return Download(replies.encoded(answer), "application/json; charset=UTF-8")


def _timed_text(world: World, _request: web.Request, asked: Mapping[str, str], _reason: str) -> Download:
    wanted = {name: asked.get(name, "") for name in ("v", "kind", "lang", "name")}
    track = next((track for key, track in named_tracks(world.corpus, wanted["v"]) if key == wanted), None)
    if track is None or asked.get("fmt"):
        raise errors.caption_not_found()
    if asked.get("tlang"):
        if asked["tlang"] not in TRANSLATION_LANGUAGES:
            raise errors.caption_not_convertible()
        track = translated(track, asked["tlang"])
    return Download(timed_text(track).encode(), "text/xml; charset=utf-8")
