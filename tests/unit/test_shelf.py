"""Every shelf keeps the same promises."""

from __future__ import annotations

import pytest

from earmark.stores.postgres.shelf import PostgresShelf
from earmark.stores.shelf import Shelf
from earmark.stores.sqlite.folder import FolderShelf
from earmark.stores.sqlite.tables import Tables


def methods(kind: type) -> set[str]:
    """Return the public methods of a class."""
    return {name for name, value in vars(kind).items() if name[0] != "_" and callable(value)}


@pytest.mark.parametrize("shelf", [FolderShelf, Tables, PostgresShelf])
def test_shelves_have_the_promised_methods(shelf: type) -> None:
    """No more and no less."""
    assert methods(shelf) == methods(Shelf)
