"""One SQLite file of Earmark's own beside the libraries: opened, brought to its version, and asked.

The file has an application id, and its version is the number of the migrations it has had. It is in
WAL mode: whoever reads does not wait for whoever writes.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from earmark.errors import EarmarkError
from earmark.sqlfiles import statements_of

PATIENCE_S = 30.0

Complaint: TypeAlias = Callable[[str, str], EarmarkError]
"""Makes an error of a location and a cause."""

CAUSES = {
    sqlite3.SQLITE_NOTADB: "it is no database",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_FULL: "there is no room left on its disk",
    sqlite3.SQLITE_READONLY: "it may be read but not written",
    sqlite3.SQLITE_PERM: "it may be read but not written",
    sqlite3.SQLITE_BUSY: "another program holds it",
    sqlite3.SQLITE_LOCKED: "another program holds it",
}
"""What SQLite's primary result codes mean, for people."""


class SqliteFile:
    """A file with named statements; safe for threads."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        application_id: int,
        scripts: Sequence[str],
        queries: Mapping[str, str],
        complaint: Complaint,
    ) -> None:
        """Open a file, or make one.

        Args:
            path: of the file; missing folders above it are made.
            application_id: whose files these are.
            scripts: the migrations, in their order.
            queries: the statements by name.
            complaint: makes the error for whatever the system and SQLite say.

        Raises:
            EarmarkError: the complaint, if it cannot be opened or is something else.
        """
        self.location = os.fspath(path)
        self._application_id = application_id
        self._scripts = scripts
        self._queries = queries
        self._complaint = complaint
        self._guard = threading.Lock()
        with self._translated():
            Path(self.location).parent.mkdir(parents=True, exist_ok=True)
            self._link = sqlite3.connect(
                self.location, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
            )
        self._link.row_factory = sqlite3.Row
        # SQLite's own NOCASE knows the English letters only
        self._link.create_function("casefold", 1, _casefold, deterministic=True)
        try:
            self._prepare()
        except BaseException:
            self._link.close()
            raise

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        with self._guard:
            self._link.close()

    def rows(self, name: str, /, **values: Any) -> list[sqlite3.Row]:  # noqa: ANN401 - SQL's values
        """Run a statement and return its rows."""
        with self._guard, self._translated():
            return self._link.execute(self._queries[name], values).fetchall()

    def changed(self, name: str, /, **values: Any) -> int:  # noqa: ANN401 - SQL's values
        """Run a statement and return how many rows it changed."""
        with self._guard, self._translated():
            return self._link.execute(self._queries[name], values).rowcount

    def _prepare(self) -> None:
        """Check whose file it is, and bring it to today's version."""
        with self._translated():
            self._link.execute("BEGIN")  # another may be making it: all of it is seen, or nothing
            (version,) = self._link.execute("PRAGMA user_version").fetchone()
            (owner,) = self._link.execute("PRAGMA application_id").fetchone()
            (tables,) = self._link.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            self._link.execute("COMMIT")
        if (version or tables) and owner != self._application_id:
            raise self._complaint(self.location, "it is another program's database")
        if version > len(self._scripts):
            raise self._complaint(self.location, "a newer Earmark made it")
        with self._translated():
            self._link.execute("PRAGMA foreign_keys = ON")
            self._link.execute("PRAGMA journal_mode = WAL")
            self._link.execute("PRAGMA synchronous = FULL")
            if version < len(self._scripts):
                self._migrate()

    def _migrate(self) -> None:
        """Apply the migrations that are missing, in one transaction; another may be faster."""
        self._link.execute("BEGIN IMMEDIATE")
        (version,) = self._link.execute("PRAGMA user_version").fetchone()
        for script in self._scripts[version:]:
            for statement in statements_of(script):
                self._link.execute(statement)
        self._link.execute(f"PRAGMA application_id = {self._application_id}")
        self._link.execute(f"PRAGMA user_version = {len(self._scripts)}")
        self._link.execute("COMMIT")

    @contextlib.contextmanager
    def _translated(self) -> Generator[None, None, None]:
        """Raise the complaint for what the system and SQLite say."""
        try:
            yield
        except (FileExistsError, NotADirectoryError) as error:
            raise self._complaint(self.location, "its folder is a file") from error
        except OSError as error:
            cause = (error.strerror or str(error)).lower()
            raise self._complaint(self.location, cause) from error
        except sqlite3.Error as error:
            raise self._complaint(self.location, self._cause(error)) from error

    def _cause(self, error: sqlite3.Error) -> str:
        code = getattr(error, "sqlite_errorcode", -1) & 0xFF
        if code == sqlite3.SQLITE_CANTOPEN:
            is_folder = Path(self.location).is_dir()
            return "it is a folder" if is_folder else "it may not be opened, or not be made there"
        return CAUSES.get(code) or f"SQLite says: {error}"


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()
