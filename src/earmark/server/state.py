"""The server's own files: one database of keys and tasks, and what clients have sent for tasks.

state/
  server.sqlite     keys (hashed), sessions (hashed), tasks, deleted tracks
  uploads/          a folder for each task that has not ended, and each scan that is kept
  trash/            an archive of each deleted track that can be restored
  server.lock       held while a server runs
  tls/              the certificate that it has signed itself, and its key
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from earmark.errors import ServerStateError, StorageFullError
from earmark.server.sql import QUERIES, migration_scripts
from earmark.sqlitefile import SqliteFile
from earmark.stores.failures import of_system

APPLICATION_ID = 0x45617253
"""`EarS`."""


def open_state(folder: Path) -> SqliteFile:
    """Open the database of a server, or make one.

    Raises:
        ServerStateError: it cannot be opened, or is something else.
    """
    _make(folder)
    path = folder / "server.sqlite"
    return SqliteFile(path, APPLICATION_ID, migration_scripts(), QUERIES, ServerStateError)


def uploads(folder: Path) -> Path:
    """Where the files of tasks lie."""
    return folder / "uploads"


def unusable(place: str | Path, error: OSError) -> ServerStateError | StorageFullError:
    """Return what an error of the operating system means for files of the server's own."""
    meant = of_system(str(place), error)
    if isinstance(meant, StorageFullError):
        return meant
    return ServerStateError(str(place), error.strerror or str(error))


@contextlib.contextmanager
def sole(folder: Path) -> Iterator[None]:
    """Be the only server with these files until the block ends.

    Raises:
        ServerStateError: another one runs, or the folder cannot be written.
    """
    _make(folder)
    try:
        lock = (folder / "server.lock").open("wb")
    except OSError as error:
        raise unusable(folder, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            cause = "another server uses it; choose another with --state"
            raise ServerStateError(str(folder), cause) from None
        yield


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ServerStateError(str(folder), "there is a file where a folder must be") from error
    except OSError as error:
        raise unusable(folder, error) from error
