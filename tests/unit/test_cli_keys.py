from __future__ import annotations

import json

import pytest

from tests.unit.conftest import Earmark


@pytest.fixture(autouse=True)
def _state(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's files lie in the working folder."""
    monkeypatch.setenv("EARMARK_STATE", "state")


def test_a_key_is_made_listed_and_removed(earmark: Earmark) -> None:
    """Its secret stands alone on stdout, once."""
    made = earmark("keys", "add", "telephone", "--scope", "write")
    assert made.exit_code == 0
    secret = made.stdout.strip()
    assert secret.startswith("em_")
    listed = json.loads(earmark("keys", "list", "--json").stdout)
    assert (listed["name"], listed["scope"]) == ("telephone", "write")
    assert secret not in earmark("keys", "list").stdout
    assert earmark("keys", "remove", listed["id"]).exit_code == 0
    none = earmark("keys", "list")
    assert (none.exit_code, none.stdout) == (0, "")
    assert "`earmark keys add NAME`" in none.stderr
    assert earmark("keys", "remove", listed["id"]).exit_code == 1


def test_a_scope_that_is_none_is_refused(earmark: Earmark) -> None:
    """With those that there are."""
    result = earmark("keys", "add", "x", "--scope", "all")
    assert result.exit_code == 2
    assert "read, write, admin" in result.stderr
