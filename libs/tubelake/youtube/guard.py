"""Where pictures may come from: named hosts over https, and only computers of the open internet.

The addresses of pictures are other people's data. So each is checked before it is asked, redirects too, and names are
resolved once: aiohttp connects to the addresses that the resolver below has checked, and to no others.
"""

import ipaddress
import socket
from dataclasses import dataclass

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

HTTPS_PORT = 443
# Networks without IPv4 reach it through these addresses, which hold the true one in their last 32 bits (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(Exception):  # noqa: N818 - not an error of anybody
    """An address that may not be asked; the message says why."""


class PrivateAddress(OSError):  # noqa: N818
    """A name that leads to a computer which is not on the open internet."""


@dataclass(frozen=True)
class Rules:
    """Hosts that may be asked, by their exact names, and the emulator's address, which then stands in for all of them."""

    hosts: frozenset[str]
    stand_in: URL | None = None

    def is_stand_in(self, host: str | None, port: int | None) -> bool:
        return self.stand_in is not None and (host, port) == (self.stand_in.host, self.stand_in.port)


def rules(hosts: tuple[str, ...], endpoint: str | None) -> Rules:
    """The rules for these hosts. Raises ValueError where `endpoint` is not the address of a server."""
    return Rules(frozenset(hosts), URL(endpoint).origin() if endpoint else None)


def target(address: URL, allowed: Rules) -> URL:
    """The address to ask for a picture at `address`. Raises Refused where it may not be asked."""
    if address.user is not None or address.password is not None:
        raise Refused("an address with a user name")
    if allowed.stand_in is not None and _origin(address) == _origin(allowed.stand_in):
        return address
    if address.scheme != "https":
        raise Refused(f"{address.scheme or 'no scheme'} instead of https")
    if address.host not in allowed.hosts:
        raise Refused(f"host {address.host} is not in thumbnails.hosts")
    if address.port != HTTPS_PORT:
        raise Refused(f"port {address.port}")
    return _on_stand_in(address, allowed.stand_in) if allowed.stand_in else address


def _origin(address: URL) -> tuple[str, str | None, int | None]:
    return address.scheme, address.host, address.port


def _on_stand_in(address: URL, server: URL) -> URL:
    return URL.build(
        scheme=server.scheme, authority=server.raw_authority,
        path=address.raw_path, query_string=address.raw_query_string, encoded=True,
    )  # fmt: skip


def is_public(address: str) -> bool:
    """Whether an IP address belongs to one computer of the open internet, and holds no other address inside."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.ipv4_mapped or ip.sixtofour or ip.teredo:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


class CheckedResolver(AbstractResolver):
    """Finds the addresses of a name and refuses them all where one is not public. aiohttp wants a class here."""

    def __init__(self, allowed: Rules, names: AbstractResolver | None = None) -> None:
        self._allowed = allowed
        self._names = names or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`. Raises PrivateAddress; the emulator may be anywhere."""
        found = await self._names.resolve(host, port, family)
        hidden = [each["host"] for each in found if not is_public(each["host"])]
        if hidden and not self._allowed.is_stand_in(host, port):
            raise PrivateAddress(f"{host} is at {hidden[0]}")
        return found

    async def close(self) -> None:
        await self._names.close()
