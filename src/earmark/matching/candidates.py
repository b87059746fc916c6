"""Probes to candidates: every posting found votes for one alignment of the clip on the tape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel
from earmark.tape import HASH_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.landmarks import Probes
    from earmark.tape import Tape

VOTE_WINDOW_FRAMES = 3
"""Votes for alignments this close together count as one: refined times are right to a frame."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track and where the clip may lie in it."""

    key: int
    offset_frames: int
    """Frame of the track at which the clip starts; may be negative."""
    votes: int
    anchor_frames: int
    """Frame of the clip around which the votes lie: a stretched clip agrees best there."""


def find_candidates(
    tapes: Sequence[Tape], probes: Probes, clip_frames: int, limit: int
) -> list[Candidate]:
    """Return the `limit` alignments with most votes, best first."""
    found: list[Candidate] = []
    for tape in tapes:
        alignments = _votes(
            tape.words,
            tape.directory,
            tape.width,
            tape.position_bits,
            HASH_BITS - tape.bucket_bits,
            probes.hash,
            probes.frame,
        )
        alignments.sort()
        found += _on_tracks(tape, clip_frames, *_strongest(alignments, VOTE_WINDOW_FRAMES, limit))
    found.sort(key=lambda c: (-c.votes, c.key, c.offset_frames))
    return found[:limit]


def _on_tracks(
    tape: Tape,
    clip_frames: int,
    places: NDArray[np.int64],
    votes: NDArray[np.int64],
    anchors: NDArray[np.int64],
) -> list[Candidate]:
    """Name the tracks at these places of the tape; a clip may reach over several."""
    first = np.maximum(np.searchsorted(tape.starts, places, side="right") - 1, 0)
    last = np.searchsorted(tape.starts, places + clip_frames, side="left")
    return [
        Candidate(
            int(tape.keys[track]), int(place) - int(tape.starts[track]), int(count), int(anchor)
        )
        for place, count, anchor, low, high in zip(places, votes, anchors, first, last, strict=True)
        for track in range(low, min(high, len(tape.keys)))
        if not tape.dead[track]
    ]


@kernel
def _votes(  # type: ignore[no-untyped-def]
    words, directory, width, position_bits, bucket_shift, hashes, frames
):
    """Return `alignment << 20 | query frame` of every posting of every probe, int64.

    The alignment is the tape position minus the query frame.
    """
    out = np.empty(4096, np.int64)
    count = 0
    mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    low_mask = (np.int64(1) << position_bits) - 1
    rest_mask = (np.int64(1) << bucket_shift) - 1
    for i in range(len(hashes)):
        bucket = np.int64(hashes[i]) >> bucket_shift
        low, high = np.int64(directory[bucket]), np.int64(directory[bucket + 1])
        end = high
        wanted = (np.int64(hashes[i]) & rest_mask) << position_bits
        while low < high:
            middle = (low + high) >> 1
            bit = middle * width
            word, shift = bit >> 6, np.uint64(bit & 63)
            # a shift by 64 is undefined: shift in two steps
            entry = words[word] >> shift
            entry |= (words[word + 1] << np.uint64(1)) << (np.uint64(63) - shift)
            if np.int64(entry & mask) < wanted:
                low = middle + 1
            else:
                high = middle
        past = wanted + low_mask
        while low < end:
            bit = low * width
            word, shift = bit >> 6, np.uint64(bit & 63)
            entry = words[word] >> shift
            entry |= (words[word + 1] << np.uint64(1)) << (np.uint64(63) - shift)
            value = np.int64(entry & mask)
            if value > past:
                break
            if count == len(out):
                out = np.concatenate((out, np.empty_like(out)))
            frame = np.int64(frames[i])
            out[count] = ((value & low_mask) - frame) << 20 | frame
            count += 1
            low += 1
    return out[:count].copy()


@kernel
def _strongest(alignments, window, limit):  # type: ignore[no-untyped-def]
    """Return (places, votes, anchors) of the `limit` windows that hold most of the sorted votes.

    Windows that overlap a stronger one are left out; of equal ones the earliest wins.
    """
    n = len(alignments)
    counts = np.zeros(n, np.int64)
    histogram = np.zeros(n + 2, np.int64)
    end = 0
    for i in range(n):
        past = ((alignments[i] >> 20) + window) << 20
        while end < n and alignments[end] < past:
            end += 1
        counts[i] = end - i
        histogram[end - i] += 1
    floor, many = n, 0
    while floor > 1 and many < limit * 8:
        many += histogram[floor]
        floor -= 1
    floor += 1
    chosen = np.empty(many + n * (floor <= 1), np.int64)
    size = 0
    for i in range(n):
        if counts[i] >= floor:
            chosen[size] = i
            size += 1
    order = np.argsort(-counts[chosen[:size]], kind="mergesort")
    places = np.empty(limit, np.int64)
    votes = np.empty(limit, np.int64)
    anchors = np.empty(limit, np.int64)
    found = 0
    for k in order:
        i = chosen[k]
        middle = alignments[i + counts[i] // 2] >> 20
        fresh = True
        for j in range(found):
            if abs(places[j] - middle) < window:
                fresh = False
                break
        if fresh:
            places[found] = middle
            votes[found] = counts[i]
            total = 0
            for j in range(i, i + counts[i]):
                total += alignments[j] & 0xFFFFF
            anchors[found] = total // counts[i]
            found += 1
            if found == limit:
                break
    return places[:found], votes[:found], anchors[:found]
