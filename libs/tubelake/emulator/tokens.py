"""Opaque page tokens: they carry their place and a mark of their query, so they survive a restart."""

import base64
import binascii
import hashlib
import struct
from collections.abc import Mapping

from tubelake.emulator import errors

# A page may be asked with another size, other parts or another key: it is still the same result set.
_NOT_THE_QUERY = frozenset(
    {"pageToken", "maxResults", "part", "fields", "prettyPrint", "key", "alt", "quotaUser", "access_token"}
)
_LAYOUT = struct.Struct(">I8s")
_CHECK = 4


def query_mark(method: str, params: Mapping[str, str]) -> bytes:
    """Eight bytes that differ between any two result sets."""
    parts = sorted((name, value) for name, value in params.items() if name not in _NOT_THE_QUERY)
    return hashlib.blake2b(repr((method, parts)).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def encode(mark: bytes, offset: int) -> str:
    """The token of the page that starts at `offset`."""
    payload = _LAYOUT.pack(offset, mark)
    return base64.urlsafe_b64encode(payload + _check(payload)).decode().rstrip("=")


def decode(token: str, mark: bytes) -> int:
    """The offset in `token`; a token of another query, or a damaged one, is the real 400."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        offset, owner = _LAYOUT.unpack(raw[:-_CHECK])
    except (ValueError, binascii.Error, struct.error):
        raise errors.invalid_page_token() from None
    if owner != mark or raw[-_CHECK:] != _check(raw[:-_CHECK]):
        raise errors.invalid_page_token()
    return int(offset)


def _check(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_CHECK, person=b"page token").digest()
