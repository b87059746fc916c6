from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.errors import UsageError
from earmark.server.keys import PREFIX, Keys, Scope
from earmark.server.state import open_state


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    """The keys of a new server."""
    state = open_state(tmp_path)
    yield Keys(state)
    state.close()


def test_a_key_is_known_by_its_secret(keys: Keys) -> None:
    """And by nothing that is near it."""
    key, secret = keys.add("telephone", Scope.WRITE)
    assert secret.startswith(PREFIX)
    assert keys.of_secret(secret) == key
    assert keys.of_secret(secret[:-1]) is None
    assert keys.of_secret("\ud800") is None
    assert keys.every() == [key]


def test_no_secret_is_stored(keys: Keys, tmp_path: Path) -> None:
    """Neither a key nor a session can be read from the server's files."""
    key, secret = keys.add("telephone", Scope.READ)
    token = keys.begin_session(key, 1)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("server.sqlite*"))
    assert key.name.encode() in stored
    assert secret.removeprefix(PREFIX).encode() not in stored
    assert token.encode() not in stored


def test_a_session_ends(keys: Keys) -> None:
    """When its time is up, when it is ended, and with its key."""
    key, _ = keys.add("browser", Scope.READ)
    assert keys.of_session(keys.begin_session(key, -1)) is None
    ended, lasting = keys.begin_session(key, 1), keys.begin_session(key, 1)
    keys.end_session(ended)
    assert keys.of_session(ended) is None
    assert keys.of_session(lasting) == key
    assert keys.remove(key.id)
    assert keys.of_session(lasting) is None
    assert not keys.remove(key.id)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_key_needs_a_name(keys: Keys, name: str) -> None:
    """Else nobody knew which to remove."""
    with pytest.raises(UsageError):
        keys.add(name, Scope.READ)


def test_a_scope_holds_those_below_it() -> None:
    """And none above."""
    assert [[one.holds(other) for other in Scope] for one in Scope] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
