from __future__ import annotations

import socket

import pytest

from earmark.errors import AddressRefusedError, SourceUnavailableError
from earmark.sources.addresses import AddressPolicy

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1"),  # noqa: S104
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
)
"""Addresses of this machine, of private networks and of nobody, some in disguise."""


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name lead to these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    """However it is written."""
    assert not AddressPolicy().allows(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_what_is_public_is_allowed(address: str) -> None:
    """Radio stations are there."""
    assert AddressPolicy().allows(address)


def test_private_networks_may_be_allowed() -> None:
    """A user may listen to a server of his own; a group of many is no server."""
    policy = AddressPolicy(allow_private=True)
    assert policy.allows("127.0.0.1")
    assert policy.allows("192.168.1.1")
    assert not policy.allows("224.0.0.1")


def test_a_name_that_leads_home_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name does not matter, the address does."""
    resolving(monkeypatch, "127.0.0.1")
    with pytest.raises(AddressRefusedError, match="--allow-private"):
        AddressPolicy().resolve("radio.example", 80)


def test_of_several_addresses_only_the_public_ones_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name may have both kinds."""
    resolving(monkeypatch, "10.0.0.1", "93.184.216.34", "93.184.216.34")
    assert AddressPolicy().resolve("radio.example", 80) == ["93.184.216.34"]


def test_a_name_that_does_not_exist_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may exist later."""

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(SourceUnavailableError, match="cannot be resolved"):
        AddressPolicy().resolve("radio.example", 80)
