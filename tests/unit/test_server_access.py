from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from earmark.errors import ForbiddenError
from earmark.server.access import COOKIE, Guard, check_host, check_origin, secret_of, token_of
from earmark.server.keys import Keys, Scope
from earmark.server.options import ServerOptions
from earmark.server.state import open_state
from tests.music import clip
from tests.serving import Running, bearer, make_key, make_options, running

OPTIONS = ServerOptions("x", state=Path())


async def nothing(*_: object) -> None:
    """Stand for the application behind the guard."""


@dataclass
class Locked:
    """A server with keys."""

    server: Running
    read: str
    write: str
    admin: str


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    """A server with a key of each scope."""
    options = make_options(tmp_path_factory.mktemp("locked"))
    keys = [make_key(options, scope) for scope in Scope]
    with running(options) as server:
        yield Locked(server, *keys)


def test_without_a_key_only_life_is_told(locked: Locked) -> None:
    """All else is refused with 401, and how to ask."""
    for path in ("/tracks", "/stats", "/metrics", "/tasks"):
        answer = locked.server.ask("GET", path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    for path in ("/ping", "/health", "/ready"):
        assert locked.server.ask("GET", path).status_code in {200, 503}


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
def test_a_key_opens_what_its_scope_holds(locked: Locked, header: str) -> None:
    """To read is less than to write, and that is less than to see all tasks."""

    def status(key: str, method: str, path: str) -> int:
        value = f"Bearer {key}" if header == "Authorization" else key
        return locked.server.ask(method, path, headers={header: value}).status_code

    assert status(locked.read, "GET", "/tracks") == 200
    assert status(locked.read, "POST", "/tracks") == 403
    assert status(locked.write, "POST", "/tracks") == 400
    assert status(locked.write, "GET", "/tasks") == 403
    assert status(locked.admin, "GET", "/tasks") == 200
    assert status(locked.read[:-1], "GET", "/tracks") == 401


def test_a_key_that_is_removed_is_refused_at_once(locked: Locked) -> None:
    """A server that runs forgets it as soon as it is removed, and its sessions."""
    keys = locked.server.context.keys
    key, secret = keys.add("short", Scope.READ)
    with httpx.Client(base_url=locked.server.api) as browser:
        assert browser.post("/session", headers=bearer(secret)).status_code == 200
        assert browser.get("/tracks").status_code == 200
        assert keys.remove(key.id)
        assert browser.get("/tracks").status_code == 401
    assert locked.server.ask("GET", "/tracks", headers=bearer(secret)).status_code == 401


@pytest.mark.parametrize("anonymous", [False, True])
def test_removing_the_last_key_lets_nobody_in(tmp_path: Path, *, anonymous: bool) -> None:
    """A server that had one wants one until it ends, unless it was told to let everybody in."""
    with contextlib.closing(open_state(tmp_path)) as state:
        keys = Keys(state)
        options = replace(OPTIONS, host="0.0.0.0", allow_anonymous=anonymous)  # noqa: S104
        guard = Guard(nothing, SimpleNamespace(keys=keys, options=options))  # type: ignore[arg-type]

        def scope_of(**headers: str) -> Scope | None:
            return guard._caller(Headers(headers)).scope

        assert scope_of() is Scope.ADMIN
        key, secret = keys.add("only", Scope.READ)
        assert (scope_of(), scope_of(authorization=f"Bearer {secret}")) == (None, Scope.READ)
        keys.remove(key.id)
        assert scope_of() is (Scope.ADMIN if anonymous else None)


def test_a_browser_changes_its_key_for_a_cookie(locked: Locked) -> None:
    """Which no script can read and no other site can send, until it is given back."""
    with httpx.Client(base_url=locked.server.api) as browser:
        begun = browser.post("/session", headers=bearer(locked.write))
        assert begun.json()["scope"] == "write"
        told = {"key": "a key to write", "scope": "write", "is_session": True}
        assert browser.get("/session").json() == told
        cookie = begun.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert browser.post("/identify", content=clip(1)).status_code == 200
        token = browser.cookies[COOKIE]
        assert browser.delete("/session").status_code == 204
        kept = locked.server.ask("GET", "/tracks", headers={"Cookie": f"{COOKIE}={token}"})
        assert kept.status_code == 401


def test_who_has_no_key_is_told_so(locked: Locked) -> None:
    """A page learns that it has to ask for one without being refused."""
    told = locked.server.ask("GET", "/session")
    assert told.json() == {"key": None, "scope": None, "is_session": False}


def test_a_page_of_another_site_cannot_change_anything(locked: Locked) -> None:
    """Not even with the cookie of a session; a page of this server can."""
    host = locked.server.url.removeprefix("http://")
    with httpx.Client(base_url=locked.server.api) as browser:
        browser.post("/session", headers=bearer(locked.write))
        own = browser.post("/identify", content=b"", headers={"Origin": f"http://{host}"})
        assert own.status_code == 400
        for origin in ("https://evil.example", "null", f"http://{host}.evil.example"):
            other = browser.post("/identify", content=b"", headers={"Origin": origin})
            assert other.status_code == 403


def test_a_page_of_another_site_cannot_listen(server: Running) -> None:
    """A WebSocket is under no same-origin policy: the server has to look itself."""
    with (
        pytest.raises(InvalidStatus) as caught,
        connect(server.live, origin=Origin("https://evil.example")),
    ):
        pass
    assert caught.value.response.status_code == 403


def test_a_live_connection_needs_a_key(locked: Locked) -> None:
    """As a header or as the cookie of a session."""
    with pytest.raises(InvalidStatus) as caught, connect(locked.server.live):
        pass
    assert caught.value.response.status_code == 401
    with connect(locked.server.live, additional_headers=bearer(locked.read)) as socket:
        assert '"ready"' in str(socket.recv())


def test_a_server_without_keys_has_names_of_its_own(server: Running) -> None:
    """A site whose name leads here is not answered (DNS rebinding)."""
    headers = {"Host": "evil.example"}
    assert server.ask("GET", "/tracks", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765"])
def test_a_server_goes_by_the_names_of_this_machine(host: str) -> None:
    """With or without a port."""
    check_host(Headers({"host": host}), OPTIONS)


@pytest.mark.parametrize("host", ["", "evil.example", "[", "localhost.evil.example:8765"])
def test_a_name_that_is_not_its_own_is_refused(host: str) -> None:
    """Even one that is no name at all."""
    with pytest.raises(ForbiddenError):
        check_host(Headers({"host": host}), OPTIONS)


def test_a_site_may_be_allowed() -> None:
    """Then its pages may change things; others still may not."""
    options = ServerOptions("x", state=Path(), allowed_origins=("https://a.example",))
    check_origin(Headers({"origin": "https://a.example", "host": "b.example"}), options)
    with pytest.raises(ForbiddenError):
        check_origin(Headers({"origin": "https://c.example", "host": "b.example"}), options)


def test_odd_headers_are_no_keys() -> None:
    """What is no bearer's key and no cookie counts as none."""
    assert secret_of(Headers({"authorization": "Basic eDp5"})) is None
    assert token_of(Headers({"cookie": "=;;"})) is None
