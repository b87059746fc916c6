"""Plays in a SQLite file of their own.

The file has the application id `EarP`, and its version is the number of the migrations it has had.
It is in WAL mode: whoever reads does not wait for whoever writes. Times are texts in UTC that sort
as they should (`2026-01-31T12:00:00.123Z`).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from earmark.errors import OperationsError
from earmark.operations.base import Play, PlayQuery, Total, TotalBy
from earmark.operations.sql import QUERIES, migration_scripts
from earmark.sqlfiles import statements_of
from earmark.units import iso_utc

if TYPE_CHECKING:
    from earmark.live.events import Pulse

APPLICATION_ID = 0x45617250
"""`EarP`."""

PATIENCE_S = 30.0
PAGE_PLAYS = 1000


class SqliteOperations:
    """A store of plays in one file; safe for threads."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a store, or make one.

        Raises:
            OperationsError: it cannot be opened, or is something else.
        """
        self.location = os.fspath(path)
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

    def __enter__(self) -> Self:
        """Use the store in a `with` block, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        with self._guard:
            self._link.close()

    def write(self, play: Play) -> None:
        """Write a play, or what has become of it."""
        row = {key: _stored(value) for key, value in asdict(play).items()}
        self._rows("write", row)

    def plays(self, wanted: PlayQuery) -> Iterator[Play]:
        """Yield plays, earliest first."""
        after = {"after_at": "", "after_id": "", "page": PAGE_PLAYS}
        while True:
            rows = self._rows("plays", {**_asked(wanted), **after})
            yield from map(_play, rows)
            if len(rows) < PAGE_PLAYS:
                return
            after |= {"after_at": rows[-1]["started_at"], "after_id": rows[-1]["id"]}

    def totals(self, wanted: PlayQuery, by: TotalBy) -> Sequence[Total]:
        """Count plays."""
        rows = self._rows("totals", {**_asked(wanted), "by": by.value})
        return [_total(row, by) for row in rows]

    def note_heard(self, pulse: Pulse) -> None:
        """Note until when a play was heard."""
        self._changed("note_heard", {key: _stored(value) for key, value in asdict(pulse).items()})

    def leave_open(self, stations: Sequence[str]) -> int:
        """End what nobody ended."""
        return sum(self._changed("leave_open", {"station": station}) for station in stations)

    def drop_before(self, moment: datetime) -> int:
        """Forget plays that began before this moment."""
        return self._changed("drop_before", {"moment": iso_utc(moment)})

    def _prepare(self) -> None:
        """Check whose file it is, and bring it to today's version."""
        with self._translated():
            self._link.execute("BEGIN")  # another may be making it: all of it is seen, or nothing
            (version,) = self._link.execute("PRAGMA user_version").fetchone()
            (owner,) = self._link.execute("PRAGMA application_id").fetchone()
            (tables,) = self._link.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            self._link.execute("COMMIT")
        scripts = migration_scripts()
        if (version or tables) and owner != APPLICATION_ID:
            raise OperationsError(self.location, "it is another program's database")
        if version > len(scripts):
            raise OperationsError(self.location, "a newer Earmark made it")
        with self._translated():
            self._link.execute("PRAGMA journal_mode = WAL")
            self._link.execute("PRAGMA synchronous = FULL")
            if version < len(scripts):
                self._migrate(scripts)

    def _migrate(self, scripts: Sequence[str]) -> None:
        """Apply the migrations that are missing, in one transaction; another may be faster."""
        self._link.execute("BEGIN IMMEDIATE")
        (version,) = self._link.execute("PRAGMA user_version").fetchone()
        for script in scripts[version:]:
            for statement in statements_of(script):
                self._link.execute(statement)
        self._link.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._link.execute(f"PRAGMA user_version = {len(scripts)}")
        self._link.execute("COMMIT")

    def _rows(self, name: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
        with self._guard, self._translated():
            return self._link.execute(QUERIES[name], values).fetchall()

    def _changed(self, name: str, values: Mapping[str, Any]) -> int:
        with self._guard, self._translated():
            return self._link.execute(QUERIES[name], values).rowcount

    @contextlib.contextmanager
    def _translated(self) -> Generator[None, None, None]:
        """Raise an `OperationsError` for what the system and SQLite say."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise OperationsError(self.location, str(error)) from error


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _stored(value: object) -> object:
    return iso_utc(value) if isinstance(value, datetime) else value


def _asked(wanted: PlayQuery) -> dict[str, object]:
    return {key: _stored(value) for key, value in asdict(wanted).items()}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _play(row: sqlite3.Row) -> Play:
    values = dict(row)
    values["started_at"] = _moment(row["started_at"])
    values["ended_at"] = None if row["ended_at"] is None else _moment(row["ended_at"])
    return Play(**values)


def _total(row: sqlite3.Row, by: TotalBy) -> Total:
    name = row["key"]
    if by is TotalBy.TRACK:
        name = f"{row['title']} — {row['artist']}" if row["artist"] else row["title"]
    return Total(
        row["key"],
        name,
        row["plays"],
        round(row["duration_s"], 3),
        _moment(row["first_at"]),
        _moment(row["last_at"]),
    )
