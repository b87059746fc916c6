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

FRAME_BITS = 28
"""Bits of a vote that hold the query frame: as many frames as steps fit into 32 bits."""

LEAST_VOTES = 2
"""A single vote is no alignment."""

OVERLAPPING = 8
"""Windows looked at for each one wanted: the others overlap a stronger one."""


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
        if tape.dead.any():
            alignments = _without_dead(tape, alignments)
        alignments.sort()
        found += _on_tracks(tape, clip_frames, *_strongest(alignments, VOTE_WINDOW_FRAMES, limit))
    found.sort(key=lambda c: (-c.votes, c.key, c.offset_frames))
    return found[:limit]


def _without_dead(tape: Tape, alignments: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drop the votes of removed tracks, so that they take no live track's place."""
    positions = (alignments >> FRAME_BITS) + (alignments & ((1 << FRAME_BITS) - 1))
    track = np.searchsorted(tape.starts, positions, side="right") - 1
    return alignments[~tape.dead[track]]


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
def _votes(
    words: NDArray[np.uint64],
    directory: NDArray[np.uint32],
    width: int,
    position_bits: int,
    bucket_shift: int,
    hashes: NDArray[np.uint32],
    frames: NDArray[np.int32],
) -> NDArray[np.int64]:
    """Return `alignment << FRAME_BITS | query frame` of every posting of every probe.

    The alignment is the tape position minus the query frame.
    """
    out = np.empty(4096, np.int64)
    count = 0
    positions = (np.int64(1) << position_bits) - 1
    rest_mask = (np.int64(1) << bucket_shift) - 1
    for i in range(len(hashes)):
        bucket = np.int64(hashes[i]) >> bucket_shift
        end = np.int64(directory[bucket + 1])
        first = (np.int64(hashes[i]) & rest_mask) << position_bits
        frame = np.int64(frames[i])
        at = _first_entry(words, np.int64(directory[bucket]), end, width, first)
        while at < end:
            entry = _entry(words, at, width)
            if entry > first + positions:
                break
            if count == len(out):
                out = np.concatenate((out, np.empty_like(out)))
            out[count] = ((entry & positions) - frame) << FRAME_BITS | frame
            count += 1
            at += 1
    return out[:count].copy()


@kernel
def _first_entry(
    words: NDArray[np.uint64], low: np.int64, high: np.int64, width: int, wanted: np.int64
) -> np.int64:
    """Return the number of the first entry from `low` to `high` that is not below the wanted."""
    while low < high:
        middle = (low + high) >> 1
        if _entry(words, middle, width) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _entry(words: NDArray[np.uint64], which: np.int64, width: int) -> np.int64:
    """Return an entry of the tape; `tape.py` draws how they are packed."""
    bit = which * width
    word, shift = bit >> 6, np.uint64(bit & 63)
    # a shift by 64 is undefined: shift in two steps
    entry = words[word] >> shift | (words[word + 1] << np.uint64(1)) << (np.uint64(63) - shift)
    return np.int64(entry & ((np.uint64(1) << np.uint64(width)) - np.uint64(1)))


@kernel
def _strongest(
    alignments: NDArray[np.int64], window: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return (places, votes, anchors) of the `limit` windows that hold most of the sorted votes.

    Windows that overlap a stronger one are left out; of equal ones the earliest wins.
    """
    starts, counts = _windows(alignments, window)
    chosen = _fullest(counts, limit * OVERLAPPING)
    order = np.argsort(-counts[chosen], kind="mergesort")
    places = np.empty(limit, np.int64)
    votes = np.empty(limit, np.int64)
    anchors = np.empty(limit, np.int64)
    found = 0
    for k in order:
        if found == limit:
            break
        start, count = starts[chosen[k]], counts[chosen[k]]
        middle = alignments[start + count // 2] >> FRAME_BITS
        if np.all(np.abs(places[:found] - middle) >= window):
            inside = alignments[start : start + count] & ((1 << FRAME_BITS) - 1)
            places[found], votes[found], anchors[found] = middle, count, inside.sum() // count
            found += 1
    return places[:found], votes[:found], anchors[:found]


@kernel
def _windows(
    alignments: NDArray[np.int64], window: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the window of each different alignment begins, and how many votes it holds."""
    starts = np.empty(len(alignments), np.int64)
    counts = np.empty(len(alignments), np.int64)
    size = end = 0
    for i in range(len(alignments)):
        place = alignments[i] >> FRAME_BITS
        if i > 0 and place == alignments[i - 1] >> FRAME_BITS:
            continue
        while end < len(alignments) and alignments[end] >> FRAME_BITS < place + window:
            end += 1
        starts[size], counts[size] = i, end - i
        size += 1
    return starts[:size], counts[:size]


@kernel
def _fullest(counts: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """Return which counts are among the `wanted` largest, and all that equal the least."""
    histogram = np.zeros(counts.max() + 1 if len(counts) else 1, np.int64)
    for count in counts:
        histogram[count] += 1
    least, many = len(histogram), 0
    while least > LEAST_VOTES and many < wanted:
        least -= 1
        many += histogram[least]
    return np.flatnonzero(counts >= least)
