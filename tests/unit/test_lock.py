"""The writer lock excludes, names its holder, and notices the death of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from earmark.errors import LibraryBusyError
from earmark.stores.lock import WriterLock


def lock(folder: Path, patience_s: float = 0.02) -> WriterLock:
    """Return a lock that gives up soon."""
    return WriterLock(folder, "library", patience_s)


def test_a_held_lock_is_busy_and_names_its_holder(tmp_path: Path) -> None:
    """The second one is told whose lock it is."""
    with (
        lock(tmp_path).exclusive(),
        pytest.raises(LibraryBusyError, match=f"process {os.getpid()} "),
        lock(tmp_path).exclusive(),
    ):
        pass


def test_a_lock_let_go_can_be_taken(tmp_path: Path) -> None:
    """After its block the lock is free."""
    with lock(tmp_path).exclusive():
        pass
    with lock(tmp_path).exclusive():
        pass


def test_a_failed_block_lets_go(tmp_path: Path) -> None:
    """An exception frees the lock, too."""
    with pytest.raises(ZeroDivisionError), lock(tmp_path).exclusive():
        raise ZeroDivisionError
    with lock(tmp_path).exclusive():
        pass


def test_shared_holders_keep_a_writer_out(tmp_path: Path) -> None:
    """Two may share the lock, and no writer comes between."""
    with lock(tmp_path).exclusive():
        pass
    with (
        lock(tmp_path).shared(),
        lock(tmp_path).shared(),
        pytest.raises(LibraryBusyError),
        lock(tmp_path).exclusive(),
    ):
        pass


def test_a_writer_keeps_shared_holders_out(tmp_path: Path) -> None:
    """The lock cannot be shared while somebody writes."""
    with lock(tmp_path).exclusive(), pytest.raises(LibraryBusyError), lock(tmp_path).shared():
        pass


def test_an_orderly_holder_leaves_no_trace(tmp_path: Path) -> None:
    """Once somebody has cleaned up, the next hold of the same lock need not."""
    mine = lock(tmp_path)
    with mine.exclusive():
        mine.abandoned = False
    with mine.exclusive():
        assert not mine.abandoned


def test_the_death_of_a_holder_is_noticed(tmp_path: Path) -> None:
    """The lock of a dead process is free, and abandoned."""
    mine = lock(tmp_path)
    with mine.exclusive():
        mine.abandoned = False
    die = (
        "import os, pathlib, sys; from earmark.stores.lock import WriterLock\n"
        "with WriterLock(pathlib.Path(sys.argv[1]), '', 1).exclusive(): os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", die, str(tmp_path)], check=True)
    with mine.exclusive():
        assert mine.abandoned
