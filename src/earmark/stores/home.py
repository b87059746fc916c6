"""The promise of a home: where a library with segments lies, and how its transactions go.

A home knows the catalogue, the shelf and the index of one committed state, and makes the next one
of them in a single step. What is done with them, `segmented` does, the same for every home.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from earmark.params import Params
from earmark.stores.location import Location
from earmark.stores.register import Register, State
from earmark.stores.shelf import Shelf
from earmark.stores.snapshot import IndexSnapshot

PATIENCE_S = 30.0
"""How long to wait for another writer, unless it is told."""

Accept: TypeAlias = Callable[[State], None]
"""Raises a `LibraryError` if a library in this state cannot be used."""


@dataclass(frozen=True, slots=True)
class View:
    """One transaction of a library."""

    catalogue: Register
    shelf: Shelf
    state: State
    """At its beginning."""
    snapshot: IndexSnapshot
    """The index at its beginning."""


class Desk(Protocol):
    """Where the one writer makes its changes, one after the other."""

    def changing(self, accept: Accept) -> AbstractContextManager[View]:
        """Begin a change; it is committed when the block ends, and undone if that fails.

        Raises:
            LibraryError: it cannot begin or be committed, or is not accepted.
        """

    def tidy(self, media: Iterable[str] = ()) -> None:
        """Delete what no commit names any more; what cannot be deleted stays, without an error.

        Args:
            media: media files that no track names any more.
        """


class Home(Protocol):
    """The place of one library; any number of threads may use it.

    Every method but `close` raises a `LibraryError` if the library cannot be reached, read or
    written.
    """

    place: Location

    def prepare(self) -> None:
        """Bring the library that is there up to date, as far as it may be written.

        Raises:
            LibraryNotFoundError: there is none.
            NotALibraryError: something else lies there, or a newer Earmark made it.
        """

    def make(self, params: Params) -> None:
        """Make an empty library with these parameters; another may have been faster."""

    def params(self) -> Params:
        """Return the parameters that the library was made with."""

    def notes(self) -> list[str]:
        """Return what could be better, in sentences; nothing of it is wrong."""

    def may_write(self) -> bool:
        """Tell whether rights and settings let changes in, as far as can be seen beforehand."""

    def reading(self, accept: Accept, *, anew: bool = False) -> AbstractContextManager[View]:
        """Begin to read one committed state.

        Args:
            accept: asked first.
            anew: whether to open every segment again, whatever is known of it.
        """

    def writing(self, *, anew: bool = False) -> AbstractContextManager[Desk]:
        """Be the one writer, until the block ends.

        Args:
            anew: whether to open every segment again, whatever is known of it.

        Raises:
            LibraryBusyError: another writer did not finish in time.
            ReadOnlyLibraryError: the library may not be written.
        """

    def close(self) -> None:
        """Let go of files and connections; closing twice is harmless."""
