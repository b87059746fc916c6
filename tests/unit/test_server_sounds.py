from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from earmark.errors import SoundGoneError
from earmark.library import Library
from earmark.server import sounds as module
from earmark.server.sounds import Sounds, media_type_of, numbered
from earmark.types import MediaKind, Source, Track
from tests.archives import SOUND, insert


@pytest.fixture(params=["music.earmark", "sqlite:///music.db"])
def library(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Library]:
    """One track with what passes for its sound, in a folder or in a file."""
    monkeypatch.chdir(tmp_path)
    with Library.open(request.param) as opened:
        insert(opened, 1, media=SOUND)
        yield opened


@pytest.fixture
def track(library: Library) -> Track:
    """That track."""
    return library.page()[0]


def of_file(library: Library, track: Track, path: Path) -> Track:
    """Let a track be of a file, and its sound not be kept."""
    digest = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
    source = Source(os.fsencode(path.name), os.fsencode(path), digest)
    changed = replace(track, source=source, media=MediaKind.REFERENCE, media_file=None)
    with library.writing() as writer:
        writer.update(changed)
    return changed


def test_what_the_library_keeps_is_opened(library: Library, track: Track) -> None:
    """With its length and its type."""
    sound = Sounds(library).open(track)
    with sound.file as file:
        assert file.read() == SOUND
    assert (sound.size_bytes, sound.media_type) == (len(SOUND), "audio/ogg")


def test_what_is_kept_can_be_handed_to_a_process(library: Library, track: Track) -> None:
    """Wherever it lies, it becomes a file with a number."""
    with numbered(Sounds(library).open(track).file) as file:
        assert os.pread(file.fileno(), 10, 0) == SOUND[:10]
        assert file.read() == SOUND


def test_a_file_is_opened_while_it_is_the_same(
    library: Library, track: Track, tmp_path: Path
) -> None:
    """One that has changed, or has gone, is not; and it is said why."""
    path = tmp_path / "song.flac"
    path.write_bytes(b"fLaC and so on")
    changed, sounds = of_file(library, track, path), Sounds(library)
    for _ in range(2):
        with sounds.open(changed).file as file:
            assert file.read() == b"fLaC and so on"
    path.write_bytes(b"fLaC and more!")
    with pytest.raises(SoundGoneError, match="another file"):
        sounds.open(changed)
    path.unlink()
    with pytest.raises(SoundGoneError, match="no such file"):
        sounds.open(changed)


def test_a_path_alone_opens_nothing(library: Library, track: Track, tmp_path: Path) -> None:
    """A track that came with an archive may name any file; its digest it cannot know."""
    secret = tmp_path / "secret"
    secret.write_text("root:x:0:0")
    changed = of_file(library, track, secret)
    forged = replace(changed, source=replace(changed.source, sha256=b"\0" * 32))
    with pytest.raises(SoundGoneError):
        Sounds(library).open(forged)


def test_the_digest_is_reckoned_once(
    library: Library, track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the file does not change; and not for ever so many files."""
    path = tmp_path / "song.flac"
    path.write_bytes(b"fLaC")
    changed, sounds = of_file(library, track, path), Sounds(library)
    sounds.open(changed).file.close()
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", None)
        sounds.open(changed).file.close()
    monkeypatch.setattr(module, "MOST_KNOWN", 1)
    os.utime(path, (1, 1))
    sounds.open(changed).file.close()
    assert len(sounds._known) == 1


def test_what_is_no_file_is_not_waited_for(library: Library, track: Track, tmp_path: Path) -> None:
    """A pipe, or a folder."""
    os.mkfifo(tmp_path / "pipe.flac")
    for name in ("pipe.flac", "."):
        with pytest.raises(SoundGoneError):
            Sounds(library).open(of_file(library, track, tmp_path / name))


def test_of_a_track_without_a_file_nothing_was_kept(library: Library, track: Track) -> None:
    """It says so."""
    nowhere = replace(track, source=Source(b"", b"", b""), media_file=None)
    with pytest.raises(SoundGoneError, match="nothing of it was kept"):
        Sounds(library).open(nowhere)


def test_sound_has_a_type() -> None:
    """By its name, in any case; what is not known is just bytes."""
    assert media_type_of("a/B.FLAC") == "audio/flac"
    assert media_type_of("a.html") == "application/octet-stream"
