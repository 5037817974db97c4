"""Which addresses may be asked for pictures: by their text, and by the computers that their names lead to."""

import asyncio
import socket

import pytest
from aiohttp.abc import AbstractResolver
from yarl import URL

from tubelake.youtube.guard import CheckedResolver, PrivateAddress, Refused, is_public, rules, target

HOSTS = ("i.ytimg.com", "img.youtube.com")
EMULATOR = "http://127.0.0.1:8765"

ADDRESSES = {
    # what the open internet is
    "8.8.8.8": True, "142.250.74.22": True, "2a00:1450:400f:804::2016": True,
    # this computer, its network, and addresses that mean something else
    "127.0.0.1": False, "127.8.8.8": False, "0.0.0.0": False, "10.0.0.1": False, "172.16.0.1": False,
    "172.31.255.255": False, "192.168.1.1": False, "169.254.169.254": False, "100.64.0.1": False, "192.0.2.1": False,
    "198.18.0.1": False, "203.0.113.9": False, "224.0.0.1": False, "239.1.1.1": False, "240.0.0.1": False,
    "255.255.255.255": False, "::1": False, "::": False, "fe80::1": False, "fe80::1%1": False, "fc00::1": False,
    "fd00:ec2::254": False, "ff02::1": False, "2001:db8::1": False,
    # an address inside another one
    "::ffff:127.0.0.1": False, "::ffff:8.8.8.8": False, "::127.0.0.1": False, "2002:7f00:1::": False,
    "2002:808:808::1": False, "2001:0:4136:e378:8000:63bf:3fff:fdd2": False, "64:ff9b::7f00:1": False,
    "64:ff9b::a9fe:a9fe": False, "64:ff9b::808:808": True, "64:ff9b:1::808:808": False,
}  # fmt: skip


@pytest.mark.parametrize(("address", "public"), ADDRESSES.items())
def test_only_single_computers_of_the_open_internet_are_public(address, public):
    assert is_public(address) is public


GOOD = {
    "https://i.ytimg.com/vi/a/b.jpg": "https://i.ytimg.com/vi/a/b.jpg",
    "https://I.YTIMG.COM/vi/a/b.jpg": "https://i.ytimg.com/vi/a/b.jpg",
    "https://i.ytimg.com:443/vi/a/b.jpg": "https://i.ytimg.com/vi/a/b.jpg",
    "https://img.youtube.com/vi/a/b.jpg?x=1%262": "https://img.youtube.com/vi/a/b.jpg?x=1%262",
}
BAD = {
    "http://i.ytimg.com/a": "http instead of https",
    "file:///etc/passwd": "file instead of https",
    "ftp://i.ytimg.com/a": "ftp instead of https",
    "data:image/png;base64,AAAA": "data instead of https",
    "//i.ytimg.com/a": "no scheme instead of https",
    "/vi/a/b.jpg": "no scheme instead of https",
    "": "no scheme instead of https",
    "https://localhost/a": "host localhost",
    "https://127.0.0.1/a": "host 127.0.0.1",
    "https://2130706433/a": "host 2130706433",
    "https://[::1]/a": "host ::1",
    "https://[::ffff:127.0.0.1]/a": "host ::ffff:",
    "https://169.254.169.254/latest/meta-data": "host 169.254.169.254",
    "https://10.0.0.1/a": "host 10.0.0.1",
    "https://i.ytimg.com.evil.test/a": "host i.ytimg.com.evil.test",
    "https://evil.test/i.ytimg.com/a": "host evil.test",
    "https://evil.test/#i.ytimg.com": "host evil.test",
    "https://evil.test/?https://i.ytimg.com/": "host evil.test",
    "https://xi.ytimg.com/a": "host xi.ytimg.com",
    "https://ytimg.com/a": "host ytimg.com",
    "https://i.ytimg.com./a": "host i.ytimg.com.",
    "https://i.ytimg.com@evil.test/a": "user name",
    "https://i.ytimg.com:x@evil.test/a": "user name",
    "https://user@i.ytimg.com/a": "user name",
    "https://:password@i.ytimg.com/a": "user name",
    "https://i.ytimg.com:8443/a": "port 8443",
    "https://i.ytimg.com:80/a": "port 80",
}


@pytest.mark.parametrize(("address", "asked"), GOOD.items())
def test_a_listed_host_is_asked_over_https(address, asked):
    assert str(target(URL(address), rules(HOSTS, None))) == asked


@pytest.mark.parametrize("endpoint", [None, EMULATOR])
@pytest.mark.parametrize(("address", "why"), BAD.items())
def test_nothing_else_is_asked(address, why, endpoint):
    with pytest.raises(Refused, match=why.replace("[", r"\[")):
        target(URL(address), rules(HOSTS, endpoint))


STOOD_IN = {
    "https://i.ytimg.com/vi/a/b.jpg": f"{EMULATOR}/vi/a/b.jpg",
    "https://img.youtube.com/vi/a/b%20c.jpg?x=%26#y": f"{EMULATOR}/vi/a/b%20c.jpg?x=%26",
    f"{EMULATOR}/vi/a/b.jpg": f"{EMULATOR}/vi/a/b.jpg",
}


@pytest.mark.parametrize(("address", "asked"), STOOD_IN.items())
def test_the_emulator_stands_in_for_the_listed_hosts(address, asked):
    assert str(target(URL(address), rules(HOSTS, f"{EMULATOR}/youtube/"))) == asked


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8766/a", "https://127.0.0.1:8765/a", "http://localhost:8765/a", "http://[::1]:8765/a"]
)
def test_the_emulator_is_one_scheme_host_and_port(address):
    with pytest.raises(Refused):
        target(URL(address), rules(HOSTS, EMULATOR))


class Names(AbstractResolver):
    """A phone book; each look-up is noted."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.asked = addresses, []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        return [
            {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": 0}
            for address in self.addresses
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("addresses", "hidden"),
    [
        (("8.8.8.8", "2a00:1450::1"), None),
        (("127.0.0.1",), "127.0.0.1"),
        (("8.8.8.8", "10.1.2.3"), "10.1.2.3"),
        (("::ffff:169.254.169.254",), "::ffff:169.254.169.254"),
    ],
)
def test_a_name_is_refused_where_one_of_its_addresses_is_not_public(addresses, hidden):
    resolver = CheckedResolver(rules(HOSTS, "http://localhost:8765"), Names(*addresses))
    if hidden is None:
        found = asyncio.run(resolver.resolve("i.ytimg.com", 443))
        assert [each["host"] for each in found] == list(addresses)
    else:
        with pytest.raises(PrivateAddress, match=f"i.ytimg.com is at {hidden}"):
            asyncio.run(resolver.resolve("i.ytimg.com", 443))
    with pytest.raises(PrivateAddress) if hidden else pytest.MonkeyPatch.context():
        asyncio.run(resolver.resolve("localhost", 8766))  # another port of the emulator's host
    assert asyncio.run(resolver.resolve("localhost", 8765))
