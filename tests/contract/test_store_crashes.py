"""A directory store whose disk fails at any step holds exactly what was acknowledged."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.errors import StorageFullError
from earmark.params import Params
from earmark.stores.files import Files
from earmark.stores.location import located
from earmark.stores.merging import MergePolicy
from earmark.stores.segmented import Options, SegmentedStore
from earmark.stores.sqlite.folder import folder_home
from tests.contract.actions import Action, add, held_by, remove
from tests.faults import CountingFiles, FragileFiles, FullFiles, PowerLoss
from tests.homes import OnDisk
from tests.recordings import landmarks_of, make_recording

OPTIONS = Options(policy=MergePolicy(fan_in=3))


def opened(folder: Path, files: Files | None = None) -> OnDisk:
    """Open, or make, the library of a test."""
    return SegmentedStore.create(
        folder_home(located(folder), files), Params(), landmarks_of, OPTIONS
    )


HISTORY: list[Action] = [add(3), remove(1), add(4), lambda store: store.rebuild()]
EXPECTED = [
    {"Piece 1", "Piece 2"},
    {"Piece 1", "Piece 2", "Piece 3"},
    {"Piece 2", "Piece 3"},
    {"Piece 2", "Piece 3", "Piece 4"},
    {"Piece 2", "Piece 3", "Piece 4"},
]
"""What a store holds before the history and after each of its actions."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with two segments, so that the next one brings a merge."""
    folder = tmp_path_factory.mktemp("template") / "library"
    store = opened(folder)
    add(1)(store)
    add(2)(store)
    store.close()
    return folder


@pytest.fixture
def libraries(template: Path, tmp_path: Path) -> Iterator[Path]:
    """Copies of the template, one after the other."""

    def copies() -> Iterator[Path]:
        number = 0
        while True:
            yield Path(shutil.copytree(template, tmp_path / str(number)))
            shutil.rmtree(tmp_path / str(number))
            number += 1

    return copies()


def steps_of_history(folder: Path) -> int:
    """Count the steps of the file layer in the whole history."""
    files = CountingFiles()
    store = opened(folder, files)
    for act in HISTORY:
        act(store)
    store.close()
    return files.steps


def test_power_may_be_lost_at_any_step(libraries: Iterator[Path]) -> None:
    """After a loss of power a store holds what was acknowledged, or one unacknowledged more."""
    for fail_at in range(1, steps_of_history(next(libraries)) + 1):
        folder = next(libraries)
        files = FragileFiles(fail_at)
        store = opened(folder, files)
        acknowledged = 0
        with pytest.raises(PowerLoss):  # noqa: PT012 - the count must survive
            for act in HISTORY:
                act(store)
                acknowledged += 1
        store.close()
        files.settle()
        store = opened(folder)
        assert held_by(store) in EXPECTED[acknowledged : acknowledged + 2]
        assert store.check(deep=True) == []
        store.close()


def test_what_a_crash_left_behind_is_swept(libraries: Iterator[Path]) -> None:
    """After the next write only files that the catalogue names are there."""
    for fail_at in range(1, steps_of_history(next(libraries)) + 1, 3):
        folder = next(libraries)
        files = FragileFiles(fail_at)
        store = opened(folder, files)
        with pytest.raises(PowerLoss):  # noqa: PT012 - whichever action it strikes
            for act in HISTORY:
                act(store)
        store.close()
        files.settle()
        store = opened(folder)
        add(5)(store)
        assert files_on_disk(folder) == files_in_catalogue(folder)
        store.close()


def test_room_may_be_lacking_at_any_step(libraries: Iterator[Path]) -> None:
    """A block without room is a typed error and changes nothing; the store goes on."""
    for fail_at in range(1, steps_of_history(next(libraries)) + 1):
        folder = next(libraries)
        store = opened(folder, FullFiles(fail_at))
        for number, act in enumerate(HISTORY):
            try:
                act(store)
            except StorageFullError:
                assert held_by(store) == EXPECTED[number]
                act(store)
            assert held_by(store) == EXPECTED[number + 1]
        assert store.check(deep=True) == []
        store.close()


def test_a_full_catalogue_changes_nothing(libraries: Iterator[Path]) -> None:
    """Where SQLite finds no room, nothing of the block is applied."""
    store = opened(next(libraries))
    with store.home._connections.reading() as link:
        (pages,) = link.execute("PRAGMA page_count").fetchone()
        link.execute(f"PRAGMA max_page_count = {pages}")
    large = make_recording(9, landmarks=20_000)
    with pytest.raises(StorageFullError), store.write() as writer:
        writer.insert(large.track, large.constellation, large.landmarks)
    assert held_by(store) == EXPECTED[0]
    store.close()


def test_a_library_may_be_cut_short_while_it_is_made(tmp_path: Path) -> None:
    """Whenever the making of a library dies, making it again succeeds."""
    files = CountingFiles()
    opened(tmp_path / "whole", files).close()
    for fail_at in range(1, files.steps + 1):
        folder = tmp_path / str(fail_at)
        fragile = FragileFiles(fail_at)
        with pytest.raises(PowerLoss):
            opened(folder, fragile)
        fragile.settle()
        store = opened(folder)
        add(1)(store)
        assert held_by(store) == {"Piece 1"}
        store.close()


def files_on_disk(folder: Path) -> set[str]:
    """Return the names of all segments and media."""
    return {path.name for name in ("segments", "media") for path in (folder / name).iterdir()}


def files_in_catalogue(folder: Path) -> set[str]:
    """Return the names that the catalogue expects."""
    link = sqlite3.connect(folder / "catalogue.sqlite")
    segments = {f"{number:08}.segment" for (number,) in link.execute("SELECT id FROM segments")}
    media = {name for (name,) in link.execute("SELECT media_file FROM tracks")}
    link.close()
    return segments | media
