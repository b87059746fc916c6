"""A library in one SQLite file: its address, its file, and what a full disk does to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from earmark.errors import (
    CorruptSegmentError,
    LibraryNotFoundError,
    NotALibraryError,
    StorageFullError,
)
from earmark.params import Params
from earmark.stores.location import located
from earmark.stores.merging import MergePolicy
from earmark.stores.segmented import Options, SegmentedStore
from earmark.stores.sqlite.catalogue import Catalogue
from earmark.stores.sqlite.single_file import file_home
from earmark.tape import lookup
from earmark.types import MediaKind
from tests.homes import OnDisk
from tests.recordings import EVERY_HASH, landmarks_of, make_recording


def opened(file: Path, cache_bytes: int = 1 << 20) -> OnDisk:
    """Open, or make, the library in a file."""
    home = file_home(located(f"sqlite:///{file}"), cache_bytes=cache_bytes)
    options = Options(policy=MergePolicy(fan_in=3))
    return SegmentedStore.create(home, Params(), landmarks_of, options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the library lies."""
    return tmp_path / "music.db"


@pytest.fixture
def store(file: Path) -> Iterator[OnDisk]:
    """A library of two tracks in two segments, with a preview each."""
    made = opened(file)
    for seed in (1, 2):
        add(made, seed)
    yield made
    made.close()


def add(store: OnDisk, seed: int, landmarks: int = 40) -> None:
    """Add a track with its preview."""
    one = make_recording(seed, landmarks=landmarks)
    with store.write() as writer:
        name = writer.attach_media([b"sound of %d" % seed], ".opus")
        track = replace(one.track, media=MediaKind.PREVIEW, media_file=name)
        writer.insert(track, one.constellation, one.landmarks)


def held(store: OnDisk) -> set[int]:
    """Return what tracks, index and media have in common, by the seeds of the recordings."""
    with store.read() as reader:
        tracks = {track.key: track for track in reader.all_tracks()}
        _, keys, _ = lookup(reader.tapes(EVERY_HASH), EVERY_HASH)
        assert set(keys.tolist()) == set(tracks) == set(reader.constellations(tracks))
        for track in tracks.values():
            with reader.open_media(str(track.media_file)) as stream:
                assert stream.read().startswith(b"sound")
    return {int(track.metadata.title.split()[1]) for track in tracks.values()}


def rows(file: Path, statement: str) -> list[tuple[object, ...]]:
    """Ask a library's file behind its back, or change it."""
    link = sqlite3.connect(file)
    with link:
        found = link.execute(statement).fetchall()
    link.close()
    return found


def test_a_closed_library_is_one_file_and_its_lock(file: Path, store: OnDisk) -> None:
    """Nothing else stays in the folder."""
    store.close()
    names = {path.name for path in file.parent.iterdir()}
    assert names == {"music.db", "music.db.lock", "music.db.queue"}


def test_the_file_alone_is_the_library(file: Path, store: OnDisk, tmp_path: Path) -> None:
    """A closed library can be copied as one file, and has its index and its media there."""
    store.close()
    copy = tmp_path / "elsewhere" / "copy.db"
    copy.parent.mkdir()
    copy.write_bytes(file.read_bytes())
    again = opened(copy)
    assert held(again) == {1, 2}
    assert again.check(deep=True) == []
    again.close()


def test_what_is_no_library_is_left_alone(tmp_path: Path) -> None:
    """A file, a folder, or another program's database is refused and not changed."""
    song, other = tmp_path / "song.mp3", tmp_path / "other.db"
    song.write_bytes(b"ID3 and so on")
    rows(other, "CREATE TABLE notes (text)")
    before = other.read_bytes()
    for place in (song, other, tmp_path):
        with pytest.raises(NotALibraryError):
            opened(place)
    assert (song.read_bytes(), other.read_bytes()) == (b"ID3 and so on", before)


def test_a_library_that_is_not_there_is_not_opened(file: Path) -> None:
    """Opening without making is a typed error, and makes nothing."""
    with pytest.raises(LibraryNotFoundError):
        SegmentedStore.open(file_home(located(f"sqlite:///{file}")), None, landmarks_of)
    assert not file.exists()


def test_a_making_that_was_cut_short_is_done_again(file: Path) -> None:
    """An empty file is no library yet, and may become one."""
    file.touch()
    store = opened(file)
    add(store, 1)
    assert held(store) == {1}
    store.close()


def test_the_file_is_marked_as_ours(file: Path, store: OnDisk) -> None:
    """Other programs can tell by the application id."""
    store.close()
    assert rows(file, "PRAGMA application_id") == [(0x4561726D,)]
    assert rows(file, "PRAGMA user_version") == [(Catalogue.newest_version(),)]


def test_what_goes_leaves_no_rows(file: Path, store: OnDisk) -> None:
    """Blocks of merged segments, and chunks of removed tracks' media, are deleted."""
    add(store, 3)
    with store.write() as writer:
        writer.remove([1, 2])
    store.merge()
    store.close()
    segments = {row[0] for row in rows(file, "SELECT id FROM segments")}
    assert {row[0] for row in rows(file, "SELECT id >> 32 FROM segment_blocks")} == segments
    assert rows(file, "SELECT count(DISTINCT media) FROM media_chunks") == [(1,)]


def test_room_is_used_again(file: Path, store: OnDisk) -> None:
    """Replacing the same track again and again does not make the file grow."""
    for _ in range(5):
        store.rebuild()
    size = store_bytes(store)
    for _ in range(20):
        store.rebuild()
    assert store_bytes(store) <= size
    assert file.exists()


def store_bytes(store: OnDisk) -> int:
    """Return the size of the file in a new view."""
    with store.read() as reader:
        stats = reader.stats()
    return stats.catalogue_bytes + stats.index_bytes + stats.media_bytes


def test_sizes_add_up_to_the_file(file: Path, store: OnDisk) -> None:
    """Catalogue, index and media together are what lies on the disk."""
    total = store_bytes(store)
    store.close()
    assert total == file.stat().st_size


def test_a_damaged_block_is_found_and_mended(file: Path, store: OnDisk) -> None:
    """A block whose bytes changed is named by a lookup and a check, and built anew by a repair."""
    store.close()
    rows(file, "UPDATE segment_blocks SET bytes = zeroblob(length(bytes)) WHERE id >> 32 = 1")
    again = opened(file)
    with pytest.raises(CorruptSegmentError, match=r"00000001\.segment"):
        held(again)
    assert {problem.what for problem in again.check()} == {"segment"}
    assert all(repair.mended for repair in again.repair())
    assert held(again) == {1, 2}
    again.close()


def test_a_lost_block_is_found_and_mended(file: Path, store: OnDisk) -> None:
    """A segment without its blocks is damage, too."""
    store.close()
    rows(file, "DELETE FROM segment_blocks WHERE id >> 32 = 2")
    again = opened(file)
    assert [problem.name for problem in again.check()] == ["00000002.segment"]
    again.repair()
    assert held(again) == {1, 2}
    again.close()


def test_lost_media_are_found(file: Path, store: OnDisk) -> None:
    """A media file that lost a chunk is reported."""
    store.close()
    rows(file, "DELETE FROM media_chunks WHERE id = 1")
    again = opened(file)
    assert [problem.what for problem in again.check()] == ["media"]
    again.close()


def test_answers_do_not_depend_on_the_cache(file: Path, store: OnDisk) -> None:
    """Without any room for what was fetched, the answers are the same."""
    store.close()
    poor = opened(file, cache_bytes=0)
    assert [held(poor) for _ in range(2)] == [{1, 2}, {1, 2}]
    poor.close()


@pytest.mark.parametrize("spare_pages", range(0, 150, 10))
def test_a_full_disk_changes_nothing(store: OnDisk, spare_pages: int) -> None:
    """Wherever the room ends, a block is whole or a typed error, and the library goes on."""
    limit = page_count(store) + spare_pages
    limit_pages(store, limit)
    try:
        add(store, 3, landmarks=20_000)
    except StorageFullError:
        assert held(store) == {1, 2}
    else:
        assert held(store) == {1, 2, 3}
    assert page_count(store) <= limit
    limit_pages(store, 1 << 30)
    add(store, 4)
    assert 4 in held(store)
    assert store.check(deep=True) == []


def page_count(store: OnDisk) -> int:
    """Return how many pages the file has."""
    with store.home._connections.reading() as link:
        pages: int = link.execute("PRAGMA page_count").fetchone()[0]
    return pages


def limit_pages(store: OnDisk, pages: int) -> None:
    """Let the file have so many pages; every block uses the same idle connection."""
    with store.home._connections.writing() as link:
        link.execute(f"PRAGMA max_page_count = {pages}")
