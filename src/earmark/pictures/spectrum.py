"""What a stretch of sound looks like: its levels by time and frequency, as numbers or a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.axis import axis_of
from earmark.pictures.png import COLOURS, blended, written_png
from earmark.spectrogram import levels_db
from earmark.units import frame_rate_hz

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import PeakParams

LOWEST_DB, HIGHEST_DB = -90.0, -10.0
"""What is darkest and lightest in a picture, relative to a full-scale sine: always the same, so
that pictures of neighbouring stretches fit together."""

PALETTE = blended([(0, 0, 4), (59, 15, 112), (140, 41, 129), (222, 73, 104), (254, 159, 109)])
"""From what is not heard to what is loudest."""

GREYS = blended([(0, 0, 0), (255, 255, 255)])
"""The same for whoever has colours of his own: a pixel is the level itself, 0 to 255."""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """The levels of a stretch of sound."""

    level_db: NDArray[np.float32]
    """Shape (columns, rows): by time, then by frequency; relative to a full-scale sine."""
    column_s: float
    """How far columns are apart."""
    row_hz: NDArray[np.float64]
    """Shape (rows,): the middle of each, rising."""

    def png(self, palette: NDArray[np.uint8] = PALETTE) -> bytes:
        """Draw it in a palette, shape (256, 3): time to the right, frequency upwards."""
        scaled = (self.level_db - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)
        pixels = np.clip(np.rint(scaled * (COLOURS - 1)), 0, COLOURS - 1).astype(np.uint8)
        return written_png(pixels.T[::-1], palette)


def spectrum_of(
    samples: NDArray[np.float32], params: PeakParams, most_columns: int, most_rows: int
) -> Spectrum:
    """Return the levels of sound as it is fingerprinted; of cells put together, the loudest.

    Args:
        samples: shape (n,), at the parameters' rate; not empty.
        params: how sound becomes a spectrogram.
        most_columns: frames are put together until there are at most so many.
        most_rows: likewise bands.
    """
    levels = levels_db(samples, params)
    band_hz = axis_of(params).hz(np.arange(levels.shape[1]) * params.steps)
    return gathered(levels, 1 / frame_rate_hz(params), band_hz, most_columns, most_rows)


def gathered(
    level_db: NDArray[np.float32],
    frame_s: float,
    band_hz: NDArray[np.float64],
    most_columns: int,
    most_rows: int,
) -> Spectrum:
    """Put cells together until there are no more than so many; the loudest of them stays.

    Args:
        level_db: shape (frames, bands), neither of them 0.
        frame_s: how far frames are apart.
        band_hz: shape (bands,): the middle of each, rising.
        most_columns: frames are put together until there are at most so many.
        most_rows: likewise bands.
    """
    frames, bands = level_db.shape
    by_time, by_band = -(-frames // most_columns), -(-bands // most_rows)
    levels = np.maximum.reduceat(level_db, np.arange(0, frames, by_time), axis=0)
    levels = np.maximum.reduceat(levels, np.arange(0, bands, by_band), axis=1)
    firsts = np.arange(0, bands, by_band)
    lasts = np.minimum(firsts + by_band, bands) - 1
    return Spectrum(levels, by_time * frame_s, (band_hz[firsts] + band_hz[lasts]) / 2)
