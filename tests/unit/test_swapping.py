"""Tests of earmark.archives.swapping."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from earmark import Library
from earmark.archives import swapping
from earmark.errors import LibraryBusyError
from earmark.stores.files import Files
from tests.archives import insert


class OldSystem(Files):
    """A system where two folders cannot change places in one step, and may fail between two."""

    def __init__(self, fail_at: int = 0) -> None:
        self.fail_at = fail_at
        self.renames = 0

    def exchange(self, first: Path, second: Path) -> None:  # noqa: ARG002
        """It cannot."""
        raise OSError(errno.ENOSYS, "not here")

    def rename(self, old: Path, new: Path) -> None:
        """Rename, or be cut short."""
        self.renames += 1
        if self.renames == self.fail_at:
            raise KeyboardInterrupt
        super().rename(old, new)


def folders(parent: Path) -> tuple[Path, Path]:
    """Make two folders that can be told apart."""
    for name in ("old", "new"):
        (parent / name).mkdir()
        (parent / name / name).touch()
    return parent / "old", parent / "new"


@pytest.mark.parametrize("files", [Files(), OldSystem()])
def test_two_folders_change_places(tmp_path: Path, files: Files) -> None:
    """With one step where the system has it, else with three."""
    old, new = folders(tmp_path)
    swapping.put(old, new, files)
    assert [path.name for path in old.iterdir()] == ["new"]
    assert [path.name for path in new.iterdir()] == ["old"]


@pytest.mark.parametrize("fail_at", [1, 2, 3])
def test_a_swap_that_is_cut_short_leaves_one_whole(tmp_path: Path, fail_at: int) -> None:
    """What lay there is put back by the next attempt, unless the new one is there."""
    old, new = folders(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        swapping.put(old, new, OldSystem(fail_at))
    swapping.put_back(old, Files())
    assert [path.name for path in old.iterdir()] == ["old" if fail_at < 3 else "new"]


def test_a_writer_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is being written is not replaced."""
    monkeypatch.setattr(swapping, "PATIENCE_S", 0.05)
    with Library.open(tmp_path / "a") as library, library.writing():  # noqa: SIM117
        with pytest.raises(LibraryBusyError), swapping.held(tmp_path / "a"):
            pass


def test_a_writer_that_waited_writes_to_the_new_library(tmp_path: Path) -> None:
    """The lock of a library that was replaced is nobody's lock."""
    for name in ("a", "b"):
        Library.open(tmp_path / name).close()
    with Library.open(tmp_path / "a") as library:
        with swapping.held(tmp_path / "a"):
            swapping.put(tmp_path / "a", tmp_path / "b", Files())
        insert(library, 1)
    with Library.open(tmp_path / "a") as new, Library.open(tmp_path / "b") as old:
        assert (new.stats().tracks, old.stats().tracks) == (1, 0)
