"""Songs from the bars of others: orderly, as dense as music, and none lies in another."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.axis import axis_of
from earmark.evaluation.resynthesis import PEAKS_A_SECOND, Piece, piece_of, resynthesise
from earmark.params import Axis, PeakParams
from earmark.types import Peaks
from tests.constellations import crowded, make_peaks, sorted_peaks

PARAMS = PeakParams()
BAR_S = 2.0
NOTHING = sorted_peaks(np.empty(0), np.empty(0))


def piece(seed: int, params: PeakParams = PARAMS) -> Piece:
    """Make a piece of a minute."""
    return piece_of(make_peaks(seed, 60.0), BAR_S, params)


def song(seed: int, duration_s: float = 60.0) -> Peaks:
    """Make a song of the same two pieces for every seed."""
    rng = np.random.default_rng(seed)
    return resynthesise(piece(1), piece(2), duration_s, PARAMS, rng)


def cells(peaks: Peaks) -> set[tuple[int, int]]:
    """Return where the peaks lie."""
    return set(zip(peaks.time.tolist(), peaks.frequency.tolist()))


def test_the_same_generator_gives_the_same_song() -> None:
    """A song is decided by its pieces, its duration and its generator."""
    assert cells(song(1)) == cells(song(1))


def test_songs_of_the_same_pieces_share_no_passage() -> None:
    """Each is moved, stretched and shaken in its own way."""
    assert len(cells(song(1)) & cells(song(2))) < 0.02 * len(song(1))


def test_peaks_are_sorted_and_within_their_range() -> None:
    """A song's peaks are as orderly as those of a recording, up to its end."""
    peaks = song(3, 30.0)
    bins = peaks.frequency / PARAMS.steps
    assert np.array_equal(np.lexsort((peaks.frequency, peaks.time)), np.arange(len(peaks)))
    assert PARAMS.low_bin <= bins.min()
    assert bins.max() < PARAMS.high_bin
    assert 0 <= peaks.time[0] < peaks.time[-1] < 30.1 * PARAMS.steps * 62.5


def test_no_two_peaks_share_a_neighbourhood() -> None:
    """Where two pieces meet, only the earlier peak stays."""
    assert crowded(song(4)) == 0


def test_a_dense_piece_is_thinned() -> None:
    """Of a piece with too many peaks no more are kept than music has."""
    dense = piece_of(make_peaks(1, 60.0, per_second=80), BAR_S, PARAMS)
    rng = np.random.default_rng(5)
    counts = [len(resynthesise(dense, dense, 60.0, PARAMS, rng)) for _ in range(20)]
    assert np.mean(counts) / 60 < 1.1 * PEAKS_A_SECOND


def test_a_sparse_piece_is_filled() -> None:
    """What a piece lacks is taken from another."""
    nothing = piece_of(NOTHING, BAR_S, PARAMS)
    dense = piece_of(make_peaks(2, 60.0, per_second=60), BAR_S, PARAMS)
    filled = resynthesise(nothing, dense, 60.0, PARAMS, np.random.default_rng(6))
    assert len(filled) / 60 > 0.7 * PEAKS_A_SECOND


def test_pieces_without_peaks_make_a_song_without_any() -> None:
    """Silence is no error."""
    nothing = piece_of(NOTHING, BAR_S, PARAMS)
    assert len(resynthesise(nothing, nothing, 60.0, PARAMS, np.random.default_rng(7))) == 0


def test_a_song_of_no_length_has_no_peaks() -> None:
    """Nothing of a piece lies before its beginning."""
    assert len(song(8, 0.0)) == 0


@pytest.mark.parametrize("axis", Axis)
def test_a_song_lies_on_any_axis(axis: Axis) -> None:
    """Pieces keep their frequencies in bins, whatever the constellation counts in."""
    params = PeakParams(axis=axis)
    made = resynthesise(piece(1, params), piece(2, params), 20.0, params, np.random.default_rng(9))
    hz = axis_of(params).hz(made.frequency)
    assert len(made) > 100
    assert 120 < hz.min() < hz.max() < 3550


def test_what_returns_in_a_piece_returns_in_its_songs() -> None:
    """Bars that are equal stay alike: a song is not a shuffled heap of peaks."""
    bar = make_peaks(1, BAR_S)
    steps = int(BAR_S * PARAMS.steps * 62.5)
    time = np.concatenate([bar.time + k * steps for k in range(30)])
    loop = piece_of(sorted_peaks(time, np.tile(bar.frequency, 30)), BAR_S, PARAMS)
    found = resynthesise(loop, piece(2), 60.0, PARAMS, np.random.default_rng(10))
    bins = np.unique(np.round(found.frequency / PARAMS.steps), return_counts=True)[1]
    others = np.unique(np.round(song(10).frequency / PARAMS.steps), return_counts=True)[1]
    assert (bins**2).sum() / len(found) > 2 * (others**2).sum() / len(song(10))


def test_a_bar_that_is_cut_short_is_no_bar() -> None:
    """A piece of nine seconds has four bars of two."""
    nine = piece_of(make_peaks(1, 9.0), BAR_S, PARAMS)
    assert len(nine.begins) == 5
    assert nine.begins[-1] < len(nine.frames)
