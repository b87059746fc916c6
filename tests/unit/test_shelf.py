"""Both homes of a catalogue keep the same promises."""

from __future__ import annotations

import pytest

from earmark.stores.folder import Folder, FolderShelf
from earmark.stores.shelf import Home, Shelf
from earmark.stores.sqlite_file import SingleFile
from earmark.stores.tables import Tables


def methods(kind: type) -> set[str]:
    """Return the public methods of a class."""
    return {name for name, value in vars(kind).items() if name[0] != "_" and callable(value)}


@pytest.mark.parametrize("shelf", [FolderShelf, Tables])
def test_shelves_have_the_promised_methods(shelf: type) -> None:
    """No more and no less."""
    assert methods(shelf) == methods(Shelf)


@pytest.mark.parametrize("home", [Folder, SingleFile])
def test_homes_have_the_promised_methods(home: type) -> None:
    """A folder has others besides."""
    assert methods(home) >= methods(Home)
