"""A library in PostgreSQL: any number of processes and machines read it, one at a time writes.

One transaction decides everything: tracks, constellations, media and the bytes of the index are
rows, and a snapshot is the server's own. The index is the same as in a folder, segment by segment;
what was fetched of one is kept in memory, so that a query asks only for what is new to it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Self

from earmark.errors import (
    IncompatibleIndexError,
    IncompatiblePeaksError,
    LibraryError,
    LibraryNotFoundError,
)
from earmark.params import IndexParams, Params
from earmark.stores.base import Problem, Repair
from earmark.stores.blocks import BlockSource
from earmark.stores.folder import segment_name
from earmark.stores.indexing import IndexWriter
from earmark.stores.mending import Findings, Inspector, LandmarksOf
from earmark.stores.merging import MergePolicy
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.catalogue import Catalogue
from earmark.stores.postgres.copy import CopyState, IndexCopy
from earmark.stores.postgres.kept import KeptConstellations
from earmark.stores.postgres.link import Asked, Row
from earmark.stores.postgres.pool import Pool, PoolOptions
from earmark.stores.postgres.schema import Schema, quoted
from earmark.stores.postgres.shelf import PostgresShelf
from earmark.stores.postgres.sql import QUERIES, migration_scripts
from earmark.stores.postgres.transaction import State, Transaction, drawn
from earmark.stores.segment import Segment
from earmark.stores.session import CatalogueReader, CatalogueWriter
from earmark.stores.snapshot import IndexSnapshot

CACHE_BYTES = 512 << 20
"""The same as for a single file, where docs/storage.md measures what a smaller one costs."""

PART = "library"
"""Of the schema: what the table of migrations calls it."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a library in PostgreSQL behaves; nothing of it is stored."""

    policy: MergePolicy = field(default_factory=MergePolicy)
    patience_s: float = 30.0
    """How long to wait for another writer."""
    for_rebuild: bool = False
    """Open a library of another `index_id`; its index cannot be used before `rebuild`.

    Unless parameters are given, those of the index are today's."""
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


class PostgresStore:
    """One library in one schema of a database; any number of threads may use it.

    Attributes:
        location: its address without passwords, for messages.
        params: what its fingerprints are made with.
    """

    def __init__(
        self,
        location: str,
        params: Params | None,
        landmarks_of: LandmarksOf,
        options: Options | None = None,
    ) -> None:
        """Prepare a store; `create` and `open` are the ways in."""
        self._address = parse(location)
        self.location = self._address.shown
        self._options = options or Options()
        self._asked_for = params
        self._use(params or Params())
        self._landmarks_of = landmarks_of
        self._pool = Pool(self._address, self._options.pool)
        self._known = _Known()
        self._kept = KeptConstellations(self._options.constellation_bytes)
        folder = self._address.copy
        self._copy = IndexCopy(Path(folder), self.location) if folder else None

    @classmethod
    def create(
        cls,
        location: str,
        params: Params | None,
        landmarks_of: LandmarksOf,
        options: Options | None = None,
    ) -> Self:
        """Make a library, or open the one that is there.

        Args:
            location: its address.
            params: what its fingerprints are made with; unless given, its own, or the usual ones.
            landmarks_of: what makes an index of its constellations.
            options: how it behaves.

        Raises:
            ReadOnlyLibraryError: this user may make nothing there.
            LibraryError: whatever `open` raises.
        """
        store = cls(location, params, landmarks_of, options)
        with store._closed_if_refused():
            try:
                return store._opened()
            except LibraryNotFoundError:
                store._make()
                return store._opened()

    @classmethod
    def open(
        cls,
        location: str,
        params: Params | None,
        landmarks_of: LandmarksOf,
        options: Options | None = None,
    ) -> Self:
        """Open a library that is there; the arguments are those of `create`.

        Raises:
            UsageError: the address is not well formed.
            LibraryNotFoundError: there is none.
            NotALibraryError: something else lies there, or a newer Earmark made it.
            LibraryUnavailableError: the server does not answer, or does not let this user in.
            IncompatiblePeaksError: its constellations were made with others than these parameters,
                or by another way of making them.
            IncompatibleIndexError: its index was, and the options do not say `for_rebuild`.
        """
        store = cls(location, params, landmarks_of, options)
        with store._closed_if_refused():
            return store._opened()

    def close(self) -> None:
        """Let go of connections and files; closing twice is harmless."""
        if self._copy:
            self._copy.close()
        self._pool.close()
        self._known = _Known()

    @contextlib.contextmanager
    def read(self) -> Iterator[CatalogueReader]:
        """Begin a consistent view; it ends with the block.

        Raises:
            LibraryError: the library cannot be read, or changed its parameters.
        """
        with self._catalogue() as catalogue:
            try:
                state = catalogue.begin()
                self._refuse_others(state)
                snapshot = self._snapshot(catalogue, state)
                shelf, error = self._shelf(catalogue), self._index_error(state)
                yield CatalogueReader(shelf, catalogue, snapshot, error)
            finally:
                catalogue.rollback()

    @contextlib.contextmanager
    def write(self) -> Iterator[CatalogueWriter]:
        """Begin an exclusive change, committed when the block ends.

        Segments are merged afterwards, as far as the policy asks for it.

        Raises:
            LibraryBusyError: another writer did not finish in time.
            ReadOnlyLibraryError: the library may not be written.
            StorageFullError: there was no room; nothing was changed.
            LibraryUnavailableError: the server does not answer, or the connection broke off.
        """
        with self._catalogue() as catalogue:
            with self._changing(catalogue) as (state, snapshot):
                shelf, error = self._shelf(catalogue), self._index_error(state)
                writer = CatalogueWriter(shelf, catalogue, snapshot, error)
                yield writer
                writer.finish(self._index_writer(catalogue, state))
            with contextlib.suppress(Exception):  # the commit stands; a later block merges
                self._merge(catalogue)

    def copied(self, timeout_s: float = 0.0) -> CopyState | None:
        """Return how far the copy of the index is, having waited for it; None: there is to be none.

        Args:
            timeout_s: how long to wait for what is under way.
        """
        return self._copy.wait(timeout_s) if self._copy else None

    def merge(self) -> None:
        """Merge segments and drop removed tracks as far as the policy asks for it.

        Damaged segments are left as they are.

        Raises:
            LibraryError: as for `write`.
        """
        with self._catalogue() as catalogue:
            self._merge(catalogue)

    def check(self, *, deep: bool = False) -> list[Problem]:
        """Look for damage; `deep` reads every byte, and counts every posting.

        Raises:
            LibraryError: as for `read`; damage is no error here, it is in the list.
        """
        with self._catalogue(anew=True) as catalogue:
            try:
                state = catalogue.begin()
                self._refuse_others(state)
                if error := self._index_error(state):
                    raise error
                snapshot = self._snapshot(catalogue, state, anew=True)
                return self._inspector(catalogue, snapshot).inspect(deep=deep).problems
            finally:
                catalogue.rollback()

    def repair(self) -> list[Repair]:
        """Build damaged segments anew from the constellations; report what is lost.

        A track whose constellation is lost keeps its place in the catalogue, without landmarks.

        Raises:
            LibraryError: as for `write`.
        """
        with (
            self._catalogue(anew=True) as catalogue,
            self._changing(catalogue, anew=True) as (state, snapshot),
        ):
            if error := self._index_error(state):
                raise error
            inspector = self._inspector(catalogue, snapshot)
            found = inspector.inspect(deep=True)
            if any(problem.what == "segment" for problem in found.problems):
                self._index_anew(catalogue, inspector, found)
        return [Repair(problem, problem.what == "segment") for problem in found.problems]

    def rebuild(self) -> None:
        """Make the whole index anew from the constellations, under this store's parameters.

        The old index serves readers until the new one is committed.

        Raises:
            LibraryError: as for `write`.
        """
        with (
            self._catalogue(anew=True) as catalogue,
            self._changing(catalogue, anew=True) as (_, snapshot),
        ):
            inspector = self._inspector(catalogue, snapshot)
            catalogue.set_params(self.params)
            self._index_anew(catalogue, inspector, Findings(damaged=list(snapshot.segments)))

    def _make(self) -> None:
        with self._pool.lent() as link:
            values = {
                "peaks_id": self.params.peaks_id,
                "index_id": self.params.index_id,
                "parameters": self.params.to_json(),
                "mark": drawn(),
            }
            statement = QUERIES["begin_state"].replace("{schema}", quoted(self._address.schema))
            schema = Schema(link, self._address, PART, migration_scripts())
            schema.migrate(self._options.patience_s, lambda: Asked(statement, values))

    def _opened(self) -> Self:
        scripts = migration_scripts()
        with self._pool.lent() as link:
            schema = Schema(link, self._address, PART, scripts)
            version = schema.version()
            if version == 0:
                raise LibraryNotFoundError(self.location)
            if version < len(scripts):
                schema.migrate(self._options.patience_s)
        if self._asked_for is None:
            with self._catalogue() as catalogue:
                catalogue.begin()
                own = catalogue.params()
                catalogue.rollback()
            self._use(replace(own, index=IndexParams()) if self._options.for_rebuild else own)
        with self.read():
            return self

    def _use(self, params: Params) -> None:
        self.params = params
        self._peaks_id, self._index_id = params.peaks_id, params.index_id

    @contextlib.contextmanager
    def _closed_if_refused(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def _catalogue(self, *, anew: bool = False) -> Iterator[Catalogue]:
        """Lend a connection, without a transaction.

        Args:
            anew: whether to fetch every constellation, known or not.
        """
        kept = KeptConstellations(0) if anew else self._kept
        with self._pool.lent() as link:
            patience_s = self._options.patience_s
            transaction = Transaction(self._pool, link, self._address, patience_s)
            yield Catalogue(transaction, self.location, self._address.schema, kept)

    @contextlib.contextmanager
    def _changing(
        self, catalogue: Catalogue, *, anew: bool = False
    ) -> Iterator[tuple[State, IndexSnapshot]]:
        """Be the one writer of one transaction; it is committed when the block ends.

        Args:
            catalogue: without a transaction.
            anew: whether to fetch every segment again.
        """
        try:
            state = catalogue.begin_writing()
            self._refuse_others(state)
            yield state, self._snapshot(catalogue, state, anew=anew)
            catalogue.commit()
        finally:
            catalogue.rollback()

    def _snapshot(self, catalogue: Catalogue, state: State, *, anew: bool = False) -> IndexSnapshot:
        """Return the index of a transaction, as far as it is known with what was fetched of it."""
        shelf = self._shelf(catalogue, anew=anew)
        known = _Known() if anew else self._known
        copied = self._copy.version if self._copy else 0
        has_changed = known.snapshot.generation != state.generation
        if has_changed or known.copied != copied:
            known = replace(self._looked_up(catalogue, shelf, known), copied=copied)
            if not anew:
                self._known = known
        if has_changed and self._copy and not anew:
            self._copy.follow(self._listed)
        return known.snapshot.through(shelf.source)

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
        return Segment(blocks, segment_name(row["id"]), self.location, row["id"], index_id)

    @contextlib.contextmanager
    def _listed(self) -> Iterator[tuple[list[Row], BlockSource]]:
        """Begin a view of the index alone."""
        with self._catalogue() as catalogue:
            try:
                catalogue.begin()
                yield catalogue.segments(), self._shelf(catalogue).source
            finally:
                catalogue.rollback()

    def _refuse_others(self, state: State) -> None:
        if state.peaks_id != self._peaks_id:
            raise IncompatiblePeaksError(self.location, state.peaks_id, self._peaks_id)
        if not self._options.for_rebuild and (error := self._index_error(state)):
            raise error

    def _index_error(self, state: State) -> LibraryError | None:
        if state.index_id == self._index_id:
            return None
        return IncompatibleIndexError(self.location, state.index_id, self._index_id)

    def _merge(self, catalogue: Catalogue) -> None:
        damaged: set[int] = set()
        merged = True
        while merged:
            with self._changing(catalogue) as (state, snapshot):
                merged = self._index_writer(catalogue, state).merge_step(snapshot, damaged)
                if merged:
                    catalogue.advance()

    def _index_anew(self, catalogue: Catalogue, inspector: Inspector, found: Findings) -> None:
        """Replace segments by new ones of every live track that no other segment holds."""
        index = self._index_writer(catalogue, catalogue.state())
        index.drop(found.damaged, kept=found.indexed)
        index.add(inspector.recordings(set(catalogue.live_keys()) - found.indexed))
        catalogue.advance()

    def _index_writer(self, catalogue: Catalogue, state: State) -> IndexWriter:
        shelf = self._shelf(catalogue)
        return IndexWriter(shelf, catalogue, state.index_id, self._options.policy)

    def _inspector(self, catalogue: Catalogue, snapshot: IndexSnapshot) -> Inspector:
        landmarks_of = partial(self._landmarks_of, self.params)
        return Inspector(self._shelf(catalogue), catalogue, snapshot, landmarks_of)

    def _shelf(self, catalogue: Catalogue, *, anew: bool = False) -> PostgresShelf:
        copy = None if anew else self._copy
        return PostgresShelf(catalogue, self._options.cache_bytes, copy)
