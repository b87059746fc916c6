"""Tests of earmark.scanning.scanner."""

from __future__ import annotations

import numpy as np
import pytest

from earmark import Ladder, Library, QueryParams
from earmark.scanning.scanner import Scanner
from earmark.scanning.sorting import Heard

RATE = 8000
RNG = np.random.default_rng(4)
SONGS = RNG.normal(0, 0.1, (2, 70 * RATE)).astype(np.float32)
STRANGER = RNG.normal(0, 0.1, 40 * RATE).astype(np.float32)


@pytest.fixture(scope="module")
def library() -> Library:
    """A library of two songs without a tune."""
    library = Library.open("memory:")
    for song in SONGS:
        library.add_recording(song, sample_rate=RATE)
    return library


def part(song: int, begin_s: float, end_s: float) -> np.ndarray:
    """A passage of a song."""
    return SONGS[song, int(begin_s * RATE) : int(end_s * RATE)]


def heard(library: Library, *parts: np.ndarray, block: int = RATE) -> list[Heard]:
    """What is heard in these sounds, one after the other, fed in blocks."""
    scanner = Scanner(library, QueryParams(ladder=Ladder.OFF))
    sound = np.concatenate(parts)
    for begin in range(0, len(sound), block):
        scanner.feed(sound[begin : begin + block])
    return scanner.finish()


def test_songs_are_told_apart_from_what_is_between(library: Library) -> None:
    """Each is heard from where it begins to where it ends, to a tenth of a second."""
    found = heard(library, part(1, 5, 35), STRANGER[: 25 * RATE], part(0, 20, 50))
    assert [(one.begin_s, one.end_s) for one in found] == [
        pytest.approx((0, 30), abs=0.1),
        pytest.approx((55, 85), abs=0.1),
    ]
    assert [one.track_begin_s for one in found] == pytest.approx([5, 20], abs=0.1)


def test_how_a_recording_is_cut_makes_no_difference(library: Library) -> None:
    """Neither small blocks nor one that is longer than what is remembered."""
    parts = part(1, 5, 65), STRANGER, part(0, 5, 65)
    assert heard(library, *parts, block=5000) == heard(library, *parts, block=10**9)


def test_a_passage_that_is_played_twice_is_told_twice(library: Library) -> None:
    """Who jumps back twelve seconds is not taken to play on."""
    found = heard(library, part(0, 10, 40), part(0, 28, 60))
    assert [round(one.track_begin_s) for one in found] == [10, 28]
    assert found[1].begin_s == pytest.approx(30, abs=0.2)


def test_a_loop_that_a_song_repeats_does_not_tear_it_apart() -> None:
    """Three bars alike, then another: while they sound no window can tell them apart."""
    bar = SONGS[0, : 15 * RATE]
    song = np.concatenate([bar, bar, bar, SONGS[1, : 30 * RATE]])
    with Library.open("memory:") as library:
        library.add_recording(song, sample_rate=RATE)
        (found,) = heard(library, song)
    assert (found.begin_s, found.end_s) == pytest.approx((0, 75), abs=0.2)
    assert found.track_begin_s == pytest.approx(0, abs=0.2)


def test_talk_over_does_not_tear_a_song_apart(library: Library) -> None:
    """Twenty seconds in which it cannot be heard are part of its span, but not of its coverage."""
    found = heard(library, part(0, 0, 20), STRANGER[: 20 * RATE], part(0, 40, 70))
    assert [(one.begin_s, one.end_s) for one in found] == [pytest.approx((0, 70), abs=0.2)]
    assert found[0].coverage == pytest.approx(50 / 70, abs=0.06)


def test_two_songs_at_once_are_both_heard(library: Library) -> None:
    """One that begins before the other has ended overlaps with it."""
    both = part(0, 20, 35) + part(1, 0, 15)
    first, second = heard(library, part(0, 0, 20), both, part(1, 15, 40))
    assert (first.end_s, second.begin_s) == pytest.approx((35, 20), abs=0.3)


def test_a_recording_that_is_shorter_than_a_window_is_heard(library: Library) -> None:
    """Four seconds are one window."""
    (found,) = heard(library, part(0, 30, 34))
    assert found.track_begin_s == pytest.approx(30, abs=0.1)


def test_strangers_are_not_heard(library: Library) -> None:
    """Of unknown sound there is no span."""
    assert heard(library, STRANGER) == []


def test_without_a_sound_nothing_is_heard(library: Library) -> None:
    """An empty recording and silence have no spans."""
    assert heard(library, np.zeros(0, np.float32)) == []
    assert heard(library, np.zeros(20 * RATE, np.float32)) == []


def test_what_was_heard_long_ago_is_let_go(library: Library) -> None:
    """Three minutes after a song nothing is kept of it but its span."""
    scanner = Scanner(library, QueryParams(ladder=Ladder.OFF))
    scanner.feed(part(0, 0, 40))
    scanner.feed(STRANGER)
    while_it_may_overlap = scanner.kept
    for _ in range(4):
        scanner.feed(STRANGER)
    assert while_it_may_overlap > 500
    assert scanner.kept == 0
    assert len(scanner.finish()) == 1
