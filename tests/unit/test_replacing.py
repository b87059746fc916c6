"""Tests of earmark.archives.replacing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from earmark import Library, Play, SqliteOperations
from earmark.archives.exporting import export_library
from earmark.archives.replacing import replace_tracks
from earmark.errors import DamagedArchiveError, OperationsError
from earmark.stores.indexing import IndexWriter
from earmark.types import Landmarks
from tests.archives import SOUND, contents, exported, insert
from tests.postgres import new_schema, server

BEGAN = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAY = Play("1", "Rock", BEGAN, BEGAN, "t", "T", "A", None, None, None, 1.5, 2.5, 0.9, 1.0)


@pytest.fixture(params=["single file", "postgres"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """A library with other tracks than the archive, and one that both have."""
    is_file = request.param == "single file"
    location = f"sqlite:///{tmp_path / 'music.db'}" if is_file else server().address(new_schema())
    with Library.open(location) as library:
        insert(library, 2, 7, 8, media=b"old")
        yield library


def test_all_tracks_are_those_of_the_archive(library: Library, tmp_path: Path) -> None:
    """With their sound and their place in the index, and nothing is left of the others."""
    file = exported(tmp_path, 1, 2, 3, media=SOUND)
    report = replace_tracks(library, str(file))
    with Library.open("memory:") as expected:
        insert(expected, 1, 2, 3, media=SOUND)
        assert contents(library) == contents(expected)
    assert library.check(deep=True) == []
    assert (report.added, report.media_files, report.complete) == (3, 3, True)


def test_landmarks_do_not_gather_in_memory(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are written as they come, and belong to the library only when all of it is there."""
    monkeypatch.setattr("earmark.stores.session.MOST_PENDING_BYTES", 20_000)
    written, add = [], IndexWriter.add

    def counting(self: IndexWriter, recordings: Iterable[tuple[int, Landmarks]]) -> list[int]:
        kept = list(recordings)
        written.append(sum(len(landmarks) for _, landmarks in kept))
        return add(self, kept)

    monkeypatch.setattr(IndexWriter, "add", counting)
    file = exported(tmp_path, *range(10, 40))
    replace_tracks(library, str(file))
    with Library.open("memory:") as expected:
        insert(expected, *range(10, 40))
        assert contents(library) == contents(expected)
        most = max(expected.stats().postings // 30, 1)
    assert len(written) > 3
    assert 8 * max(written) < 20_000 + 8 * 3 * most
    assert library.check(deep=True) == []


@pytest.mark.parametrize("how", ["cut", "changed"])
def test_a_damaged_archive_changes_nothing(library: Library, tmp_path: Path, how: str) -> None:
    """Though it is noticed only after some of it was written."""
    file = exported(tmp_path, *range(1, 20))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= how == "changed"
    file.write_bytes(data[:-1] if how == "cut" else data)
    before = contents(library)
    with pytest.raises(DamagedArchiveError):
        replace_tracks(library, str(file))
    assert contents(library) == before
    assert library.check(deep=True) == []


def test_a_view_that_has_begun_ends_as_it_was(library: Library, tmp_path: Path) -> None:
    """The next one, of whoever has the library open, is of the new tracks."""
    file = exported(tmp_path, 1)
    with Library.open(library.location, create=False) as other:
        with other.reading() as reader:
            assert len(list(reader.all_tracks())) == 3
            replace_tracks(library, str(file))
            assert len(list(reader.all_tracks())) == 3
        assert [track.metadata.title for track in other.tracks()] == ["Piece 1"]


class FullPlays(SqliteOperations):
    """A store of plays without room."""

    def write(self, play: Play) -> None:
        """Refuse it."""
        raise OperationsError(play.id, "there is no room")


def test_plays_that_cannot_be_written_leave_the_library(library: Library, tmp_path: Path) -> None:
    """It is all or nothing."""
    before = contents(library)
    with (
        SqliteOperations(tmp_path / "plays.sqlite") as plays,
        FullPlays(tmp_path / "full.sqlite") as full,
    ):
        plays.write(PLAY)
        export_library(library, str(tmp_path / "a"), operations=plays)
        with pytest.raises(OperationsError):
            replace_tracks(library, str(tmp_path / "a"), operations=full)
    assert contents(library) == before
