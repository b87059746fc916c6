"""Tests of earmark.evaluation.synthesis."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.evaluation.signals import rms
from earmark.evaluation.synthesis import STYLES, Style, catalogue, synthesise


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_every_style_fills_its_time_with_sound(style: Style) -> None:
    """No style leaves a second of silence before its last notes."""
    piece = synthesise(1, style, duration_s=8.0)
    seconds = piece.samples[: 8 * piece.sample_rate_hz].reshape(8, -1)
    assert min(rms(second) for second in seconds) > 0.003


def test_the_same_seed_gives_the_same_piece() -> None:
    """A piece is a function of its seed."""
    first, second = synthesise(7, duration_s=3.0), synthesise(7, duration_s=3.0)
    assert first.title == second.title
    assert np.array_equal(first.samples, second.samples)


def test_a_piece_is_mono_float_and_within_full_scale() -> None:
    """The result is what every other part of Earmark calls a signal."""
    samples = synthesise(8, duration_s=3.0).samples
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert np.abs(samples).max() == pytest.approx(0.9)


def test_the_rate_changes_the_samples_not_the_music() -> None:
    """At twice the rate a piece lasts as long as before."""
    low = synthesise(9, duration_s=3.0, sample_rate_hz=11025)
    high = synthesise(9, duration_s=3.0, sample_rate_hz=22050)
    assert low.duration_s == pytest.approx(high.duration_s, abs=0.01)


def test_a_catalogue_holds_every_style() -> None:
    """As many pieces as there are styles are all of different styles."""
    pieces = list(catalogue(len(STYLES), duration_s=1.0))
    assert len({piece.style for piece in pieces}) == len(STYLES)


def test_no_bar_of_a_piece_returns_as_the_same_signal() -> None:
    """The best match of a piece's second with another place of it is not perfect."""
    piece = synthesise(10, STYLES[0], duration_s=20.0)
    rate_hz = piece.sample_rate_hz
    clip = piece.samples[5 * rate_hz : 6 * rate_hz]
    size = 1 << 20
    products = np.fft.irfft(np.fft.rfft(piece.samples, size) * np.fft.rfft(clip, size).conj(), size)
    sums = np.concatenate([[0.0], np.cumsum(piece.samples**2, dtype=np.float64)])
    norms = np.sqrt((sums[rate_hz:] - sums[:-rate_hz]) * np.square(clip).sum())
    alike = products[: len(norms)] / np.maximum(norms, 1e-9)
    alike[5 * rate_hz - 100 : 5 * rate_hz + 100] = 0.0
    assert alike.max() < 0.95
