"""Where a library lies, taken apart once: what travels is a `Location`, never its text.

Its text may hold a password; `shown` never does, and is all that messages, logs and answers have.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from earmark.errors import UsageError
from earmark.stores.postgres.address import Address, is_address, parse, shown
from earmark.texts import is_url

MEMORY = "memory:"
"""The place of a library that is gone with the process."""

_SQLITE = "sqlite:"
_POSTGRES = ("postgresql:", "postgres:")


class Kind(StrEnum):
    """In what a library is kept."""

    MEMORY = "memory"
    FOLDER = "folder"
    FILE = "file"
    """A single file of SQLite."""
    DATABASE = "database"
    """A schema in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place where a library lies, or may lie."""

    kind: Kind
    shown: str
    """For messages: as it was named, without passwords."""
    path: Path | None = field(default=None, repr=False)
    """Of the folder or the file."""
    database: Address | None = field(default=None, repr=False)

    def on_disk(self) -> Path:
        """Return the path of a folder or a file.

        Raises:
            ValueError: it is neither.
        """
        if self.path is None:
            message = f"{self.shown} is no place on a disk"
            raise ValueError(message)
        return self.path

    def is_same(self, other: Location) -> bool:
        """Tell whether both are one place, as far as names and the disk tell.

        Two libraries in memory are never one. Two names of one database server may pass for two.
        """
        if self.kind is not other.kind or self.kind is Kind.MEMORY:
            return False
        if self.database and other.database:
            return self.database.names_same(other.database)
        if self.path and other.path and self.path.exists() and other.path.exists():
            return self.path.samefile(other.path)
        return self.path == other.path


def located(place: str | os.PathLike[str] | Location) -> Location:
    """Take apart what a user names; what is taken apart already stays as it is.

    Args:
        place: a folder, `sqlite:///` and a file, `postgresql://` and what follows, or `memory:`.

    Raises:
        UsageError: it is the address of something else, or not well formed.
    """
    if isinstance(place, Location):
        return place
    text = os.fspath(place)
    if text == MEMORY:
        return Location(Kind.MEMORY, text)
    if is_address(text):
        address = parse(text)
        return Location(Kind.DATABASE, address.shown, database=address)
    if text.startswith(_SQLITE):
        return Location(Kind.FILE, text, _file_of(text))
    if is_url(text) or text.lower().startswith(_POSTGRES):
        message = (
            "a library is a folder, a file (sqlite:///music.db), a database (postgresql://...) or "
            f"{MEMORY!r}; {shown(text)!r} is none of them"
        )
        raise UsageError(message)
    return Location(Kind.FOLDER, text, Path(text))


def _file_of(address: str) -> Path:
    """Return the file that an address names.

    As SQLAlchemy reads them, `sqlite:///music.db` is relative to the working folder, and
    `sqlite:////srv/music.db` is absolute. What stands behind the slashes is taken as it is.

    Raises:
        UsageError: it is no such address.
    """
    path = address.removeprefix("sqlite:///")
    if path == address or path.startswith(":memory:") or not path.strip("/"):
        message = (
            f"{address!r} is no library's address; sqlite:///music.db is relative to the working "
            "folder, sqlite:////srv/music.db is absolute"
        )
        raise UsageError(message)
    if "?" in path:
        message = f"the address {address!r} cannot have options"
        raise UsageError(message)
    return Path(path)


def presentable(place: str | os.PathLike[str]) -> str:
    """Return what a user names as it may be shown, be it a location or none."""
    try:
        return located(place).shown
    except UsageError:
        return shown(os.fspath(place))
