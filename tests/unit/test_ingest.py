"""Tests of earmark.ingest."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from earmark import AddReport, Library, Progress, ingest
from earmark.errors import StorageFullError
from earmark.ingest import new_id
from earmark.stores.base import Writer
from earmark.stores.memory import MemoryStore
from earmark.types import Metadata, Track
from tests.media import FLAC, encode

UNPRIVILEGED = 65534
"""The user `nobody`."""


def sound(seed: int, **tags: str) -> bytes:
    """Two seconds of noise as a FLAC file; equal seeds sound the same."""
    samples = np.random.default_rng(seed).normal(0, 0.1, 2 * FLAC.rate_hz)
    return encode(samples, FLAC, tags=tags)


@pytest.fixture
def songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three recordings, in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "songs").mkdir()
    for number in range(3):
        (tmp_path / "songs" / f"{number}.flac").write_bytes(sound(number, title=f"Song {number}"))
    return tmp_path / "songs"


@pytest.fixture(params=["memory:", "library.earmark"])
def location(request: pytest.FixtureRequest) -> str:
    """Where a library may lie: in memory, or in the working folder."""
    return str(request.param)


@pytest.fixture
def library(songs: Path, location: str) -> Iterator[Library]:
    """A library that has them, added as `songs`."""
    with Library.open(location) as library:
        library.add([songs.name])
        yield library


def names(tracks: list[Track]) -> list[str]:
    """The titles of these tracks."""
    return [track.metadata.title for track in tracks]


def counts(report: AddReport) -> dict[str, int]:
    """How often each thing happened, without what did not happen."""
    lists = ("added", "updated", "moved", "duplicates", "pruned", "skipped")
    found = {name: len(getattr(report, name)) for name in lists}
    found |= {"unchanged": report.unchanged, "ignored": report.ignored}
    return {name: count for name, count in found.items() if count}


def test_a_folder_is_walked(library: Library) -> None:
    """Each recording is a track, with its path as given and its title."""
    assert names(list(library.tracks())) == ["Song 0", "Song 1", "Song 2"]
    assert library.track("Song 1").source.path == b"songs/1.flac"


def test_what_is_known_is_not_decoded(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at size and time suffices."""
    monkeypatch.setattr(ingest, "sha256_of", None)  # not even read
    assert counts(library.add(["songs"])) == {"unchanged": 3}


def test_a_touched_file_is_not_decoded(library: Library, songs: Path) -> None:
    """Another time, the same bytes: nothing has changed, and next time a look suffices again."""
    os.utime(songs / "0.flac", (1, 1))
    report = library.add(["songs"])
    assert (counts(report), report.audio_s) == ({"unchanged": 3}, 0.0)
    assert library.track("Song 0").source.modified_ns == 1_000_000_000


def test_a_moved_file_is_the_same_track(library: Library, songs: Path) -> None:
    """Found by its bytes, without decoding; its id and metadata stay."""
    before = library.track("Song 0")
    (songs / "0.flac").rename(songs / "moved.flac")
    report = library.add(["songs"])
    assert (counts(report), report.audio_s) == ({"moved": 1, "unchanged": 2}, 0.0)
    assert library.track(before.id).source.path == b"songs/moved.flac"


def test_a_retagged_file_is_the_same_track(library: Library, songs: Path) -> None:
    """Other tags on the same sound change the metadata, and nothing else."""
    before = library.track("Song 0")
    (songs / "0.flac").write_bytes(sound(0, title="Renamed"))
    assert counts(library.add(["songs"])) == {"updated": 1, "unchanged": 2}
    after = library.track(before.id)
    assert (after.metadata.title, after.key) == ("Renamed", before.key)


def test_a_file_with_other_sound_is_updated(library: Library, songs: Path) -> None:
    """The track keeps its id and gets a new constellation."""
    before = library.track("Song 0")
    (songs / "0.flac").write_bytes(sound(7, title="Song 0"))
    assert counts(library.add(["songs"])) == {"updated": 1, "unchanged": 2}
    after = library.track(before.id)
    assert after.constellation_hash != before.constellation_hash
    assert after.added_at == before.added_at


def test_a_moved_and_retagged_file_is_the_same_track(library: Library, songs: Path) -> None:
    """Found by its sound, where the old file is gone."""
    before = library.track("Song 0")
    (songs / "0.flac").unlink()
    (songs / "moved.flac").write_bytes(sound(0, title="Renamed"))
    assert counts(library.add(["songs"])) == {"moved": 1, "unchanged": 2}
    assert library.track(before.id).metadata.title == "Renamed"


@pytest.mark.parametrize("tags", [{"title": "Song 0"}, {"title": "Other"}])
def test_the_same_sound_twice_is_a_duplicate(
    library: Library, songs: Path, tags: dict[str, str]
) -> None:
    """Whatever its tags, it is reported with the track that has it, and not added."""
    (songs / "copy.flac").write_bytes(sound(0, **tags))
    report = library.add(["songs"])
    assert counts(report) == {"duplicates": 1, "unchanged": 3}
    assert report.duplicates[0].track.id == library.track("Song 0").id


def test_twins_that_come_together_are_one_track(songs: Path) -> None:
    """Two new files with the same sound in one batch: the first is added."""
    shutil.copy(songs / "0.flac", songs / "copy.flac")
    with Library.open("memory:") as library:
        assert counts(library.add(["songs"])) == {"added": 3, "duplicates": 1}


def test_a_file_given_twice_is_added_once(songs: Path) -> None:
    """By itself and with its folder, by either way of writing its path."""
    with Library.open("memory:") as library:
        report = library.add([songs / "0.flac", "songs", "./songs/../songs/0.flac"])
        assert counts(report) == {"added": 3}


def test_vanished_files_stay_unless_pruned(library: Library, songs: Path) -> None:
    """A file that is gone is only dropped when that is asked for."""
    (songs / "0.flac").unlink()
    assert counts(library.add(["songs"])) == {"unchanged": 2}
    report = library.add(["songs"], prune=True)
    assert names(report.pruned) == ["Song 0"]
    assert names(list(library.tracks())) == ["Song 1", "Song 2"]


def test_pruning_keeps_to_the_folders_given(library: Library, songs: Path) -> None:
    """What was outside of them is none of its business, nor is a folder with a longer name."""
    (songs.parent / "songs 2").mkdir()
    (songs / "0.flac").rename(songs.parent / "songs 2" / "0.flac")
    library.add(["songs 2"])
    shutil.rmtree(songs.parent / "songs 2")
    assert counts(library.add(["songs"], prune=True)) == {"unchanged": 2}


def test_a_folder_that_is_gone_prunes_nothing(library: Library, songs: Path) -> None:
    """A disk that is not mounted must not empty a library."""
    shutil.rmtree(songs)
    assert counts(library.add(["songs"], prune=True)) == {"skipped": 1}
    assert library.stats().tracks == 3


def test_a_folder_without_media_prunes_nothing(library: Library, songs: Path) -> None:
    """The mount point of a disk that is not mounted is an empty folder; the report names it."""
    for file in songs.iterdir():
        file.unlink()
    report = library.add(["songs"], prune=True)
    assert counts(report) == {"skipped": 1}
    assert "mounted" in report.skipped[0].cause
    assert library.stats().tracks == 3


def test_a_folder_that_vanishes_midway_costs_only_its_files(songs: Path) -> None:
    """What was read before is added, the rest is skipped by name, and nothing is raised."""

    def vanish(progress: Progress) -> None:
        if progress.done == 1:
            shutil.rmtree(songs)

    with Library.open("memory:") as library:
        report = library.add(["songs"], on_progress=vanish)
        assert counts(report) == {"added": 1, "skipped": 2}
    assert [(skipped.path, skipped.cause) for skipped in report.skipped] == [
        ("songs/1.flac", "no such file or directory"),
        ("songs/2.flac", "no such file or directory"),
    ]


def test_a_file_that_vanishes_before_it_is_copied_is_skipped(songs: Path) -> None:
    """With `copy` the file is wanted once more; the others of its batch are added."""

    def vanish(progress: Progress) -> None:
        if progress.done == 2:
            (songs / "1.flac").unlink()

    with Library.open("memory:") as library:
        report = library.add(["songs"], media="copy", on_progress=vanish)
        assert counts(report) == {"added": 2, "skipped": 1}


def test_what_is_no_media_is_ignored_in_folders(songs: Path) -> None:
    """By its name in a folder; a file that was named itself is tried."""
    (songs / "cover.jpg").write_bytes(b"picture")
    (songs / "fake.mp3").write_text("text")
    with Library.open("memory:") as library:
        report = library.add(["songs", "songs/cover.jpg"])
    assert counts(report) == {"added": 3, "ignored": 1, "skipped": 2}
    assert {skipped.type for skipped in report.skipped} == {"UnsupportedAudioError"}


def test_a_library_in_a_folder_is_passed_by(songs: Path) -> None:
    """Copies that a library keeps are not music of their own."""
    with Library.open(songs / "own.earmark") as library:
        first = library.add([songs], media="copy")
        again = library.add([songs])
    assert len(first.added) > 0
    assert (again.unchanged, again.duplicates) == (len(first.added), [])


def test_a_pipe_in_a_folder_is_passed_by(songs: Path) -> None:
    """To read it would be to wait for whoever writes, perhaps for ever."""
    os.mkfifo(songs / "pipe.wav")
    with Library.open("memory:") as library:
        assert counts(library.add(["songs"])) == {"added": 3, "ignored": 1}


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no such names")
@pytest.mark.parametrize("name", [b"a b.flac", b"a\nb.flac", b"\xff\xfe.flac", "🎵.flac".encode()])
def test_a_name_may_be_any_bytes(songs: Path, location: str, name: bytes) -> None:
    """Spaces, newlines, bytes that are no text (of which the title makes U+FFFD), and emoji."""
    (songs / os.fsdecode(name)).write_bytes(sound(9))
    with Library.open(location) as library:
        library.add(["songs"])
        track = library.track(os.fsdecode(b"songs/" + name))
    assert track.source.path == b"songs/" + name
    assert track.metadata.title == name[:-5].decode("utf-8", "replace")


def test_what_is_said_goes_before_the_tags(songs: Path) -> None:
    """Metadata of the call wins over the tags; what it does not say comes from them."""
    with Library.open("memory:") as library:
        library.add([songs / "0.flac"], metadata=Metadata(artist="Me", fields={"mood": "calm"}))
        metadata = library.track("Song 0").metadata
    assert (metadata.artist, metadata.fields["mood"]) == ("Me", "calm")


def test_a_changed_file_without_tags_keeps_its_title(library: Library, songs: Path) -> None:
    """What is known goes before a file's name."""
    (songs / "0.flac").write_bytes(sound(7))
    assert names(library.add(["songs"]).updated) == ["Song 0"]


@pytest.mark.parametrize("media", ["copy", "preview"])
def test_a_changed_file_is_kept_as_before(songs: Path, media: str) -> None:
    """Where nothing else is said, the new sound is kept the way the old one was."""
    with Library.open("memory:") as library:
        library.add([songs / "0.flac"], media=media)
        before = library.track("Song 0")
        (songs / "0.flac").write_bytes(sound(7, title="Song 0"))
        (after,) = library.add([songs / "0.flac"]).updated
    assert after.media == media
    assert after.media_file not in {None, before.media_file}


def test_what_is_said_reaches_what_is_known(library: Library, songs: Path) -> None:
    """Unchanged, retagged and moved files get the metadata of the call."""
    (songs / "1.flac").write_bytes(sound(1, title="Song 1", artist="Tagged"))
    (songs / "2.flac").rename(songs / "moved.flac")
    library.add(["songs"], metadata=Metadata(artist="Me"))
    assert [track.metadata.artist for track in library.tracks()] == ["Me"] * 3


@pytest.mark.parametrize("media", ["copy", "preview"])
def test_the_sound_is_kept(songs: Path, media: str) -> None:
    """The store has a file of it, of the original's bytes or a smaller Opus one."""
    store = MemoryStore()
    with Library(store, Library.open("memory:").params) as library:
        library.add([songs / "0.flac"], media=media)
        name = library.track("Song 0").media_file or ""
        with store.read() as reader, reader.open_media(name) as file:
            kept = file.read()
    original = (songs / "0.flac").read_bytes()
    assert kept == original if media == "copy" else kept[:4] == b"OggS"


def test_progress_counts_every_file(songs: Path) -> None:
    """Also files that are skipped; the last report says that all is done."""
    (songs / "fake.mp3").write_text("text")
    seen: list[Progress] = []
    with Library.open("memory:") as library:
        library.add(["songs"], on_progress=seen.append)
    assert [progress.done for progress in seen] == [1, 2, 3, 4]
    assert seen[-1].total == 4
    assert seen[-1].audio_s == pytest.approx(6.0)


@pytest.mark.usefixtures("songs")
def test_an_interrupt_keeps_what_is_done() -> None:
    """Ctrl-C after two files: both are in the library, and the next call does the third."""

    def interrupt(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    with Library.open("memory:") as library:
        with pytest.raises(KeyboardInterrupt):
            library.add(["songs"], on_progress=interrupt)
        assert counts(library.add(["songs"])) == {"unchanged": 2, "added": 1}


@pytest.mark.usefixtures("songs")
def test_a_killed_add_goes_on() -> None:
    """After kill -9, what was committed is there, and the same call does the rest."""
    code = (
        "import os, signal; from earmark import Library, ingest; ingest.BATCH_TRACKS = 1\n"
        "def die(progress):\n"
        "    if progress.done == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "Library.open('killed.earmark').add(['songs'], on_progress=die)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Library.open("killed.earmark") as library:
        assert counts(library.add(["songs"])) == {"unchanged": 2, "added": 1}


@pytest.mark.usefixtures("songs")
def test_a_full_disk_is_an_error_that_costs_only_a_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was committed before stays; when there is room again, the same call goes on."""
    monkeypatch.setattr(ingest, "BATCH_TRACKS", 1)
    with Library.open("memory:") as library:
        store = library._store
        with monkeypatch.context() as patch:
            patch.setattr(store, "write", one_write(store.write))
            with pytest.raises(StorageFullError):
                library.add(["songs"])
        assert counts(library.add(["songs"])) == {"unchanged": 1, "added": 2}


def one_write(write: Callable[[], AbstractContextManager[Writer]]) -> Callable[[], object]:
    """A disk with room for one more write."""
    room = [write]

    def limited() -> object:
        if not room:
            location, cause = "memory:", "no space left"
            raise StorageFullError(location, cause)
        return room.pop()()

    return limited


@pytest.mark.usefixtures("songs")
def test_two_adds_at_once_agree() -> None:
    """Two processes that add the same folder make one track of each recording."""
    code = "from earmark import Library; Library.open('both.earmark').add(['songs'])"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command) as first, subprocess.Popen(command) as second:
        assert (first.wait(), second.wait()) == (0, 0)
    with Library.open("both.earmark") as library:
        assert sorted(names(list(library.tracks()))) == ["Song 0", "Song 1", "Song 2"]


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the working folder a file and a folder that nobody may read; and be nobody."""
    with TemporaryDirectory() as folder:
        monkeypatch.chdir(folder)
        Path(folder).chmod(0o755)
        Path("locked/inner").mkdir(parents=True)
        Path("locked/0.flac").write_bytes(sound(0))
        for name in ("locked/inner", "locked/0.flac"):
            Path(name).chmod(0)
        user = os.geteuid()
        if user == 0:  # root reads everything
            os.seteuid(UNPRIVILEGED)
        yield
        os.seteuid(user)
        Path("locked/inner").chmod(0o700)


@pytest.mark.usefixtures("locked")
def test_what_may_not_be_read_is_skipped() -> None:
    """The file, and the folder whose files cannot be known, are named with that cause."""
    with Library.open("memory:") as library:
        report = library.add(["locked"])
    assert [(skipped.path, skipped.cause) for skipped in report.skipped] == [
        ("locked/inner", "permission denied"),
        ("locked/0.flac", "permission denied"),
    ]


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library of music/seen.flac and music/hidden/0.flac; and be nobody, who owns the folders."""
    with TemporaryDirectory() as folder, Library.open("memory:") as library:
        monkeypatch.chdir(folder)
        Path(folder).chmod(0o755)
        Path("music/hidden").mkdir(parents=True)
        Path("music/seen.flac").write_bytes(sound(0))
        Path("music/hidden/0.flac").write_bytes(sound(1))
        library.add(["music"])
        user = os.geteuid()
        if user == 0:  # root sees everything
            os.chown("music/hidden", UNPRIVILEGED, UNPRIVILEGED)
            os.seteuid(UNPRIVILEGED)
        yield library
        Path("music/hidden").chmod(0o700)
        os.seteuid(user)


@pytest.mark.parametrize("mode", [0o000, 0o100, 0o400])
def test_what_cannot_be_seen_is_not_pruned(hidden: Library, mode: int) -> None:
    """A folder that may not be listed or entered has lost nothing, for all that is known."""
    if mode == 0o100:  # entered but not listed: even a file that is gone stays
        Path("music/hidden/0.flac").unlink()
    Path("music/hidden").chmod(mode)
    assert hidden.add(["music"], prune=True).pruned == []
    assert hidden.stats().tracks == 2


def test_ids_are_of_version_7_and_rise() -> None:
    """UUIDv7: their order is that of their making, to the millisecond."""
    ids = [uuid.UUID(new_id()) for _ in range(50)]
    assert {(one.version, one.variant) for one in ids} == {(7, uuid.RFC_4122)}
    millis = [one.int >> 80 for one in ids]
    assert millis == sorted(millis)
