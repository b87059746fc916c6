"""The store whose index lies in segments: blocks, merges, checks and repairs, whatever its home.

One commit of its home decides everything. A block puts its segments and media where they belong
first (`shelf`), and then the commit makes them exist.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, Self, TypeVar

from earmark.errors import (
    IncompatibleIndexError,
    IncompatiblePeaksError,
    LibraryError,
    LibraryNotFoundError,
)
from earmark.params import IndexParams, Params
from earmark.stores.base import Problem, Repair
from earmark.stores.home import Accept, Desk, Home, View
from earmark.stores.indexing import IndexWriter
from earmark.stores.mending import Findings, Inspector, LandmarksOf
from earmark.stores.merging import MergePolicy
from earmark.stores.register import State
from earmark.stores.session import CatalogueReader, CatalogueWriter

HomeT = TypeVar("HomeT", bound=Home)


@dataclass(frozen=True, slots=True)
class Options:
    """How a store behaves; nothing of it is stored."""

    policy: MergePolicy = field(default_factory=MergePolicy)
    for_rebuild: bool = False
    """Open a library of another `index_id`; its index cannot be used before `rebuild`.

    Unless parameters are given, those of the index are today's."""


class SegmentedStore(Generic[HomeT]):
    """One library; any number of threads may use it.

    Attributes:
        home: where it lies.
        place: the same, as it was named.
        location: the same, for messages.
        params: what its fingerprints are made with.
    """

    def __init__(
        self,
        home: HomeT,
        params: Params | None,
        landmarks_of: LandmarksOf,
        options: Options | None = None,
    ) -> None:
        """Prepare a store; `create` and `open` are the ways in."""
        self.home = home
        self.place = home.place
        self.location = home.place.shown
        self._asked_for = params
        self._landmarks_of = landmarks_of
        self._options = options or Options()
        self._use(params or Params())

    @classmethod
    def create(
        cls,
        home: HomeT,
        params: Params | None,
        landmarks_of: LandmarksOf,
        options: Options | None = None,
    ) -> Self:
        """Make a library, or open the one that is there.

        Args:
            home: where it lies; closed with the store, or if this fails.
            params: what its fingerprints are made with; unless given, its own, or the usual ones.
            landmarks_of: what makes an index of its constellations.
            options: how it behaves.

        Raises:
            NotALibraryError: something else lies there.
            ReadOnlyLibraryError: nothing may be written there.
            StorageFullError: there is no room.
            LibraryError: whatever `open` raises.
        """
        store = cls(home, params, landmarks_of, options)
        with store._closed_if_refused():
            try:
                return store._opened()
            except LibraryNotFoundError:
                home.make(store.params)
                return store._opened()

    @classmethod
    def open(
        cls,
        home: HomeT,
        params: Params | None,
        landmarks_of: LandmarksOf,
        options: Options | None = None,
    ) -> Self:
        """Open a library that is there; the arguments are those of `create`.

        Raises:
            LibraryNotFoundError: there is none.
            NotALibraryError: something else lies there, or a newer Earmark made it.
            IncompatiblePeaksError: its constellations were made with others than these parameters,
                or by another way of making them.
            IncompatibleIndexError: its index was, and the options do not say `for_rebuild`.
            LibraryUnavailableError: its server does not answer, or does not let this user in.
            CorruptCatalogueError: its catalogue is damaged.
        """
        store = cls(home, params, landmarks_of, options)
        with store._closed_if_refused():
            return store._opened()

    def close(self) -> None:
        """Let go of files and connections; closing twice is harmless."""
        self.home.close()

    def notes(self) -> list[str]:
        """Return what could be better, in sentences; nothing of it is wrong."""
        return self.home.notes()

    def may_write(self) -> bool:
        """Tell whether rights and settings let changes in, as far as can be seen beforehand."""
        return self.home.may_write()

    @contextlib.contextmanager
    def read(self) -> Iterator[CatalogueReader]:
        """Begin a consistent view; it ends with the block.

        Raises:
            LibraryError: the library cannot be read, or changed its parameters.
        """
        with self.home.reading(self._accept) as view:
            yield CatalogueReader(view, self._index_error(view.state))

    @contextlib.contextmanager
    def write(self) -> Iterator[CatalogueWriter]:
        """Begin an exclusive change, committed when the block ends.

        Segments are merged afterwards, as far as the policy asks for it and there is room.

        Raises:
            LibraryBusyError: another writer did not finish in time.
            ReadOnlyLibraryError: the library may not be written.
            StorageFullError: there was no room; nothing was changed.
            LibraryUnavailableError: its server does not answer, or the connection broke off.
        """
        with self.home.writing() as desk:
            with desk.changing(self._accept) as view:
                index = self._index_writer(view, view.state.index_id)
                writer = CatalogueWriter(view, self._index_error(view.state), index)
                yield writer
                writer.finish()
            with contextlib.suppress(Exception):  # the commit stands; a later block merges
                self._merge(desk)
            desk.tidy(writer.dropped)

    def merge(self) -> None:
        """Merge segments and drop removed tracks as far as the policy asks for it.

        Damaged segments are left as they are.

        Raises:
            LibraryError: as for `write`.
        """
        with self.home.writing() as desk:
            self._merge(desk)
            desk.tidy()

    def check(self, *, deep: bool = False) -> list[Problem]:
        """Look for damage; `deep` reads every byte, and counts every posting.

        Raises:
            LibraryError: as for `read`; damage is no error here, it is in the list.
        """
        with self.home.reading(self._accept_indexed, anew=True) as view:
            return self._inspector(view).inspect(deep=deep).problems

    def repair(self) -> list[Repair]:
        """Build damaged segments anew from the constellations; report what is lost.

        A track whose constellation is lost keeps its place in the catalogue, without landmarks.

        Raises:
            LibraryError: as for `write`.
        """
        with self._mending(self._accept_indexed) as view:
            inspector = self._inspector(view)
            found = inspector.inspect(deep=True)
            if any(problem.what == "segment" for problem in found.problems):
                self._index_anew(view, inspector, found)
        return [Repair(problem, problem.what == "segment") for problem in found.problems]

    def rebuild(self) -> None:
        """Make the whole index anew from the constellations, under this store's parameters.

        The old index serves readers until the new one is committed.

        Raises:
            LibraryError: as for `write`.
        """
        with self._mending(self._accept) as view:
            inspector = self._inspector(view)
            view.catalogue.set_params(self.params)
            self._index_anew(view, inspector, Findings(damaged=list(view.snapshot.segments)))

    def _opened(self) -> Self:
        self.home.prepare()
        if self._asked_for is None:
            own = self.home.params()
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

    def _accept(self, state: State) -> None:
        """Refuse constellations of other parameters, and such an index unless it is to be made."""
        if state.peaks_id != self._peaks_id:
            raise IncompatiblePeaksError(self.location, state.peaks_id, self._peaks_id)
        if not self._options.for_rebuild and (error := self._index_error(state)):
            raise error

    def _accept_indexed(self, state: State) -> None:
        """Refuse an index of other parameters, too, whatever it was opened for."""
        self._accept(state)
        if error := self._index_error(state):
            raise error

    def _index_error(self, state: State) -> LibraryError | None:
        if state.index_id == self._index_id:
            return None
        return IncompatibleIndexError(self.location, state.index_id, self._index_id)

    @contextlib.contextmanager
    def _mending(self, accept: Accept) -> Iterator[View]:
        """Begin an exclusive change with every segment opened anew."""
        with self.home.writing(anew=True) as desk:
            with desk.changing(accept) as view:
                yield view
            desk.tidy()

    def _merge(self, desk: Desk) -> None:
        damaged: set[int] = set()
        merged = True
        while merged:
            with desk.changing(self._accept) as view:
                index = self._index_writer(view, view.state.index_id)
                merged = index.merge_step(view.snapshot, damaged)
                if merged:
                    view.catalogue.advance()

    def _index_anew(self, view: View, inspector: Inspector, found: Findings) -> None:
        """Replace segments by new ones of every live track that no other segment holds."""
        index = self._index_writer(view, self._index_id)
        index.drop(found.damaged, kept=found.indexed)
        index.add(inspector.recordings(set(view.catalogue.live_keys()) - found.indexed))
        view.catalogue.advance()

    def _index_writer(self, view: View, index_id: str) -> IndexWriter:
        return IndexWriter(view.shelf, view.catalogue, index_id, self._options.policy)

    def _inspector(self, view: View) -> Inspector:
        landmarks_of = partial(self._landmarks_of, self.params)
        return Inspector(view.shelf, view.catalogue, view.snapshot, landmarks_of)
