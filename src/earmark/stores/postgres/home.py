"""A library in PostgreSQL: any number of processes and machines read it, one at a time writes.

One transaction decides everything: tracks, constellations, media and the bytes of the index are
rows, and a snapshot is the server's own. The index is the same as in a folder, segment by segment;
what was fetched of one is kept in memory, so that a query asks only for what is new to it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from earmark.errors import LibraryNotFoundError
from earmark.params import Params
from earmark.stores.blocks import CACHE_BYTES, BlockSource
from earmark.stores.home import PATIENCE_S, Accept, View
from earmark.stores.location import Kind, Location
from earmark.stores.postgres.address import Address
from earmark.stores.postgres.catalogue import Catalogue
from earmark.stores.postgres.copy import CopyState, IndexCopy
from earmark.stores.postgres.kept import KeptConstellations
from earmark.stores.postgres.link import Asked, Link, Row
from earmark.stores.postgres.pool import Pool, PoolOptions
from earmark.stores.postgres.schema import Schema, quoted
from earmark.stores.postgres.search import SearchIndex, fill
from earmark.stores.postgres.shelf import PostgresShelf
from earmark.stores.postgres.sql import QUERIES, migration_scripts
from earmark.stores.postgres.transaction import State, Transaction, drawn
from earmark.stores.segment import Segment, segment_name
from earmark.stores.snapshot import IndexSnapshot

PART = "library"
"""Of the schema: what the table of migrations calls it."""


NO_INDEX = (
    "every search reads all names: its server has no index of trigrams; `CREATE EXTENSION pg_trgm` "
    "in its database, by an administrator, and opening it once as its owner make one"
)


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """How a home in PostgreSQL behaves; nothing of it is stored."""

    patience_s: float = PATIENCE_S
    """How long to wait for another writer."""
    cache_bytes: int = CACHE_BYTES
    """How much of the index is kept in memory, beside the directories of its segments."""
    constellation_bytes: int = 64 << 20
    """How much of constellations is kept in memory."""
    pool: PoolOptions = field(default_factory=PoolOptions)


@dataclass(frozen=True, slots=True)
class _Known:
    """An index that was read."""

    snapshot: IndexSnapshot = field(default_factory=IndexSnapshot)
    marks: dict[int, int] = field(default_factory=dict)
    """Of its segments, by their numbers."""
    copied: int = 0
    """The version of the copy, if there is one, that it was read from."""


class PostgresHome:
    """The home of one library, a schema of a database; see `home.Home`."""

    def __init__(self, address: Address, options: PostgresOptions | None = None) -> None:
        """Use a place, where a library may be or not.

        Args:
            address: of the schema.
            options: how it behaves.
        """
        self.place = Location(Kind.DATABASE, address.shown, database=address)
        self._address = address
        self._options = options or PostgresOptions()
        self._pool = Pool(address, self._options.pool)
        self._known = _Known()
        self._kept = KeptConstellations(self._options.constellation_bytes)
        self._copy = IndexCopy(Path(address.copy), address.shown) if address.copy else None

    def prepare(self) -> None:
        """Bring the schema up to date.

        Raises:
            LibraryNotFoundError: there is no library.
            NotALibraryError: something else lies there, or a newer Earmark made it.
            LibraryUnavailableError: the server does not answer, or does not let this user in.
        """
        scripts = migration_scripts()
        with self._pool.lent() as link:
            schema = Schema(link, self._address, PART, scripts)
            version = schema.version()
            if version == 0:
                raise LibraryNotFoundError(self._address.shown)
            if version < len(scripts):
                schema.migrate(self._options.patience_s, fill=fill)
            self._search_index(link).see_to()

    def make(self, params: Params) -> None:
        """Make an empty library; another may have been faster.

        Raises:
            ReadOnlyLibraryError: this user may make nothing there.
        """
        with self._pool.lent() as link:
            values = {
                "peaks_id": params.peaks_id,
                "index_id": params.index_id,
                "parameters": params.to_json(),
                "mark": drawn(),
            }
            statement = QUERIES["begin_state"].replace("{schema}", quoted(self._address.schema))
            schema = Schema(link, self._address, PART, migration_scripts())
            schema.migrate(self._options.patience_s, lambda: Asked(statement, values))

    def params(self) -> Params:
        """Return the parameters that the library was made with."""
        with self.catalogue() as catalogue:
            try:
                catalogue.begin()
                return catalogue.params()
            finally:
                catalogue.rollback()

    def notes(self) -> list[str]:
        """Return what could be better, in sentences."""
        with self._pool.lent() as link:
            return [] if self._search_index(link).is_there() else [NO_INDEX]

    def may_write(self) -> bool:
        """Tell whether the server takes changes, and these from this user.

        Raises:
            LibraryUnavailableError: the server does not answer.
        """
        with self.catalogue() as catalogue:
            return catalogue.may_write()

    @contextlib.contextmanager
    def reading(self, accept: Accept, *, anew: bool = False) -> Iterator[View]:
        """Begin to read one committed state; see `home.Home`.

        Raises:
            LibraryError: it cannot be read, or is not accepted.
        """
        with self.catalogue(anew=anew) as catalogue:
            try:
                state = catalogue.begin()
                accept(state)
                yield self.view(catalogue, state, anew=anew)
            finally:
                catalogue.rollback()

    @contextlib.contextmanager
    def writing(self, *, anew: bool = False) -> Iterator[PostgresDesk]:
        """Lend a desk; each of its changes waits until it is the only one. See `home.Home`.

        Raises:
            LibraryError: that is not possible.
        """
        with self.catalogue(anew=anew) as catalogue:
            yield PostgresDesk(self, catalogue, anew)

    def close(self) -> None:
        """Let go of connections and files; closing twice is harmless."""
        if self._copy:
            self._copy.close()
        self._pool.close()
        self._known = _Known()

    def copied(self, timeout_s: float = 0.0) -> CopyState | None:
        """Return how far the copy of the index is, having waited for it; None: there is to be none.

        Args:
            timeout_s: how long to wait for what is under way.
        """
        return self._copy.wait(timeout_s) if self._copy else None

    @contextlib.contextmanager
    def catalogue(self, *, anew: bool = False) -> Iterator[Catalogue]:
        """Lend a catalogue on a connection of its own, without a transaction.

        Args:
            anew: whether to fetch every constellation, known or not.
        """
        kept = KeptConstellations(0) if anew else self._kept
        with self._pool.lent() as link:
            patience_s = self._options.patience_s
            transaction = Transaction(self._pool, link, self._address, patience_s)
            yield Catalogue(transaction, self._address.shown, self._address.schema, kept)

    def view(self, catalogue: Catalogue, state: State, *, anew: bool) -> View:
        """Return what a transaction sees; its index as far as it is known with what was fetched.

        Args:
            catalogue: with a transaction begun.
            state: at its beginning.
            anew: whether to open every segment again.
        """
        copy = None if anew else self._copy
        shelf = PostgresShelf(catalogue, self._options.cache_bytes, copy)
        known = _Known() if anew else self._known
        copied = copy.version if copy else 0
        has_changed = known.snapshot.generation != state.generation
        if has_changed or known.copied != copied:
            known = replace(self._looked_up(catalogue, shelf, known), copied=copied)
            if not anew:
                self._known = known
        if has_changed and copy:
            copy.follow(self._listed)
        return View(catalogue, shelf, state, known.snapshot.through(shelf.source))

    def _search_index(self, link: Link) -> SearchIndex:
        schema = self._address.schema
        return SearchIndex(link, schema, quoted(schema))

    def _looked_up(self, catalogue: Catalogue, shelf: PostgresShelf, known: _Known) -> _Known:
        state = catalogue.state()
        rows, dead = catalogue.index()
        marks = {(row["id"], row["mark"]) for row in rows}
        opened = {
            segment.number: segment
            for segment in known.snapshot.segments
            if (segment.number, known.marks[segment.number]) in marks
        }
        segments = [
            self._segment(shelf, row, opened.get(row["id"]), state.index_id) for row in rows
        ]
        snapshot = IndexSnapshot(state.generation, segments, dead)
        return _Known(snapshot, {row["id"]: row["mark"] for row in rows})

    def _segment(
        self, shelf: PostgresShelf, row: Row, known: Segment | None, index_id: str
    ) -> Segment:
        """Return a segment: the known one, unless it may be read from the copy by now."""
        if known and not (self._copy and known.distant):
            return known
        blocks = shelf.segment(row)
        if known and blocks.distant:
            return known
        return Segment(blocks, segment_name(row["id"]), self._address.shown, row["id"], index_id)

    @contextlib.contextmanager
    def _listed(self) -> Iterator[tuple[list[Row], BlockSource]]:
        """Begin a view of the index alone."""
        with self.catalogue() as catalogue:
            try:
                catalogue.begin()
                shelf = PostgresShelf(catalogue, self._options.cache_bytes, None)
                yield catalogue.segments(), shelf.source
            finally:
                catalogue.rollback()


@dataclass(frozen=True, slots=True)
class PostgresDesk:
    """Where a writer makes its changes; see `home.Desk`."""

    home: PostgresHome
    catalogue: Catalogue
    """Without a transaction."""
    anew: bool
    """Whether every change opens every segment again."""

    @contextlib.contextmanager
    def changing(self, accept: Accept) -> Iterator[View]:
        """Begin a change, alone; it is committed when the block ends.

        Raises:
            LibraryBusyError: another writer did not finish in time.
            LibraryError: it cannot begin or be committed, or is not accepted.
        """
        try:
            state = self.catalogue.begin_writing()
            accept(state)
            yield self.home.view(self.catalogue, state, anew=self.anew)
            self.catalogue.commit()
        finally:
            self.catalogue.rollback()

    def tidy(self, media: Iterable[str] = ()) -> None:
        """Do nothing: what is not committed is not there."""
