from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from earmark import jsonable
from earmark.errors import (
    ArchiveError,
    NotDeletedError,
    TooLargeError,
    TrackConflictError,
    TrackNotFoundError,
)
from earmark.library import Library
from earmark.server import trash as module
from earmark.server.options import Limits, ServerOptions
from earmark.server.state import open_state
from earmark.server.trash import Trash, folder_of
from earmark.sqlitefile import SqliteFile
from earmark.types import Track
from tests.archives import SOUND, contents, insert

EDITED = 1971


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Three tracks with what passes for their sound."""
    with Library.open(tmp_path / "music.earmark") as opened:
        insert(opened, 1, 2, 3, media=SOUND)
        yield opened


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteFile]:
    """The database of a server."""
    opened = open_state(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
def options(tmp_path: Path) -> ServerOptions:
    """Those of a server."""
    return ServerOptions("music.earmark", tmp_path / "state")


@pytest.fixture
def trash(library: Library, state: SqliteFile, options: ServerOptions) -> Trash:
    """The usual one, ready."""
    made = Trash(library, state, options)
    made.settle()
    return made


@pytest.fixture
def track(library: Library) -> Track:
    """One of the songs."""
    return library.page()[1]


def archives(options: ServerOptions) -> list[Path]:
    """What is kept."""
    return list(folder_of(options.state).iterdir())


def test_a_restored_track_is_as_it_was(library: Library, trash: Trash, track: Track) -> None:
    """With its id, all that is known of it, its constellation and its sound."""
    before = contents(library)
    trash.delete(track.id)
    assert track.id not in contents(library)
    assert trash.restore(track.id).id == track.id
    assert contents(library) == before
    assert trash.page(None, 10) == ([], None)


def test_what_is_not_there_cannot_be_deleted(trash: Trash, track: Track) -> None:
    """Nor can what is deleted already."""
    trash.delete(track.id)
    for wanted in (track.id, "none", "\ud800"):
        with pytest.raises(TrackNotFoundError):
            trash.delete(wanted)


def test_what_is_kept_is_listed(library: Library, trash: Trash) -> None:
    """Latest first, part by part, as it was and with the end of its time."""
    tracks = library.page()
    deleted = [trash.delete(track.id) for track in tracks]
    first, following = trash.page(None, 2)
    assert first == deleted[:0:-1]
    assert trash.page(following, 2) == (deleted[:1], None)
    assert first[0].track == jsonable.track(tracks[2])
    until, since = (
        datetime.fromisoformat(x or "") for x in (first[0].expires_at, first[0].deleted_at)
    )
    assert until - since == timedelta(hours=24)


def test_a_listing_goes_on_while_tracks_come_and_go(library: Library, trash: Trash) -> None:
    """Each that stays is told once, though the last one of a page is restored before the next."""
    one, two, three = (track.id for track in library.page())
    for track_id in (one, two, three):
        trash.delete(track_id)
    first, following = trash.page(None, 2)
    trash.restore(two)
    trash.restore(three)
    trash.delete(three)
    rest, end = trash.page(following, 2)
    assert [kept.track["id"] for kept in (*first, *rest)] == [three, two, one]
    assert end is None


def test_a_full_page_may_be_the_last(library: Library, trash: Trash) -> None:
    """Then nothing leads on to an empty one."""
    deleted = [trash.delete(track.id) for track in library.page()]
    assert trash.page(None, len(deleted)) == (deleted[::-1], None)


def test_the_oldest_make_room(
    library: Library, state: SqliteFile, options: ServerOptions, trash: Trash
) -> None:
    """And what is too large for all the room is not deleted, unless for good."""
    one, two, three = (track.id for track in library.page())
    trash.delete(one)
    size_bytes = archives(options)[0].stat().st_size
    small = Trash(library, state, options)
    small._most_bytes = 2 * size_bytes + size_bytes // 2
    small.delete(two)
    small.delete(three)
    assert [found.track["id"] for found in small.page(None, 10)[0]] == [three, two]
    assert len(archives(options)) == 2
    small._most_bytes = size_bytes // 2
    small.restore(two)
    with pytest.raises(TooLargeError, match="for_good"):
        small.delete(two)
    assert library.track(two).id == two
    assert small.delete(two, for_good=True).expires_at is None
    assert len(archives(options)) == 1


def test_no_track_is_kept_beyond_its_time(
    trash: Trash, options: ServerOptions, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it cannot be restored, whether it was dropped already or not."""
    trash.delete(track.id)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:  # noqa: ANN401 - as datetime has it
            """Tell the time of the next day."""
            return datetime.now(tz) + timedelta(hours=24, seconds=1)

    monkeypatch.setattr(module, "datetime", Later)
    with pytest.raises(NotDeletedError):
        trash.restore(track.id)
    assert trash.page(None, 10) == ([], None)
    assert archives(options)
    trash.tidy()
    assert not archives(options)


def test_a_server_may_keep_none(
    library: Library, state: SqliteFile, options: ServerOptions, track: Track
) -> None:
    """With no hours, a deletion is for good, and says so."""
    made = Trash(library, state, replace(options, trash_hours=0.0))
    assert made.delete(track.id).expires_at is None
    with pytest.raises(NotDeletedError):
        made.restore(track.id)


@pytest.mark.parametrize("step", ["changed", "_removed"])
def test_a_deletion_that_is_cut_off_has_not_happened(
    library: Library,
    state: SqliteFile,
    options: ServerOptions,
    track: Track,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The track is there, and the next server finds nothing to restore."""

    def die(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    made = Trash(library, state, options)
    made.settle()
    with monkeypatch.context() as patch:
        patch.setattr(state if step == "changed" else made, step, die)
        with pytest.raises(KeyboardInterrupt):
            made.delete(track.id)
    assert archives(options)
    following = Trash(library, state, options)
    following.settle()
    assert (following.page(None, 10), archives(options)) == (([], None), [])
    assert library.track(track.id) == track


def test_a_restoration_that_is_cut_off_has_happened(
    library: Library,
    state: SqliteFile,
    options: ServerOptions,
    trash: Trash,
    track: Track,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The track is back, and the next server has it no more in its trash."""

    def die(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    trash.delete(track.id)
    with monkeypatch.context() as patch:
        patch.setattr(trash, "_drop", die)
        with pytest.raises(KeyboardInterrupt):
            trash.restore(track.id)
    following = Trash(library, state, options)
    following.settle()
    assert (following.page(None, 10), archives(options)) == (([], None), [])
    assert library.track(track.id).metadata == track.metadata


def test_what_changes_while_it_is_deleted_is_kept_as_it_is_then(
    library: Library, trash: Trash, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit by another process is not lost."""
    put = trash._put

    def put_and_edit(found: Track, now: datetime) -> bool:
        kept = put(found, now)
        if found.metadata.year != EDITED:
            library.edit(found.id, year=EDITED)
        return kept

    monkeypatch.setattr(trash, "_put", put_and_edit)
    trash.delete(track.id)
    assert trash.restore(track.id).metadata.year == EDITED


def test_a_track_is_not_put_back_over_another(library: Library, trash: Trash, track: Track) -> None:
    """Neither over itself nor over the track that has its file by now; it can be tried again."""
    with pytest.raises(NotDeletedError):
        trash.restore(track.id)
    trash.delete(track.id)
    insert(library, 4)
    other = library.track(str(uuid.UUID(int=4)))
    with library.writing() as writer:
        writer.update(replace(other, source=track.source))
    with pytest.raises(TrackConflictError, match=other.id):
        trash.restore(track.id)
    library.remove([other.id])
    assert trash.restore(track.id).id == track.id


def test_what_is_damaged_is_not_put_back(
    library: Library, trash: Trash, options: ServerOptions, track: Track
) -> None:
    """It is told, and the library is as it was."""
    trash.delete(track.id)
    (path,) = archives(options)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises((ArchiveError, TrackConflictError)):
        trash.restore(track.id)
    assert len(library.page()) == 2


def test_a_track_without_a_constellation_goes_for_good(
    library: Library, trash: Trash, options: ServerOptions, track: Track
) -> None:
    """There is nothing of it that could be put back."""
    with sqlite3.connect(f"{library.location}/catalogue.sqlite") as link:
        link.execute("DELETE FROM constellations WHERE key = ?", (track.key,))
    assert trash.delete(track.id).expires_at is None
    assert (len(library.page()), archives(options)) == (2, [])


def test_limits_are_those_of_the_options(tmp_path: Path) -> None:
    """In megabytes and hours."""
    options = ServerOptions("x", tmp_path, trash_hours=2.0, limits=Limits(trash_mb=3))
    made = Trash(None, None, options)  # type: ignore[arg-type]
    assert (made._most_bytes, made._kept) == (3 << 20, timedelta(hours=2))
    assert datetime.now(UTC).isoformat() > made._oldest()
