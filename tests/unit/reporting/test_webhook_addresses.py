"""Where webhooks may go: HTTPS to public addresses, whatever a name resolves to, and nowhere else unless allowed."""

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from services.reporting.webhooks.addresses import NoPublicAddress, is_allowed, parse_address, resolve

FORBIDDEN = (
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
)
PUBLIC = ("1.1.1.1", "93.184.215.14", "::ffff:1.1.1.1", "2606:4700:4700::1111")


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_webhook_goes_to_an_address_that_is_not_public(address: str) -> None:
    assert not is_allowed(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_webhook_goes_to_a_public_address(address: str) -> None:
    assert is_allowed(ip_address(address))


def test_the_operator_allows_networks_and_no_others() -> None:
    networks = [ip_network("10.20.0.0/16"), ip_network("fd12::/16")]

    assert is_allowed(ip_address("10.20.3.4"), networks)
    assert is_allowed(ip_address("::ffff:10.20.3.4"), networks)
    assert is_allowed(ip_address("fd12::5"), networks)
    assert not is_allowed(ip_address("10.21.0.1"), networks)
    assert not is_allowed(ip_address("127.0.0.1"), networks)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name resolve to these addresses."""

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_name_that_leads_inside_is_no_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolve_to(monkeypatch, address)
    with pytest.raises(NoPublicAddress):
        await resolve(parse_address("https://innocent.example/events"))


async def test_a_name_of_which_one_address_leads_inside_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "1.1.1.1", "10.0.0.1")
    with pytest.raises(NoPublicAddress):
        await resolve(parse_address("https://innocent.example"))


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "127.1"])
async def test_an_address_in_any_spelling_is_what_it_means(host: str) -> None:
    with pytest.raises(NoPublicAddress):
        await resolve(parse_address(f"https://{host}/"))


async def test_a_name_that_does_not_resolve_is_answered_as_one_that_leads_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look_up(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(NoPublicAddress, match="its name leads to no public address"):
        await resolve(parse_address("https://nowhere.example"))


async def test_the_addresses_that_were_checked_are_those_to_connect_to(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "1.1.1.1", "1.1.1.1", "2606:4700:4700::1111")

    assert await resolve(parse_address("https://two.example")) == [
        ip_address("1.1.1.1"),
        ip_address("2606:4700:4700::1111"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://example.org", "begins with https://"),
        ("ftp://example.org", "begins with https://"),
        ("example.org", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://user:pass@example.org", "Leave name and password out"),
        ("https://example.org/#part", "stands behind the #"),
        ("https://example.org:0/", "a port from 1 to 65535"),
        ("https://example.org:99999/", "a port from 1 to 65535"),
        ("https://exa mple.org", "no address"),
        ("https://[::1", "no address"),
        ("", "begins with https://"),
    ],
)
def test_what_cannot_be_an_address_is_refused_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_address(text)


def test_an_address_has_path_and_query() -> None:
    assert str(parse_address("https://example.org:8443/a/b?c=d")) == "https://example.org:8443/a/b?c=d"
