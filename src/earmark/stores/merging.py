"""When segments are merged: in tiers by size, so that each posting is rewritten O(log n) times.

A segment of n live postings belongs to tier `log4(n)`. Four in one tier are joined, together with
everything smaller, and the result lies at least one tier higher; so a library has at most three
segments a tier, and a posting is rewritten at most once a tier. A segment a quarter of whose
tracks are dead is written anew without them: that cost is paid by the removals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from earmark.tape import frames_of
from earmark.types import Landmarks

_TIER_BITS = 2


@dataclass(frozen=True, slots=True)
class MergePolicy:
    """How far merging goes."""

    fan_in: int = 1 << _TIER_BITS
    """Segments of one tier that are too many."""
    dead_share: float = 0.25
    """Part of a segment's tracks that may be dead."""
    max_new_postings: int = 1 << 23
    """Of one segment that is not merged from others: making it takes 24 bytes of memory each."""
    max_postings: int = 1 << 31
    """Of one segment: merging is a stream, and a directory counts to 32 bits."""
    max_frames: int = (1 << 32) - 1
    """Of one segment, so that positions fit their 32 bits."""


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """What the policy needs to know of a segment."""

    id: int
    tracks: int
    dead: int
    postings: int
    frames: int

    @property
    def live_postings(self) -> int:
        """About how many postings a merge would keep."""
        return self.postings * (self.tracks - self.dead) // max(self.tracks, 1)


def choose(segments: Sequence[SegmentSize], policy: MergePolicy) -> tuple[int, ...]:
    """Return the ids of the segments to be merged into one now; none if all is well."""
    growing = [s for s in segments if 2 * s.postings <= policy.max_postings]
    counts = Counter(_tier(s) for s in growing)
    crowded = [tier for tier, count in counts.items() if count >= policy.fan_in]
    if crowded:
        lower = [s for s in growing if _tier(s) <= max(crowded)]
        group = _fitting(sorted(lower, key=lambda s: (s.live_postings, s.id)), policy)
        if len(group) > 1:
            return tuple(s.id for s in group)
    stale = [s for s in segments if s.dead and s.dead >= policy.dead_share * s.tracks]
    return tuple(s.id for s in stale[:1])


def batches(
    recordings: Iterable[tuple[int, Landmarks]], policy: MergePolicy
) -> Iterator[list[tuple[int, Landmarks]]]:
    """Cut (key, landmarks) into lists of which each makes one segment that the policy allows."""
    batch: list[tuple[int, Landmarks]] = []
    postings = frames = 0
    for key, marks in recordings:
        length = frames_of(marks)
        over = (
            postings + len(marks) > policy.max_new_postings or frames + length > policy.max_frames
        )
        if batch and over:
            yield batch
            batch, postings, frames = [], 0, 0
        batch.append((key, marks))
        postings += len(marks)
        frames += length
    if batch:
        yield batch


def _tier(segment: SegmentSize) -> int:
    return segment.live_postings.bit_length() // _TIER_BITS


def _fitting(ascending: Sequence[SegmentSize], policy: MergePolicy) -> list[SegmentSize]:
    group: list[SegmentSize] = []
    postings = frames = 0
    for segment in ascending:
        postings += segment.live_postings
        frames += segment.frames
        if postings > policy.max_postings or frames > policy.max_frames:
            break
        group.append(segment)
    return group
