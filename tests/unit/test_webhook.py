from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from earmark.sinks import webhook as module
from earmark.sinks.webhook import Webhook
from earmark.sources import AddressPolicy, Client, Limits
from tests.live import ended, event, until
from tests.servers import ok, serving, to

BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
REFUSED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


def client() -> Client:
    """A client that may talk to this machine."""
    return Client(AddressPolicy(allow_private=True), Limits(connect_s=2, head_s=2))


def bodies(requests: list[bytes]) -> list[str]:
    """The ids of the events that came."""
    return [json.loads(request.partition(b"\r\n\r\n")[2])["id"] for request in requests]


def test_events_are_delivered_in_their_order() -> None:
    """Before the end of the block."""
    with serving({"a": ok(b"")}) as served:
        with Webhook(client(), served.to("a")) as webhook:
            webhook(event())
            webhook(ended())
        assert bodies(served.requests) == ["event-1", "event-2"]


def test_what_is_not_taken_is_tried_again() -> None:
    """The failure is told once, and no event is lost or overtaken."""
    problems: list[str] = []
    with serving({"a": [BUSY, BUSY, ok(b"")]}) as served:
        hook = Webhook(client(), served.to("a"), on_problem=problems.append, first_pause_s=0.02)
        with hook:
            hook(event())
            hook(ended())
            assert until(lambda: len(served.requests) == 4)
        assert bodies(served.requests) == ["event-1"] * 3 + ["event-2"]
    assert len(problems) == 1
    assert "503" in problems[0]


@pytest.mark.parametrize("answer", [REFUSED, to("http://127.0.0.1:9/")], ids=["400", "302"])
def test_what_is_refused_is_dropped(answer: bytes) -> None:
    """It would be refused again; redirects are not followed with what is ours."""
    problems: list[str] = []
    with serving({"a": [answer, ok(b"")]}) as served:
        with Webhook(client(), served.to("a"), on_problem=problems.append) as webhook:
            webhook(event())
            webhook(ended())
        assert bodies(served.requests) == ["event-1", "event-2"]
    assert "dropped" in problems[0]


def test_events_are_signed() -> None:
    """Who knows the secret can tell that they are ours."""
    with serving({"a": ok(b"")}) as served:
        with Webhook(client(), served.to("a"), secret="hush") as webhook:  # noqa: S106
            webhook(event())
        head, _, body = served.requests[0].partition(b"\r\n\r\n")
    digest = hmac.new(b"hush", body, hashlib.sha256).hexdigest()
    assert f"X-Earmark-Signature: sha256={digest}".encode() in head
    assert b"X-Earmark-Event: event-1" in head


def test_while_nobody_answers_the_newest_events_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as there is room for; and nothing waits for the server."""
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    problems: list[str] = []
    with serving({"a": ok(b"")}) as served:
        hook = Webhook(client(), served.to("a"), on_problem=problems.append)
        for number in range(5):
            hook(event(id=f"event-{number}"))
        with hook:
            pass
        assert bodies(served.requests) == ["event-3", "event-4"]
    assert "3 events were dropped" in problems[0]


def test_a_private_address_is_refused() -> None:
    """Unless the client may go there; the secret in the address is not told."""
    problems: list[str] = []
    url = "http://127.0.0.1:9/?t=hush"
    with Webhook(Client(AddressPolicy()), url, on_problem=problems.append) as webhook:
        webhook(event())
    assert "private network" in problems[0]
    assert "hush" not in problems[0]


def test_an_event_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those behind it have their turn."""
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    problems: list[str] = []
    with serving({"a": [BUSY, ok(b"")]}) as served:
        with Webhook(client(), served.to("a"), on_problem=problems.append) as webhook:
            webhook(event())
            webhook(ended())
        assert bodies(served.requests) == ["event-1", "event-2"]
    assert "for a day" in problems[0]
