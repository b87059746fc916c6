"""Distractors: numbered songs, as dense as real ones."""

from __future__ import annotations

import numpy as np

from earmark.evaluation.distractors import distractor_peaks
from earmark.params import Params

PARAMS = Params()


def test_a_song_has_its_number_whichever_others_are_made() -> None:
    """The third distractor of a seed is the same alone and after others."""
    alone = distractor_peaks(2, 1, PARAMS)
    *_, third = (distractor_peaks(number, 1, PARAMS) for number in range(3))
    assert np.array_equal(third.time, alone.time)
    assert np.array_equal(third.frequency, alone.frequency)


def test_another_seed_gives_other_songs() -> None:
    """Two collections have nothing in common."""
    one, other = (distractor_peaks(0, seed, PARAMS) for seed in (1, 2))
    assert len(one) != len(other) or not np.array_equal(one.time, other.time)


def test_songs_are_as_dense_as_references() -> None:
    """The mean of some songs lies where real recordings lie: 28 to 38 peaks a second."""
    peaks = [distractor_peaks(number, 3, PARAMS) for number in range(20)]
    seconds = sum(one.time[-1] for one in peaks) / PARAMS.peaks.steps / 62.5
    assert 28 < sum(len(one) for one in peaks) / seconds < 38
