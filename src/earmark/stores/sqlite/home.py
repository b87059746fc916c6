"""A home with a SQLite catalogue: whose turn it is, and what of the disk belongs to a commit.

A reader's snapshot is SQLite's, plus the segments that it lists, opened. In a folder, a file that
was merged away between the two is noticed by its absence, and the snapshot is begun anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from earmark.errors import (
    LibraryError,
    LibraryNotFoundError,
    NotALibraryError,
    ReadOnlyLibraryError,
)
from earmark.params import Params
from earmark.stores.blocks import Blocks, LostFile
from earmark.stores.failures import translated
from earmark.stores.home import PATIENCE_S, Accept, View
from earmark.stores.location import Location
from earmark.stores.lock import WriterLock
from earmark.stores.segment import Segment, segment_name
from earmark.stores.shelf import Shelf
from earmark.stores.snapshot import IndexSnapshot
from earmark.stores.sqlite.catalogue import Catalogue, State
from earmark.stores.sqlite.connections import NOWHERE, Connections, Place

if TYPE_CHECKING:
    from earmark.stores.rows import Row


class Ground(Protocol):
    """What lies on the disk: the one thing in which a folder and a single file differ."""

    catalogue: Path
    """The SQLite file."""
    locks: Path
    """The folder of its lock files."""
    lock_prefix: str
    """What their names begin with."""

    def is_foreign(self) -> bool:
        """Tell whether something lies there that no Earmark put there."""

    def has_catalogue(self) -> bool:
        """Tell whether there is a catalogue, perhaps an empty one."""

    def make(self) -> None:
        """Make the folders that are not there.

        Raises:
            OSError: that is not possible.
        """

    def make_catalogue(self) -> None:
        """Make an empty file for the catalogue, unless there is one; under the writer lock.

        Raises:
            OSError: that is not possible.
        """

    def settle(self) -> None:
        """Return when the names of what was made would survive a loss of power."""

    def shelf(self, catalogue: Catalogue, connections: Connections) -> Shelf:
        """Return what a block reads and writes here, with a transaction begun."""

    def sweep(self, catalogue: Catalogue, media: Iterable[str], *, all_media: bool) -> None:
        """Delete what lies there and the catalogue does not name.

        Args:
            catalogue: without a transaction, under the writer lock.
            media: media files that no track names any more.
            all_media: look for others, too.

        Raises:
            OSError, LibraryError: that is not possible.
        """


class SqliteHome:
    """The home of one library; see `home.Home`."""

    def __init__(self, place: Location, ground: Ground, patience_s: float = PATIENCE_S) -> None:
        """Use a place, where a library may be or not.

        Args:
            place: as it was named.
            ground: what lies there.
            patience_s: how long to wait for another writer.
        """
        self.place = place
        self._location = place.shown
        self._ground = ground
        self._lock = WriterLock(ground.locks, self._location, patience_s, ground.lock_prefix)
        self._connections = Connections(ground.catalogue, self._location, self._lock)
        self._latest = (NOWHERE, IndexSnapshot())

    def prepare(self) -> None:
        """Bring the catalogue to today's schema, unless it may only be read, and can be as it is.

        Raises:
            LibraryNotFoundError: there is none.
            NotALibraryError: something else lies there, or a newer Earmark made it.
            LibraryError: it cannot be read.
        """
        with translated(self._location):
            foreign = self._ground.is_foreign()
        if foreign:
            raise NotALibraryError(self._location, "something else lies there")
        if not self._ground.has_catalogue():
            raise LibraryNotFoundError(self._location)
        with self._read_catalogue() as catalogue:
            version = catalogue.version()
        if version == 0:  # its making was cut short before the first commit
            raise LibraryNotFoundError(self._location)
        if version < Catalogue.newest_version():
            self._migrate(version)

    def make(self, params: Params) -> None:
        """Make an empty library; another may have been faster.

        Raises:
            LibraryError: that is not possible.
        """
        with contextlib.ExitStack() as stack:
            with translated(self._location):
                self._ground.make()
                stack.enter_context(self._lock.exclusive())
                self._ground.make_catalogue()
            catalogue = self._written_catalogue(stack)
            if catalogue.version() == 0:
                catalogue.prepare_file()
                catalogue.begin_new(params)
                with translated(self._location):
                    self._ground.settle()

    def params(self) -> Params:
        """Return the parameters that the library was made with."""
        with self._read_catalogue() as catalogue:
            return catalogue.params()

    def notes(self) -> list[str]:
        """Return nothing: it could not be better."""
        return []

    def may_write(self) -> bool:
        """Tell whether the permissions of the catalogue and of its folder let changes in."""
        return self._connections.may_write()

    @contextlib.contextmanager
    def reading(self, accept: Accept, *, anew: bool = False) -> Iterator[View]:
        """Begin to read one committed state; see `home.Home`.

        Raises:
            LibraryError: it cannot be read, or is not accepted.
        """
        while True:
            with self._connections.reading() as link:
                catalogue = Catalogue(link, self._location)
                known = IndexSnapshot() if anew else self._known(link.place)
                try:
                    view = self._begun(catalogue, accept, known)
                    if self._connections.place() != link.place:  # whose segments are these?
                        continue
                    if not anew:
                        self._latest = (link.place, view.snapshot)
                    yield view
                finally:
                    catalogue.rollback()
                return

    @contextlib.contextmanager
    def writing(self, *, anew: bool = False) -> Iterator[SqliteDesk]:
        """Be the one writer of a catalogue that has today's schema; see `home.Home`.

        Raises:
            LibraryError: that is not possible.
        """
        with contextlib.ExitStack() as stack:
            with translated(self._location):
                stack.enter_context(self._lock.exclusive())
            catalogue = self._written_catalogue(stack)
            if catalogue.version() < Catalogue.newest_version():
                catalogue.migrate()
            yield SqliteDesk(self, catalogue, anew)

    def close(self) -> None:
        """Let go of files and connections; closing twice is harmless."""
        self._connections.close()
        self._latest = (NOWHERE, IndexSnapshot())

    def begun_writing(self, catalogue: Catalogue, accept: Accept, *, anew: bool) -> View:
        """Begin a change, with the latest index that is known; for the desk.

        Raises:
            LibraryError: that is not possible.
        """
        place = self._connections.place()
        known = IndexSnapshot() if anew else self._known(place)
        try:
            state = catalogue.begin_writing()
            accept(state)
            view = self._view(catalogue, state, known, lost=True)
        except BaseException:
            catalogue.rollback()
            raise
        if not anew:
            self._latest = (place, view.snapshot)
        return view

    def sweep(self, catalogue: Catalogue, media: Iterable[str]) -> None:
        """Delete what the catalogue does not name; what cannot be deleted stays. For the desk."""
        with contextlib.suppress(Exception):  # the block has failed, or stands, without it
            self._ground.sweep(catalogue, media, all_media=self._lock.abandoned)
            self._lock.abandoned = False

    @contextlib.contextmanager
    def _read_catalogue(self) -> Iterator[Catalogue]:
        """Lend a catalogue to read, without a transaction."""
        with self._connections.reading() as link:
            yield Catalogue(link, self._location)

    def _written_catalogue(self, stack: contextlib.ExitStack) -> Catalogue:
        """Return a catalogue to write, without a transaction."""
        return Catalogue(stack.enter_context(self._connections.writing()), self._location)

    def _migrate(self, version: int) -> None:
        """Bring the catalogue of an older version to today's schema, or see whether it will do."""
        try:
            with self.writing():
                pass
        except ReadOnlyLibraryError:
            if version < Catalogue.OLDEST_READABLE:
                raise

    def _begun(self, catalogue: Catalogue, accept: Accept, known: IndexSnapshot) -> View:
        """Begin to read, again and again until catalogue and segment files agree.

        A file that is not there was merged away since this transaction began, unless a second one
        finds the same generation without it: then it is lost.
        """
        failed = 0
        while True:
            state = catalogue.begin()
            accept(state)
            try:
                return self._view(catalogue, state, known, lost=state.generation == failed)
            except FileNotFoundError:
                failed = state.generation
                catalogue.rollback()

    def _known(self, place: Place) -> IndexSnapshot:
        """Return the latest snapshot, if it is one of this very library."""
        latest_place, snapshot = self._latest
        return snapshot if latest_place == place else IndexSnapshot()

    def _view(
        self, catalogue: Catalogue, state: State, known: IndexSnapshot, *, lost: bool
    ) -> View:
        """Open the segments of the catalogue's transaction, those that are known not again.

        Args:
            catalogue: with a transaction begun.
            state: of this transaction.
            known: an earlier snapshot.
            lost: whether to take a missing file for lost.

        Raises:
            FileNotFoundError: a segment's file is not there.
        """
        shelf = self._ground.shelf(catalogue, self._connections)
        if known.generation != state.generation:
            opened = {segment.number: segment for segment in known.segments}
            segments = [
                opened.get(row["id"]) or self._segment(shelf, row, state.index_id, lost=lost)
                for row in catalogue.segments()
            ]
            known = IndexSnapshot(state.generation, segments, catalogue.dead())
        return View(catalogue, shelf, state, known.through(shelf.source))

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
            raise LibraryError(self._location, cause) from error
        return Segment(blocks, name, self._location, row["id"], index_id)


@dataclass(frozen=True, slots=True)
class SqliteDesk:
    """Where the one writer of a home makes its changes; see `home.Desk`."""

    home: SqliteHome
    catalogue: Catalogue
    """Without a transaction, under the writer lock."""
    anew: bool
    """Whether every change opens every segment again."""

    @contextlib.contextmanager
    def changing(self, accept: Accept) -> Iterator[View]:
        """Begin a change that is committed when the block ends.

        After a commit that failed nothing is swept: a failed sync may have been one after all.

        Raises:
            LibraryError: it cannot begin or be committed, or is not accepted.
        """
        view = self.home.begun_writing(self.catalogue, accept, anew=self.anew)
        try:
            yield view
        except BaseException:
            self.catalogue.rollback()
            self.tidy(view.shelf.kept)
            raise
        try:
            self.catalogue.commit()
        except LibraryError:
            self.catalogue.rollback()
            raise

    def tidy(self, media: Iterable[str] = ()) -> None:
        """Delete what no commit names any more; what cannot be deleted stays."""
        self.home.sweep(self.catalogue, media)
