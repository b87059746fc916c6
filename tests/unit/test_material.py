"""Tests of earmark.evaluation.material."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from earmark import Library
from earmark.errors import NoAudioStreamError, UsageError
from earmark.evaluation.clips import RATE_HZ
from earmark.evaluation.material import (
    Deck,
    Origin,
    Sounding,
    decoded,
    files_below,
    held_out,
    strangers_of,
    synthetic,
    tracks_of,
)
from earmark.evaluation.signals import Signal
from earmark.ingest import Skipped
from tests.music import PIECE_S, write_songs


def sounding(name: str, seconds: float = 10.0) -> Sounding:
    """A silent recording."""
    return Sounding(name, name, seconds, lambda: np.zeros(int(seconds * RATE_HZ), np.float32))


def broken(name: str) -> Sounding:
    """A recording that cannot be decoded."""

    def read() -> Signal:
        raise NoAudioStreamError(name, "no audio stream in it")

    return Sounding(name, name, 10.0, read)


def names(deck: Deck, numbers: range, least_s: float = 5.0) -> list[str]:
    """What a deck gives for these numbers."""
    tunes = (deck.tune(number, least_s) for number in numbers)
    return [tune.id for tune in tunes if tune]


def test_a_deck_gives_every_recording_in_turn() -> None:
    """As many numbers as recordings give each once, and then they begin again."""
    deck = Deck([sounding(name) for name in "abcde"], 1, [])
    assert sorted(names(deck, range(5))) == list("abcde")
    assert names(deck, range(5)) == names(deck, range(5, 10))


def test_the_seed_decides_the_order() -> None:
    """Another seed begins with others."""
    orders = {
        tuple(names(Deck([sounding(n) for n in "abcdef"], s, []), range(6))) for s in range(5)
    }
    assert len(orders) > 1


def test_a_broken_recording_is_reported_once_and_replaced() -> None:
    """Another takes its place, and what was wrong with it is told."""
    skipped: list[Skipped] = []
    deck = Deck([broken("a"), sounding("b"), sounding("c")], 1, skipped)
    assert set(names(deck, range(6))) == {"b", "c"}
    assert skipped == [Skipped("a", "NoAudioStreamError", "no audio stream in it")]


def test_a_short_recording_is_replaced() -> None:
    """Where the clip needs more than a recording has, another is taken."""
    deck = Deck([sounding("a", 3.0), sounding("b"), sounding("c")], 1, [])
    assert set(names(deck, range(6))) == {"b", "c"}
    assert deck.tune(0, 11.0) is None


def test_an_empty_deck_gives_nothing() -> None:
    """Without recordings there is no tune."""
    assert Deck([], 1, []).tune(3, 1.0) is None


def test_a_recording_is_found_by_its_id() -> None:
    """Whether it is its turn or not; what is broken or unknown is not found."""
    deck = Deck([broken("a"), sounding("b")], 1, [])
    found = deck.find("b")
    assert found is not None
    assert found.id == "b"
    assert (deck.find("a"), deck.find("a"), deck.find("x")) == (None, None, None)


def test_tracks_are_decoded_from_their_files(tmp_path: Path) -> None:
    """A track of a library gives its sound at the rate of the clips."""
    songs = write_songs(tmp_path / "songs", 1)
    with Library.open("memory:") as library:
        library.add([songs])
        (only,) = tracks_of(library)
    assert only.duration_s == pytest.approx(PIECE_S, abs=3)
    assert len(only.read()) == pytest.approx(only.duration_s * RATE_HZ, abs=RATE_HZ / 50)


@pytest.mark.parametrize("kept", ["copy", "preview"])
def test_a_track_whose_file_is_gone_is_decoded_from_what_was_kept(
    tmp_path: Path, kept: str
) -> None:
    """A copy or a preview takes the place of the file."""
    songs = write_songs(tmp_path / "songs", 1)
    with Library.open(tmp_path / "music.earmark") as library:
        library.add([songs], media=kept)
        shutil.rmtree(songs)
        (only,) = tracks_of(library)
        assert len(only.read()) == pytest.approx(only.duration_s * RATE_HZ, rel=0.01)


def test_a_track_without_sound_says_so(tmp_path: Path) -> None:
    """Where the file is gone and nothing was kept, reading it names the file."""
    songs = write_songs(tmp_path / "songs", 1)
    skipped: list[Skipped] = []
    with Library.open("memory:") as library:
        library.add([songs])
        library.add_recording(np.sin(np.arange(40_000) / 5), sample_rate=8000)
        shutil.rmtree(songs)
        assert Deck(tracks_of(library), 1, skipped).tune(0, 1.0) is None
    assert sorted(one.cause for one in skipped) == [
        "it was added from memory",
        "no such file or directory",
    ]


def test_files_are_found_in_folders_below(tmp_path: Path) -> None:
    """Media files only, in their order; a file may be named itself."""
    write_songs(tmp_path / "a" / "b", 2)
    (tmp_path / "a" / "notes.txt").write_text("no music")
    found = files_below([str(tmp_path / "a")])
    assert [Path(one.name).name for one in found] == ["0.flac", "1.flac"]
    assert len(files_below([found[0].name])) == 1


def test_a_folder_without_music_is_refused(tmp_path: Path) -> None:
    """The error names the folder."""
    with pytest.raises(UsageError, match="no media file in"):
        files_below([str(tmp_path)])


def test_what_is_held_out_is_no_longer_in_the_library(tmp_path: Path) -> None:
    """A third of three tracks is one, and it is a stranger from then on."""
    songs = write_songs(tmp_path / "songs")
    with Library.open("memory:") as library:
        library.add([songs])
        known, strangers = held_out(library, 1 / 3, 1)
        left = {track.id for track in library.tracks()}
    assert {one.id for one in known} == left
    assert (len(known), len(strangers)) == (2, 1)
    assert len(strangers[0].read()) > 0


def test_nothing_need_be_held_out(tmp_path: Path) -> None:
    """A share of 0 leaves all tracks where they are."""
    songs = write_songs(tmp_path / "songs", 2)
    with Library.open("memory:") as library:
        library.add([songs])
        known, strangers = held_out(library, 0.0, 1)
    assert (len(known), strangers) == (2, [])


@pytest.mark.parametrize("share", [0.01, 0.9])
def test_both_sides_need_a_recording(tmp_path: Path, share: float) -> None:
    """A share that leaves no stranger or no track is refused."""
    songs = write_songs(tmp_path / "songs", 2)
    with Library.open("memory:") as library:
        library.add([songs])
        with pytest.raises(UsageError, match="cannot be held out"):
            held_out(library, share, 1)


def test_synthetic_strangers_are_made_by_seed() -> None:
    """The same seed makes the same piece, of the length that is promised."""
    first, again = (synthetic(7, 2)[1] for _ in range(2))
    samples = first.read()
    assert np.array_equal(samples, again.read())
    assert len(samples) >= first.duration_s * RATE_HZ


def test_strangers_come_from_a_folder_or_the_synthesiser(tmp_path: Path) -> None:
    """Without a folder they are synthetic."""
    write_songs(tmp_path, 1)
    assert strangers_of(None, 1)[1] is Origin.SYNTHETIC
    assert strangers_of(str(tmp_path), 1)[1] is Origin.FOLDER


def test_a_long_recording_is_decoded_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit nothing is decoded."""
    write_songs(tmp_path, 1)
    monkeypatch.setattr("earmark.evaluation.material.MOST_S", 2.0)
    assert len(decoded(tmp_path / "0.flac")) == 2 * RATE_HZ
