"""Plays in a SQLite file of their own.

The file has the application id `EarP`. Times are texts in UTC that sort as they should
(`2026-01-31T12:00:00.123Z`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Self

from earmark.errors import OperationsError
from earmark.operations.base import Play, PlayQuery, Total, TotalBy
from earmark.operations.sql import QUERIES, migration_scripts
from earmark.sqlitefile import SqliteFile
from earmark.units import iso_utc

if TYPE_CHECKING:
    from earmark.live.events import Pulse

APPLICATION_ID = 0x45617250
"""`EarP`."""

PAGE_PLAYS = 1000


class SqliteOperations:
    """A store of plays in one file; safe for threads."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a store, or make one.

        Raises:
            OperationsError: it cannot be opened, or is something else.
        """
        scripts = migration_scripts()
        self._file = SqliteFile(path, APPLICATION_ID, scripts, QUERIES, OperationsError)

    @property
    def location(self) -> str:
        """Where the plays lie."""
        return self._file.location

    def __enter__(self) -> Self:
        """Use the store in a `with` block, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        self._file.close()

    def write(self, play: Play) -> None:
        """Write a play, or what has become of it."""
        self._file.changed("write", **_row(play))

    def plays(self, wanted: PlayQuery) -> Iterator[Play]:
        """Yield plays, earliest first."""
        after = {"after_at": "", "after_id": "", "page": PAGE_PLAYS}
        while True:
            rows = self._file.rows("plays", **_row(wanted), **after)
            yield from map(_play, rows)
            if len(rows) < PAGE_PLAYS:
                return
            after |= {"after_at": rows[-1]["started_at"], "after_id": rows[-1]["id"]}

    def totals(self, wanted: PlayQuery, by: TotalBy) -> Sequence[Total]:
        """Count plays."""
        rows = self._file.rows("totals", **_row(wanted), by=by.value)
        return [_total(row, by) for row in rows]

    def note_heard(self, pulse: Pulse) -> None:
        """Note until when a play was heard."""
        self._file.changed("note_heard", **_row(pulse))

    def leave_open(self, stations: Sequence[str]) -> int:
        """End what nobody ended."""
        return sum(self._file.changed("leave_open", station=station) for station in stations)

    def drop_before(self, moment: datetime) -> int:
        """Forget plays that began before this moment."""
        return self._file.changed("drop_before", moment=iso_utc(moment))


def _stored(value: object) -> object:
    return iso_utc(value) if isinstance(value, datetime) else value


def _row(record: Play | PlayQuery | Pulse) -> dict[str, object]:
    return {key: _stored(value) for key, value in asdict(record).items()}


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
