from __future__ import annotations

import numpy as np
import pytest

from earmark.matching.spans import Span, span_of
from earmark.types import Peaks
from tests.constellations import (
    PARAMS,
    STEPS_PER_S,
    case_of,
    delayed,
    excerpt,
    judged,
    make_clip,
    make_peaks,
    mixed,
    sorted_peaks,
)

TRACK = make_peaks(1, 60)
CROWD = make_peaks(2, 60, 40)


def span(clip: Peaks, clip_s: float, offset_s: float) -> Span:
    """Where a clip of the track agrees with it."""
    case = case_of(make_clip(clip, clip_s), [TRACK])
    return span_of(case, judged(case, (0, offset_s)), 0, PARAMS.peaks)


def test_a_whole_clip_is_explained_from_end_to_end() -> None:
    """Start and end are those of the clip, to the nearest peak, and coverage is all of it."""
    found = span(excerpt(mixed(TRACK, CROWD), 20, 10), 10, 20)
    assert found.clip_start_s == pytest.approx(0, abs=0.5)
    assert found.clip_end_s == pytest.approx(10, abs=0.5)
    assert found.coverage > 0.9


def test_track_and_clip_agree_on_the_span() -> None:
    """The span lies in the track where it lies in the clip, further on by the offset."""
    found = span(excerpt(TRACK, 20, 10), 10, 20)
    assert found.track_start_s - found.clip_start_s == pytest.approx(20)
    assert found.track_end_s - found.clip_end_s == pytest.approx(20)


def test_a_span_ends_where_the_track_was_faded_out() -> None:
    """Of a clip whose second half is something else, only the first half is explained."""
    clip = mixed(excerpt(TRACK, 20, 5), delayed(make_peaks(3, 5, 40), 5))
    found = span(clip, 10, 20)
    assert found.clip_start_s == pytest.approx(0, abs=0.5)
    assert found.clip_end_s == pytest.approx(5, abs=0.7)
    assert 0.4 < found.coverage < 0.65


def test_a_clip_that_starts_before_the_track_is_explained_from_there() -> None:
    """With a negative offset the span begins at the track's start."""
    found = span(delayed(excerpt(TRACK, 0, 6), 4), 10, -4)
    assert found.clip_start_s == pytest.approx(4, abs=0.5)
    assert found.track_start_s == pytest.approx(0, abs=0.5)
    assert found.coverage == pytest.approx(0.6, abs=0.1)


def test_a_span_never_sticks_out_of_its_clip() -> None:
    """A peak that was rounded to the edge of the clip lies at the edge, not just before it."""
    edges = sorted_peaks(np.array([20, 30]) * STEPS_PER_S, np.array([900, 900]))
    track = mixed(TRACK, edges)
    for nudge_s in (0.0008, -0.0008):
        case = case_of(make_clip(excerpt(track, 20, 10.002), 10), [track])
        found = span_of(case, judged(case, (0, 20 + nudge_s)), 0, PARAMS.peaks)
        assert 0 <= found.clip_start_s <= found.clip_end_s <= 10


def test_where_nothing_agrees_nothing_is_covered() -> None:
    """A place beyond the track explains nothing, without an error."""
    found = span(excerpt(TRACK, 20, 10), 10, 1000)
    assert found.coverage == 0
    assert found.track_start_s == pytest.approx(1000)
