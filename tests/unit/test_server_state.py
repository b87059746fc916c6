from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from earmark.errors import EarmarkError, ServerStateError, StorageFullError
from earmark.server.state import open_state, sole, unusable


def test_only_one_server_has_the_files(tmp_path: Path) -> None:
    """A second one says so; when the first has ended, the next may have them."""
    folder = tmp_path / "state"
    with sole(folder), pytest.raises(ServerStateError, match="another server"), sole(folder):
        pass
    with sole(folder):
        pass


def test_the_files_are_nobody_elses(tmp_path: Path) -> None:
    """Other users may not even list them."""
    open_state(tmp_path / "state").close()
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    """With the reason."""
    (tmp_path / "file").write_text("x")
    cause = "a file where a folder must be"
    with pytest.raises(ServerStateError, match=cause):
        open_state(tmp_path / "file" / "state")
    with pytest.raises(ServerStateError, match=cause), sole(tmp_path / "file"):
        pass


@pytest.mark.parametrize(
    ("number", "kind", "status"),
    [(errno.ENOSPC, StorageFullError, 507), (errno.EIO, ServerStateError, 500)],
)
def test_a_full_disk_is_told_from_a_broken_one(
    number: int, kind: type[EarmarkError], status: int
) -> None:
    """Whoever sent a file may try again when there is room."""
    found = unusable("/srv/state", OSError(number, os.strerror(number)))
    assert (type(found), found.http_status) == (kind, status)
    assert "/srv/state" in str(found)
