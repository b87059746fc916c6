"""The library that an archive or a copy goes into: opened, made, or an empty one made anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.archives import swapping
from earmark.errors import LibraryNotFoundError
from earmark.library import Library
from earmark.stores.failures import translated
from earmark.stores.files import Files
from earmark.stores.location import Kind, Location, located

if TYPE_CHECKING:
    from earmark.params import Params


def open_target(location: str | os.PathLike[str] | Location, params: Params) -> Library:
    """Open a library to be imported into; one that is new takes over these parameters.

    So does an empty one in a folder or in memory.

    Raises:
        UsageError: it is no place for a library.
        LibraryError: it can neither be opened nor made.
    """
    place = located(location)
    try:
        library = Library.open(place, create=False)
    except LibraryNotFoundError:
        return Library.open(place, params=params)
    if library.params == params or library.stats().tracks:
        return library
    if place.kind is Kind.MEMORY:
        return Library.open(place, params=params)
    if place.kind is not Kind.FOLDER:
        return library
    library.close()
    _adopt(place.on_disk().resolve(), params)
    return Library.open(place, create=False)


def _adopt(target: Path, params: Params) -> None:
    """Replace a library in a folder, if it is still empty, by one with these parameters."""
    files = Files()
    with translated(str(target)):
        beside = swapping.beside(target, files)
        Library.open(beside, params=params).close()
        with swapping.held(target), Library.open(target, create=False) as old:
            if not old.stats().tracks:
                swapping.put(target, beside, files)
        shutil.rmtree(beside, ignore_errors=True)
