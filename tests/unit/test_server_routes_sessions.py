from __future__ import annotations

from tests.serving import Running


def test_a_server_without_keys_needs_no_sessions(server: Running) -> None:
    """It says so; `test_server_access.py` has those of a server with keys."""
    assert server.ask("POST", "/session").status_code == 403
    assert server.ask("DELETE", "/session").status_code == 204


def test_a_server_without_keys_lets_everybody_do_everything(server: Running) -> None:
    """And says so, so that a page need not ask for a key."""
    told = {"key": None, "scope": "admin", "is_session": False}
    assert server.ask("GET", "/session").json() == told
