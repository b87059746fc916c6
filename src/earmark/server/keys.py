"""Who may ask for what: keys with a scope, and the sessions of browsers that have shown one.

A key is 32 random bytes, so that one round of SHA-256 keeps it: nobody can try them out. Only the
hash is stored. A scope holds all that the scopes below it do.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from earmark.errors import UsageError
from earmark.units import iso_utc

if TYPE_CHECKING:
    import sqlite3

    from earmark.sqlitefile import SqliteFile

PREFIX = "em_"
"""Of every key: it is found where it should not be, in a log or a repository."""
SECRET_BYTES = 32
MOST_NAME = 100


class Scope(StrEnum):
    """What a key may do; each holds those above it."""

    READ = "read"
    """Identify, listen, look things up."""
    WRITE = "write"
    """Add, edit and remove tracks."""
    ADMIN = "admin"
    """See and cancel every task, and read the metrics."""

    def holds(self, wanted: Scope) -> bool:
        """Whether who may do this may do the other."""
        order = list(Scope)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret."""

    id: str
    name: str
    scope: Scope
    created_at: str
    """UTC, ISO 8601."""


class Keys:
    """The keys of a server; safe for threads and processes."""

    def __init__(self, state: SqliteFile) -> None:
        """Use the server's database."""
        self._state = state

    def add(self, name: str, scope: Scope) -> tuple[Key, str]:
        """Make a key and return it with its secret, which is told this once.

        Raises:
            UsageError: a name that is empty or too long.
        """
        if not name.strip() or len(name) > MOST_NAME:
            message = f"a key needs a name of at most {MOST_NAME} characters"
            raise UsageError(message)
        key = Key(secrets.token_hex(4), name, scope, iso_utc(datetime.now(UTC)))
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        self._state.changed(
            "add_key",
            id=key.id,
            name=name,
            scope=scope.value,
            digest=_digest(secret),
            created_at=key.created_at,
        )
        return key, secret

    def every(self) -> list[Key]:
        """Return every key, oldest first."""
        return [_key(row) for row in self._state.rows("keys")]

    def remove(self, key_id: str) -> bool:
        """Forget a key and its sessions; return whether there was one."""
        return self._state.changed("remove_key", id=key_id) > 0

    def of_secret(self, secret: str) -> Key | None:
        """Return the key with this secret."""
        rows = self._state.rows("key_by_digest", digest=_digest(secret))
        return _key(rows[0]) if rows else None

    def begin_session(self, key: Key, hours: float) -> str:
        """Return the token of a new session of a key."""
        now = datetime.now(UTC)
        self._state.changed("expire_sessions", now=iso_utc(now))
        token = secrets.token_urlsafe(SECRET_BYTES)
        ends = iso_utc(now + timedelta(hours=hours))
        self._state.changed("add_session", digest=_digest(token), key_id=key.id, expires_at=ends)
        return token

    def of_session(self, token: str) -> Key | None:
        """Return the key of a session that has not expired."""
        now = iso_utc(datetime.now(UTC))
        rows = self._state.rows("key_by_session", digest=_digest(token), now=now)
        return _key(rows[0]) if rows else None

    def end_session(self, token: str) -> None:
        """End a session; one that is not there has ended already."""
        self._state.changed("remove_session", digest=_digest(token))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _key(row: sqlite3.Row) -> Key:
    return Key(row["id"], row["name"], Scope(row["scope"]), row["created_at"])
