"""Every backend of the store protocol, for the contract suite; no contract test names one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from earmark.params import Params
from earmark.stores.base import Store
from earmark.stores.location import located
from earmark.stores.memory import MemoryStore
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import PostgresHome, PostgresOptions
from earmark.stores.segmented import SegmentedStore
from earmark.stores.sqlite.folder import folder_home
from earmark.stores.sqlite.single_file import file_home
from tests.postgres import server
from tests.recordings import landmarks_of

PATIENCE_S = 0.05


@dataclass(frozen=True, slots=True)
class Backend:
    """How to make a store in an empty folder, and how to come back to it later."""

    name: str
    make: Callable[[Path], Store]
    reopen: Callable[[Store, Path], Store]


def _make_directory(folder: Path) -> Store:
    home = folder_home(located(folder / "library"), patience_s=PATIENCE_S)
    return SegmentedStore.create(home, Params(), landmarks_of)


def _reopen_directory(store: Store, folder: Path) -> Store:
    store.close()
    return _make_directory(folder)


def _make_file(folder: Path) -> Store:
    home = file_home(located(f"sqlite:///{folder / 'library.db'}"), patience_s=PATIENCE_S)
    return SegmentedStore.create(home, Params(), landmarks_of)


def _reopen_file(store: Store, folder: Path) -> Store:
    store.close()
    return _make_file(folder)


def _make_postgres(folder: Path) -> Store:
    """Make a library in the schema of a folder's own."""
    schema = "test_" + hashlib.md5(bytes(folder), usedforsecurity=False).hexdigest()
    home = PostgresHome(parse(server().address(schema)), PostgresOptions(patience_s=PATIENCE_S))
    return SegmentedStore.create(home, Params(), landmarks_of)


def _reopen_postgres(store: Store, folder: Path) -> Store:
    store.close()
    return _make_postgres(folder)


BACKENDS = [
    Backend("memory", lambda _: MemoryStore(patience_s=PATIENCE_S), lambda store, _: store),
    Backend("directory", _make_directory, _reopen_directory),
    Backend("sqlite", _make_file, _reopen_file),
    Backend("postgres", _make_postgres, _reopen_postgres),
]
