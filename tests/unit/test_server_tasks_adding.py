from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark import Library, MediaKind, Metadata
from earmark.errors import AudioError, UsageError
from earmark.evaluation.codecs import decode
from earmark.server.tasks.adding import Added, add_sent
from tests.music import clip, pieces, song, title


@pytest.fixture
def library() -> Iterator[Library]:
    """An empty one."""
    with Library.open("memory:") as opened:
        yield opened


def add(library: Library, data: bytes, name: str = "name", **said: str) -> Added:
    """Add a recording of which something was said."""
    metadata = Metadata(**said)  # type: ignore[arg-type]
    return add_sent(library, io.BytesIO(data), name, metadata=metadata, longest_s=60.0)


def test_a_recording_is_known_by_the_bytes_that_were_sent(library: Library) -> None:
    """Their digest and their number; there is no file of it."""
    track = add(library, song(1)).track
    duration_s = len(pieces()[1].samples) / pieces()[1].sample_rate_hz
    assert track.source.sha256 == hashlib.sha256(song(1)).digest()
    assert track.source.size_bytes == len(song(1))
    assert (track.source.file, track.source.path) == (b"", b"")
    assert track.duration_s == pytest.approx(duration_s, abs=0.01)


def test_what_is_said_goes_before_tags_and_these_before_the_name(library: Library) -> None:
    """Each field by itself."""
    said = add(library, song(1), artist="Somebody").track.metadata
    assert (said.title, said.artist) == (title(1), "Somebody")
    assert add(library, clip(0), "My Song").track.metadata.title == "My Song"


def test_what_is_said_of_a_known_sound_is_taken_over(library: Library) -> None:
    """It is not added again; its tags of now, and what was known else, stay as they are."""
    first = add(library, song(1), artist="Somebody")
    again = add(library, song(1), album="Weather")
    assert (first.is_new, again.is_new, again.is_changed) == (True, False, True)
    assert again.track.id == first.track.id
    kept = library.track(first.track.id).metadata
    assert (kept.title, kept.artist, kept.album) == (title(1), "Somebody", "Weather")
    assert len(library.page()) == 1


def test_a_known_sound_of_which_nothing_is_said_stays(library: Library) -> None:
    """Whatever the file is called."""
    first = add(library, song(1), artist="Somebody")
    again = add(library, song(1), "other name")
    assert (again.is_new, again.is_changed, again.track) == (False, False, first.track)


@pytest.mark.parametrize(
    ("media", "suffix"), [(MediaKind.COPY, ".flac"), (MediaKind.PREVIEW, ".opus")]
)
def test_the_sound_is_kept_if_that_is_asked_for(
    library: Library, media: MediaKind, suffix: str
) -> None:
    """The file as it was sent, or a smaller one; once, however often it is sent."""
    sent = {"metadata": Metadata(), "longest_s": 60.0, "media": media}
    track = add_sent(library, io.BytesIO(song(1)), "My.Song.flac", **sent).track  # type: ignore[arg-type]
    again = add_sent(library, io.BytesIO(song(1)), "again.flac", **sent)  # type: ignore[arg-type]
    assert (track.media, again.is_new, again.track) == (media, False, track)
    assert track.media_file is not None
    assert track.media_file.endswith(suffix)
    with library.reading() as reader, reader.open_media(track.media_file) as file:
        kept = file.read()
    assert (kept == song(1)) == (media is MediaKind.COPY)
    assert len(decode(kept, 8000)) == pytest.approx(len(decode(song(1), 8000)), abs=800)


def test_what_cannot_be_added_leaves_nothing(library: Library) -> None:
    """No music, what is too long, and what no track can have."""
    with pytest.raises(AudioError, match="bad"):
        add(library, b"not at all music" * 99, "bad")
    with pytest.raises(AudioError, match="longer"):
        add_sent(library, io.BytesIO(song(1)), "long", metadata=Metadata(), longest_s=2.0)
    with pytest.raises(UsageError):
        add(library, song(1), year="late")
    assert library.page() == []


def test_a_file_of_a_folder_that_was_sent_before_is_no_second_track(
    library: Library, tmp_path: Path
) -> None:
    """Its bytes are known, so that it need not be decoded."""
    first = add(library, song(1)).track
    (tmp_path / "song.flac").write_bytes(song(1))
    report = library.add([tmp_path])
    assert [twin.track.id for twin in report.duplicates] == [first.id]
    assert report.audio_s == 0
