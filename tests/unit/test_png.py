from __future__ import annotations

import io

import av
import numpy as np

from earmark.pictures.png import COLOURS, blended, written_png


def test_a_picture_is_what_was_drawn() -> None:
    """Another program reads every pixel as it was meant."""
    pixels = np.random.default_rng(1).integers(0, COLOURS, (7, 13)).astype(np.uint8)
    palette = blended([(0, 0, 0), (10, 200, 30), (255, 255, 255)])
    with av.open(io.BytesIO(written_png(pixels, palette)), "r") as file:
        frame = next(file.decode(video=0))
    assert np.array_equal(frame.to_ndarray(format="rgb24"), palette[pixels])


def test_a_palette_goes_through_its_colours() -> None:
    """The first, the last, and what is between."""
    palette = blended([(0, 0, 0), (100, 50, 0), (255, 255, 255)])
    assert palette.shape == (COLOURS, 3)
    assert palette[0].tolist() == [0, 0, 0]
    assert palette[-1].tolist() == [255, 255, 255]
    assert abs(int(palette[COLOURS // 2][0]) - 100) <= 1
