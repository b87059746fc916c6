"""Every home keeps the same promises."""

from __future__ import annotations

import pytest

from earmark.stores.home import Desk, Home
from earmark.stores.postgres.home import PostgresDesk, PostgresHome
from earmark.stores.sqlite.folder import Folder
from earmark.stores.sqlite.home import Ground, SqliteDesk, SqliteHome
from earmark.stores.sqlite.single_file import SingleFile


def methods(kind: type) -> set[str]:
    """Return the public methods of a class."""
    return {name for name, value in vars(kind).items() if name[0] != "_" and callable(value)}


@pytest.mark.parametrize(
    ("promise", "kind"),
    [
        (Home, SqliteHome),
        (Home, PostgresHome),
        (Desk, SqliteDesk),
        (Desk, PostgresDesk),
        (Ground, Folder),
        (Ground, SingleFile),
    ],
)
def test_what_is_promised_is_there(promise: type, kind: type) -> None:
    """A kind may have others besides."""
    assert methods(kind) >= methods(promise) > set()
