"""The directory store beyond the contract: what is on its disk, and what may be wrong with it."""

from __future__ import annotations

import errno
import math
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from earmark.errors import (
    CorruptCatalogueError,
    CorruptConstellationError,
    CorruptSegmentError,
    IncompatibleIndexError,
    IncompatiblePeaksError,
    LibraryError,
    LibraryNotFoundError,
    NotALibraryError,
)
from earmark.params import Axis, IndexParams, Params, PeakParams
from earmark.stores.base import Reader, Store
from earmark.stores.files import Files
from earmark.stores.location import located
from earmark.stores.segmented import Options, SegmentedStore
from earmark.stores.sqlite.folder import folder_home
from earmark.stores.sqlite.sql import migration_scripts
from earmark.tape import lookup
from tests.catalogues import age
from tests.faults import CountingFiles, FullFiles
from tests.homes import OnDisk
from tests.recordings import EVERY_HASH, landmarks_of, make_recording

PARAMS = Params()
OTHER_PEAKS = Params(peaks=PeakParams(silence_db=-80))
OTHER_INDEX = Params(index=IndexParams(fanout=4))
OTHER_AXIS = Params(peaks=PeakParams(axis=Axis.LOG))
FIRST_PARAMETERS = migration_scripts()[1].split("'")[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the library lies."""
    return tmp_path / "library"


@pytest.fixture
def store(folder: Path) -> Iterator[OnDisk]:
    """A library of three tracks in two segments."""
    made = SegmentedStore.create(folder_home(located(folder)), PARAMS, landmarks_of)
    add(made, 1, 2)
    add(made, 3)
    yield made
    made.close()


def add(store: Store, *seeds: int) -> list[int]:
    """Insert the recordings of these numbers in one block."""
    ones = [make_recording(seed) for seed in seeds]
    with store.write() as writer:
        return [writer.insert(one.track, one.constellation, one.landmarks) for one in ones]


def indexed(reader: Reader) -> set[int]:
    """Return the keys that the index leads to."""
    return set(lookup(reader.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())


def open_again(
    folder: Path,
    params: Params | None = PARAMS,
    *,
    for_rebuild: bool = False,
    files: Files | None = None,
) -> OnDisk:
    """Open the library of a test."""
    options = Options(for_rebuild=for_rebuild)
    return SegmentedStore.open(folder_home(located(folder), files), params, landmarks_of, options)


def segments(folder: Path) -> list[Path]:
    """Return the segment files, oldest first."""
    return sorted((folder / "segments").iterdir())


def spoil(path: Path, at: int) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def change_catalogue(folder: Path, statement: str) -> None:
    """Change the catalogue behind Earmark's back."""
    with sqlite3.connect(folder / "catalogue.sqlite") as link:
        link.execute(statement)
    link.close()


def test_no_folder_is_no_library(folder: Path) -> None:
    """Opening what is not there is a typed error, and makes nothing."""
    with pytest.raises(LibraryNotFoundError):
        open_again(folder)
    assert not folder.exists()


def test_an_empty_folder_is_no_library_yet(folder: Path) -> None:
    """An empty folder can be made a library, but is none."""
    folder.mkdir()
    with pytest.raises(LibraryNotFoundError):
        open_again(folder)
    SegmentedStore.create(folder_home(located(folder)), PARAMS, landmarks_of).close()
    open_again(folder).close()


@pytest.mark.parametrize("way", [SegmentedStore.open, SegmentedStore.create])
def test_a_folder_of_something_else_is_left_alone(folder: Path, way: Callable[..., Store]) -> None:
    """A folder with other files in it is neither opened nor made a library."""
    folder.mkdir()
    (folder / "song.mp3").touch()
    with pytest.raises(NotALibraryError):
        way(folder_home(located(folder)), PARAMS, landmarks_of)
    assert [path.name for path in folder.iterdir()] == ["song.mp3"]


def test_a_file_is_no_library(folder: Path) -> None:
    """A path that is a file is refused."""
    folder.touch()
    with pytest.raises(NotALibraryError):
        SegmentedStore.create(folder_home(located(folder)), PARAMS, landmarks_of)


def test_another_programs_database_is_no_library(folder: Path) -> None:
    """A catalogue of another application is refused."""
    folder.mkdir()
    change_catalogue(folder, "PRAGMA user_version = 1")
    with pytest.raises(NotALibraryError, match="another program"):
        SegmentedStore.create(folder_home(located(folder)), PARAMS, landmarks_of)


def test_a_newer_catalogue_is_refused(folder: Path, store: OnDisk) -> None:
    """A library of a version to come is refused, and told so."""
    store.close()
    change_catalogue(folder, "PRAGMA user_version = 99")
    with pytest.raises(NotALibraryError, match="newer Earmark made it"):
        open_again(folder)


def test_a_catalogue_of_garbage_is_damage(folder: Path, store: OnDisk) -> None:
    """A catalogue that is no database is a typed error."""
    store.close()
    (folder / "catalogue.sqlite").write_bytes(b"garbage" * 1000)
    with pytest.raises(CorruptCatalogueError):
        open_again(folder)


def test_other_peaks_are_another_library(folder: Path, store: OnDisk) -> None:
    """A library of another `peaks_id` is not opened, even for a rebuild."""
    store.close()
    with pytest.raises(IncompatiblePeaksError):
        open_again(folder, OTHER_PEAKS, for_rebuild=True)


def test_another_index_asks_for_a_rebuild(folder: Path, store: OnDisk) -> None:
    """A library of another `index_id` is opened only for a rebuild, which mends it."""
    store.close()
    with pytest.raises(IncompatibleIndexError, match="earmark rebuild"):
        open_again(folder, OTHER_INDEX)
    rebuilt = open_again(folder, OTHER_INDEX, for_rebuild=True)
    rebuilt.rebuild()
    rebuilt.close()
    again = open_again(folder, OTHER_INDEX)
    with again.read() as reader:
        assert indexed(reader) == {1, 2, 3}
    again.close()


@pytest.mark.parametrize("way", [SegmentedStore.open, SegmentedStore.create])
@pytest.mark.parametrize("params", [PARAMS, OTHER_PEAKS, OTHER_INDEX, OTHER_AXIS])
def test_a_library_is_opened_with_its_own_parameters(
    folder: Path, params: Params, way: Callable[..., OnDisk]
) -> None:
    """Who asks for no parameters gets those that the library was made with."""
    SegmentedStore.create(folder_home(located(folder)), params, landmarks_of).close()
    again = way(folder_home(located(folder)), None, landmarks_of)
    assert again.params == params
    again.close()


def test_a_new_library_has_the_usual_parameters(folder: Path) -> None:
    """Who asks for none, where there is no library yet, gets today's."""
    made = SegmentedStore.create(folder_home(located(folder)), None, landmarks_of)
    assert made.params == Params()
    made.close()


def test_a_rebuild_makes_todays_index_unless_asked_for_another(folder: Path) -> None:
    """A rebuild without parameters keeps those of the peaks, and takes the usual index."""
    both = replace(OTHER_PEAKS, index=OTHER_INDEX.index)
    SegmentedStore.create(folder_home(located(folder)), both, landmarks_of).close()
    waiting = open_again(folder, None, for_rebuild=True)
    waiting.rebuild()
    waiting.close()
    again = open_again(folder, None)
    assert again.params == OTHER_PEAKS
    again.close()


def test_a_library_of_the_first_schema_keeps_the_parameters_of_its_time(folder: Path) -> None:
    """Before parameters were stored there was one set of them, whatever is usual today."""
    first = Params.from_json(FIRST_PARAMETERS)
    made = SegmentedStore.create(folder_home(located(folder)), first, landmarks_of)
    add(made, 1)
    made.close()
    age(folder / "catalogue.sqlite", 1)
    again = open_again(folder, None)
    assert again.params == first
    with again.read() as reader:
        assert indexed(reader) == {1}
    again.close()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM parameters", """UPDATE parameters SET json = '{"peaks": 1}'"""]
)
def test_lost_parameters_are_damage(folder: Path, store: OnDisk, statement: str) -> None:
    """A library that does not know how it was made says so."""
    store.close()
    change_catalogue(folder, statement)
    with pytest.raises(CorruptCatalogueError, match="lost its parameters"):
        open_again(folder, None)


def test_an_index_that_waits_for_its_rebuild_is_not_used(folder: Path, store: OnDisk) -> None:
    """Before the rebuild the catalogue can be read, but nothing looked up or added."""
    store.close()
    waiting = open_again(folder, OTHER_INDEX, for_rebuild=True)
    with waiting.read() as reader:
        assert len(list(reader.all_tracks())) == 3
        with pytest.raises(IncompatibleIndexError):
            reader.tapes(EVERY_HASH)
    with pytest.raises(IncompatibleIndexError):
        add(waiting, 4)
    with pytest.raises(IncompatibleIndexError):
        waiting.repair()
    waiting.close()


def test_tracks_can_be_removed_before_a_rebuild(folder: Path, store: OnDisk) -> None:
    """A merge of an index of other parameters is one of those parameters still."""
    store.close()
    waiting = open_again(folder, OTHER_INDEX, for_rebuild=True)
    with waiting.write() as writer:
        assert writer.remove([1]) == 1
    waiting.close()
    before = open_again(folder)
    with before.read() as reader:
        assert indexed(reader) == {2, 3}
    before.close()


def test_a_refused_change_leaves_the_store_usable(folder: Path, store: OnDisk) -> None:
    """A block that is refused at its beginning leaves no transaction behind."""
    other = open_again(folder, OTHER_INDEX, for_rebuild=True)
    other.rebuild()
    with pytest.raises(IncompatibleIndexError):
        add(store, 4)
    add(other, 4)
    with pytest.raises(IncompatibleIndexError):
        add(store, 5)
    other.close()


@pytest.mark.parametrize("later", range(0, 18, 2))
def test_a_merge_that_fails_takes_nothing_back(folder: Path, later: int) -> None:
    """Whatever the disk says after the commit, the block has happened and raises nothing."""

    class Broken(CountingFiles):
        """Fails so many steps after the block's own segment was published."""

        left = sys.maxsize

        def sync_folder(self, path: Path) -> None:
            super().sync_folder(path)
            self.left = min(self.left, later)

        def _step(self) -> None:
            super()._step()
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.EIO, "Input/output error")

    made = SegmentedStore.create(folder_home(located(folder)), PARAMS, landmarks_of)
    for seed in range(3):
        add(made, seed)
    made.close()
    broken = open_again(folder, files=Broken())
    add(broken, 3)
    with broken.read() as reader:
        assert len(indexed(reader)) == 4
    broken.close()


def test_a_rebuild_elsewhere_is_noticed(folder: Path, store: OnDisk) -> None:
    """A store that is open when another Earmark changes the index refuses to go on."""
    other = open_again(folder, OTHER_INDEX, for_rebuild=True)
    other.rebuild()
    other.close()
    with pytest.raises(IncompatibleIndexError), store.read():
        pass


def test_a_lookup_in_a_damaged_segment_names_it(folder: Path, store: OnDisk) -> None:
    """A lookup that meets damage is an error with the file's name; the catalogue still serves."""
    store.close()
    spoil(segments(folder)[0], -9)
    damaged = open_again(folder)
    with damaged.read() as reader:
        assert len(list(reader.all_tracks())) == 3
        with pytest.raises(CorruptSegmentError, match=segments(folder)[0].name):
            reader.tapes(EVERY_HASH)
    damaged.close()


def test_a_missing_segment_is_damage(folder: Path, store: OnDisk) -> None:
    """A segment whose file is lost is a typed error."""
    store.close()
    segments(folder)[0].unlink()
    damaged = open_again(folder)
    with damaged.read() as reader, pytest.raises(CorruptSegmentError, match="its file is gone"):
        reader.tapes(EVERY_HASH)
    damaged.close()


@pytest.mark.parametrize("harm", ["spoil", "truncate", "delete"])
def test_a_damaged_segment_is_repaired(folder: Path, store: OnDisk, harm: str) -> None:
    """Repair makes the index whole again from the constellations, and says what it did."""
    store.close()
    path = segments(folder)[0]
    if harm == "delete":
        path.unlink()
    elif harm == "truncate":
        path.write_bytes(path.read_bytes()[:100])
    else:
        spoil(path, -9)
    damaged = open_again(folder)
    (repair,) = damaged.repair()
    assert (repair.problem.what, repair.problem.name, repair.mended) == ("segment", path.name, True)
    assert damaged.check(deep=True) == []
    with damaged.read() as reader:
        assert indexed(reader) == {1, 2, 3}
    damaged.close()


def test_a_damaged_segment_does_not_stop_writers(folder: Path, store: OnDisk) -> None:
    """Tracks are added and merged around a damaged segment, which waits for its repair."""
    store.close()
    spoil(segments(folder)[0], -9)
    damaged = open_again(folder)
    for seed in range(4, 12):
        add(damaged, seed)
    assert [problem.what for problem in damaged.check(deep=True)] == ["segment"]
    damaged.repair()
    with damaged.read() as reader:
        assert len(indexed(reader)) == 11
    damaged.close()


def test_a_damaged_constellation_is_named(folder: Path, store: OnDisk) -> None:
    """A constellation without its checksum is an error that names the track, and only it."""
    change_catalogue(folder, "UPDATE constellations SET packed = zeroblob(8) WHERE key = 2")
    lost = make_recording(2).track.id
    with store.read() as reader:
        assert reader.constellation(1) == make_recording(1).constellation
        with pytest.raises(CorruptConstellationError, match=lost):
            reader.constellations([1, 2, 3])


def test_a_damaged_constellation_is_reported_as_lost(folder: Path, store: OnDisk) -> None:
    """Repair names the track whose sound is lost, and mends the others around it."""
    store.close()
    change_catalogue(folder, "UPDATE constellations SET packed = zeroblob(8) WHERE key = 2")
    spoil(segments(folder)[0], -9)
    damaged = open_again(folder)
    outcome = {(one.problem.what, one.mended) for one in damaged.repair()}
    assert outcome == {("constellation", False), ("segment", True)}
    with damaged.read() as reader:
        assert indexed(reader) == {1, 3}
    (problem,) = damaged.check(deep=True)
    assert problem.name == make_recording(2).track.id
    damaged.close()


def test_a_lost_constellation_can_be_replaced(folder: Path, store: OnDisk) -> None:
    """Adding the recording again, under its id, mends its track."""
    change_catalogue(folder, "UPDATE constellations SET packed = zeroblob(8) WHERE key = 2")
    add(store, 2)
    assert store.check(deep=True) == []


def test_a_damaged_page_of_the_catalogue_is_found(folder: Path, store: OnDisk) -> None:
    """The deep check finds pages of zeros in the catalogue."""
    store.close()
    path = folder / "catalogue.sqlite"
    data = bytearray(path.read_bytes())
    data[3 * 8192 : 5 * 8192] = bytes(2 * 8192)
    path.write_bytes(data)
    damaged = open_again(folder)
    assert {problem.what for problem in damaged.check(deep=True)} == {"catalogue"}
    damaged.close()


def test_a_lost_media_file_is_found(folder: Path, store: OnDisk) -> None:
    """The check names a track whose sound file is gone."""
    one = make_recording(9)
    with store.write() as writer:
        name = writer.attach_media([b"sound"], ".opus")
        writer.insert(replace(one.track, media_file=name), one.constellation, one.landmarks)
    (folder / "media" / name).unlink()
    assert [(one.what, one.name) for one in store.check()] == [("media", one.track.id)]


def test_adding_one_by_one_writes_few_bytes(folder: Path) -> None:
    """The bytes written for n tracks one by one grow as n log n."""
    files = CountingFiles()
    store = SegmentedStore.create(folder_home(located(folder), files), PARAMS, landmarks_of)
    add(store, 0)
    first = files.written
    for seed in range(1, 64):
        add(store, seed)
    assert files.written <= first * 64 * (1 + math.log(64, 4))
    assert len(segments(folder)) <= 3 * (1 + math.log(64, 4))
    store.close()


def test_removed_tracks_leave_the_disk(folder: Path, store: OnDisk) -> None:
    """When all tracks of a segment are gone, so is its file."""
    with store.write() as writer:
        writer.remove([1, 2])
    with store.read() as reader:
        assert reader.stats().postings == len(make_recording(3).landmarks)
    assert len(segments(folder)) == 1


def test_a_merge_without_room_is_put_off(folder: Path) -> None:
    """A block whose merge finds no room has still happened; a later block merges."""
    files = CountingFiles()
    store = SegmentedStore.create(folder_home(located(folder), files), PARAMS, landmarks_of)
    for seed in range(3):
        add(store, seed)
    store.close()
    before = CountingFiles()
    shutil.copytree(folder, folder.parent / "copy")
    counted = open_again(folder.parent / "copy", files=before)
    add(counted, 3)
    counted.close()
    merging = before.steps - 6
    full = open_again(folder, files=FullFiles(fail_at=merging))
    add(full, 3)
    assert len(segments(folder)) == 4
    add(full, 4)
    assert len(segments(folder)) == 1
    full.close()


@pytest.mark.parametrize("error", [MemoryError(), PermissionError("merge"), ValueError("merge")])
def test_what_is_committed_is_not_reported_as_failed(
    store: OnDisk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whatever goes wrong in the merge after a commit, the block has ended well."""

    def fail(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr("earmark.stores.segmented.IndexWriter.merge_step", fail)
    monkeypatch.setattr("earmark.stores.sqlite.folder.Folder.sweep_segments", fail)
    (key,) = add(store, 4)
    with store.read() as reader:
        assert key in indexed(reader)


def test_a_segment_that_is_there_is_not_overwritten(folder: Path, store: OnDisk) -> None:
    """A file that a failed commit left keeps its name to itself."""
    left = folder / "segments" / "00000003.segment"
    left.write_bytes(b"left")
    add(store, 4)
    assert [path.name[7] for path in segments(folder)] == ["1", "2", "4"]


def test_a_read_costs_no_opening_of_files(folder: Path, store: OnDisk) -> None:
    """While nothing changes, views share the segments that are open."""
    with store.read() as first, store.read() as second:
        one, two = first.tapes(EVERY_HASH), second.tapes(EVERY_HASH)
    assert [tape.words.__array_interface__["data"] for tape in one] == [
        tape.words.__array_interface__["data"] for tape in two
    ]
    assert folder.exists()


def test_a_closed_store_says_so(store: OnDisk) -> None:
    """Reading a store that was closed is a typed error."""
    store.close()
    with pytest.raises(LibraryError, match="closed"), store.read():
        pass


def test_an_older_catalogue_is_brought_up_to_date(
    folder: Path, store: OnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a library of an older Earmark applies the migrations that it lacks."""
    store.close()
    later = [*migration_scripts(), "CREATE TABLE jobs (id INTEGER PRIMARY KEY) STRICT;"]
    monkeypatch.setattr("earmark.stores.sqlite.catalogue.migration_scripts", lambda: later)
    open_again(folder).close()
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        change_catalogue(folder, "CREATE TABLE jobs (id)")


def test_names_of_any_bytes_are_library_names(tmp_path: Path) -> None:
    """A folder's name may hold spaces, signs of URLs, and bytes that are no UTF-8."""
    folder = tmp_path / "my%20lib?a=b#\udcff \N{MUSICAL NOTE}"
    store = SegmentedStore.create(folder_home(located(folder)), PARAMS, landmarks_of)
    add(store, 1)
    store.close()
    again = open_again(folder)
    with again.read() as reader:
        assert indexed(reader) == {1}
    again.close()
