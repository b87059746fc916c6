from __future__ import annotations

from itertools import chain, pairwise

import numpy as np
import pytest

from earmark.axis import axis_of
from earmark.matching.alignment import MOVES
from earmark.matching.candidates import Candidate
from earmark.matching.ladder import (
    FINE_STEP,
    GRID_PITCH_STEP,
    GRID_TEMPO_STEP,
    LARGE_FRAMES,
    PITCH_STEP,
    SPEED_STEP,
    TEMPO_STEP,
    USUAL,
    Rung,
    batches,
    budget,
    climb,
    hypotheses_of,
)
from earmark.params import Axis, Ladder, Params, PeakParams, QueryParams
from tests.constellations import STEPS, Catalogue, excerpt, frames_of, make_peaks, mixed

FAST = list(chain(*batches(Ladder.FAST)))
GRID = list(batches(Ladder.FULL))[-1]
SEMITONES = 2 ** (1 / 12)

SPEEDS = [tempo for tempo, pitch in FAST if tempo == pitch]
TEMPOS = [tempo for tempo, pitch in FAST if pitch == 1]
PITCHES = [pitch for tempo, pitch in FAST if tempo == 1]


def distance(rung: Rung) -> float:
    """How far a rung is from the unmodified clip."""
    return max(abs(part - 1) for part in rung)


@pytest.mark.parametrize(
    ("family", "low", "high", "step"),
    [
        (SPEEDS, 0.75, 1.30, SPEED_STEP),
        (TEMPOS, 0.88, 1.12, TEMPO_STEP),
        (PITCHES, SEMITONES**-4, SEMITONES**4, PITCH_STEP),
        ([tempo for tempo, _ in GRID], 0.88, 1.12, GRID_TEMPO_STEP),
        ([pitch for _, pitch in GRID], SEMITONES**-4, SEMITONES**4, GRID_PITCH_STEP),
    ],
    ids=["speed", "tempo", "pitch", "tempo of the grid", "pitch of the grid"],
)
def test_a_family_covers_its_range_without_a_gap(
    family: list[float], low: float, high: float, step: float
) -> None:
    """With the unmodified clip, rungs are at most a step apart, half a step at the ends."""
    rungs = sorted({*family, 1.0})
    half = np.sqrt(1 + step)
    assert rungs[0] / half <= low < high <= rungs[-1] * half
    assert max(above / below for below, above in pairwise(rungs)) <= 1 + step + 1e-9


def test_the_moves_around_a_rung_reach_the_next_one() -> None:
    """Where a hundredth matters, in frequency, slight changes fill the space between two rungs."""
    assert MOVES.max() ** 2 >= 1 + max(SPEED_STEP, PITCH_STEP)


def test_the_grid_has_every_tempo_with_every_pitch() -> None:
    """Tempo and pitch together are all combinations of the two."""
    tempos, pitches = ({rung[part] for rung in GRID} for part in (0, 1))
    assert len(GRID) == len(set(GRID)) == len(tempos) * len(pitches)
    assert 1.0 not in tempos | pitches


def test_no_ladder_has_no_rungs() -> None:
    """Off is off."""
    assert list(batches(Ladder.OFF)) == []


def test_a_fast_ladder_changes_one_thing_at_a_time() -> None:
    """Speed, tempo or pitch; the full ladder begins with the same rungs."""
    assert all(tempo == pitch or 1.0 in (tempo, pitch) for tempo, pitch in FAST)
    assert list(batches(Ladder.FULL))[:-1] == list(batches(Ladder.FAST))


def test_the_likeliest_rungs_come_first() -> None:
    """What a fader reaches is tried before what only a nightcore upload does."""
    usual, others = batches(Ladder.FAST)
    assert max(distance(rung) for rung in usual) <= USUAL < min(distance(rung) for rung in others)


def test_fine_rungs_stand_closer_where_they_are_usual() -> None:
    """The usual speeds and pitches; all else is as it was."""
    (usual, rest), (fine, same) = batches(Ladder.FAST), batches(Ladder.FAST, fine=True)
    assert same == rest
    assert len(fine) > 2 * len(usual)
    assert max(map(distance, fine)) <= USUAL
    speeds = sorted([1.0, *(tempo for tempo, pitch in fine if tempo == pitch)])
    assert max(b / a for a, b in pairwise(speeds)) < 1 + 1.01 * FINE_STEP


def test_a_rung_reads_twice_as_much_of_ten_times_the_music() -> None:
    """And the same of every catalogue that is not large."""
    assert budget(5, 1000) == budget(5, LARGE_FRAMES) == 5
    assert budget(5, 100 * LARGE_FRAMES) == 20


def test_no_rung_is_tried_twice_and_none_is_the_clip_itself() -> None:
    """Every rung costs a stranger time and threshold."""
    rungs = list(chain(*batches(Ladder.FULL)))
    assert len(rungs) == len(set(rungs))
    assert (1.0, 1.0) not in rungs


@pytest.mark.parametrize("kind", Axis)
@pytest.mark.parametrize("rung", [(1.2, 1.2), (0.8, 0.8), (1.09, 1.0), (1.0, 1.25), (1.09, 0.9)])
def test_a_rung_finds_the_clips_that_were_changed_like_it(kind: Axis, rung: Rung) -> None:
    """Moved back to where it lies in the track, a clip has its votes there, on every axis."""
    params, (tempo, pitch) = Params(PeakParams(axis=kind)), rung
    songs = [make_peaks(seed, 60) for seed in range(3)]
    clip = mixed(
        excerpt(songs[1], 20, 10, tempo=tempo, pitch=pitch, params=params.peaks),
        make_peaks(9, 10, 10),
    )
    index = Catalogue(*songs, params=params)
    axis = axis_of(params.peaks)
    found = climb(rung, clip, frames_of(10), index, axis, params, QueryParams())
    assert found[0].key == 1
    assert found[0].offset_frames == pytest.approx(frames_of(20), abs=2)
    assert found[0].votes > 20 > 3 * max((one.votes for one in found[1:]), default=0)


def test_a_clip_whose_peaks_all_leave_the_axis_has_no_votes() -> None:
    """What was so much lower in the track that it is not there finds nothing, without an error."""
    params = Params()
    high = excerpt(make_peaks(1, 60), 20, 10, pitch=0.1)
    index = Catalogue(make_peaks(1, 60))
    axis = axis_of(params.peaks)
    found = climb((1.0, 50.0), high, frames_of(10), index, axis, params, QueryParams())
    assert found == []


def test_candidates_of_a_rung_are_tried_under_it() -> None:
    """Each has the tempo and pitch of the rung, and the track's steps for frames."""
    candidates = [Candidate(7, 100, 30, 200, 9000), Candidate(8, -50, 20, 10, 9000)]
    found = hypotheses_of([((1.1, 0.9), one) for one in candidates], np.array([4, 2]), STEPS)
    assert found.reference.tolist() == [4, 2]
    assert found.offset.tolist() == [800, -400]
    assert found.tempo.tolist() == [1.1, 1.1]
    assert found.pitch.tolist() == [0.9, 0.9]
