"""Tests of earmark.scanning.pursuit."""

from __future__ import annotations

import numpy as np

from earmark.fingerprint import fingerprint
from earmark.matching.course import Course
from earmark.params import PeakParams, QueryParams
from earmark.scanning.pursuit import Pursuit
from earmark.scanning.runs import Run, Sight
from earmark.scanning.tail import Tail
from earmark.units import frames_to_seconds
from tests.constellations import stored

PARAMS = PeakParams()
RATE = PARAMS.sample_rate_hz
HOP = 312
HOP_S = frames_to_seconds(HOP, PARAMS)
RNG = np.random.default_rng(9)
TRACK = RNG.normal(0, 0.1, 60 * RATE).astype(np.float32)
OTHER = RNG.normal(0, 0.1, 60 * RATE).astype(np.float32)


def pursued(*parts: np.ndarray, seen: int, at: int, upto: int, kept: int = 10_000) -> Run:
    """A run of the track, whose beginning lies in one hop, pursued after it was seen in another."""
    tail = Tail(PARAMS, QueryParams(), kept)
    tail.feed(np.concatenate(parts).astype(np.float32))
    tail.finish()
    run = Run(1, stored(fingerprint([TRACK], PARAMS)))
    course = Course(seen * HOP_S, (seen - at) * HOP_S, 1, 1)
    run.add(Sight(seen, course, seen * HOP_S, (seen + 2) * HOP_S, 30))
    Pursuit(tail, HOP, PARAMS).pursue(run, upto)
    return run


def silence(hops: int) -> np.ndarray:
    """Something else."""
    return OTHER[: hops * HOP * PARAMS.hop_samples]


def test_a_track_is_pursued_back_to_where_it_begins() -> None:
    """Seen late, it is followed back through what is remembered, and a little beyond."""
    run = pursued(silence(6), TRACK, seen=9, at=6, upto=11)
    assert sorted(run.hops) == list(range(3, 11))
    assert min((run.hops[number].partner >= 0).mean() for number in range(6, 11)) > 0.8
    assert not any(len(run.hops[number].at_s) for number in range(3, 6))


def test_what_is_forgotten_is_not_asked() -> None:
    """A run is pursued no further back than the recording is remembered."""
    run = pursued(TRACK, seen=9, at=0, upto=10, kept=1500)
    assert min(run.hops) > 5
