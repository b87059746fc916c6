from __future__ import annotations

import numpy as np

from earmark.live.window import Window


def test_a_window_keeps_the_latest_samples() -> None:
    """By their number in the stream."""
    window = Window(4)
    for first in (0, 3, 6):
        window.add(np.arange(first, first + 3, dtype=np.float32))
    assert (window.begin, window.end) == (5, 9)
    assert window.since(7).tolist() == [7, 8]
    assert window.since(0).tolist() == [5, 6, 7, 8]


def test_what_is_skipped_is_forgotten() -> None:
    """What follows has later numbers."""
    window = Window(4)
    window.add(np.ones(3, np.float32))
    window.skip(10)
    assert (window.begin, window.end, len(window.since(0))) == (13, 13, 0)
