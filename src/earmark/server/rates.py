"""How many requests each client may send: a bucket for each, which fills with time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

MOST_CLIENTS = 50_000
"""Buckets that are kept; that of a client who was away longest goes first, and was full again."""

IPV6_HOME = 64
"""Bits of an IPv6 address that one customer has for all their machines."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a client."""

    limit: int
    left: int
    full_after_s: float
    """When it will have all of it again."""
    retry_after_s: float | None
    """When to try again; None if the request may pass."""

    def headers(self) -> dict[str, str]:
        """The same as headers of a response, of the IETF's draft on them."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(round(self.full_after_s + 0.5)),
        }


class Rates:
    """Buckets of requests by client. For one thread."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow so many requests in a minute, at once or spread."""
        self._most = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, client: str) -> Allowance:
        """Take one request off a client's bucket, if there is one left."""
        per_s = self._most / 60
        now = self._clock()
        left, filled = self._buckets.pop(client, (float(self._most), now))
        left = min(float(self._most), left + (now - filled) * per_s)
        passes = left >= 1
        left -= passes
        self._buckets[client] = (left, now)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        retry_after_s = None if passes else (1 - left) / per_s
        return Allowance(self._most, int(left), (self._most - left) / per_s, retry_after_s)


def client_of(address: str) -> str:
    """Whose address it is: of IPv6, a customer has a whole network."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip_network((ip, IPV6_HOME), strict=False))
    return str(ip)
