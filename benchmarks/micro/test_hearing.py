"""From samples to constellations: a minute of a recording, and a clip of ten seconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.micro.conftest import PARAMS, in_blocks
from earmark.fingerprint import fingerprint, hear
from earmark.params import QueryParams
from earmark.peaks import PeakPicker
from earmark.prominence import prominence
from earmark.spectrogram import Spectrogram
from earmark.types import Peaks

Samples = NDArray[np.float32]
Groups = list[NDArray[np.float32]]
PEAKS, QUERY = PARAMS.peaks, QueryParams()


def spectra(samples: Samples) -> Groups:
    """All groups of rows of power."""
    stream = Spectrogram(PEAKS)
    return [*(g for block in in_blocks(samples) for g in stream.feed(block)), *stream.finish()]


def picked(groups: Groups, radius_frames: int, radius_ratio: float) -> Peaks:
    """The peaks of a spectrogram."""
    picker = PeakPicker(PEAKS, radius_frames, radius_ratio, PEAKS.every_step)
    for power in groups:
        picker.feed(power)
    picker.finish()
    return picker.take()


def test_spectrogram_of_a_minute(benchmark: BenchmarkFixture, pieces: list[Samples]) -> None:
    """Windows, Fourier transform and power."""
    benchmark(spectra, pieces[0])


def test_peaks_of_a_minute(benchmark: BenchmarkFixture, pieces: list[Samples]) -> None:
    """As sparse as a reference."""
    radii = PEAKS.reference_radius_frames, PEAKS.reference_radius_ratio
    benchmark(picked, spectra(pieces[0]), *radii)


def test_fingerprint_of_a_minute(benchmark: BenchmarkFixture, pieces: list[Samples]) -> None:
    """Both together, decoding excluded."""
    benchmark(fingerprint, in_blocks(pieces[0]), PEAKS)


def test_dense_peaks_of_a_clip(benchmark: BenchmarkFixture, clip: Samples) -> None:
    """As dense as a query's."""
    benchmark(picked, spectra(clip), QUERY.radius_frames, QUERY.radius_ratio)


def test_prominence_of_a_clip(benchmark: BenchmarkFixture, clip: Samples) -> None:
    """How far every cell stands out."""
    benchmark(prominence, np.concatenate(spectra(clip)), PEAKS)


def test_hearing_a_clip(benchmark: BenchmarkFixture, clip: Samples) -> None:
    """All that a query needs of it."""
    heard = benchmark(hear, in_blocks(clip), PEAKS, QUERY)
    assert len(heard.peaks) > len(heard.few) > 0
