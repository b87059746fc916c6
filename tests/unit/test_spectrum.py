from __future__ import annotations

import numpy as np
import pytest

from earmark.params import PeakParams
from earmark.pictures.spectrum import GREYS, PALETTE, spectrum_of

PARAMS = PeakParams()
HZ = 1000.0


def tone(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A full-scale sine."""
    at = np.arange(round(seconds * PARAMS.sample_rate_hz)) / PARAMS.sample_rate_hz
    return np.sin(2 * np.pi * HZ * at).astype(np.float32)


def test_a_tone_is_where_it_sounds() -> None:
    """At its frequency, at full scale, all the time."""
    spectrum = spectrum_of(tone(2.0), PARAMS, 10_000, 10_000)
    columns = spectrum.level_db[8:-8]
    assert spectrum.row_hz[columns.argmax(axis=1)] == pytest.approx(HZ, abs=8)
    assert columns.max(axis=1) == pytest.approx(0.0, abs=0.5)
    assert len(spectrum.level_db) * spectrum.column_s == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (7, 30), (50, 200)])
def test_a_smaller_one_has_the_loudest_cells(columns: int, rows: int) -> None:
    """However small, the tone is seen in it, where it was."""
    spectrum = spectrum_of(tone(2.0), PARAMS, columns, rows)
    found = spectrum.level_db.shape
    assert found[0] <= columns
    assert found[1] <= rows
    assert len(spectrum.row_hz) == found[1]
    assert spectrum.level_db.max() == pytest.approx(0.0, abs=0.5)
    row = int(spectrum.level_db.max(axis=0).argmax())
    height_hz = PARAMS.sample_rate_hz / 2 / found[1]
    assert abs(spectrum.row_hz[row] - HZ) <= height_hz


def test_silence_is_dark_and_a_tone_is_light() -> None:
    """Of a picture, the lowest frequency is the lowest row."""
    picture = spectrum_of(tone(1.0), PARAMS, 60, 60)
    assert picture.png().startswith(b"\x89PNG")
    silent = spectrum_of(np.zeros(8000, np.float32), PARAMS, 60, 60)
    assert silent.level_db.max() == -90
    assert int(PALETTE[0].sum()) < int(PALETTE[-1].sum())


def test_a_grey_picture_is_the_levels_themselves() -> None:
    """Each grey is as light as its number, so that whoever reads it has the levels."""
    assert GREYS.tolist() == [[level] * 3 for level in range(256)]
    picture = spectrum_of(tone(1.0), PARAMS, 60, 60)
    assert GREYS.tobytes() in picture.png(GREYS)
