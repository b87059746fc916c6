"""The paths of a library, and what is swept from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.stores.files import Files
from earmark.stores.segment import segment_name
from earmark.stores.sqlite.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder that has been made."""
    made = Folder(tmp_path / "library", Files())
    made.make()
    return made


def test_a_new_folder_is_ours(folder: Folder) -> None:
    """What was begun and not finished is no foreign folder."""
    assert not folder.is_foreign()
    assert not folder.has_catalogue()


def test_a_folder_with_a_catalogue_is_ours(folder: Folder) -> None:
    """A stray file beside a catalogue does no harm."""
    folder.make_catalogue()
    (folder.root / "notes.txt").touch()
    assert not folder.is_foreign()


def test_a_folder_of_songs_is_foreign(folder: Folder) -> None:
    """Any other file, and no catalogue, makes a folder somebody else's."""
    (folder.root / "song.mp3").touch()
    assert folder.is_foreign()


def test_a_catalogue_is_not_made_twice(folder: Folder) -> None:
    """Making it where one is leaves that one alone."""
    folder.catalogue.write_bytes(b"rows")
    folder.make_catalogue()
    assert folder.catalogue.read_bytes() == b"rows"


def test_sweeping_keeps_what_is_live(folder: Folder) -> None:
    """Segments that are not listed go, halves of files among them."""
    for name in (segment_name(1), segment_name(2), f"{segment_name(3)}.part"):
        (folder.segments / name).touch()
    folder.sweep_segments({2})
    assert folder.files.names(folder.segments) == [segment_name(2)]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "/a"])
def test_media_stay_in_their_folder(folder: Folder, name: str) -> None:
    """No name leads out of the media folder."""
    with pytest.raises(KeyError):
        folder.media_file(name)


def test_a_number_whose_file_is_there_is_not_free(folder: Folder) -> None:
    """What a failed commit left is not overwritten."""
    for number in (3, 4):
        (folder.segments / segment_name(number)).touch()
    assert [folder.free_segment(number) for number in (2, 3)] == [2, 5]
