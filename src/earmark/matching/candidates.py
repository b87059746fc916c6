"""Probes to candidates: every posting found votes for one alignment of the clip on the tape.

In a large catalogue a clip's probes have more postings than can be read in time. Then only exact
cells are asked for, and rare hashes first, up to a budget: a true alignment has its vote in a short
list as probably as in a long one, and finds less company there (docs/scale.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from earmark.kernels import kernel
from earmark.landmarks import EXACT, Probes, query_probes
from earmark.parallel import together
from earmark.tape import gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.params import Params, QueryParams
    from earmark.tape import Tape
    from earmark.types import Constellation

VOTE_WINDOW_FRAMES = 3
"""Votes for alignments this close together count as one: refined times are right to a frame."""

FRAME_BITS = 28
"""Bits of a vote that hold the query frame: as many frames as steps fit into 32 bits."""

LEAST_VOTES = 2
"""A single vote is no alignment."""

OVERLAPPING = 8
"""Windows looked at for each one wanted: the others overlap a stronger one."""

FEW_VOTES = 30_000
"""So many are sorted as they are; of more, those with least company are dropped first."""

CELL_BITS = 2
"""Votes are counted in cells of four frames: a window lies in two neighbours at most."""

MOST_CELLS_BITS = 24
"""Cells that are counted: 16 MB. Beyond, cells of different parts of a tape share a count."""

MOST_COUNTED = 255
"""Votes of a cell: what a byte holds."""

SAMPLED = 16
"""One of so many votes is asked for its company, to choose how much is wanted."""

COMPANY = 64
"""Votes that are kept for every alignment that is wanted, besides a few."""


class Index(Protocol):
    """What is read of a library's index."""

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,)."""

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:
        """Return tapes that hold all postings of these hashes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track and where the clip may lie in it."""

    key: int
    offset_frames: int
    """Frame of the track at which the clip starts; may be negative."""
    votes: int
    anchor_frames: int
    """Frame of the clip around which the votes lie: a stretched clip agrees best there."""
    track_frames: int
    """Length of the track."""


class _Windows(NamedTuple):
    """Alignments of a tape, shape (n,) each: place, votes, and mean query frame of these."""

    place: NDArray[np.int64]
    votes: NDArray[np.int64]
    anchor: NDArray[np.int64]


def find_candidates(index: Index, probes: Probes, clip_frames: int, limit: int) -> list[Candidate]:
    """Return the `limit` alignments with most votes, best first.

    Args:
        index: where to look.
        probes: what to look for.
        clip_frames: length of the clip.
        limit: how many are wanted.
    """

    def found_on(tape: Tape) -> NDArray[np.int64]:
        position, counts = gather(tape, probes.hash)
        votes = _votes(position, counts, probes.frame)
        return _on_tracks(tape, clip_frames, _fullest_windows(tape, votes, limit))

    rows = [np.empty((0, 5), np.int64), *together(found_on, index.tapes(probes.hash))]
    joined = np.concatenate(rows)
    key, offset, votes, *_ = joined.T
    order = np.lexsort((offset, key, -votes))[:limit]
    return [Candidate(*row) for row in joined[order].tolist()]


def affordable(
    index: Index, peaks: Constellation, params: Params, query: QueryParams, budget: int
) -> Probes:
    """Return probes of a clip's peaks whose postings are no more than `budget` together.

    Neighbouring cells included, if that can be afforded.
    """
    probes = _fuzzy(peaks, params, query)
    if index.list_lengths(probes.hash).sum() <= budget:
        return probes
    return rarest(index, query_probes(peaks, params, query.fanout, EXACT), budget)


def is_affordable(
    index: Index, peaks: Constellation, params: Params, query: QueryParams, budget: int
) -> bool:
    """Tell whether a clip's neighbouring cells can be asked for, too."""
    return bool(index.list_lengths(_fuzzy(peaks, params, query).hash).sum() <= budget)


def rarest(index: Index, probes: Probes, budget: int) -> Probes:
    """Return the probes of the rarest hashes whose postings are no more than `budget` together."""
    lengths = index.list_lengths(probes.hash)
    if lengths.sum() <= budget:
        return probes
    order = np.argsort(lengths, kind="stable")
    count = np.searchsorted(np.cumsum(lengths[order]), budget, side="right")
    chosen = np.sort(order[:count])
    return Probes(probes.hash[chosen], probes.frame[chosen])


def _fuzzy(peaks: Constellation, params: Params, query: QueryParams) -> Probes:
    return query_probes(peaks, params, query.fanout, query.fuzziness)


def _fullest_windows(tape: Tape, votes: NDArray[np.int64], limit: int) -> _Windows:
    """Return the windows with most live votes, best first.

    Of very many votes those without company are left out, so that the weakest windows may be some
    among equals; none with more votes than these is lost.
    """
    least = LEAST_VOTES
    counts = np.empty(0, np.uint8)
    if len(votes) > FEW_VOTES:
        counts = _counts(votes, min(MOST_CELLS_BITS, len(votes).bit_length() + 1))
        company = _company(votes[::SAMPLED], counts)
        beyond = SAMPLED * np.cumsum(company[::-1])[::-1]
        wanted = FEW_VOTES + COMPANY * limit
        least = max(least, int(np.searchsorted(-beyond, -wanted, side="right")) - 1)
    while True:
        kept = votes if least == LEAST_VOTES else _accompanied(votes, counts, least)
        if tape.dead.any():
            kept = _without_dead(tape, kept)
        kept = np.sort(kept)
        windows = _Windows(*_strongest(kept, VOTE_WINDOW_FRAMES, limit))
        if len(windows.votes) == limit or least == LEAST_VOTES:
            return windows
        least = max(LEAST_VOTES, least // 2)


def _without_dead(tape: Tape, votes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drop the votes of removed tracks, so that they take no live track's place."""
    positions = (votes >> FRAME_BITS) + (votes & ((1 << FRAME_BITS) - 1))
    track = np.searchsorted(tape.starts, positions, side="right") - 1
    return votes[~tape.dead[track]]


def _on_tracks(tape: Tape, clip_frames: int, windows: _Windows) -> NDArray[np.int64]:
    """Name the tracks at these windows; a clip may reach over several.

    Returns rows in the order of the fields of `Candidate`, shape (n, 5).
    """
    first = np.maximum(np.searchsorted(tape.starts, windows.place, side="right") - 1, 0)
    last = np.searchsorted(tape.starts, windows.place + clip_frames, side="left")
    spans = np.maximum(np.minimum(last, len(tape.keys)) - first, 0)
    which = np.repeat(np.arange(len(first)), spans)
    track = np.arange(len(which)) - np.repeat(np.cumsum(spans) - spans, spans) + first[which]
    which, track = which[~tape.dead[track]], track[~tape.dead[track]]
    start = tape.starts[track].astype(np.int64)
    rows = np.empty((len(which), 5), np.int64)
    rows[:, 0] = tape.keys[track]
    rows[:, 1] = windows.place[which] - start
    rows[:, 2] = windows.votes[which]
    rows[:, 3] = windows.anchor[which]
    rows[:, 4] = tape.starts[track + 1] - start
    return rows


@kernel
def _votes(
    positions: NDArray[np.int64], counts: NDArray[np.int64], frames: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return `alignment << FRAME_BITS | query frame` of every posting.

    The alignment is the tape position minus the query frame.
    """
    out = np.empty(len(positions), np.int64)
    size = np.int64(0)
    for i in range(len(counts)):
        frame = np.int64(frames[i])
        for j in range(size, size + counts[i]):
            out[j] = (positions[j] - frame) << FRAME_BITS | frame
        size += counts[i]
    return out


@kernel
def _counts(votes: NDArray[np.int64], bits: int) -> NDArray[np.uint8]:
    """Count the votes of each cell, up to 255; a cell's number is cut to so many bits."""
    counts = np.zeros(np.int64(1) << bits, np.uint8)
    mask = len(counts) - 1
    for vote in votes:
        cell = (vote >> (FRAME_BITS + CELL_BITS)) & mask
        if counts[cell] < MOST_COUNTED:
            counts[cell] += np.uint8(1)
    return counts


@kernel
def _company(votes: NDArray[np.int64], counts: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many votes have 0, 1, 2, ... votes in their cell and its fuller neighbour."""
    histogram = np.zeros(512, np.int64)
    mask = len(counts) - 1
    for vote in votes:
        cell = (vote >> (FRAME_BITS + CELL_BITS)) & mask
        before, after = np.int64(counts[cell - 1 & mask]), np.int64(counts[cell + 1 & mask])
        histogram[np.int64(counts[cell]) + max(before, after)] += 1
    return histogram


@kernel
def _accompanied(
    votes: NDArray[np.int64], counts: NDArray[np.uint8], least: int
) -> NDArray[np.int64]:
    """Return the votes with at least so many in their cell and its fuller neighbour."""
    out = np.empty(len(votes), np.int64)
    size = 0
    mask = len(counts) - 1
    for vote in votes:
        cell = (vote >> (FRAME_BITS + CELL_BITS)) & mask
        before, after = np.int64(counts[cell - 1 & mask]), np.int64(counts[cell + 1 & mask])
        if np.int64(counts[cell]) + max(before, after) >= least:
            out[size] = vote
            size += 1
    return out[:size].copy()


@kernel
def _strongest(
    alignments: NDArray[np.int64], window: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return (places, votes, anchors) of the `limit` windows that hold most of the sorted votes.

    Windows that overlap a stronger one are left out; of equal ones the earliest wins.
    """
    starts, counts = _windows(alignments, window)
    chosen = _fullest(counts, limit * OVERLAPPING)
    middles = np.empty(len(chosen), np.int64)
    for k in range(len(chosen)):
        middles[k] = alignments[starts[chosen[k]] + counts[chosen[k]] // 2] >> FRAME_BITS
    taken = np.zeros(len(chosen), np.bool_)
    places = np.empty(limit, np.int64)
    votes = np.empty(limit, np.int64)
    anchors = np.empty(limit, np.int64)
    found = 0
    for k in np.argsort(-counts[chosen], kind="mergesort"):
        if found == limit:
            break
        low = k  # middles ascend
        while low > 0 and middles[low - 1] > middles[k] - window:
            low -= 1
        high = k + 1
        while high < len(middles) and middles[high] < middles[k] + window:
            high += 1
        if not taken[low:high].any():
            taken[k] = True
            start, count = starts[chosen[k]], counts[chosen[k]]
            inside = alignments[start : start + count] & ((1 << FRAME_BITS) - 1)
            places[found], votes[found], anchors[found] = middles[k], count, inside.sum() // count
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
