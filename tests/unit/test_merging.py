"""The merge policy: few segments, each posting rewritten a logarithmic number of times."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np

from earmark.stores.merging import MergePolicy, SegmentSize, batches, choose
from tests.recordings import make_recording

POLICY = MergePolicy()


def size(number: int, postings: int, *, tracks: int = 4, dead: int = 0) -> SegmentSize:
    """Describe a segment."""
    return SegmentSize(number, tracks, dead, postings, frames=10)


def grow(tracks: int, policy: MergePolicy) -> tuple[list[SegmentSize], int, int]:
    """Add tracks of 1000 postings one by one; return the segments, the most there were, the cost.

    The cost is in postings written.
    """
    segments: list[SegmentSize] = []
    numbers = itertools.count()
    most = written = 0
    for _ in range(tracks):
        segments.append(size(next(numbers), 1000, tracks=1))
        written += 1000
        while chosen := choose(segments, policy):
            group = [one for one in segments if one.id in chosen]
            merged = size(next(numbers), sum(one.postings for one in group))
            segments = [one for one in segments if one.id not in chosen] + [merged]
            written += merged.postings
        most = max(most, len(segments))
    return segments, most, written


def test_adding_one_by_one_costs_a_logarithm() -> None:
    """Each of n postings is written at most once a tier, and once at first."""
    tracks = 3000
    _, _, written = grow(tracks, POLICY)
    assert written <= 1000 * tracks * (1 + math.log(tracks, 4))


def test_adding_one_by_one_leaves_few_segments() -> None:
    """There are never more than three segments a tier."""
    tracks = 3000
    _, most, _ = grow(tracks, POLICY)
    assert most <= 3 * (1 + math.log(tracks, 4))


def test_no_segment_outgrows_the_policy() -> None:
    """A merge never makes a segment of more postings than allowed."""
    segments, _, _ = grow(500, replace(POLICY, max_postings=50_000))
    assert max(one.postings for one in segments) <= 50_000
    assert sum(one.postings for one in segments) == 500_000


def test_all_is_well_with_few_segments() -> None:
    """Nothing is merged while every tier has room."""
    assert choose([size(1, 100), size(2, 100), size(3, 100), size(4, 5000)], POLICY) == ()


def test_smaller_segments_join_a_merge() -> None:
    """What lies below a crowded tier goes along; what lies above does not."""
    crowd = [size(number, 5000) for number in range(4)]
    assert choose([*crowd, size(8, 20), size(9, 10**6)], POLICY) == (8, 0, 1, 2, 3)


def test_a_segment_with_many_dead_is_written_anew() -> None:
    """A quarter of dead tracks is too many, less is not."""
    assert choose([size(1, 100, tracks=5, dead=1)], POLICY) == ()
    assert choose([size(1, 100, tracks=4, dead=1)], POLICY) == (1,)


def test_a_merge_respects_the_length_of_a_tape() -> None:
    """Segments of little sound and much time are not joined beyond what a tape can hold."""
    long = [replace(size(number, 100), frames=POLICY.max_frames // 2) for number in range(4)]
    assert choose(long, POLICY) == (0, 1)


def test_batches_hold_everything_in_order() -> None:
    """Recordings are cut into batches within the limits, in their order."""
    recordings = [(key, make_recording(key).landmarks) for key in range(10)]
    cut = list(batches(recordings, replace(POLICY, max_new_postings=100)))
    assert [key for batch in cut for key, _ in batch] == list(range(10))
    assert max(sum(len(marks) for _, marks in batch) for batch in cut) <= 100


def test_a_recording_larger_than_a_batch_is_a_batch() -> None:
    """One recording beyond the limits stands alone."""
    recordings = [(key, make_recording(key, landmarks=90).landmarks) for key in range(3)]
    cut = list(batches(recordings, replace(POLICY, max_new_postings=20)))
    assert np.array_equal([len(batch) for batch in cut], [1, 1, 1])
