"""Addresses of libraries in PostgreSQL: told apart from folders, and shown without secrets.

An address is one of PostgreSQL's own (`postgresql://user@host:port/database?option=value`), with
options of Earmark's among its options: `schema`, where the library lies in the database, and
`copy`, a folder for a copy of its index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from earmark.errors import UsageError

SCHEMA = "earmark"
"""Where a library lies unless its address says otherwise."""

_SCHEMES = ("postgresql://", "postgres://")
_OURS = frozenset({"schema", "copy"})
_SECRETS = frozenset({"password", "sslpassword", "oauth_client_secret"})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_OF_THE_SERVER = frozenset({"host", "hostaddr", "port", "dbname", "service"})
"""Options that say which database is meant, and not how it is talked to."""

_USUAL_PORT = ":5432"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a library lies, taken apart."""

    url: str = field(repr=False)
    """For PostgreSQL, with its password."""
    schema: str
    copy: str | None
    """A folder for a copy of the index."""
    shown: str
    """For messages: without any password."""
    secrets: tuple[str, ...] = field(repr=False)
    """What must stand in no message."""

    def without_secrets(self, text: str) -> str:
        """Return a text of the server or of its library as it may be shown."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text

    def names_same(self, other: Address) -> bool:
        """Tell whether both name one schema of one database, whoever the user is.

        A server that has two names passes for two.
        """
        return (self.schema, _database_of(self.url)) == (other.schema, _database_of(other.url))


def is_address(location: str) -> bool:
    """Tell whether this is the address of a database, and not a folder."""
    return location.lower().startswith(_SCHEMES)


def parse(location: str) -> Address:
    """Take an address apart.

    Raises:
        UsageError: it is not well formed.
    """
    base, _, query = location.partition("?")
    try:
        options = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        message = f"{shown(location)} is no address: what follows ? is NAME=VALUE, & between two"
        raise UsageError(message) from None
    ours = dict(options)
    schema, copy = ours.get("schema", SCHEMA), ours.get("copy") or None
    if not _PLAIN_NAME.fullmatch(schema):
        message = f"{shown(location)} is no address of a library: its schema has no plain name"
        raise UsageError(message)
    foreign = [part for part in query.split("&") if part.partition("=")[0] not in _OURS]
    url = base + ("?" + "&".join(foreign) if any(foreign) else "")
    return Address(url, schema, copy, shown(location), tuple(_secrets(base, options)))


def shown(location: str) -> str:
    """Return an address as it may be shown: without passwords."""
    base, _, query = location.partition("?")
    scheme, colon, rest = base.partition(":")
    slashes = rest[: len(rest) - len(rest.lstrip("/"))]
    user, at, place = rest.removeprefix(slashes).rpartition("@")
    kept = [part for part in query.split("&") if part.partition("=")[0].lower() not in _SECRETS]
    options = "?" + "&".join(kept) if any(kept) else ""
    return f"{scheme}{colon}{slashes}{user.partition(':')[0]}{at}{place}{options}"


def _database_of(url: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return what names the database: the place as it stands, and the options that belong to it."""
    base, _, query = url.partition("?")
    place = base.partition("://")[2].rpartition("@")[2].replace(_USUAL_PORT, "")
    return place, frozenset(pair for pair in parse_qsl(query) if pair[0] in _OF_THE_SERVER)


def _secrets(base: str, options: list[tuple[str, str]]) -> Iterator[str]:
    """Yield every password of an address, as it stands there and as it is meant."""
    written = base.partition("://")[2].rpartition("@")[0].partition(":")[2]
    for secret in (written, unquote(written), *(v for k, v in options if k.lower() in _SECRETS)):
        if secret:
            yield secret
