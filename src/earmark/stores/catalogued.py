"""The stores that have a SQLite catalogue: a folder, and a single file.

One commit of the catalogue decides everything. A block puts its segments and media where they
belong first (`shelf`), and then the commit makes them exist.

A reader's snapshot is SQLite's, plus the segments that it lists, opened. In a folder, a file that
was merged away between the two is noticed by its absence, and the snapshot is begun anew.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Self

from earmark.errors import (
    IncompatibleIndexError,
    IncompatiblePeaksError,
    LibraryError,
    LibraryNotFoundError,
    NotALibraryError,
    ReadOnlyLibraryError,
)
from earmark.params import IndexParams, Params
from earmark.stores.base import Problem, Repair
from earmark.stores.blocks import Blocks, LostFile
from earmark.stores.catalogue import Catalogue, State
from earmark.stores.connections import NOWHERE, Connections, Place
from earmark.stores.failures import translated
from earmark.stores.files import Files
from earmark.stores.folder import segment_name
from earmark.stores.indexing import IndexWriter
from earmark.stores.lock import WriterLock
from earmark.stores.mending import Findings, Inspector, LandmarksOf
from earmark.stores.merging import MergePolicy
from earmark.stores.segment import Segment
from earmark.stores.session import CatalogueReader, CatalogueWriter
from earmark.stores.shelf import Home, Shelf
from earmark.stores.snapshot import IndexSnapshot

if TYPE_CHECKING:
    from sqlite3 import Row


CACHE_BYTES = 512 << 20
"""The index of 20,000 songs; docs/storage.md measures what a smaller one costs."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a store behaves; nothing of it is stored."""

    policy: MergePolicy = field(default_factory=MergePolicy)
    patience_s: float = 30.0
    """How long to wait for another writer."""
    cache_bytes: int = CACHE_BYTES
    """Of a single file's index, how much is kept in memory beside its directories."""
    for_rebuild: bool = False
    """Open a library of another `index_id`; its index cannot be used before `rebuild`.

    Unless parameters are given, those of the index are today's."""


class CataloguedStore:
    """One library; any number of threads may use it. Who derives from it says where it lies.

    Attributes:
        location: of the library, for messages.
        params: what its fingerprints are made with.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        params: Params | None,
        landmarks_of: LandmarksOf,
        files: Files,
        options: Options,
    ) -> None:
        """Prepare a store; `create` and `open` are the ways in."""
        self.location = os.fspath(path)
        self._asked_for = params
        self._use(params or Params())
        self._landmarks_of = landmarks_of
        self._options = options
        self._home = self._home_at(self.location, files, options)
        self._lock = WriterLock(
            self._home.locks, self.location, options.patience_s, self._home.lock_prefix
        )
        self._connections = Connections(self._home.catalogue, self.location, self._lock)
        self._latest = (NOWHERE, IndexSnapshot())

    @staticmethod
    def _home_at(location: str, files: Files, options: Options) -> Home:
        """Return the place that a location names.

        Raises:
            UsageError: it names none.
        """
        raise NotImplementedError

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        params: Params | None,
        landmarks_of: LandmarksOf,
        files: Files | None = None,
        options: Options | None = None,
    ) -> Self:
        """Make a library, or open the one that is there.

        Args:
            path: where it lies.
            params: what its fingerprints are made with; unless given, its own, or the usual ones.
            landmarks_of: what makes an index of its constellations.
            files: how files are touched.
            options: how it behaves.

        Raises:
            NotALibraryError: something else lies there.
            ReadOnlyLibraryError: nothing may be written there.
            StorageFullError: there is no room.
            LibraryError: whatever `open` raises.
        """
        store = cls(path, params, landmarks_of, files or Files(), options or Options())
        try:
            return store._opened()
        except LibraryNotFoundError:
            store._make()
            return store._opened()

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        params: Params | None,
        landmarks_of: LandmarksOf,
        files: Files | None = None,
        options: Options | None = None,
    ) -> Self:
        """Open a library that is there; the arguments are those of `create`.

        Raises:
            LibraryNotFoundError: there is none.
            NotALibraryError: something else lies there, or a newer Earmark made it.
            IncompatiblePeaksError: its constellations were made with others than these parameters,
                or by another way of making them.
            IncompatibleIndexError: its index was, and the options do not say `for_rebuild`.
            CorruptCatalogueError: its catalogue is damaged.
        """
        store = cls(path, params, landmarks_of, files or Files(), options or Options())
        return store._opened()

    def close(self) -> None:
        """Let go of files and connections; closing twice is harmless."""
        self._connections.close()
        self._latest = (NOWHERE, IndexSnapshot())

    @contextlib.contextmanager
    def read(self) -> Iterator[CatalogueReader]:
        """Begin a consistent view; it ends with the block.

        Raises:
            LibraryError: the library cannot be read, or changed its parameters.
        """
        while True:
            with self._connections.reading() as link:
                catalogue = Catalogue(link, self.location)
                try:
                    state, snapshot = self._begin(catalogue, self._known(link.place))
                    if self._connections.place() != link.place:  # whose segments are these?
                        continue
                    self._latest = (link.place, snapshot)
                    error = self._index_error(state)
                    yield CatalogueReader(self._shelf(catalogue), catalogue, snapshot, error)
                finally:
                    catalogue.rollback()
                return

    @contextlib.contextmanager
    def write(self) -> Iterator[CatalogueWriter]:
        """Begin an exclusive change, committed when the block ends.

        Segments are merged afterwards, as far as the policy asks for it and the disk allows it.

        Raises:
            LibraryBusyError: another writer did not finish in time.
            ReadOnlyLibraryError: the library may not be written.
            StorageFullError: there was no room; nothing was changed.
        """
        with self._writing() as catalogue:
            state, snapshot = self._begin_writing(catalogue)
            error = self._index_error(state)
            writer = CatalogueWriter(self._shelf(catalogue), catalogue, snapshot, error)
            try:
                yield writer
                writer.finish(self._index_writer(catalogue, state))
            except BaseException:
                catalogue.rollback()
                self._sweep(catalogue, writer.attached)
                raise
            self._commit(catalogue)
            self._tidy(catalogue, writer.dropped)

    def merge(self) -> None:
        """Merge segments and drop removed tracks as far as the policy asks for it.

        Damaged segments are left as they are.

        Raises:
            LibraryError: as for `write`.
        """
        with self._writing() as catalogue:
            self._merge(catalogue)
            self._sweep(catalogue)

    def check(self, *, deep: bool = False) -> list[Problem]:
        """Look for damage; `deep` reads every byte, and counts every posting.

        Raises:
            LibraryError: as for `read`; damage is no error here, it is in the list.
        """
        with self._connections.reading() as link:
            catalogue = Catalogue(link, self.location)
            try:
                state, snapshot = self._begin(catalogue, IndexSnapshot())
                if error := self._index_error(state):
                    raise error
                return self._inspector(catalogue, snapshot).inspect(deep=deep).problems
            finally:
                catalogue.rollback()

    def repair(self) -> list[Repair]:
        """Build damaged segments anew from the constellations; report what is lost.

        A track whose constellation is lost keeps its place in the catalogue, without landmarks.

        Raises:
            LibraryError: as for `write`.
        """
        with self._changing() as (catalogue, snapshot):
            if error := self._index_error(catalogue.state()):
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
        with self._changing() as (catalogue, snapshot):
            inspector = self._inspector(catalogue, snapshot)
            catalogue.set_params(self.params)
            self._index_anew(catalogue, inspector, Findings(damaged=list(snapshot.segments)))

    def _make(self) -> None:
        with contextlib.ExitStack() as stack:
            with translated(self.location):
                self._home.make()
                stack.enter_context(self._lock.exclusive())
                self._home.make_catalogue()
            catalogue = Catalogue(stack.enter_context(self._connections.writing()), self.location)
            if catalogue.version() == 0:
                catalogue.prepare_file()
                catalogue.begin_new(self.params)
                with translated(self.location):
                    self._home.settle()

    def _opened(self) -> Self:
        self._refuse_foreign()
        if not self._home.has_catalogue():
            raise LibraryNotFoundError(self.location)
        with self._connections.reading() as link:
            version = Catalogue(link, self.location).version()
        if version == 0:  # its making was cut short before the first commit
            raise LibraryNotFoundError(self.location)
        if version < Catalogue.newest_version():
            self._migrate(version)
        if self._asked_for is None:
            with self._connections.reading() as link:
                own = Catalogue(link, self.location).params()
            self._use(replace(own, index=IndexParams()) if self._options.for_rebuild else own)
        with self.read():
            return self

    def _migrate(self, version: int) -> None:
        """Bring the catalogue to today's schema, unless it may only be read, and can be as it is.

        Raises:
            LibraryError: as for `write`.
        """
        try:
            with self._writing():
                pass
        except ReadOnlyLibraryError:
            if version < Catalogue.OLDEST_READABLE:
                raise

    def _use(self, params: Params) -> None:
        self.params = params
        self._peaks_id, self._index_id = params.peaks_id, params.index_id

    def _refuse_foreign(self) -> None:
        with translated(self.location):
            foreign = self._home.is_foreign()
        if foreign:
            raise NotALibraryError(self.location, "something else lies there")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Catalogue]:
        """Be the one writer, without a transaction, of a catalogue that has today's schema."""
        with contextlib.ExitStack() as stack:
            with translated(self.location):
                stack.enter_context(self._lock.exclusive())
            catalogue = Catalogue(stack.enter_context(self._connections.writing()), self.location)
            if catalogue.version() < Catalogue.newest_version():
                catalogue.migrate()
            yield catalogue

    @contextlib.contextmanager
    def _changing(self) -> Iterator[tuple[Catalogue, IndexSnapshot]]:
        """Be the one writer of one transaction, with every segment opened anew."""
        with self._writing() as catalogue:
            try:
                state = catalogue.begin_writing()
                self._refuse_others(state)
                yield catalogue, self._snapshot(catalogue, state, IndexSnapshot(), lost=True)
            except BaseException:
                catalogue.rollback()
                self._sweep(catalogue)
                raise
            self._commit(catalogue)
            self._sweep(catalogue)

    def _begin(self, catalogue: Catalogue, known: IndexSnapshot) -> tuple[State, IndexSnapshot]:
        """Begin to read, again and again until catalogue and segment files agree.

        A file that is not there was merged away since this transaction began, unless a second one
        finds the same generation without it: then it is lost.
        """
        failed = 0
        while True:
            state = catalogue.begin()
            self._refuse_others(state)
            try:
                lost = state.generation == failed
                return state, self._snapshot(catalogue, state, known, lost=lost)
            except FileNotFoundError:
                failed = state.generation
                catalogue.rollback()

    def _begin_writing(self, catalogue: Catalogue) -> tuple[State, IndexSnapshot]:
        try:
            state = catalogue.begin_writing()
            self._refuse_others(state)
            place = self._connections.place()
            snapshot = self._snapshot(catalogue, state, self._known(place), lost=True)
        except BaseException:
            catalogue.rollback()
            raise
        self._latest = (place, snapshot)
        return state, snapshot

    def _known(self, place: Place) -> IndexSnapshot:
        """Return the latest snapshot, if it is one of this very library."""
        latest_place, snapshot = self._latest
        return snapshot if latest_place == place else IndexSnapshot()

    def _snapshot(
        self, catalogue: Catalogue, state: State, known: IndexSnapshot, *, lost: bool
    ) -> IndexSnapshot:
        """Open the segments of the catalogue's transaction, those that are known not again.

        Args:
            catalogue: with a transaction begun.
            state: of this transaction.
            known: an earlier snapshot.
            lost: whether to take a missing file for lost.

        Raises:
            FileNotFoundError: a segment's file is not there.
        """
        shelf = self._shelf(catalogue)
        if known.generation == state.generation:
            return known.through(shelf.source)
        opened = {segment.number: segment for segment in known.segments}
        segments = [
            opened.get(row["id"]) or self._segment(shelf, row, state.index_id, lost=lost)
            for row in catalogue.segments()
        ]
        new = IndexSnapshot(state.generation, segments, catalogue.dead())
        return new.through(shelf.source)

    def _segment(self, shelf: Shelf, row: Row, index_id: str, *, lost: bool) -> Segment:
        name = segment_name(row["id"])
        blocks: Blocks
        try:
            blocks = shelf.segment(row)
        except FileNotFoundError:
            if not lost:
                raise
            blocks = LostFile()
        except OSError as error:
            cause = f"its segment {name} cannot be opened: {error.strerror}"
            raise LibraryError(self.location, cause) from error
        return Segment(blocks, name, self.location, row["id"], index_id)

    def _shelf(self, catalogue: Catalogue) -> Shelf:
        return self._home.shelf(catalogue, self._connections)

    def _refuse_others(self, state: State) -> None:
        if state.peaks_id != self._peaks_id:
            raise IncompatiblePeaksError(self.location, state.peaks_id, self._peaks_id)
        if not self._options.for_rebuild and (error := self._index_error(state)):
            raise error

    def _index_error(self, state: State) -> LibraryError | None:
        if state.index_id == self._index_id:
            return None
        return IncompatibleIndexError(self.location, state.index_id, self._index_id)

    def _commit(self, catalogue: Catalogue) -> None:
        """Commit, or fail without sweeping: after a failed sync the commit may yet be found."""
        try:
            catalogue.commit()
        except LibraryError:
            catalogue.rollback()
            raise

    def _merge(self, catalogue: Catalogue) -> None:
        damaged: set[int] = set()
        merged = True
        while merged:
            state, snapshot = self._begin_writing(catalogue)
            try:
                merged = self._index_writer(catalogue, state).merge_step(snapshot, damaged)
                if merged:
                    catalogue.advance()
            except BaseException:
                catalogue.rollback()
                raise
            self._commit(catalogue)

    def _tidy(self, catalogue: Catalogue, media: Iterable[str]) -> None:
        """Merge and sweep after a commit, which stands: what fails is left to a later block."""
        with contextlib.suppress(Exception):
            self._merge(catalogue)
        self._sweep(catalogue, media)

    def _index_anew(self, catalogue: Catalogue, inspector: Inspector, found: Findings) -> None:
        """Replace segments by new ones of every live track that no other segment holds."""
        index = self._index_writer(catalogue, catalogue.state())
        index.drop(found.damaged, kept=found.indexed)
        index.add(inspector.recordings(set(catalogue.live_keys()) - found.indexed))
        catalogue.advance()

    def _sweep(self, catalogue: Catalogue, media: Iterable[str] = ()) -> None:
        """Delete what the catalogue does not name; what cannot be deleted stays.

        Args:
            catalogue: without a transaction, under the writer lock.
            media: media files that no track names any more.
        """
        with contextlib.suppress(Exception):  # the block has failed, or stands, without it
            self._home.sweep(catalogue, media, all_media=self._lock.abandoned)
            self._lock.abandoned = False

    def _index_writer(self, catalogue: Catalogue, state: State) -> IndexWriter:
        return IndexWriter(self._shelf(catalogue), catalogue, state.index_id, self._options.policy)

    def _inspector(self, catalogue: Catalogue, snapshot: IndexSnapshot) -> Inspector:
        landmarks_of = partial(self._landmarks_of, self.params)
        return Inspector(self._shelf(catalogue), catalogue, snapshot, landmarks_of)
