from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.fourier import PowerSpectrum

SIZES = [(4, 1), (8, 3), (64, 64), (256, 100), (1024, 128), (2048, 128)]
"""Windows and hops, in samples; not every hop divides its window."""


def hann(size: int) -> NDArray[np.float32]:
    """A window without symmetry's last sample."""
    return np.hanning(size + 1)[:-1].astype(np.float32)


def noise(seed: int, samples: int) -> NDArray[np.float32]:
    """White noise."""
    return np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 5, 64])
@pytest.mark.parametrize(("size", "hop"), SIZES)
def test_the_power_is_that_of_the_discrete_fourier_transform(
    size: int, hop: int, frames: int
) -> None:
    """Every frame has the spectrum that NumPy finds in double precision, to a millionth."""
    spectrum = PowerSpectrum(hann(size), hop, frames)
    sound = noise(size, spectrum.samples)
    weighted = [hann(size) * sound[k * hop :][:size].astype(float) for k in range(frames)]
    wanted = np.abs(np.fft.rfft(weighted)) ** 2
    assert np.allclose(spectrum.of(sound), wanted, rtol=0, atol=1e-6 * wanted.max())


def test_a_frame_is_the_same_whatever_is_beside_it() -> None:
    """Alone, in another group and after a bang, a frame has the same bits."""
    many, one = (PowerSpectrum(hann(1024), 128, frames) for frames in (64, 1))
    sound = noise(1, many.samples)
    louder = sound.copy()
    louder[: 20 * 128] *= 1e6
    frame = many.of(sound)[20]
    assert np.array_equal(frame, many.of(louder)[20])
    assert np.array_equal(frame, one.of(sound[20 * 128 :][:1024])[0])


def test_silence_has_no_power() -> None:
    """Zeros give zeros, whatever was transformed before."""
    spectrum = PowerSpectrum(hann(256), 64, 8)
    spectrum.of(noise(2, spectrum.samples))
    assert not spectrum.of(np.zeros(spectrum.samples, np.float32)).any()
