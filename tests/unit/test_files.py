"""The file layer: whole files or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.stores.files import Files, publish
from tests.faults import FullFiles


def test_a_published_file_is_whole(tmp_path: Path) -> None:
    """All chunks are there, in order, under the one name, and counted."""
    size = publish(Files(), tmp_path / "a", [b"one ", memoryview(b"two")])
    assert (size, (tmp_path / "a").read_bytes()) == (7, b"one two")
    assert Files().names(tmp_path) == ["a"]


@pytest.mark.parametrize("fail_at", [1, 2, 3, 4, 5])
def test_a_file_that_fails_is_not_there(tmp_path: Path, fail_at: int) -> None:
    """Whichever step before the rename fails, nothing has the file's name."""
    with pytest.raises(OSError, match="No space"):
        publish(FullFiles(fail_at), tmp_path / "a", [b"one", b"two"])
    assert not (tmp_path / "a").exists()


def test_publishing_replaces(tmp_path: Path) -> None:
    """What had the name before, and what a crash left beside it, is overwritten."""
    (tmp_path / "a").write_bytes(b"an older one")
    (tmp_path / "a.part").write_bytes(b"half of something")
    publish(Files(), tmp_path / "a", [b"new"])
    assert (tmp_path / "a").read_bytes() == b"new"


def test_reading_stops_at_the_end(tmp_path: Path) -> None:
    """A read beyond the end gives what there is."""
    (tmp_path / "a").write_bytes(b"0123456789")
    files = Files()
    handle = files.open(tmp_path / "a")
    assert files.read(handle, 100, 7) == b"789"
    assert files.read(handle, 100, 10) == b""
    files.close(handle)


def test_folders_are_made_with_their_parents(tmp_path: Path) -> None:
    """Making a folder that is there changes nothing."""
    path = tmp_path / "a" / "b"
    Files().make_folder(path)
    Files().make_folder(path)
    assert path.is_dir()


def test_deleting_what_is_gone_is_harmless(tmp_path: Path) -> None:
    """A file may be deleted twice."""
    (tmp_path / "a").touch()
    Files().delete(tmp_path / "a")
    Files().delete(tmp_path / "a")
    assert Files().names(tmp_path) == []


def test_two_files_change_names(tmp_path: Path) -> None:
    """In one step; what one of them lacks is an error, and changes nothing."""
    (tmp_path / "a").write_text("one")
    (tmp_path / "b").write_text("two")
    Files().exchange(tmp_path / "a", tmp_path / "b")
    assert ((tmp_path / "a").read_text(), (tmp_path / "b").read_text()) == ("two", "one")
    with pytest.raises(FileNotFoundError):
        Files().exchange(tmp_path / "a", tmp_path / "c")
    assert (tmp_path / "a").read_text() == "two"
