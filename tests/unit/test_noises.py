"""Tests of earmark.evaluation.noises."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.evaluation.noises import Noise, make_noise
from earmark.evaluation.signals import band_passed, rms

RATE_HZ = 16000


@pytest.mark.parametrize("kind", Noise)
def test_noise_has_the_length_asked_for(kind: Noise) -> None:
    """Every kind fills exactly as many samples as were asked for, even very few."""
    assert [len(make_noise(kind, n, RATE_HZ, np.random.default_rng(0))) for n in (1, 999)] == [
        1,
        999,
    ]


@pytest.mark.parametrize("kind", Noise)
def test_the_same_seed_gives_the_same_noise(kind: Noise) -> None:
    """Noise is a function of its generator."""
    first = make_noise(kind, 5000, RATE_HZ, np.random.default_rng(1))
    assert np.array_equal(first, make_noise(kind, 5000, RATE_HZ, np.random.default_rng(1)))


@pytest.mark.parametrize(("kind", "least"), [(Noise.BABBLE, 0.8), (Noise.STREET, 0.9)])
def test_the_worlds_noises_lie_mostly_below_three_kilohertz(kind: Noise, least: float) -> None:
    """Speech and traffic have most of their power where voices are and below."""
    noise = make_noise(kind, 5 * RATE_HZ, RATE_HZ, np.random.default_rng(2))
    assert (rms(band_passed(noise, RATE_HZ, 0, 3000)) / rms(noise)) ** 2 > least
