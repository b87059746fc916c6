"""Tests of earmark.scanning.tail."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.fingerprint import hear
from earmark.params import PeakParams, QueryParams
from earmark.scanning.tail import Tail

PARAMS, QUERY = PeakParams(), QueryParams()
RATE = PARAMS.sample_rate_hz
NOISE = np.random.default_rng(1).normal(0, 0.1, 20 * RATE).astype(np.float32)


def listened(kept: int, block: int = RATE) -> Tail:
    """The tail of the noise, fed in blocks."""
    tail = Tail(PARAMS, QUERY, kept)
    for begin in range(0, len(NOISE), block):
        tail.feed(NOISE[begin : begin + block])
    tail.finish()
    return tail


@pytest.mark.parametrize("block", [777, 3 * RATE])
def test_a_whole_recording_is_heard_as_a_clip_is(block: int) -> None:
    """Peaks and prominence are those of the same sound heard at once, however it was cut."""
    tail, whole = listened(10_000, block), hear([NOISE], PARAMS, QUERY)
    window = tail.window(0, tail.end)
    assert np.array_equal(window.prominence, whole.prominence)
    assert np.array_equal(window.peaks.time, whole.peaks.time)
    assert np.array_equal(window.few.frequency, whole.few.frequency)


def test_no_more_is_kept_than_was_asked_for() -> None:
    """What is too long ago is forgotten, and what is left lies where it lay."""
    tail, whole = listened(300), listened(10_000)
    assert (tail.begin, tail.end) == (whole.end - 300, whole.end)
    assert np.array_equal(
        tail.peaks(tail.begin, tail.end).time, whole.peaks(tail.begin, whole.end).time
    )


def test_a_window_counts_from_its_own_beginning() -> None:
    """The peaks of a window lie within it."""
    peaks = listened(10_000).window(500, 600).peaks
    assert 0 <= peaks.time.min() < peaks.time.max() < 100 * PARAMS.steps


def test_a_recording_without_a_sample_has_no_frames() -> None:
    """Nothing heard is nothing remembered."""
    tail = Tail(PARAMS, QUERY, 100)
    tail.finish()
    assert (tail.begin, tail.end, len(tail.window(0, 0).peaks)) == (0, 0, 0)
