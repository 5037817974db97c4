"""The pictures of i.ytimg.com: stored ones as they are, others drawn; what does not exist is a grey 404.

    GET /vi/VIDEO_ID/NAME.jpg    NAME is default, mqdefault, hqdefault, sddefault, maxresdefault, fhddefault, ...

They need no key and cost no quota. In the record of calls and in schedules of faults their method is `thumbnails`,
with the parameters `video_id` and `name`.
"""

import asyncio

from aiohttp import web

from tubelake.emulator import replies
from tubelake.emulator.corpus import PICTURES_FOLDER, Corpus
from tubelake.emulator.faults import Fault
from tubelake.emulator.params import Params
from tubelake.emulator.recipes import SIZES
from tubelake.emulator.replies import Download
from tubelake.emulator.world import World

METHOD = "thumbnails"
_JPEG_TYPE = "image/jpeg"


def add_routes(app: web.Application, world: World) -> None:
    """Add the pictures to `app`."""

    async def thumbnail(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(world.options.latency_seconds)
        asked = {**request.query, **request.match_info}
        try:
            reply = await _reply(world, request, asked)
        except ImportError as error:
            reply = web.Response(status=501, text=f"{error}: pip install 'tubelake[vision]'")
        world.calls.append((METHOD, asked, reply.status))
        return reply

    app.router.add_get("/vi/{video_id}/{name}.jpg", thumbnail)


async def _reply(world: World, request: web.Request, asked: Params) -> web.StreamResponse:
    fault = world.schedule.next(METHOD, asked)
    struck = await replies.struck(fault)
    if struck is not None:
        return struck
    found, data = await asyncio.to_thread(_picture, world.corpus, asked["video_id"], asked["name"])
    if found and fault is not None and fault.damages:
        file = Download(data, _JPEG_TYPE)
        return await replies.damaged(request, str(fault.kind), file, _location(request, fault))
    return web.Response(status=200 if found else 404, body=data, headers={"Content-Type": _JPEG_TYPE})


def _location(request: web.Request, fault: Fault) -> str:
    """Where a redirect leads: to another size of the same picture, or to the address that the fault has."""
    if fault.location in SIZES:
        return str(request.rel_url.with_name(f"{fault.location}.jpg"))
    return fault.location


def _picture(corpus: Corpus, video_id: str, name: str) -> tuple[bool, bytes]:
    """Whether a picture exists, and its bytes or those of the grey one."""
    # Only here: Pillow need not be installed for everything else.
    from tubelake.emulator import pictures

    data = None
    if video_id in corpus.videos and name in SIZES:
        stored = corpus.folder / PICTURES_FOLDER / f"{video_id}.jpg"
        recipe = corpus.thumbnails.get(video_id)
        # An id that is no name of a file, such as one with a slash, has no stored picture.
        if stored.name == f"{video_id}.jpg" and stored.is_file():
            data = pictures.stored(stored, name)
        elif recipe is not None and name in recipe.sizes:
            data = pictures.drawn(recipe, name)
    return (False, pictures.placeholder()) if data is None else (True, data)
