from __future__ import annotations

import socket
from contextlib import closing

import pytest

from earmark.errors import (
    AddressRefusedError,
    SourceError,
    SourceUnavailableError,
    UnsupportedSourceError,
)
from earmark.sources.addresses import AddressPolicy
from earmark.sources.client import Client, Limits
from tests.servers import ok, serving, to

LIMITS = Limits(connect_s=5, head_s=0.5, stall_s=0.5, whole_s=1.0, redirects=2)


def client() -> Client:
    """A client that may talk to this machine."""
    return Client(AddressPolicy(allow_private=True), LIMITS)


def test_bytes_come_as_they_are_sent() -> None:
    """The body of an answer is a stream."""
    with serving({"a": ok(b"sound")}) as served, closing(client().open(served.to("a"))) as answer:
        assert (answer.read(2), answer.read(99), answer.read(99)) == (b"so", b"und", b"")


def test_the_first_line_of_a_radio_server_is_understood() -> None:
    """SHOUTcast says `ICY 200 OK`."""
    with serving({"a": b"ICY 200 OK\r\nicy-metaint:16\r\n\r\nsound"}) as served:
        answer = client().open(served.to("a"))
        assert (answer.headers["icy-metaint"], answer.read(99)) == ("16", b"sound")
        answer.close()


def test_redirects_are_followed() -> None:
    """To another path, or another host."""
    with serving({"a": to("b"), "b": ok(b"sound")}) as served:
        assert client().fetch(served.to("a"), 99) == b"sound"


def test_redirects_come_to_an_end() -> None:
    """Servers that lead to one another are left."""
    with serving({"a": to("/a")}) as served:
        with pytest.raises(SourceUnavailableError, match="too often"):
            client().open(served.to("a"))
        assert len(served.requests) == LIMITS.redirects + 1


def test_a_redirect_leads_to_no_forbidden_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public server may not send us into our own network."""
    monkeypatch.setattr(AddressPolicy, "allows", lambda _, address: address == "127.0.0.1")
    with (
        serving({"a": to("http://127.0.0.2:1/secret")}) as served,
        pytest.raises(AddressRefusedError),
    ):
        Client(AddressPolicy()).open(served.to("a"))


def test_a_redirect_leads_to_no_file() -> None:
    """Only the web is spoken."""
    with serving({"a": to("file:///etc/passwd")}) as served, pytest.raises(UnsupportedSourceError):
        client().open(served.to("a"))


def test_credentials_go_to_the_first_host_only() -> None:
    """A redirect to another host, or port, does not get them."""
    with serving({"b": ok(b"")}) as other, serving({"a": to(other.to("b"))}) as served:
        client().fetch(served.to("a").replace("//", "//me:hush@"), 99)
        assert b"Authorization: Basic" in served.requests[0]
        assert b"Authorization" not in other.requests[0]


def test_errors_have_no_secrets() -> None:
    """They end in logs."""
    with serving({}) as served, pytest.raises(SourceError) as caught:
        client().open(served.to("a?token=hush").replace("//", "//me:hush@"))
    assert "hush" not in str(caught.value)


def test_a_failure_is_told() -> None:
    """With its status."""
    with serving({}) as served, pytest.raises(SourceUnavailableError, match="status 404"):
        client().open(served.to("a"))


def test_a_head_without_an_end_is_left() -> None:
    """A server may not feed us headers for ever, a few bytes at a time."""

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-More: and more\r\n")

    with serving({"a": trickle}) as served, pytest.raises(SourceUnavailableError):
        client().open(served.to("a"))


def test_a_stall_is_noticed() -> None:
    """A server that says nothing more has broken off."""

    def stall(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nso")
        connection.recv(1)

    with serving({"a": stall}) as served:
        answer = client().open(served.to("a"))
        assert answer.read(99) == b"so"
        with pytest.raises(SourceUnavailableError, match="stalled"):
            answer.read(99)
        answer.close()


def test_what_is_too_large_is_left() -> None:
    """A playlist has no megabytes."""
    with (
        serving({"a": ok(bytes(100))}) as served,
        pytest.raises(UnsupportedSourceError, match="more than the 99"),
    ):
        client().fetch(served.to("a"), 99)


def test_what_is_no_http_is_told() -> None:
    """Whatever it says."""
    with serving({"a": b"SSH-2.0-Open\r\n\r\n"}) as served, pytest.raises(SourceUnavailableError):
        client().open(served.to("a"))


def test_compressed_answers_are_refused() -> None:
    """A few bytes could become gigabytes."""
    with (
        serving({"a": ok(b"", "Content-Encoding: gzip")}) as served,
        pytest.raises(UnsupportedSourceError),
    ):
        client().open(served.to("a"))


def test_an_open_answer_is_ended_from_elsewhere() -> None:
    """Whoever waits for bytes finds the end."""
    with serving({"a": b"HTTP/1.1 200 OK\r\n\r\nso"}) as served:
        answer = client().open(served.to("a"))
        answer.shut()
        while answer.read(99):
            pass
        answer.close()


def test_something_is_posted() -> None:
    """With its body and headers; the status comes back."""
    with serving({"a": b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"}) as served:
        assert client().post(served.to("a"), b"{}", {"X-One": "1"}) == 202
    assert served.requests[0].startswith(b"POST /a ")
    assert b"X-One: 1" in served.requests[0]
    assert served.requests[0].endswith(b"\r\n\r\n{}")
