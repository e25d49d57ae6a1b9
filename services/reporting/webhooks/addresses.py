"""The addresses that webhooks go to: HTTPS, and no network but the public one unless the operator allows it."""

import asyncio
import re
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

IPAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST = 2000
"""Characters of an address."""
_PUBLIC_IPV6 = ip_network("2000::/3")
_NO_SERVERS = tuple(map(ip_network, ("2001::/32", "2002::/16", "192.0.0.0/24", "192.88.99.0/24")))
"""Addresses that carry another one, which may be any, and those of protocols that are no servers."""
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_RESOLVERS = ThreadPoolExecutor(max_workers=256, thread_name_prefix="webhook-names")
"""Threads of their own: names that resolve slowly must not hold up what else the process does in threads.

A thread is started only when no other is free. There are more than webhooks have turns at one time, so that names that
resolve slowly hold up no other name either.
"""


class NoPublicAddress(OSError):
    """A name does not resolve, or leads to an address that webhooks may not go to.

    One error for both: otherwise a webhook would tell which names there are inside the operator's network.
    """

    def __init__(self) -> None:
        super().__init__("its name leads to no public address")


def parse_address(text: str) -> httpx.URL:
    """Parse the address of a webhook; raises ValueError with a sentence that says what is wrong."""
    try:
        url = httpx.URL(text)
        port = url.port
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise ValueError("This is no address; give one such as https://example.org/events.") from None
    if url.host and _HOST.fullmatch(url.raw_host.decode()) is None:
        raise ValueError("This is no address; give one such as https://example.org/events.")
    if url.scheme != "https" or not url.host:
        raise ValueError("Give an address that begins with https://.")
    if url.userinfo:
        raise ValueError("Leave name and password out of the address: every event is signed.")
    if url.fragment:
        raise ValueError("Leave out what stands behind the # in the address.")
    if port is not None and not 1 <= port <= 65535:
        raise ValueError("Give a port from 1 to 65535, or none.")
    return url


def is_allowed(address: IPAddress, networks: Sequence[Network] = ()) -> bool:
    """Whether a webhook may go to an IP address: a public one, or one in the networks that the operator allows."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in networks):
        return True
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return False
    return address.is_global and not address.is_multicast and not any(address in each for each in _NO_SERVERS)


async def resolve(url: httpx.URL, networks: Sequence[Network] = ()) -> list[IPAddress]:
    """Return the IP addresses of a webhook's host, all of which it may go to; raises `NoPublicAddress`.

    Connect to one of these: asked again, the same name may lead elsewhere.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(_RESOLVERS, _look_up, url.host, url.port or 443)
        addresses = list(dict.fromkeys(ip_address(each) for each in found))
    except (OSError, ValueError, UnicodeError):
        raise NoPublicAddress from None
    if not addresses or not all(is_allowed(address, networks) for address in addresses):
        raise NoPublicAddress
    return addresses


def _look_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
