from __future__ import annotations

import pytest

from earmark.axis import axis_of
from earmark.matching import copies
from earmark.matching.copies import places, speeds_above, speeds_around
from earmark.types import Peaks
from tests.constellations import (
    PARAMS,
    STEPS_PER_S,
    Catalogue,
    delayed,
    excerpt,
    make_peaks,
    mixed,
    thinned,
)

AXIS = axis_of(PARAMS.peaks)
SONGS = [make_peaks(seed, seconds=60, per_second=30) for seed in range(4)]


def found(recording: Peaks, *tracks: Peaks, **options: object) -> list[tuple[int, int]]:
    """Keys of tracks and seconds at which a recording may lie in them, most votes first."""
    every = places(recording, Catalogue(*tracks), AXIS, PARAMS, **options)  # type: ignore[arg-type]
    best = sorted(every, key=lambda place: -place.votes)
    return [(place.key, round(place.lead.line.at(0) / STEPS_PER_S)) for place in best]


def test_a_copy_is_found() -> None:
    """A copy that lost a fifth of its peaks lies at the beginning of its recording."""
    copy = thinned(SONGS[2], seed=1, kept=0.8)
    assert found(copy, *SONGS)[0] == (2, 0)


def test_a_recording_does_not_find_itself() -> None:
    """Its own track is left out, however many votes it has."""
    again = thinned(SONGS[1], seed=1, kept=0.8)
    keys = {key for key, _ in found(SONGS[1], *SONGS, again, leave_out=1)}
    assert keys == {4}


def test_strangers_find_nothing() -> None:
    """No alignment of an unknown recording has votes enough."""
    assert found(make_peaks(99, seconds=60, per_second=30), *SONGS) == []


def test_a_part_is_found_wherever_it_lies() -> None:
    """A passage of ten seconds late in both recordings has a budget of its own."""
    passage = excerpt(SONGS[0], 45, 10)
    other = mixed(excerpt(SONGS[3], 0, 20), delayed(passage, 20))
    assert found(other, *SONGS[:3])[0] == (0, 25)


def test_a_long_recording_is_asked_for_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the second part is found where it lies in the whole."""
    monkeypatch.setattr(copies, "PART_S", 60.0)
    medley = mixed(SONGS[3], delayed(SONGS[1], 60))
    assert (1, -60) in found(medley, *SONGS[:3])


def test_a_track_beside_the_right_one_on_the_tape_is_no_place() -> None:
    """A recording longer than a track reaches over its neighbours, where no vote lies."""
    medley = mixed(SONGS[3], delayed(SONGS[1], 60))
    assert {key for key, _ in found(medley, *SONGS[:3])} == {1}


@pytest.mark.parametrize("speed", [1.004, 1.01, 1.02, 1.03])
def test_small_changes_of_speed_are_found(speed: float) -> None:
    """A rung near the speed has votes where the recording lies."""
    fast = excerpt(SONGS[2], 0, 60, tempo=speed, pitch=speed)
    best = max(
        places(fast, Catalogue(*SONGS), AXIS, PARAMS, speeds=(1.0, *speeds_above())),
        key=lambda place: place.votes,
    )
    assert best.key == 2
    assert best.lead.line.speed == pytest.approx(speed, abs=copies.RUNG_STEP)


def test_speeds_go_both_ways() -> None:
    """Who is asked for only once is tried slower, too."""
    assert min(speeds_around()) == pytest.approx(1 / max(speeds_above()))


def test_an_empty_recording_is_nowhere() -> None:
    """No peaks, no places."""
    assert found(make_peaks(1, seconds=0), *SONGS) == []


def test_a_budget_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """With next to nothing to spend, a window asks for its rarest hashes only."""
    monkeypatch.setattr(copies, "WINDOW_POSTINGS", 30)
    votes = max(place.votes for place in places(SONGS[0], Catalogue(*SONGS), AXIS, PARAMS))
    assert 6 <= votes <= 6 * 30
