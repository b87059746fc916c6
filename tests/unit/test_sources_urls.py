from __future__ import annotations

import pytest

from earmark.errors import UnsupportedSourceError
from earmark.sources.urls import redacted, web_address


def test_an_address_is_shown_without_its_secrets() -> None:
    """User, password and query are not for logs; host, port and path are."""
    shown = redacted("https://me:hush@radio.example:8443/live?token=hush")
    assert shown == "https://***@radio.example:8443/live?***"


def test_an_address_that_makes_no_sense_is_shown_without_its_rest() -> None:
    """Nobody knows which part of it is a secret."""
    assert redacted("http://me:hush@radio.example:port/") == "http://…"


def test_a_path_is_shown_as_it_is() -> None:
    """A file has no secrets in its name."""
    assert redacted("mixes/a?b@c.mp3") == "mixes/a?b@c.mp3"


def test_an_address_is_taken_apart() -> None:
    """What is sent is in ASCII, and the credentials are a header."""
    address = web_address("http://me:hush@münchen.example/ä b?c=d e")
    assert (address.host, address.port) == ("xn--mnchen-3ya.example", 80)
    assert address.target == "/%C3%A4%20b?c=d%20e"
    assert address.authorization == "Basic bWU6aHVzaA=="


def test_the_host_header_has_the_port_where_it_is_unusual() -> None:
    """An IPv6 address stands in brackets."""
    assert web_address("https://a.example/").host_header == "a.example"
    assert web_address("http://[::1]:8000/").host_header == "[::1]:8000"


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "http://", "http://a:x/", "file:///etc/passwd"]
)
def test_only_the_web_is_spoken(url: str) -> None:
    """What is no address of the web is refused."""
    with pytest.raises(UnsupportedSourceError):
        web_address(url)
