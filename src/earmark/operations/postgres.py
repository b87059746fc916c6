"""Plays in PostgreSQL, in the schema of a library or in one of their own.

Every call is one transaction on one trip. One whose connection is lost is made again on another:
to write the same twice changes nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from earmark.errors import LibraryError, LibraryUnavailableError, OperationsError, UsageError
from earmark.operations.base import NONE_YET, Play, PlayQuery, Total, TotalBy
from earmark.operations.postgres_sql import QUERIES, migration_scripts
from earmark.stores.location import Location, located
from earmark.stores.postgres.link import Answer, Asked, Row
from earmark.stores.postgres.pool import Pool, PoolOptions
from earmark.stores.postgres.schema import Schema, quoted
from earmark.units import iso_utc

if TYPE_CHECKING:
    from earmark.live.events import Pulse

PART = "operations"
"""Of the schema: what the table of migrations calls it."""

PATIENCE_S = 30.0
PAGE_PLAYS = 1000


class PostgresOperations:
    """A store of plays in one schema of a database; safe for threads."""

    def __init__(
        self,
        location: str | Location,
        *,
        create: bool = True,
        pool: PoolOptions | None = None,
    ) -> None:
        """Open a store, or make one.

        Args:
            location: its address, as that of a library.
            create: make it if there is none.
            pool: how many connections there may be.

        Raises:
            OperationsError: it cannot be opened, or is something else.
            UsageError: this is no address of a database, or not well formed.
        """
        place = located(location)
        if place.database is None:
            message = f"{place.shown} is no address of a database"
            raise UsageError(message)
        self._address = address = place.database
        self.location = address.shown
        self._quoted = quoted(address.schema)
        self._pool = Pool(address, pool or PoolOptions(most=4))
        try:
            with self._translated():
                self._prepare(create=create)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Use the store in a `with` block, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Let go of the connections; closing twice is harmless."""
        self._pool.close()

    def write(self, play: Play) -> None:
        """Write a play, or what has become of it."""
        row = {key: _stored(value) for key, value in asdict(play).items()}
        self._done("write", {**row, "title_folded": play.title.casefold()})

    def plays(self, wanted: PlayQuery) -> Iterator[Play]:
        """Yield plays, earliest first."""
        after: dict[str, Any] = {"after_at": None, "after_id": None, "page": PAGE_PLAYS}
        while True:
            rows = self._done("plays", {**_asked(wanted), **after}).rows
            yield from map(_play, rows)
            if len(rows) < PAGE_PLAYS:
                return
            after |= {"after_at": rows[-1]["started_at"], "after_id": rows[-1]["id"]}

    def totals(self, wanted: PlayQuery, by: TotalBy) -> Sequence[Total]:
        """Count plays."""
        rows = self._done("totals", {**_asked(wanted), "by": by.value}).rows
        totals = sorted((_total(row, by) for row in rows), key=lambda total: total.key)
        return totals if by is TotalBy.DAY else sorted(totals, key=lambda one: -one.duration_s)

    def note_heard(self, pulse: Pulse) -> None:
        """Note until when a play was heard."""
        self._done("note_heard", {key: _stored(value) for key, value in asdict(pulse).items()})

    def leave_open(self, stations: Sequence[str]) -> int:
        """End what nobody ended."""
        return self._done("leave_open", {"stations": list(stations)}).count

    def drop_before(self, moment: datetime) -> int:
        """Forget plays that began before this moment."""
        return self._done("drop_before", {"moment": iso_utc(moment)}).count

    def _prepare(self, *, create: bool) -> None:
        scripts = migration_scripts()
        with self._pool.lent() as link:
            schema = Schema(link, self._address, PART, scripts)
            version = schema.version()
            if version == 0 and not create:
                raise OperationsError(self.location, NONE_YET)
            if version < len(scripts):
                schema.migrate(PATIENCE_S)

    def _done(self, name: str, values: Mapping[str, Any]) -> Answer:
        statements = [
            Asked(QUERIES["begin"], {}),
            Asked(QUERIES["durably"], {}),
            Asked(QUERIES[name].replace("{schema}", self._quoted), values),
            Asked(QUERIES["commit"], {}),
        ]
        with self._translated(), self._pool.lent() as link:
            try:
                answers = link.ask(*statements)
            except LibraryUnavailableError:
                self._pool.renew(link)
                answers = link.ask(*statements)
        return answers[2]

    @contextlib.contextmanager
    def _translated(self) -> Generator[None, None, None]:
        """Raise an `OperationsError` for what PostgreSQL says, and for text that it cannot hold."""
        try:
            yield
        except LibraryError as error:
            raise OperationsError(self.location, error.cause) from error
        except UnicodeEncodeError as error:
            raise OperationsError(self.location, str(error)) from error


def _stored(value: object) -> object:
    return iso_utc(value) if isinstance(value, datetime) else value


def _asked(wanted: PlayQuery) -> dict[str, object]:
    folded = None if wanted.track is None else wanted.track.casefold()
    return {key: _stored(value) for key, value in asdict(wanted).items()} | {"folded": folded}


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _play(row: Row) -> Play:
    ended_at = None if row["ended_at"] is None else _utc(row["ended_at"])
    return Play(**{**row, "started_at": _utc(row["started_at"]), "ended_at": ended_at})


def _total(row: Row, by: TotalBy) -> Total:
    name = row["key"]
    if by is TotalBy.TRACK:
        name = f"{row['title']} — {row['artist']}" if row["artist"] else row["title"]
    return Total(
        row["key"],
        name,
        row["plays"],
        round(row["duration_s"], 3),
        _utc(row["first_at"]),
        _utc(row["last_at"]),
    )
