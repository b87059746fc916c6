from __future__ import annotations

import pytest

from earmark.server import rates
from earmark.server.rates import Rates, client_of


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now_s


def test_a_client_has_so_many_requests_in_a_minute() -> None:
    """The next one is told when to come again, and then passes."""
    clock = Clock()
    bucket = Rates(60, clock)
    assert [bucket.spend("a").retry_after_s for _ in range(60)] == [None] * 60
    refused = bucket.spend("a")
    assert refused.retry_after_s == pytest.approx(1.0)
    clock.now_s += 1.01
    assert bucket.spend("a").retry_after_s is None
    assert bucket.spend("a").retry_after_s is not None


def test_clients_do_not_share() -> None:
    """What one has used up the other has still."""
    bucket = Rates(1, Clock())
    bucket.spend("a")
    assert bucket.spend("b").retry_after_s is None


def test_the_headers_tell_what_is_left() -> None:
    """Limit, rest, and when all of it is there again."""
    headers = Rates(60, Clock()).spend("a").headers()
    assert headers == {
        "RateLimit-Limit": "60",
        "RateLimit-Remaining": "59",
        "RateLimit-Reset": "2",
    }


def test_made_up_clients_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many are kept; whoever was away longest goes first."""
    monkeypatch.setattr(rates, "MOST_CLIENTS", 3)
    bucket = Rates(1, Clock())
    for client in ("a", "b", "c", "d"):
        bucket.spend(client)
    assert bucket.spend("d").retry_after_s is not None
    assert bucket.spend("a").retry_after_s is None


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("a socket", "a socket"),
    ],
)
def test_a_network_of_ipv6_is_one_client(address: str, client: str) -> None:
    """Each customer has 2^64 addresses: a bucket for each would be no limit."""
    assert client_of(address) == client
