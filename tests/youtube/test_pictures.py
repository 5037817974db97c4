"""Downloads of single pictures over real HTTP: every kind of bad picture, of bad address and of bad server."""

import asyncio
import hashlib
import io
import resource
import socket
import ssl
import struct
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.abc import AbstractResolver
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image, ImageFile
from tests.youtube.picture_server import serving

from tubelake.youtube.guard import rules
from tubelake.youtube.pictures import Limits, Picture, download, examined, open_client

URL = "https://i.ytimg.com/vi/AAAAAAAAAAA/{}.jpg"
MAX_PIXELS, MAX_BYTES = 20_000_000, 300_000
MEBIBYTE = 1 << 20


def limits(endpoint: str | None = None, **changed: float) -> Limits:
    usual = Limits(rules(("i.ytimg.com",), endpoint), MAX_BYTES, MAX_PIXELS, 5.0, 5.0)
    return replace(usual, **changed)


def got(*urls: str, given: Limits, names: AbstractResolver | None = None, trust: ssl.SSLContext | None = None):
    """The pictures at these addresses, one after the other through one client."""

    async def all_of_them() -> list[Picture]:
        async with open_client(given, names, trust) as client:
            return [await download(client, url, given) for url in urls]

    return asyncio.run(all_of_them())


# ---------------------------------------------------------------- what is a picture


def drawn(mode: str = "RGB", size: tuple[int, int] = (320, 180), form: str = "JPEG", **options: object) -> bytes:
    """A picture of noise, which compresses badly: every byte of the file matters."""
    noise = Image.effect_noise((size[0], size[1]), 64)
    image = Image.new("I;16", size, 40_000) if mode == "I;16" else Image.merge("RGB", [noise] * 3).convert(mode)
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def animated(form: str) -> bytes:
    file = io.BytesIO()
    frames = [Image.new("RGB", (64, 36), (shade, 0, 0)) for shade in (0, 100, 200)]
    frames[0].save(file, form, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(side: int) -> bytes:
    """`side` squared black pixels in a file of some kB."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg_bomb(side: int) -> bytes:
    data = bytearray(drawn())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
    return bytes(data)


def scan_bomb(scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    data = drawn(progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + b"\xff\xd9"


JPEG = drawn()
PICTURES = {  # bytes: (format, width, height, animated)
    "JPEG": (JPEG, ("JPEG", 320, 180, False)),
    "progressive": (drawn(progressive=True), ("JPEG", 320, 180, False)),
    "grey": (drawn("L"), ("JPEG", 320, 180, False)),
    "CMYK": (drawn("CMYK"), ("JPEG", 320, 180, False)),
    "one pixel": (drawn(size=(1, 1)), ("JPEG", 1, 1, False)),
    "16 bits": (drawn("I;16", form="PNG"), ("PNG", 320, 180, False)),
    "PNG": (drawn("RGBA", form="PNG"), ("PNG", 320, 180, False)),
    "WebP": (drawn(form="WEBP"), ("WEBP", 320, 180, False)),
    "animated GIF": (animated("GIF"), ("GIF", 64, 36, True)),
    "animated WebP": (animated("WEBP"), ("WEBP", 64, 36, True)),
    "animated PNG": (animated("PNG"), ("PNG", 64, 36, True)),
    "bytes after the end": (JPEG + b"<html>", ("JPEG", 320, 180, False)),
}
NO_PICTURES = {
    "empty": (b"", "empty"),
    "HTML": (b"<!doctype html><title>Sorry...</title>", "notAPicture"),
    "text": (b"no", "notAPicture"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "notAPicture"),
    "TIFF": (drawn(form="TIFF"), "notAPicture"),
    "BMP": (drawn(form="BMP", size=(32, 18)), "notAPicture"),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "notAPicture"),
    "JPEG cut in half": (JPEG[: len(JPEG) // 2], "brokenPicture: image file is truncated"),
    "PNG cut in half": (PICTURES["PNG"][0][:20_000], "brokenPicture: image file is truncated"),
    "GIF cut in half": (drawn("P", form="GIF")[:9_000], "brokenPicture: image file is truncated"),
    "WebP cut in half": (PICTURES["WebP"][0][:2_000], ""),
    "a header alone": (JPEG[:200], ""),
    "144 megapixels, PNG": (png_bomb(12_000), "tooManyPixels: more than 20,000,000"),
    "900 megapixels, PNG": (png_bomb(30_000), "tooManyPixels"),
    "144 megapixels, JPEG": (jpeg_bomb(12_000), "tooManyPixels: more than 20,000,000"),
    "144 megapixels, GIF": (b"GIF89a" + struct.pack("<HH", 12_000, 12_000) + animated("GIF")[10:], "tooManyPixels"),
    "150 scans": (scan_bomb(150), "brokenPicture: more than 100 scans"),
}  # fmt: skip


@pytest.mark.parametrize("case", PICTURES)
def test_what_a_good_picture_says_of_itself(case):
    data, expected = PICTURES[case]
    found = examined(Picture("u", 200, data=data), MAX_PIXELS)
    assert found.reason is None
    assert (found.format, found.width, found.height, found.is_animated) == expected
    assert (found.data, found.sha256) == (data, hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("case", NO_PICTURES)
def test_what_is_no_picture_has_a_reason_and_costs_no_memory(case):
    data, reason = NO_PICTURES[case]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = examined(Picture("u", 200, data=data), MAX_PIXELS)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert found.reason is not None
    assert found.reason.startswith(reason)
    assert (found.data, found.sha256) == (None, None)
    assert grown < 64 * 1024  # kB; 144 million pixels would take 144 MB or more


@pytest.mark.parametrize("case", ["JPEG", "progressive", "grey", "CMYK"])
def test_a_jpeg_that_ends_early_is_found_wherever_it_ends(case, monkeypatch):
    """An eighth of the pixels tells as much of the file as all of them."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    data = PICTURES[case][0]
    for end in range(0, len(data), len(data) // 60):
        try:
            Image.open(io.BytesIO(data[:end]), formats=["JPEG"]).load()
            whole = True
        except (OSError, SyntaxError):
            whole = False
        found = examined(Picture("u", 200, data=data[:end]), MAX_PIXELS)
        assert (found.reason is None) == whole, end
        assert not whole, end


def test_a_library_that_asks_for_lenience_does_not_get_it_here(monkeypatch):
    """face_recognition, once imported, has Pillow pad pictures that end early."""
    data = PICTURES["JPEG"][0]
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert examined(Picture("u", 200, data=data[: len(data) // 2]), MAX_PIXELS).reason.startswith("brokenPicture")
    assert ImageFile.LOAD_TRUNCATED_IMAGES


# ---------------------------------------------------------------- what a server may do


def dripping(seconds: float, *, from_start: bool):
    """Sends a good answer byte by byte."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(JPEG)}\r\n\r\n".encode()

    def answer(handler) -> None:
        if not from_start:
            handler.wfile.write(head)
        for byte in head + JPEG if from_start else JPEG:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(seconds)

    return answer


def endless(handler) -> None:
    """A chunked answer without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(10_000):
        handler.wfile.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")


def silence(handler) -> None:
    time.sleep(3)


def hang_up(handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def short(handler) -> None:
    """Promises more than it sends."""
    handler.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(JPEG) + 1}\r\n\r\n".encode() + JPEG)


def no_http(handler) -> None:
    handler.wfile.write(b"220 smtp ready\r\n\r\n")


def long_header(handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n")


SERVERS = {  # answer: (status, reason, seconds that it may take)
    "good": ((200, JPEG, {}), (200, None)),
    "missing": ((404, JPEG, {}), (404, "notFound")),
    "gone": ((410, b"", {}), (410, "notFound")),
    "forbidden": ((403, b"", {}), (403, "HTTP 403")),
    "unavailable": ((503, b"", {}), (503, "HTTP 503")),
    "no content": ((204, b"", {}), (204, "HTTP 204")),
    "a part": ((206, JPEG, {}), (206, "HTTP 206")),
    "empty": ((200, b"", {}), (200, "empty")),
    "HTML as JPEG": ((200, b"<html>", {"Content-Type": "image/jpeg"}), (200, "notAPicture")),
    "packed": ((200, zlib.compress(bytes(MEBIBYTE)), {"Content-Encoding": "deflate"}), (200, "notAPicture")),
    "over the cap, and says so": ((200, bytes(MAX_BYTES + 1), {}), (200, "tooManyBytes")),
    "over the cap, and lies": (endless, (200, "tooManyBytes")),
    "byte by byte": (dripping(0.05, from_start=False), (0, "timeOut")),
    "byte by byte, also the header": (dripping(0.05, from_start=True), (0, "timeOut")),
    "silence": (silence, (0, "timeOut")),
    "hangs up": (hang_up, (0, "noAnswer: ")),
    "less than promised": (short, (0, "noAnswer: ")),
    "no HTTP": (no_http, (0, "noAnswer: ")),
    "an endless header": (long_header, (0, "noAnswer: ")),
    "a redirect to nowhere": ((302, b"", {}), (302, "HTTP 302")),
}


@pytest.fixture(scope="module")
def server():
    with serving({f"/vi/AAAAAAAAAAA/{name}.jpg": answer for name, (answer, _) in SERVERS.items()}) as found:
        yield found


@pytest.mark.parametrize("case", SERVERS)
def test_whatever_a_server_does_there_is_an_outcome_in_time(server, case):
    server.answers[f"/vi/AAAAAAAAAAA/{case.replace(' ', '%20')}.jpg"] = SERVERS[case][0]
    status, reason = SERVERS[case][1]
    started = time.monotonic()
    (found,) = got(URL.format(case), given=limits(server.url, seconds=1.0, stall_seconds=0.6))
    assert time.monotonic() - started < 2.5
    assert found.status == status
    assert found.reason == reason or (reason and found.reason.startswith(reason))
    assert found.url == URL.format(case)
    assert (found.data is None) == (found.reason is not None)


def test_connections_are_kept_and_nothing_is_told_that_need_not_be(server):
    ports = set()

    def note(handler) -> None:
        ports.add(handler.client_address)
        handler.close_connection = False
        handler.wfile.write(b"HTTP/1.1 404 Not Found\r\nSet-Cookie: a=b\r\nContent-Length: 2000\r\n\r\n" + bytes(2000))

    server.answers["/vi/AAAAAAAAAAA/note.jpg"] = note
    assert {found.status for found in got(*[URL.format("note")] * 5, given=limits(server.url))} == {404}
    assert len(ports) == 1
    sent = server.headers[-1]
    assert {"Cookie", "Authorization", "X-Goog-Api-Key", "Referer"} & sent.keys() == set()
    assert sent["Accept-Encoding"] == "identity"


def test_how_long_a_server_asks_to_wait(server):
    server.answers["/vi/AAAAAAAAAAA/slow.jpg"] = (429, b"", {"Retry-After": "7"})
    server.answers["/vi/AAAAAAAAAAA/odd.jpg"] = (429, b"", {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
    slow, odd = got(URL.format("slow"), URL.format("odd"), given=limits(server.url))
    assert (slow.reason, slow.retry_after_seconds) == ("HTTP 429", 7.0)
    assert (odd.reason, odd.retry_after_seconds) == ("HTTP 429", None)
    assert not slow.is_final


# ---------------------------------------------------------------- where redirects may lead

REDIRECTS = {
    "/vi/AAAAAAAAAAA/good.jpg": None,
    "good.jpg": None,
    "https://i.ytimg.com/vi/AAAAAAAAAAA/good.jpg": None,
    "//i.ytimg.com/vi/AAAAAAAAAAA/good.jpg": None,
    "{server}/vi/AAAAAAAAAAA/good.jpg": None,
    "{other}/vi/AAAAAAAAAAA/good.jpg": "refused: http instead of https",
    "http://localhost:{port}/good.jpg": "refused: http instead of https",
    "http://[::1]:{port}/good.jpg": "refused: http instead of https",
    "https://localhost:{port}/good.jpg": "refused: host localhost",
    "https://127.0.0.1:{port}/good.jpg": "refused: host 127.0.0.1",
    "https://169.254.169.254/latest/meta-data/": "refused: host 169.254.169.254",
    "https://10.0.0.1/": "refused: host 10.0.0.1",
    "https://[::ffff:7f00:1]/": "refused: host ::ffff:",
    "file:///etc/passwd": "refused: file instead of https",
    "https://i.ytimg.com.evil.test/": "refused: host i.ytimg.com.evil.test",
    "https://i.ytimg.com@evil.test/": "refused: an address with a user name",
    "https://i.ytimg.com:8443/": "refused: port 8443",
    "https://[bad/": "refused: not an address",
    "https://i.ytimg.com\\@evil.test/": "refused: not an address",
    "loop.jpg": "refused: more than 3 redirects",
}


@pytest.mark.parametrize("location", REDIRECTS)
def test_each_hop_is_checked_as_the_first(server, location):
    with serving({"/vi/AAAAAAAAAAA/good.jpg": (200, JPEG, {})}) as other:
        to = location.format(server=server.url, other=other.url, port=other.url.rpartition(":")[2])
        server.answers["/vi/AAAAAAAAAAA/loop.jpg"] = (302, b"", {"Location": to})
        server.answers["/vi/AAAAAAAAAAA/onward.jpg"] = (301, b"moved", {"Location": "loop.jpg"})
        (found,) = got(URL.format("onward"), given=limits(server.url))
        assert other.asked == []
    reason = REDIRECTS[location]
    assert found.reason == reason or (reason and found.reason.startswith(reason))
    assert found.is_final
    assert (found.data == JPEG) == (reason is None)


# ---------------------------------------------------------------- names, and the computers that they lead to


class Names(AbstractResolver):
    """Gives its addresses one after the other, a new one at each look-up."""

    def __init__(self, *addresses: str) -> None:
        self.left, self.asked = list(addresses), []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        address = self.left.pop(0)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [{"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "192.168.0.9", "169.254.169.254", "fd00::1"])
def test_a_listed_name_that_leads_into_a_private_network_is_not_connected_to(address):
    names = Names(address)
    (found,) = got(URL.format("good"), given=limits(), names=names)
    assert (found.status, found.reason) == (0, f"privateAddress: i.ytimg.com is at {address}")
    assert not found.is_final  # the network's fault, not the video's
    assert names.asked == ["i.ytimg.com"]


def certificate(name: str, folder) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server named so needs, and what trusts it."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


@pytest.mark.parametrize(("name", "reason"), [("pictures.test", None), ("other.test", "noAnswer: ")])
def test_the_connection_goes_to_the_address_that_was_checked_under_the_name_that_was_asked(tmp_path, name, reason):
    """The name has another address at the second look-up; there is none. It is no name of this machine's either."""
    tls, trust = certificate(name, tmp_path)
    told = []
    tls.sni_callback = lambda _socket, said, _context: told.append(said)
    names = Names("127.0.0.1", "169.254.169.254")
    with serving({"/vi/AAAAAAAAAAA/good.jpg": (200, JPEG, {})}, tls) as server:
        port = server.url.rpartition(":")[2]
        given = limits(f"https://pictures.test:{port}")
        found = got(*[URL.format("good")] * (1 if reason else 3), given=given, names=names, trust=trust)
        hosts = {sent["Host"] for sent in server.headers}
    assert names.asked == ["pictures.test"]
    assert set(told) == {"pictures.test"}
    assert all(each.reason == reason or each.reason.startswith(reason) for each in found)
    assert hosts == (set() if reason else {f"pictures.test:{port}"})


def test_a_certificate_that_nobody_signed_is_no_answer(tmp_path):
    tls, _ = certificate("pictures.test", tmp_path)
    with serving({}, tls) as server:
        endpoint = f"https://pictures.test:{server.url.rpartition(':')[2]}"
        (found,) = got(URL.format("good"), given=limits(endpoint), names=Names("127.0.0.1"))
    assert (found.status, found.reason) == (0, "noAnswer: ClientConnectorCertificateError")
