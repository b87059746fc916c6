from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.axis import axis_of
from earmark.fingerprint import Listener, fingerprint, hear
from earmark.params import Axis, PeakParams, QueryParams
from earmark.peaks import LEVELS_PER_DB
from earmark.types import Peaks
from earmark.units import hz_to_bins
from tests.axes import AXES, on_every_axis

PARAMS, QUERY = PeakParams(), QueryParams()
RATE_HZ, HOP, STEPS = PARAMS.sample_rate_hz, PARAMS.hop_samples, PARAMS.steps


def music(seed: int, seconds: float = 8.0) -> NDArray[np.float32]:
    """Plucked notes at random times and pitches, over a little noise."""
    rng = np.random.default_rng(seed)
    sound = rng.normal(0, 0.002, round(seconds * RATE_HZ))
    for _ in range(round(seconds * 8)):
        at, length = rng.integers(0, len(sound)), rng.integers(1000, 4000)
        time_s = np.arange(min(length, len(sound) - at)) / RATE_HZ
        note = np.sin(2 * np.pi * rng.uniform(150, 3300) * time_s) * np.exp(-8 * time_s)
        sound[at : at + len(time_s)] += rng.uniform(0.02, 0.2) * note
    return sound.astype(np.float32)


def burst(at_samples: float, hz: float = 1000.0) -> NDArray[np.float32]:
    """A tone that swells and fades around a moment, given with its fraction of a sample."""
    time_s = (np.arange(16_000) - at_samples) / RATE_HZ
    return (0.5 * np.exp(-((time_s / 0.05) ** 2)) * np.cos(2 * np.pi * hz * time_s)).astype(
        np.float32
    )


def tone(hz: float) -> NDArray[np.float32]:
    """Two seconds of a pure tone that swells and fades."""
    time_s = np.arange(16_000) / RATE_HZ
    return (0.5 * np.sin(2 * np.pi * hz * time_s) * np.hanning(16_000)).astype(np.float32)


def finely(params: PeakParams) -> PeakParams:
    """The same, but references are as precise as clips."""
    return replace(params, reference_frame_parts=params.steps, reference_band_parts=params.steps)


def same(one: Peaks, other: Peaks) -> bool:
    """Whether two constellations are equal in every number."""
    names = ("time", "frequency", "level")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def loudest(peaks: Peaks) -> int:
    """The number of the loudest peak."""
    return int(peaks.level.argmax())


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(AXES),
    st.lists(st.integers(0, 32_000), max_size=10),
    st.sampled_from([None, QUERY]),
)
def test_any_cut_into_blocks_gives_the_same_constellation(
    params: PeakParams, cuts: list[int], query: QueryParams | None
) -> None:
    """A stream and the whole recording have identical fingerprints."""
    sound = music(1, 4.0)
    pieces = fingerprint(np.split(sound, sorted(cuts)), params, query)
    assert same(pieces, fingerprint([sound], params, query))


@on_every_axis
@pytest.mark.parametrize("samples", [0, 1, 100, 20_000])
def test_silence_has_no_peaks(samples: int, params: PeakParams) -> None:
    """A silent signal of any length gives no peaks, not an error."""
    assert len(fingerprint([np.zeros(samples, np.float32)], params)) == 0


def test_one_loud_sample_is_a_recording() -> None:
    """The shortest sound there is does no harm."""
    peaks = fingerprint([np.ones(1, np.float32)], PARAMS, QUERY)
    assert set(peaks.time.tolist()) <= {0}


@given(st.sampled_from(AXES), st.floats(150, 3300))
@settings(max_examples=100, deadline=None)
def test_a_pure_tone_is_found_within_a_quarter_of_a_band(params: PeakParams, hz: float) -> None:
    """Refinement reads a frequency between two bands; where these lie closer, between two bins."""
    peaks, axis = fingerprint([tone(hz)], finely(params)), axis_of(params)
    found = peaks.frequency[loudest(peaks)]
    part = 0.1 if params.axis is Axis.LINEAR else 0.25
    off_by_bins = hz_to_bins(abs(float(axis.hz(found)) - hz), params)
    off_by_bands = abs(float(axis.position(hz)) - found) / params.steps
    assert min(off_by_bands, off_by_bins) < part


@on_every_axis
def test_the_level_of_a_tone_hardly_depends_on_its_frequency(params: PeakParams) -> None:
    """Between two bins a Hann window loses at most 1.5 dB, and between two bands at most 3."""
    levels = [int(fingerprint([tone(1000 + i)], params).level.max()) for i in range(9)]
    most_db = 1.5 if params.axis is Axis.LINEAR else 3
    assert max(levels) - min(levels) <= most_db * LEVELS_PER_DB


@given(st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_a_burst_is_found_between_two_frames(part: float) -> None:
    """Shifted by a part of a hop, a burst moves its refined time by it, to a quarter frame."""
    peaks = fingerprint([burst((60 + part) * HOP)], finely(PARAMS))
    assert abs(peaks.time[loudest(peaks)] / STEPS - (60 + part)) < 0.25


@on_every_axis
@pytest.mark.parametrize("shift_db", [-12, 6])
def test_scaling_changes_levels_only(shift_db: int, params: PeakParams) -> None:
    """The same sound, louder or softer, has the same peaks where both are above silence."""
    sound = music(2)
    usual = fingerprint([sound], params)
    scaled = fingerprint([sound * np.float32(10 ** (shift_db / 20))], params)
    assert np.array_equal(usual.time, scaled.time)
    assert np.array_equal(usual.frequency, scaled.frequency)
    difference = scaled.level.astype(int) - usual.level
    assert np.abs(difference - shift_db * LEVELS_PER_DB).max() <= 1


@on_every_axis
@pytest.mark.parametrize("cut", [1, 17, 64, 100, 127, 8000, 12_345])
def test_peaks_hardly_depend_on_where_the_clip_was_cut(cut: int, params: PeakParams) -> None:
    """At any sample phase at least 85 % of the peaks lie within half a frame and half a band."""
    sound = music(3)
    whole, part = fingerprint([sound], params), fingerprint([sound[cut:]], params, QUERY)
    edge = STEPS * (cut / HOP + PARAMS.reference_radius_frames)
    inner = whole.time > edge
    apart = np.abs(whole.time[inner, None] - STEPS * cut / HOP - part.time)
    across = np.abs(whole.frequency[inner, None].astype(int) - part.frequency)
    assert ((apart <= STEPS / 2) & (across <= STEPS / 2)).any(axis=1).mean() > 0.85


@on_every_axis
def test_a_reference_peak_is_also_a_dense_query_peak(params: PeakParams) -> None:
    """Sparse reference, dense query: one rule makes both, so nothing is lost between them."""
    sound = music(4)
    sparse, dense = fingerprint([sound], finely(params)), fingerprint([sound], params, QUERY)
    places = [set(zip(p.time.tolist(), p.frequency.tolist())) for p in (sparse, dense)]
    assert places[0] <= places[1]
    assert len(dense) > 2 * len(sparse)


@on_every_axis
def test_a_reference_is_less_precise_than_a_clip(params: PeakParams) -> None:
    """Its peaks lie in the middles of quarters of frames and halves of bands; none is lost."""
    sound = music(4)
    coarse, fine = fingerprint([sound], params), fingerprint([sound], finely(params))
    assert set((coarse.time % STEPS).tolist()) == set(range(1, STEPS, 2))
    assert set((coarse.frequency % STEPS).tolist()) == {STEPS // 4, STEPS * 3 // 4}
    assert len(coarse) == len(fine)
    assert np.abs(coarse.time - np.sort(fine.time)).max() <= STEPS // 8


@on_every_axis
def test_what_is_heard_are_dense_peaks_some_of_them_and_every_cell(params: PeakParams) -> None:
    """One rule makes all three constellations: that of the votes lies between the other two."""
    sound = music(6)
    heard = hear(np.split(sound, [100, 30_000]), params, QUERY)
    assert same(heard.peaks, fingerprint([sound], params, QUERY))
    kinds = (fingerprint([sound], finely(params)), heard.few, heard.peaks)
    reference, few, dense = (set(zip(p.time.tolist(), p.frequency.tolist())) for p in kinds)
    assert reference < few < dense
    assert heard.prominence.shape == (heard.frames, len(axis_of(params).centre_bins))
    assert heard.frames == math.ceil(len(sound) / HOP)


def test_most_loud_peaks_stand_out() -> None:
    """Prominence and peaks are of one spectrogram, frame by frame and band by band."""
    heard = hear([music(7)], PARAMS, QUERY)
    loud = heard.peaks.level > np.quantile(heard.peaks.level, 0.9)
    places = (heard.peaks.time[loud], heard.peaks.frequency[loud])
    frame, band = ((part + STEPS // 2) // STEPS for part in places)
    assert np.median(heard.prominence) < 2
    assert np.median(heard.prominence[frame, band]) > 5


@pytest.mark.parametrize("blocks", [[], [np.zeros(0, np.float32)]])
def test_nothing_is_heard_in_nothing(blocks: list[NDArray[np.float32]]) -> None:
    """A clip without samples has no peaks and no frames worth a look, and is no error."""
    heard = hear(blocks, PARAMS, QUERY)
    assert len(heard.peaks) == len(heard.few) == 0
    assert heard.frames <= 1


def test_higher_music_is_shifted_on_a_logarithmic_axis() -> None:
    """Every tone a fifth higher is on a logarithmic axis the same constellation, moved."""
    params = PeakParams(axis=Axis.LOG)
    low, high = (fingerprint([tone(hz)], params).frequency.astype(int) for hz in (440.0, 660.0))
    moved = axis_of(params).warp(1.5)[low[0]]
    assert abs(high[0] - moved) <= params.steps / 4


def test_a_listener_gives_every_peak_once_its_time_has_come() -> None:
    """What is taken on the way and at the end is, together, what is heard at once."""
    listener, whole = Listener(PARAMS, QUERY), music(4)
    taken = []
    for begin in range(0, len(whole), 3000):
        listener.feed(whole[begin : begin + 3000])
        taken.append(listener.take())
    taken.append(listener.finish())
    heard, upto = hear([whole], PARAMS, QUERY), 0
    for peaks, cells in taken:
        assert not len(peaks) or peaks.time[0] >= (upto - 1) * STEPS
        upto += len(cells)
    assert np.array_equal(np.concatenate([peaks.time for peaks, _ in taken]), heard.peaks.time)
    assert np.array_equal(np.concatenate([cells for _, cells in taken]), heard.prominence)
