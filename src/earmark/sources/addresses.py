"""Which hosts may be asked: names are resolved here, and the address that was checked is used.

A server that fetches what its users name could be made to reach into its own network: by the
address itself, by a name that resolves there, by a redirect, or by a name that resolves differently
the second time. So every connection goes to an address that was checked just before, and to no
other.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

from earmark.errors import AddressRefusedError, SourceUnavailableError

Address: TypeAlias = IPv4Address | IPv6Address

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""IPv6 addresses that a gateway translates to the IPv4 address in their last four bytes."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses may be asked."""

    allow_private: bool = False
    """Also those of private networks and of this machine."""

    def resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host that may be asked, in the resolver's order.

        Raises:
            SourceUnavailableError: the name cannot be resolved.
            AddressRefusedError: it leads to no address that may be asked.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise SourceUnavailableError(host, "its name cannot be resolved") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [address for address in addresses if self.allows(address)]
        if not allowed:
            cause = "it lies in a private network or on this machine; --allow-private permits that"
            raise AddressRefusedError(host, cause)
        return allowed

    def allows(self, address: str) -> bool:
        """Whether this address may be asked."""
        plain = _plain(ip_address(address.partition("%")[0]))
        if plain.is_multicast or plain.is_unspecified:
            return False
        return self.allow_private or (plain.is_global and not plain.is_reserved)


def _plain(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo is not None:
        inner = address.teredo[1]
    if inner is None and any(address in network for network in _TRANSLATED):
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address
