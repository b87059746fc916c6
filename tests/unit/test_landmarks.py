from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.axis import axis_of
from earmark.fingerprint import fingerprint
from earmark.landmarks import BIN_BITS, GAP_BITS, STEP_BITS, query_probes, reference_landmarks
from earmark.params import Axis, IndexParams, Params, PeakParams, QueryParams
from earmark.tape import HASH_BITS
from earmark.types import Landmarks, Peaks
from tests.axes import on_every_axis
from tests.constellations import PARAMS, STEPS, make_peaks, sorted_peaks

FANOUT, FUZZINESS = QueryParams().fanout, QueryParams().fuzziness
EVERYTHING = 10_000

places = st.tuples(st.integers(0, 4000), st.integers(1, 0xFFF))


def peaks_at(*where: tuple[int, int]) -> Peaks:
    """Peaks at these places, (time, frequency) in steps."""
    rows = np.array(where, np.int64).reshape(-1, 2)
    return sorted_peaks(rows[:, 0], rows[:, 1])


def fields(marks: Landmarks) -> list[tuple[int, int, int]]:
    """The (bin, step in bins, gap in frames) of every hash."""
    low = marks.hash >> (STEP_BITS + GAP_BITS)
    step = (marks.hash >> GAP_BITS & ((1 << STEP_BITS) - 1)).astype(int) - (1 << (STEP_BITS - 1))
    gap = (marks.hash & ((1 << GAP_BITS) - 1)) + PARAMS.index.min_gap_frames
    return list(zip(low.tolist(), step.tolist(), gap.tolist()))


def test_a_hash_is_laid_out_as_drawn() -> None:
    """Bin 100 at frame 10 and bin 93 at frame 15 give bin 100, step -7, gap 5."""
    marks = reference_landmarks(peaks_at((80, 800), (120, 744)), PARAMS)
    assert fields(marks) == [(100, -7, 5)]
    assert marks.frame.tolist() == [10]


def test_the_fields_of_the_layout_fill_a_hash() -> None:
    """The tape and the landmarks agree on how wide a hash is."""
    assert BIN_BITS + STEP_BITS + GAP_BITS == HASH_BITS


@pytest.mark.parametrize(("gap", "pairs"), [(15, 0), (16, 1), (519, 1), (520, 0)])
def test_a_zone_ends_where_the_parameters_say(gap: int, pairs: int) -> None:
    """Pairs lie from 2 to just under 65 frames apart."""
    assert len(reference_landmarks(peaks_at((0, 800), (gap, 800)), PARAMS)) == pairs


@pytest.mark.parametrize(("step", "pairs"), [(-504, 0), (-503, 1), (503, 1), (504, 0)])
def test_a_zone_is_as_high_as_the_layout_allows(step: int, pairs: int) -> None:
    """Pairs lie less than 63 bins apart, upwards or downwards."""
    assert len(reference_landmarks(peaks_at((0, 1600), (80, 1600 + step)), PARAMS)) == pairs


def test_a_reference_keeps_few_pairs_of_each_peak() -> None:
    """Only the next two peaks of the zone count."""
    marks = reference_landmarks(peaks_at((0, 800), (80, 810), (160, 820), (240, 830)), PARAMS)
    assert np.bincount(marks.frame).max() == PARAMS.index.fanout


def test_a_lone_peak_has_no_partner() -> None:
    """One peak, or none, makes no pair."""
    assert len(reference_landmarks(peaks_at((0, 800)), PARAMS)) == 0
    assert len(query_probes(peaks_at(), PARAMS, FANOUT, FUZZINESS).hash) == 0


@settings(deadline=None)
@given(st.lists(places, max_size=40), st.floats(0, 0.5))
def test_every_hash_fits_its_bits(where: list[tuple[int, int]], fuzziness: float) -> None:
    """No value spills over, wherever the peaks lie and however fuzzy the query is."""
    peaks = peaks_at(*where)
    probes = query_probes(peaks, PARAMS, FANOUT, fuzziness)
    assert probes.hash.max(initial=0) < 1 << HASH_BITS
    assert reference_landmarks(peaks, PARAMS).hash.max(initial=0) < 1 << HASH_BITS


def test_a_neighbouring_cell_out_of_reach_is_not_asked_for() -> None:
    """A step of 64 bins has no place in the layout; it must not look like another pair."""
    low, high = 100 * STEPS - 2, 163 * STEPS - 2
    probes = query_probes(peaks_at((0, low), (80, high - 1)), PARAMS, FANOUT, FUZZINESS)
    marks = Landmarks(probes.hash, probes.frame.astype(np.uint32))
    assert {step for _, step, _ in fields(marks)} <= {61, 62, 63}


def test_even_wider_zones_stay_within_the_layout() -> None:
    """Parameters that ask for more than a hash holds lose pairs, not bits."""
    wide = Params(index=IndexParams(max_step_bins=400, max_gap_frames=400))
    marks = reference_landmarks(make_peaks(1), wide)
    assert len(marks) > 0
    assert marks.hash.max() < 1 << HASH_BITS


@pytest.mark.parametrize("seed", range(5))
def test_a_query_asks_for_all_that_a_reference_holds(seed: int) -> None:
    """With the peaks of the reference itself, its pairs are among the probes, exact or fuzzy."""
    peaks = make_peaks(seed)
    marks = reference_landmarks(peaks, PARAMS)
    wanted = set(zip(marks.hash.tolist(), marks.frame.tolist()))
    for fuzziness in (0.0, FUZZINESS):
        probes = query_probes(peaks, PARAMS, FANOUT, fuzziness)
        assert wanted <= set(zip(probes.hash.tolist(), probes.frame.tolist()))


@on_every_axis
def test_noise_of_all_frequencies_gives_hashes_on_every_axis(params: PeakParams) -> None:
    """Any axis fits the layout: a query asks for all that a reference of the same sound holds.

    That is, if the reference is as precise as a clip.
    """
    params = replace(params, reference_frame_parts=params.steps, reference_band_parts=params.steps)
    sound, library = np.random.default_rng(1).normal(0, 0.1, 80_000), Params(params)
    marks = reference_landmarks(fingerprint([sound.astype(np.float32)], params), library)
    dense = fingerprint([sound.astype(np.float32)], params, QueryParams())
    asked = query_probes(dense, library, EVERYTHING, FUZZINESS)
    assert len(marks) > 100
    assert asked.hash.max() < 1 << HASH_BITS
    wanted = set(zip(marks.hash.tolist(), marks.frame.tolist()))
    assert wanted <= set(zip(asked.hash.tolist(), asked.frame.tolist()))


def test_a_pitch_moves_only_the_first_bin_on_a_logarithmic_axis() -> None:
    """An interval is as many steps wide wherever it lies; on a linear axis it is not."""
    axis = axis_of(PeakParams(axis=Axis.LOG))
    moved = axis.warp(2 ** (3 / 12)).round().astype(int)
    pair, higher = (800, 1000), (int(moved[800]), int(moved[1000]))
    hashed = [
        fields(reference_landmarks(peaks_at((0, low), (80, high)), PARAMS))[0]
        for low, high in (pair, higher)
    ]
    assert hashed[0][0] < hashed[1][0]
    assert hashed[0][1:] == hashed[1][1:]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.floats(0, 0.25), st.floats(0.25, 0.5))
def test_a_fuzzier_query_asks_for_more(seed: int, less: float, more: float) -> None:
    """Fuzziness adds cells and takes none away."""
    peaks = make_peaks(seed, 5.0)
    asked = [set(query_probes(peaks, PARAMS, FANOUT, part).hash.tolist()) for part in (less, more)]
    assert asked[0] <= asked[1]


@pytest.mark.parametrize("moved", [(1, 0, 0, 0), (0, 1, 0, -1), (-1, 1, 1, 1), (0, -1, -1, 0)])
def test_a_peak_that_trembles_is_still_found(moved: tuple[int, int, int, int]) -> None:
    """A step of error in each of the four numbers of a pair stays within the fuzzy cells."""
    seeds = range(200)
    rng = np.random.default_rng(3)
    hits = 0
    for _ in seeds:
        time, frequency, gap, step = rng.integers(
            (0, 1000, 40, -300), (400, 1300, 400, 300)
        ).tolist()
        pair = [(time, frequency), (time + gap, frequency + step)]
        clip = [(t + moved[2 * i], f + moved[2 * i + 1]) for i, (t, f) in enumerate(pair)]
        hashed = reference_landmarks(peaks_at(*pair), PARAMS).hash[0]
        hits += hashed in query_probes(peaks_at(*clip), PARAMS, FANOUT, FUZZINESS).hash
    assert hits == len(seeds)


def test_landmarks_are_in_order() -> None:
    """References are sorted by hash, then frame."""
    marks = reference_landmarks(make_peaks(4), PARAMS)
    order = np.lexsort((marks.frame, marks.hash))
    assert np.array_equal(order, np.arange(len(marks)))


def test_a_dense_clip_outgrows_the_first_buffers() -> None:
    """However many pairs there are, all are returned: n peaks at a distance make n(n-1)/2."""
    peaks = peaks_at(*((17 * i, 1000 + i) for i in range(30)))
    exact = Params(index=IndexParams(fanout=1000))
    assert len(reference_landmarks(peaks, exact)) == 30 * 29 // 2
    assert len(query_probes(peaks, PARAMS, EVERYTHING, FUZZINESS).hash) > 1024
