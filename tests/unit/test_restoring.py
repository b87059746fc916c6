"""Tests of earmark.archives.restoring."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from earmark import ArchiveError, Library, Play, PlayQuery, SqliteOperations, UsageError
from earmark.archives.exporting import export_library
from earmark.archives.restoring import restore_backup
from earmark.errors import LibraryError
from tests.archives import SOUND, contents, exported, insert

BEGAN = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAY = Play("1", "Rock", BEGAN, BEGAN, "t", "T", "A", None, None, None, 1.5, 2.5, 0.9, 1.0)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A library with other tracks than the backup."""
    with Library.open(tmp_path / "music.earmark") as library:
        insert(library, 7, 8)
    return tmp_path / "music.earmark"


def test_a_backup_replaces_a_library(tmp_path: Path, place: Path) -> None:
    """All of the backup is there, nothing of before, and nothing lies beside it."""
    file = exported(tmp_path, 1, 2, media=SOUND)
    report = restore_backup(file, place)
    with Library.open(place) as library:
        assert sorted(track.metadata.title for track in library.tracks()) == ["Piece 1", "Piece 2"]
        assert library.check(deep=True) == []
        assert {one[-1] for one in contents(library).values()} == {SOUND}
    assert (report.added, report.complete, report.location) == (2, True, str(place))
    assert {path.name for path in tmp_path.iterdir()} == {file.name, place.name}


def test_a_backup_makes_a_library(tmp_path: Path) -> None:
    """Where there is none."""
    restore_backup(exported(tmp_path, 1), tmp_path / "new.earmark")
    with Library.open(tmp_path / "new.earmark", create=False) as library:
        assert library.stats().tracks == 1


def test_a_backup_makes_a_single_file(tmp_path: Path) -> None:
    """Where there is none, and in the place of what is there then."""
    location = f"sqlite:///{tmp_path / 'music.db'}"
    for number in (1, 2):
        report = restore_backup(exported(tmp_path, number), location)
        assert (report.added, report.complete) == (1, True)
        with Library.open(location, create=False) as library:
            assert [track.metadata.title for track in library.tracks()] == [f"Piece {number}"]


@pytest.mark.parametrize("how", ["cut", "changed", "other"])
def test_a_bad_backup_changes_nothing(tmp_path: Path, place: Path, how: str) -> None:
    """It is refused before anything is touched."""
    file = exported(tmp_path, 1, 2)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1 if how == "changed" else 0
    file.write_bytes(data[:-1] if how == "cut" else data)
    if how == "other":
        file.write_text("something else")
    with pytest.raises(ArchiveError):
        restore_backup(file, place)
    with Library.open(place) as library:
        assert library.stats().tracks == 2
    assert {path.name for path in tmp_path.iterdir()} == {file.name, place.name}


def test_who_uses_the_library_goes_on_with_the_new_one(tmp_path: Path, place: Path) -> None:
    """A view that has begun ends as it was; the next one, and every change, is of the new one."""
    file = exported(tmp_path, 1, 2, 3)
    with Library.open(place) as library:
        list(library.tracks())
        with library.reading() as reader:
            restore_backup(file, place)
            assert [track.metadata.title for track in reader.all_tracks()] == ["Piece 7", "Piece 8"]
        assert library.stats().tracks == 3
        insert(library, 4)
        library.remove(["Piece 1"])
        assert library.check(deep=True) == []
    with Library.open(place) as again:
        assert again.stats().tracks == 3


def test_what_an_interrupted_attempt_left_is_cleared_away(tmp_path: Path, place: Path) -> None:
    """Half a library beside the old one does no harm."""
    with Library.open(tmp_path / "music.earmark.restoring") as half:
        insert(half, 99)
    restore_backup(exported(tmp_path, 1), place)
    with Library.open(place) as library:
        assert [track.metadata.title for track in library.tracks()] == ["Piece 1"]


def test_a_damaged_library_can_be_replaced(tmp_path: Path, place: Path) -> None:
    """That is what backups are for."""
    (place / "catalogue.sqlite").write_bytes(b"nonsense")
    restore_backup(exported(tmp_path, 1), place)
    with Library.open(place) as library:
        assert library.stats().tracks == 1


@pytest.mark.parametrize("name", ["music", "music.restoring"])
def test_something_else_is_never_replaced(tmp_path: Path, name: str) -> None:
    """Neither at the place nor beside it."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "novel.txt").write_text("once upon a time")
    with pytest.raises(LibraryError, match="something else"):
        restore_backup(exported(tmp_path, 1), tmp_path / "music")
    assert (tmp_path / name / "novel.txt").exists()


@pytest.mark.parametrize(("file", "target"), [("-", "x.earmark"), ("a", "memory:")])
def test_a_stream_and_memory_will_not_do(file: str, target: str) -> None:
    """The one cannot be read twice, the other is gone at once."""
    with pytest.raises(UsageError):
        restore_backup(file, target)


def test_plays_travel_with_a_backup(tmp_path: Path, place: Path) -> None:
    """From one store of plays to another."""
    with SqliteOperations(tmp_path / "plays.sqlite") as plays, Library.open(place) as library:
        plays.write(PLAY)
        report = export_library(library, str(tmp_path / "a"), operations=plays)
    with SqliteOperations(tmp_path / "back.sqlite") as back:
        restored = restore_backup(tmp_path / "a", place, operations=back)
        assert list(back.plays(PlayQuery())) == [PLAY]
    assert report.plays == restored.plays == 1
    assert restore_backup(tmp_path / "a", place).plays_left == 1
