"""Downloads one picture under limits, and looks whether it is one: an outcome for whatever happens."""

import asyncio
import hashlib
import re
import ssl
from dataclasses import asdict, dataclass, replace

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from tubelake import __version__, images
from tubelake.youtube import guard
from tubelake.youtube.guard import PrivateAddress, Refused, Rules

MAX_HOPS = 3
# Pillow reads some 40 formats, some of them with other programs; pictures of the web are these.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": f"tubelake/{__version__}",
    "Accept": "image/*",
    "Accept-Encoding": "identity",  # a picture is compressed already, and what unpacks to gigabytes is no picture
}
NOT_FOUND = "notFound"
TIME_OUT = "timeOut"
TOO_MANY_BYTES = "tooManyBytes"
REFUSED = "refused"
# What no later run can change, by the reason's first word; each of the others is asked once more by the next run.
FINAL = frozenset({NOT_FOUND, TOO_MANY_BYTES, images.TOO_MANY_PIXELS, REFUSED})


@dataclass(frozen=True)
class Limits:
    """What a download may ask and take."""

    rules: Rules
    max_bytes: int
    max_pixels: int
    seconds: float  # in all, redirects included
    stall_seconds: float  # to connect, and from one piece to the next


@dataclass(frozen=True)
class Picture:
    """What came of an address. `reason` is None for a good picture, which alone has data; status 0: no answer."""

    url: str
    status: int = 0
    reason: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    is_animated: bool | None = None
    byte_count: int | None = None
    sha256: str | None = None
    data: bytes | None = None
    retry_after_seconds: float | None = None

    @property
    def is_missing(self) -> bool:
        return self.reason == NOT_FOUND

    @property
    def is_final(self) -> bool:
        """Whether asking again is pointless."""
        return self.reason is None or self.reason.partition(":")[0] in FINAL


def open_client(
    limits: Limits, names: AbstractResolver | None = None, trust: ssl.SSLContext | None = None
) -> aiohttp.ClientSession:
    """What downloads go through: connections that are kept, to addresses that were checked. To be closed."""
    connector = aiohttp.TCPConnector(
        limit=0, resolver=guard.CheckedResolver(limits.rules, names), ttl_dns_cache=300, ssl=trust or True
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers=_HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.stall_seconds, sock_read=limits.stall_seconds),
    )


async def download(client: aiohttp.ClientSession, url: str, limits: Limits) -> Picture:
    """The picture at `url`, decoded once to see that it is whole. Never raises for what others do."""
    try:
        async with asyncio.timeout(limits.seconds):
            picture = await _ask(client, url, limits)
    except Refused as error:
        return Picture(url, reason=f"{REFUSED}: {error}")
    except TimeoutError:
        return Picture(url, reason=TIME_OUT)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Picture(url, reason=_no_answer(error))
    return examined(picture, limits.max_pixels) if picture.reason is None else picture


async def _ask(client: aiohttp.ClientSession, url: str, limits: Limits) -> Picture:
    """The last answer; redirects are followed here, because each hop must pass the guard."""
    address = URL(url)
    for _ in range(MAX_HOPS + 1):
        async with client.get(guard.target(address, limits.rules), allow_redirects=False) as answer:
            onward = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or onward is None:
                return _answered(answer, url, await _body(answer, limits.max_bytes), limits)
        address = address.join(URL(onward))
    raise Refused(f"more than {MAX_HOPS} redirects")


def _answered(answer: aiohttp.ClientResponse, url: str, body: bytes | None, limits: Limits) -> Picture:
    status = answer.status
    if status in (404, 410):
        return Picture(url, status, NOT_FOUND)
    if status != 200:
        return Picture(url, status, f"HTTP {status}", retry_after_seconds=_pause(answer))
    if body is None:
        return Picture(url, status, f"{TOO_MANY_BYTES}: more than {limits.max_bytes:,}")
    return Picture(url, status, byte_count=len(body), data=body)


def _pause(answer: aiohttp.ClientResponse) -> float | None:
    """How long the server asks everybody to wait (s); None where it does not."""
    if answer.status not in (429, 503):
        return None
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", asked) else None


async def _body(answer: aiohttp.ClientResponse, most: int) -> bytes | None:
    """The body; None where it has more bytes than `most`, of which the rest is never read."""
    if (answer.content_length or 0) > most:
        return None
    pieces, size = [], 0
    async for piece in answer.content.iter_any():
        pieces.append(piece)
        size += len(piece)
        if size > most:
            return None
    return b"".join(pieces)


def _no_answer(error: Exception) -> str:
    hidden = getattr(error, "os_error", None)
    if isinstance(hidden, PrivateAddress):
        return f"privateAddress: {hidden}"
    # Errors of certificates are ValueErrors too.
    if isinstance(error, aiohttp.InvalidURL) or not isinstance(error, aiohttp.ClientError | OSError):
        return f"{REFUSED}: not an address"
    return f"noAnswer: {type(error).__name__}"


def examined(picture: Picture, max_pixels: int) -> Picture:
    """The picture with what it holds, or without its data and with the reason why it is none."""
    if not picture.data:
        return replace(picture, reason="empty", data=None)
    found = asdict(images.examine(picture.data, FORMATS, max_pixels))
    if found["reason"]:
        return replace(picture, **found, data=None)
    return replace(picture, **found, sha256=hashlib.sha256(picture.data).hexdigest())
