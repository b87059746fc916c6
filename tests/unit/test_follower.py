from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.audio import Resampler
from earmark.live.follower import Follower
from earmark.matching.course import Course
from earmark.params import QueryParams
from tests.live import RATE_HZ, library, sound


def heard(*parts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sound at the library's rate."""
    resampler = Resampler(RATE_HZ, 8000)
    return np.concatenate([resampler.feed(np.concatenate(parts)), resampler.flush()])


def follower(track_s: float) -> Follower:
    """One that follows the first piece, which plays from this place on."""
    (track, *_) = library().tracks()
    peaks = library().constellation(track)
    assert peaks is not None
    course = Course(0.0, track_s, 1.0, 1.0)
    return Follower(peaks, course, 0.0, library().params.peaks, QueryParams())


def check(follower: Follower, samples: NDArray[np.float32]) -> None:
    """Let it hear all that there is, a second at a time."""
    for end in range(8000, len(samples) + 1, 8000):
        first = max(0, round(follower.wanted_s * 8000))
        follower.check(samples[first:end], first / 8000)


def test_a_track_that_plays_is_heard_to_the_end() -> None:
    """As long as it plays."""
    one = follower(3.0)
    check(one, heard(sound(0, 3, 15)))
    assert not one.is_lost
    assert one.heard_until_s == pytest.approx(12, abs=1.0)
    assert one.last_track_s == pytest.approx(15, abs=1.0)


def test_a_track_that_is_over_is_lost_where_it_ended() -> None:
    """Not where it was noticed."""
    one = follower(3.0)
    check(one, heard(sound(0, 3, 10), sound(2, 0, 10)))
    assert one.is_lost
    assert one.heard_until_s == pytest.approx(7, abs=0.6)


def test_another_track_is_not_this_one() -> None:
    """One that never played is lost at once."""
    one = follower(3.0)
    check(one, heard(sound(1, 3, 18)))
    assert one.is_lost
    assert one.heard_until_s < 2


def test_a_track_that_was_talked_over_is_found_again() -> None:
    """Its place went on meanwhile."""
    one = follower(3.0)
    check(one, heard(sound(0, 3, 8), sound(2, 0, 5), sound(0, 13, 20)))
    assert not one.is_lost
    assert one.heard_until_s > 14
