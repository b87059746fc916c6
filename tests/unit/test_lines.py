from __future__ import annotations

import numpy as np
import pytest

from earmark.axis import axis_of
from earmark.matching.lines import Lead, Line, fitted, own_ends, paired
from tests.constellations import PARAMS, STEPS_PER_S, excerpt, make_peaks, thinned

AXIS = axis_of(PARAMS.peaks)
SONG = make_peaks(1, seconds=60, per_second=30)
PLAIN = Line(0.0, 1.0)


def test_a_line_leads_there_and_back() -> None:
    """`back` undoes `at`."""
    line = Line(offset=-700.0, speed=1.02)
    assert line.back(line.at(1234.0)) == pytest.approx(1234.0)


def test_peaks_are_paired_with_themselves() -> None:
    """Along the right line, every peak of a copy has its partner."""
    _, partner = paired(SONG, SONG, PLAIN, slice(None), 1.0, AXIS)
    assert partner.tolist() == list(range(len(SONG)))


def test_peaks_beside_the_line_have_no_partner() -> None:
    """Half a second off, hardly a peak is found."""
    _, partner = paired(SONG, SONG, Line(STEPS_PER_S / 2, 1.0), slice(None), 1.0, AXIS)
    assert (partner >= 0).mean() < 0.1


def test_a_sped_up_copy_is_paired_at_its_pitch() -> None:
    """Frequencies move with the speed: the copy's own line finds most, that of the song few."""
    fast = excerpt(SONG, 0, 60, tempo=1.02, pitch=1.02)
    right, wrong = (
        paired(fast, SONG, Line(0.0, speed), slice(None), 1.0, AXIS)[1] for speed in (1.02, 1.0)
    )
    assert (right >= 0).mean() > 0.95
    assert (wrong >= 0).mean() < 0.1


def test_a_line_is_fitted_from_where_it_is_right_to_both_ends() -> None:
    """A rung that is a third of a per cent off is turned until it fits the whole recording."""
    fast = thinned(excerpt(SONG, 0, 60, tempo=1.02, pitch=1.02), seed=1, kept=0.7)
    middle = 25.0 * STEPS_PER_S
    rung = Line(middle * (1.02 - 1.0225), 1.0225)
    line = fitted(fast, SONG, Lead(rung, middle), AXIS)
    assert line.speed == pytest.approx(1.02, abs=1e-4)
    assert line.offset == pytest.approx(0.0, abs=4)


def test_what_agrees_with_nothing_is_not_turned() -> None:
    """Without pairs, a line stays as it is."""
    few = make_peaks(3, seconds=4, per_second=1)
    assert fitted(few, SONG, Lead(PLAIN, 0.0), AXIS) == PLAIN


def test_the_ends_are_those_that_both_have() -> None:
    """A clip lies in a song no longer than it lasts itself."""
    clip = excerpt(SONG, 20, 10)
    inside = own_ends(clip, SONG, Line(20.0 * STEPS_PER_S, 1.0))
    around = own_ends(SONG, clip, Line(-20.0 * STEPS_PER_S, 1.0))
    assert inside == (clip.time[0], clip.time[-1] + 1)
    assert around == (clip.time[0] + 20 * STEPS_PER_S, clip.time[-1] + 20 * STEPS_PER_S + 1)


def test_no_peaks_have_no_partners() -> None:
    """An empty part of a recording is no error."""
    time, partner = paired(SONG, SONG, PLAIN, slice(0, 0), 1.0, AXIS)
    assert len(time) == len(partner) == 0
    assert partner.dtype == np.int64
