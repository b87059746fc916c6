"""Tests of earmark.library."""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice, repeat
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark import Library, Metadata, QueryParams, Status
from earmark.errors import (
    AudioError,
    IncompatiblePeaksError,
    LibraryError,
    LibraryNotFoundError,
    SilentAudioError,
    TrackNotFoundError,
    UsageError,
)
from earmark.params import Axis, Params, PeakParams
from tests.axes import on_every_axis
from tests.media import RATE_HZ, Pipe, tone
from tests.music import clip, pieces, song, title, write_songs

RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def stocked() -> Iterator[Library]:
    """A library in memory with three pieces, not to be changed."""
    with Library.open("memory:") as library:
        for number in range(3):
            library.add_recording(io.BytesIO(song(number)))
        yield library


@pytest.fixture
def library() -> Iterator[Library]:
    """An empty library in memory."""
    with Library.open("memory:") as library:
        yield library


def samples(number: int, start_s: float = 3.0, duration_s: float = 6.0) -> NDArray[np.float32]:
    """Part of a piece, at its own rate."""
    rate = pieces()[number].sample_rate_hz
    part: NDArray[np.float32] = pieces()[number].samples[
        round(start_s * rate) : round((start_s + duration_s) * rate)
    ]
    return part


def rate_hz(number: int = 0) -> int:
    """The rate of a piece's samples."""
    return pieces()[number].sample_rate_hz


@pytest.mark.parametrize("source", [io.BytesIO(clip(1)), Pipe(clip(1))])
def test_a_stream_of_bytes_is_named(stocked: Library, source: io.IOBase) -> None:
    """With or without a way to seek in it."""
    best = stocked.identify(source).best
    assert best is not None
    assert best.track.metadata.title == title(1)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_samples_are_named(stocked: Library, dtype: str) -> None:
    """An array of any usual type, mono or stereo, is a clip."""
    scale = 20_000 if dtype == "int16" else 1
    stereo = np.stack([samples(2)] * 2, axis=1) * scale
    best = stocked.identify(stereo.astype(dtype), sample_rate=rate_hz()).best
    assert best is not None
    assert (best.track.metadata.title, round(best.offset_s, 1)) == (title(2), 3.0)


def test_a_stranger_is_not_named(stocked: Library) -> None:
    """What is not in the library is not found in it."""
    result = stocked.identify(io.BytesIO(clip(3)))
    assert (result.status, result.best) == (Status.NO_MATCH, None)


@pytest.mark.parametrize(
    ("sound", "expected"),
    [
        (np.zeros(5 * RATE_HZ), Status.SILENT),
        (np.full(5 * RATE_HZ, np.nan), Status.SILENT),
        (np.zeros(1), Status.TOO_SHORT),
        (np.zeros(0), Status.TOO_SHORT),
        (RNG.normal(0, 0.1, 5 * RATE_HZ), Status.NO_MATCH),
        (tone(5, RATE_HZ), Status.NO_MATCH),
        (np.where(RNG.random(5 * RATE_HZ) < 0.01, np.inf, 0.1), Status.NO_MATCH),
    ],
    ids=["silence", "nan", "one sample", "nothing", "noise", "tone", "infinite"],
)
def test_what_is_no_music_is_not_named(
    stocked: Library, sound: NDArray[np.float64], expected: Status
) -> None:
    """Each has its own honest answer."""
    assert stocked.identify(sound, sample_rate=RATE_HZ).status is expected


def test_bad_samples_do_not_spoil_the_good_ones(stocked: Library) -> None:
    """A clip with some NaN and infinite samples is still named."""
    broken = samples(0).copy()
    broken[::5000] = np.nan
    broken[7::5000] = np.inf
    best = stocked.identify(broken, sample_rate=rate_hz()).best
    assert best is not None
    assert best.track.metadata.title == title(0)


def test_a_bad_clip_is_an_answer(stocked: Library) -> None:
    """So that it stops no batch; what it is called is up to the caller."""
    result = stocked.identify(io.BytesIO(b"text"), name="upload 7")
    assert (result.clip, result.status) == ("upload 7", Status.ERROR)
    assert result.error is not None
    assert result.error.type == "UnsupportedAudioError"


def test_an_array_needs_its_rate(stocked: Library) -> None:
    """Without it, there is no telling what was meant."""
    with pytest.raises(UsageError, match="sample_rate"):
        stocked.identify(samples(0))


def test_answers_repeat_themselves(stocked: Library) -> None:
    """The same clip has the same answer, but for the time it took."""
    first, second = (stocked.identify(samples(1), sample_rate=rate_hz()) for _ in range(2))
    assert (first.matches, first.candidates) == (second.matches, second.candidates)


def test_many_threads_may_ask(stocked: Library) -> None:
    """Each gets its own answer."""
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        best = stocked.identify(samples(number % 3), sample_rate=rate_hz()).best
        answers[number] = best.track.metadata.title if best else ""

    threads = [Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: title(number % 3) for number in range(12)}


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_many_clips_are_answered_in_their_order(stocked: Library, threads: int | None) -> None:
    """However many are worked on at a time."""
    clips = (samples(number % 3) for number in range(9))
    answers = stocked.identify_many(clips, sample_rate=rate_hz(), threads=threads)
    titles = [answer.best and answer.best.track.metadata.title for answer in answers]
    assert titles == [title(number % 3) for number in range(9)]


def test_a_bad_clip_stops_no_other(stocked: Library, tmp_path: Path) -> None:
    """Missing, no audio, no path, the wrong shape: each is told in its own answer."""
    cube: Any = np.zeros((2, 2, 2, 2))
    odd = [tmp_path / "none.wav", io.BytesIO(b"text"), 7, cube, io.BytesIO(song(1)), object()]
    answers = list(stocked.identify_many(odd, sample_rate=rate_hz(), threads=2))
    assert [answer.error and answer.error.type for answer in answers] == [
        *("UnreadableFileError", "UnsupportedAudioError", "UsageError", "UsageError", None),
        "UsageError",
    ]
    assert answers[4].status is Status.IDENTIFIED


def test_a_library_that_cannot_be_read_answers_nothing(tmp_path: Path) -> None:
    """What is wrong with the library is no clip's fault, and raised."""
    library = Library.open(tmp_path / "music.earmark")
    library.close()
    with pytest.raises(LibraryError):
        next(library.identify_many([samples(0)], sample_rate=rate_hz()))


def test_clips_without_end_are_answered_as_they_come(stocked: Library) -> None:
    """A generator of clips is taken a few ahead, and left when its answers are."""
    answers = stocked.identify_many(repeat(samples(0)), sample_rate=rate_hz(), threads=2)
    assert [answer.status for answer in islice(answers, 3)] == [Status.IDENTIFIED] * 3
    answers.close()


def test_a_query_may_look_otherwise_than_its_library(stocked: Library) -> None:
    """What `identify` is given goes before what the library was opened with, for one call."""
    long = QueryParams(min_clip_s=7.0)
    assert stocked.identify(samples(1), sample_rate=rate_hz(), query=long).status == "too_short"
    assert stocked.identify(samples(1), sample_rate=rate_hz()).status == "identified"


def test_a_warm_up_changes_no_answer(library: Library) -> None:
    """It may be called at any time, also of an empty library."""
    library.warm_up()
    library.add_recording(io.BytesIO(song(0)))
    library.warm_up()
    assert library.identify(samples(0), sample_rate=rate_hz()).status is Status.IDENTIFIED


def test_an_empty_library_knows_nothing(library: Library) -> None:
    """A query of it is answered, not refused."""
    assert library.identify(samples(0), sample_rate=rate_hz()).status is Status.NO_MATCH


def test_an_array_becomes_a_track(library: Library) -> None:
    """With the metadata that goes with it, and found again."""
    wanted = Metadata("Live", fields={"venue": "here"})
    track = library.add_recording(pieces()[0].samples, sample_rate=rate_hz(), metadata=wanted)
    assert (track.metadata, track.source.path) == (wanted, b"")
    best = library.identify(samples(0), sample_rate=rate_hz()).best
    assert best is not None
    assert best.track.id == track.id


def test_a_stream_becomes_a_track_with_its_tags(library: Library) -> None:
    """Two streams are two tracks, though neither has a path."""
    tracks = [library.add_recording(io.BytesIO(song(number))) for number in range(2)]
    assert [track.metadata.title for track in tracks] == [title(0), title(1)]
    assert library.stats().tracks == 2


@pytest.mark.parametrize("sound", [np.zeros(8000), np.zeros(1), np.full(8000, np.inf)])
def test_what_cannot_be_recognised_is_not_added(
    library: Library, sound: NDArray[np.float64]
) -> None:
    """Silence and nothing leave the library as it was."""
    with pytest.raises(SilentAudioError):
        library.add_recording(sound, sample_rate=8000)
    assert library.stats().tracks == 0


@pytest.mark.parametrize("sound", [tone(5, RATE_HZ), RNG.normal(0, 0.1, 5 * RATE_HZ)])
def test_dull_sound_may_be_added(library: Library, sound: NDArray[np.float64]) -> None:
    """A tone or noise is a recording like another, and harms no query."""
    library.add_recording(sound, sample_rate=RATE_HZ)
    assert library.identify(samples(0), sample_rate=rate_hz()).status is Status.NO_MATCH


def test_a_recording_of_a_path_replaces_itself(library: Library, tmp_path: Path) -> None:
    """Adding the same path again keeps the track's id."""
    (tmp_path / "a.flac").write_bytes(song(0))
    first = library.add_recording(tmp_path / "a.flac")
    second = library.add_recording(tmp_path / "a.flac")
    assert (second.id, library.stats().tracks) == (first.id, 1)


def test_a_recording_of_a_known_path_keeps_what_is_known(library: Library, tmp_path: Path) -> None:
    """Other sound without that tag takes away nothing that a person has said."""
    (tmp_path / "a.flac").write_bytes(song(0))
    first = library.add_recording(tmp_path / "a.flac", metadata=Metadata(album="Mine"))
    (tmp_path / "a.flac").write_bytes(song(1))
    second = library.add_recording(tmp_path / "a.flac")
    assert (second.id, second.metadata.album, second.metadata.title) == (first.id, "Mine", title(1))


def test_the_same_sound_from_elsewhere_is_not_added_again(library: Library) -> None:
    """The track that has it is the answer, as for a duplicate among files."""
    first, second = (library.add_recording(io.BytesIO(song(0))) for _ in range(2))
    assert (first, library.stats().tracks) == (second, 1)


def test_a_recording_of_a_path_is_known_to_add(library: Library, tmp_path: Path) -> None:
    """Both remember a file by the SHA-256 of its bytes, so that it is not decoded again."""
    (tmp_path / "a.flac").write_bytes(song(0))
    library.add_recording(tmp_path / "a.flac")
    report = library.add([tmp_path / "a.flac"])
    assert (report.unchanged, report.audio_s) == (1, 0.0)


def test_a_track_is_removed_from_all_answers(library: Library) -> None:
    """At once, and for good."""
    library.add_recording(io.BytesIO(song(0)))
    (removed,) = library.remove([title(0)])
    assert removed.metadata.title == title(0)
    assert library.identify(samples(0), sample_rate=rate_hz()).status is Status.NO_MATCH


def test_removal_is_all_or_none(library: Library) -> None:
    """One name that is not there keeps all the others."""
    library.add_recording(io.BytesIO(song(0)))
    with pytest.raises(TrackNotFoundError, match="nothing"):
        library.remove([title(0), "nothing"])
    assert library.stats().tracks == 1


def test_an_edit_changes_what_it_names(library: Library) -> None:
    """Fields of one's own are merged; None drops one."""
    library.add_recording(io.BytesIO(song(0)), metadata=Metadata(fields={"a": "1", "b": "2"}))
    track = library.edit(title(0), artist="Me", fields={"a": None, "c": "3"})
    assert track.metadata.artist == "Me"
    assert dict(track.metadata.fields) == {"b": "2", "c": "3"}
    assert library.track(track.id) == track


def test_a_misspelt_field_is_refused(library: Library) -> None:
    """Nothing is written where nobody would look for it."""
    library.add_recording(io.BytesIO(song(0)))
    with pytest.raises(UsageError, match="artits"):
        library.edit(title(0), artits="Me")


@pytest.mark.parametrize(
    "changes",
    [{"year": "abc"}, {"year": 2**70}, {"title": None}, {"artist": 7}, {"fields": {"a": 1}}],
    ids=str,
)
def test_a_value_that_no_field_can_have_is_refused(
    library: Library, changes: dict[str, object]
) -> None:
    """The track stays as it was."""
    before = library.add_recording(io.BytesIO(song(0)))
    with pytest.raises(UsageError):
        library.edit(before.id, **changes)
    assert library.track(before.id) == before


def test_half_characters_find_nothing(tmp_path: Path) -> None:
    """A name that is no text is looked up like any other, on a disk, too."""
    with Library.open(tmp_path / "music.earmark") as library:
        assert library.page(containing="\udcff") == []
        for name in ("\udcff", "\ud800"):
            with pytest.raises(TrackNotFoundError):
                library.track(name)


def test_half_characters_are_not_kept(tmp_path: Path) -> None:
    """What an edit says is made text that a disk can hold."""
    with Library.open(tmp_path / "music.earmark") as library:
        track = library.add_recording(io.BytesIO(song(0)))
        assert library.edit(track.id, title="a\udcff").metadata.title == "a\ufffd"
        assert library.track("a\ufffd").id == track.id


def test_a_title_is_found_among_many_that_contain_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many tracks come before it in the search."""
    monkeypatch.setattr("earmark.library.PAGE_TRACKS", 1)
    for number, name in enumerate(("Song A", "Song B", "Song")):
        library.add_recording(io.BytesIO(song(number)), metadata=Metadata(name))
    assert library.track("Song").metadata.title == "Song"


def test_an_unknown_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder with a strange name is made of it."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"a library is a folder, .* is none of them"):
        Library.open("gopher://host/music")
    assert list(tmp_path.iterdir()) == []


def test_a_library_in_a_single_file_names_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened again, from the working folder, it names what was added, and gives back its sound."""
    monkeypatch.chdir(tmp_path)
    write_songs(tmp_path / "songs", 2)
    with Library.open("sqlite:///music.db") as library:
        assert len(library.add(["songs"], media="copy").added) == 2
    with Library.open("sqlite:///music.db", create=False) as library:
        best = library.identify(samples(1), sample_rate=pieces()[1].sample_rate_hz).best
        assert best
        assert abs(best.offset_s - 3.0) < 0.05
        with library.reading() as reader, reader.open_media(str(best.track.media_file)) as kept:
            assert kept.read() == Path(best.track.source.file.decode()).read_bytes()


def test_an_unknown_order_is_refused(stocked: Library) -> None:
    """The message says what there is."""
    with pytest.raises(UsageError, match="added, newest, title, artist"):
        stocked.page("bogus")


def test_one_name_is_no_list(stocked: Library) -> None:
    """Its letters are not taken for tracks."""
    with pytest.raises(UsageError, match="in brackets"):
        stocked.remove("a")


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["songs"], {"media": "vinyl"}, "media is one of reference, copy, preview"),
        ("songs", {}, "a list of paths"),
        ([], {}, "at least one path"),
    ],
)
def test_what_makes_no_sense_is_refused(
    library: Library, arguments: list[str], options: dict[str, str], message: str
) -> None:
    """The message says what would."""
    with pytest.raises(UsageError, match=message):
        library.add(arguments, **options)  # type: ignore[arg-type]


def test_a_listing_is_paged(stocked: Library) -> None:
    """In the order asked for, from where it is asked for."""
    page = stocked.page("title", limit=2, offset=1)
    assert [track.metadata.title for track in page] == sorted(title(n) for n in range(3))[1:]


def test_no_library_is_not_made_by_looking(tmp_path: Path) -> None:
    """Without `create`, what is not there stays so."""
    with pytest.raises(LibraryNotFoundError):
        Library.open(tmp_path / "none", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def damaged(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Library]:
    """A library of files, perhaps with copies, whose first constellation is damaged."""
    write_songs(tmp_path / "songs", 2)
    location = tmp_path / "music.earmark"
    with Library.open(location) as library:
        library.add([tmp_path / "songs"], media=getattr(request, "param", None))
    catalogue = sqlite3.connect(location / "catalogue.sqlite")
    catalogue.execute(
        "UPDATE constellations SET packed = zeroblob(length(packed)) "
        "WHERE key = (SELECT min(key) FROM constellations)"
    )
    catalogue.commit()
    catalogue.close()
    with Library.open(location) as library:
        yield library


def test_damage_to_one_track_leaves_the_others(damaged: Library) -> None:
    """A track whose constellation is damaged is passed over, not guessed at."""
    assert damaged.identify(samples(0), sample_rate=rate_hz()).status is Status.NO_MATCH
    assert damaged.identify(samples(1), sample_rate=rate_hz()).status is Status.IDENTIFIED


def test_a_lost_constellation_is_made_from_the_file(damaged: Library) -> None:
    """If the file is still there, the track is found as before, under its id."""
    before = damaged.track(title(0)).id
    assert [repair.mended for repair in damaged.repair()] == [True]
    best = damaged.identify(samples(0), sample_rate=rate_hz()).best
    assert best is not None
    assert best.track.id == before


def test_what_cannot_be_mended_is_named(damaged: Library, tmp_path: Path) -> None:
    """If the file is gone, too, the track and both causes are told."""
    (tmp_path / "songs" / "0.flac").unlink()
    (repair,) = damaged.repair()
    assert (repair.mended, repair.problem.name) == (False, damaged.track(title(0)).id)
    assert repair.problem.cause.endswith("no such file or directory")


def test_another_song_is_not_taken_for_the_lost_one(damaged: Library, tmp_path: Path) -> None:
    """A file that has changed since is not what the track was made from."""
    (tmp_path / "songs" / "0.flac").write_bytes(song(2))
    (repair,) = damaged.repair()
    assert not repair.mended
    assert repair.problem.cause.endswith("another file is at its path now")


@pytest.mark.parametrize("damaged", ["copy"], indirect=True)
def test_a_lost_constellation_is_made_from_the_copy(damaged: Library, tmp_path: Path) -> None:
    """Where the file is gone, the library's own copy of it serves as well."""
    (tmp_path / "songs" / "0.flac").unlink()
    assert [repair.mended for repair in damaged.repair()] == [True]
    assert damaged.identify(samples(0), sample_rate=rate_hz()).status is Status.IDENTIFIED


def test_importing_the_library_reads_no_settings() -> None:
    """Where a library lies is told to it, not looked up."""
    code = "import sys, earmark.library; print('earmark.settings' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_file_that_is_no_recording_is_an_error(library: Library, tmp_path: Path) -> None:
    """Unlike a batch, one recording has somebody to tell."""
    (tmp_path / "a.mp3").write_text("text")
    with pytest.raises(AudioError, match=r"a\.mp3: it is text, not audio"):
        library.add_recording(tmp_path / "a.mp3")


@on_every_axis
def test_a_clip_is_named_on_every_axis(tmp_path: Path, params: PeakParams) -> None:
    """A library keeps its axis: opened again, it names clips, and no strangers."""
    chosen = Params(params)
    with Library.open(tmp_path / "library", params=chosen) as made:
        for number in range(3):
            made.add_recording(io.BytesIO(song(number)))
    with Library.open(tmp_path / "library") as library:
        assert library.params == chosen
        for number in range(3):
            best = library.identify(samples(number), sample_rate=rate_hz(number)).best
            assert best
            assert best.track.metadata.title == title(number)
            assert best.offset_s == pytest.approx(3.0, abs=0.05)
        assert library.identify(samples(3), sample_rate=rate_hz(3)).status is Status.NO_MATCH


def test_asking_a_library_for_other_parameters_is_refused(tmp_path: Path) -> None:
    """A library of one axis is not one of another."""
    Library.open(tmp_path / "library").close()
    with pytest.raises(IncompatiblePeaksError, match="its own parameters"):
        Library.open(tmp_path / "library", params=Params(PeakParams(axis=Axis.LOG)))


def test_a_library_in_memory_takes_parameters() -> None:
    """Parameters are for libraries of every kind."""
    params = Params(PeakParams(axis=Axis.MEL))
    with Library.open("memory:", params=params) as library:
        assert library.params == params
