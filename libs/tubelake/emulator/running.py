"""Running the server: in this process until a signal, or in a thread of the process that needs it."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from tubelake.emulator.corpus import Corpus
from tubelake.emulator.faults import Fault
from tubelake.emulator.server import WORLD, make_app
from tubelake.emulator.world import Call, EmulatorOptions, World

_LOOPBACK = "127.0.0.1"
# Calls under way get this long to end; longer would make every test that leaves one behind wait.
_SHUTDOWN_SECONDS = 0.5
_BACKLOG = 1_024


@dataclass(frozen=True)
class Emulator:
    """A running emulator; `url` is what a client takes as its endpoint."""

    url: str
    world: World

    def usage(self) -> dict[str, dict[str, int]]:
        """Units by Pacific day (ISO date) and bucket."""
        return self.world.quota.usage()

    def calls(self) -> list[Call]:
        """Every call so far, oldest first: method, parameters without the key, status."""
        return list(self.world.calls)

    def move_clock(self, to: datetime) -> None:
        """Set the emulated time; it runs on from there."""
        self.world.clock.move(to)

    def remove(self, *video_ids: str) -> None:
        """Delete videos, as their owner would; a ValueError names one that is not there."""
        self.world.remove(video_ids)

    def set_faults(self, *faults: Fault) -> None:
        """Replace the fault schedule."""
        self.world.schedule.replace(faults)


def serve(
    corpus: Corpus,
    options: EmulatorOptions | None = None,
    port: int = 0,
    host: str = _LOOPBACK,
    *,
    on_ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` gets the address as soon as it answers. Main thread only."""
    app = make_app(corpus, options)

    async def until_signal() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await _serve_until(app, (host, port), stop, on_ready)

    asyncio.run(until_signal())


@contextmanager
def running(corpus: Corpus, options: EmulatorOptions | None = None, port: int = 0) -> Iterator[Emulator]:
    """An emulator in a thread of this process, on a free port; it is gone when the block ends."""
    app = make_app(corpus, options)
    server = _Server(app, port)
    url = server.start()
    try:
        yield Emulator(url, app[WORLD])
    finally:
        server.stop()


class _Server:
    """The thread that `running` keeps: its event loop, and how to end it."""

    def __init__(self, app: web.Application, port: int) -> None:
        self._app = app
        self._port = port
        self._ready = threading.Event()
        self._url = ""
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)

    def start(self) -> str:
        """The address of the server, once it answers; what kept it from starting is raised here."""
        self._thread.start()
        self._ready.wait()
        if not self._url:
            raise self._failure or RuntimeError
        return self._url

    def stop(self) -> None:
        """End the server and wait for its thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await _serve_until(self._app, (_LOOPBACK, self._port), self._stop, self._announce)

    def _announce(self, url: str) -> None:
        self._url = url
        self._ready.set()


async def _serve_until(
    app: web.Application, address: tuple[str, int], stop: asyncio.Event, on_ready: Callable[[str], None]
) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, *address, backlog=_BACKLOG).start()
        host, port = runner.addresses[0][:2]
        on_ready(f"http://{host}:{port}")
        await stop.wait()
    finally:
        await runner.cleanup()
