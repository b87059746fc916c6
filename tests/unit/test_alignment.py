from __future__ import annotations

import numpy as np
import pytest

from earmark.matching.alignment import (
    FIT_REACH,
    MOVES,
    centre,
    nearby,
    paced,
    plain,
    plain_at,
    refine,
)
from earmark.matching.candidates import Candidate
from earmark.matching.clip import Clip
from earmark.matching.sweep import Place
from earmark.matching.verification import Hypotheses
from tests.constellations import (
    STEPS,
    STEPS_PER_S,
    excerpt,
    make_clip,
    make_peaks,
    mixed,
    sorted_peaks,
    stored,
)

TRACK = make_peaks(1, 60)
DENSE = mixed(TRACK, make_peaks(2, 60, 40))
REFERENCES = stored(TRACK)
START_S = 20

CANDIDATES: list[Candidate | Place] = [Candidate(7, 100, 30, 200, 9000), Place(8, -50, 20.0)]
NUMBERS = np.array([4, 2])


def hypothesis(offset: float, tempo: float = 1.0, pitch: float = 1.0) -> Hypotheses:
    """One hypothesis about the only track."""
    return Hypotheses(
        np.zeros(1, np.int64), np.array([offset]), np.array([tempo]), np.array([pitch])
    )


def heard(tempo: float = 1.0, pitch: float = 1.0) -> Clip:
    """Ten seconds of the track, stretched."""
    return make_clip(excerpt(DENSE, START_S, 10, tempo=tempo, pitch=pitch), 10)


def test_plain_hypotheses_are_the_candidates() -> None:
    """A candidate, or a place that a sweep found, is first tried as it is."""
    found = plain(CANDIDATES, NUMBERS, STEPS)
    assert found.reference.tolist() == [4, 2]
    assert found.offset.tolist() == [800, -400]
    assert (found.tempo == 1).all()
    assert (found.pitch == 1).all()


def test_nearby_hypotheses_keep_the_middle_of_the_clip() -> None:
    """Under every one of them it lies at the same place of the track."""
    clip, base = heard(), plain(CANDIDATES, NUMBERS, STEPS)
    found = nearby(base, clip)
    half = clip.length_steps / 2
    middles = np.repeat(base.offset + half, len(MOVES))
    assert found.reference.tolist() == np.repeat(NUMBERS, len(MOVES)).tolist()
    assert np.allclose(found.offset + half * found.tempo, middles)


def test_nearby_hypotheses_change_tempo_pitch_or_both_together() -> None:
    """The first of each is the hypothesis itself; the others move around it."""
    found = nearby(hypothesis(0, 1.1, 0.9), heard())
    by_tempo, by_pitch = found.tempo / 1.1, found.pitch / 0.9
    assert (by_tempo[0], by_pitch[0]) == (1, 1)
    kinds = np.stack([~np.isclose(by_tempo, 1), ~np.isclose(by_pitch, 1)])[:, 1:]
    assert kinds.any(axis=0).all()
    both = kinds.all(axis=0)
    assert both.any()
    assert np.allclose(by_tempo[1:][both], by_pitch[1:][both])


def test_no_candidates_make_no_hypotheses() -> None:
    """Nothing in, nothing out."""
    nobody = plain([], np.empty(0, np.int64), STEPS)
    assert len(nobody) == len(nearby(nobody, heard())) == 0
    assert (
        len(refine(heard(), REFERENCES, nobody)) == len(paced(heard(), REFERENCES, nobody, 14)) == 0
    )


@pytest.mark.parametrize(
    ("tempo", "pitch"), [(1.004, 1.0), (1.0, 0.996), (0.9985, 0.9985), (1.0, 1.0), (1.005, 1.003)]
)
def test_tempo_and_pitch_are_recovered_within_a_thousandth(tempo: float, pitch: float) -> None:
    """A fit from half a grid step away finds tempo, pitch and place."""
    found = refine(heard(tempo, pitch), REFERENCES, hypothesis(START_S * STEPS_PER_S + 3))
    assert found.tempo[0] == pytest.approx(tempo, abs=1e-3)
    assert found.pitch[0] == pytest.approx(pitch, abs=1e-3)
    assert found.offset[0] == pytest.approx(START_S * STEPS_PER_S, abs=4)


def test_a_far_stretch_is_refined_from_the_nearest_of_the_grid() -> None:
    """From 4 %, a clip of 4.3 % is found within a thousandth."""
    found = refine(
        heard(tempo=1.043), REFERENCES, hypothesis(START_S * STEPS_PER_S, tempo=1.04), rounds=3
    )
    assert found.tempo[0] == pytest.approx(1.043, abs=1e-3)


@pytest.mark.parametrize("tempo", [0.88, 0.953, 1.0, 1.045, 1.066, 1.12])
def test_a_tempo_is_found_from_a_second_that_agrees_unmodified(tempo: float) -> None:
    """A stretched clip agrees with its track for a moment, and around it all of it is made to."""
    middle_s = START_S + 4 * tempo
    moment = hypothesis((middle_s - 4) * STEPS_PER_S)
    found = paced(heard(tempo=tempo), REFERENCES, moment, 14)
    assert found.tempo[0] == pytest.approx(tempo, abs=4e-3)


def test_few_peaks_define_no_line() -> None:
    """Seven agreeing peaks are left as they were found."""
    few = sorted_peaks(np.arange(7) * 300, np.full(7, 900))
    found = refine(make_clip(few, 5), stored(few), hypothesis(2.0))
    assert (found.offset[0], found.tempo[0], found.pitch[0]) == (2, 1, 1)


def test_peaks_of_one_moment_define_no_line() -> None:
    """However many sound at once, they have no slope."""
    chord = sorted_peaks(np.full(20, 800), np.arange(20) * 60 + 500)
    found = refine(make_clip(chord, 5), stored(chord), hypothesis(2.0))
    assert (found.offset[0], found.tempo[0]) == (2, 1)


def test_an_implausible_fit_is_refused() -> None:
    """Two chords close together have a slope, but it says nothing about the tempo."""
    frequency = np.tile(np.arange(10) * 60 + 500, 2)
    clip = sorted_peaks(np.repeat([800, 810], 10), frequency)
    track = sorted_peaks(np.repeat([800, 812], 10), frequency)
    found = refine(make_clip(clip, 5), stored(track), hypothesis(0.0))
    assert FIT_REACH < 12 / 10 - 1
    assert found.tempo[0] == 1


def test_a_refinement_finds_no_fewer_peaks() -> None:
    """In the wrong place there is no line, and the hypothesis does not run away."""
    start = hypothesis(41.0 * STEPS_PER_S)
    found = refine(heard(), REFERENCES, start)
    assert abs(found.offset[0] - start.offset[0]) < STEPS_PER_S
    assert abs(found.tempo[0] - 1) <= 2 * FIT_REACH


def test_centring_moves_the_place_only() -> None:
    """The mean of the agreeing peaks is the place, to a step; tempo and pitch stay."""
    found = centre(heard(), REFERENCES, hypothesis(START_S * STEPS_PER_S + 4))
    assert found.offset[0] == pytest.approx(START_S * STEPS_PER_S, abs=1)
    assert (found.tempo[0], found.pitch[0]) == (1, 1)


def test_where_nothing_agrees_nothing_is_moved() -> None:
    """Beyond the track there is no mean to move to."""
    start = plain_at(0, 1e6)
    assert centre(heard(), REFERENCES, start).offset[0] == 1e6
    assert refine(heard(), REFERENCES, start).offset[0] == 1e6
    assert paced(heard(), REFERENCES, start, 14).offset[0] == 1e6
