from __future__ import annotations

import gc
import socket
import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from earmark.errors import ServerStateError, UsageError
from earmark.server.keys import Scope
from earmark.server.run import made
from tests.serving import make_key, make_options


def test_others_are_not_let_in_without_keys(tmp_path: Path) -> None:
    """Unless it is told so, or there is a key."""
    options = make_options(tmp_path, host="0.0.0.0")  # noqa: S104 - what is refused
    with pytest.raises(UsageError, match="earmark keys add"), made(options):
        pass
    with made(make_options(tmp_path, host="0.0.0.0", allow_anonymous=True)):  # noqa: S104
        pass
    make_key(options, Scope.READ)
    with made(options):
        pass


def test_two_servers_do_not_share_their_files(tmp_path: Path) -> None:
    """The second one says which to choose."""
    options = make_options(tmp_path)
    with made(options), pytest.raises(ServerStateError, match="--state"), made(options):
        pass


@pytest.mark.parametrize("changes", [{"library": "memory:"}, {"tls_cert": Path("x.pem")}])
def test_what_cannot_be_served_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    """A library that other processes cannot open, and half of a certificate."""
    with pytest.raises(UsageError), made(make_options(tmp_path, **changes)):
        pass


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """With what to do, before a library is made."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        options = make_options(tmp_path, port=port, create=True)
        options = replace(options, library=str(tmp_path / "new.earmark"))
        with pytest.raises(UsageError, match=f"port {port}: .*in use.*--port"), made(options):
            pass
    assert not (tmp_path / "new.earmark").exists()


@pytest.mark.parametrize("host", ["no.such.host.example", "203.0.113.9", "x" * 300])
def test_an_address_that_is_not_here_is_told(tmp_path: Path, host: str) -> None:
    """By its name."""
    options = make_options(tmp_path, host=host, allow_anonymous=True)
    with pytest.raises(UsageError, match=host), made(options):
        pass


def test_a_server_collects_garbage_whatever_its_command_does_without(tmp_path: Path) -> None:
    """What requests leave behind does not pile up; afterwards all is as it was."""
    before = gc.get_threshold()
    gc.set_threshold(200_000)
    try:
        with made(make_options(tmp_path)):
            assert gc.get_threshold()[0] < 1000
        assert gc.get_threshold()[0] == 200_000
    finally:
        gc.set_threshold(*before)


def test_no_answer_waits_to_be_acknowledged(tmp_path: Path) -> None:
    """Connections inherit from the listener that small parts are sent at once."""
    with made(make_options(tmp_path)) as server:
        port = int(server.address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server._listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_server_says_when_it_is_ready(tmp_path: Path) -> None:
    """And where it is; then it answers."""
    told: list[int] = []
    with made(make_options(tmp_path)) as server:
        assert server.address.startswith("http://127.0.0.1:")

        def ask() -> None:
            with httpx.Client(base_url=server.address) as client:
                told.append(client.get("/health").status_code)
            server.should_exit = True

        server.on_ready = lambda: threading.Thread(target=ask).start()
        server.run()
    assert told == [200]
    assert server.new_library is None


def test_a_library_is_made_where_it_is_wanted(tmp_path: Path) -> None:
    """And not otherwise."""
    options = replace(make_options(tmp_path), library=str(tmp_path / "new.earmark"))
    with pytest.raises(UsageError, match="--create"), made(options):
        pass
    with made(replace(options, create=True)) as server:
        assert server.new_library == options.library
    with made(options) as server:
        assert server.new_library is None
