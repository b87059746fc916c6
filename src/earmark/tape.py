"""The tape: many recordings end to end on one time line, and an inverted index of their landmarks.

Every track starts at its own position (a frame number) of the tape, so that a posting is one
position, and position minus query frame is the alignment itself; which track it was is looked up
only for the few alignments that win.

Layout of the inverted index (all arrays little-endian, contiguous, and usable from a memory map):

    entries     n postings in ascending order of `hash << position_bits | position`; each keeps the
                low `width` bits of that key, packed without gaps into 64-bit words, least
                significant bit first, with one word of zeros at the end
    directory   uint32, one more than there are buckets; bucket b holds the entries
                directory[b] to directory[b + 1], whose keys share their high bits
                `key >> width == b`; 1 << bucket_bits buckets in all
    starts      uint32, shape (tracks + 1,): first position of each track, and the tape's end
    keys        int64, shape (tracks,): the store's key of each track
    dead        bool, shape (tracks,): removed since the tape was made

`width = HASH_BITS - bucket_bits + position_bits`, with about ENTRIES_PER_BUCKET entries a bucket,
so that a posting costs its entropy and half a byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.types import Landmarks

HASH_BITS = 22
"""Bits of a landmark hash; `landmarks.py` draws them."""

MAX_TAPE_FRAMES = 1 << 32
"""Positions are 32 bits."""

ENTRIES_PER_BUCKET = 16


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """An inverted index over some tracks; the arrays are drawn at the head of this module."""

    words: NDArray[np.uint64]
    directory: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    keys: NDArray[np.int64]
    dead: NDArray[np.bool_]
    bucket_bits: int
    position_bits: int

    @property
    def width(self) -> int:
        """Bits of a packed entry."""
        return HASH_BITS - self.bucket_bits + self.position_bits

    @property
    def postings(self) -> int:
        """How many landmarks the tape holds."""
        return int(self.directory[-1])

    @property
    def frames(self) -> int:
        """Length of the tape."""
        return int(self.starts[-1])

    @property
    def live_frames(self) -> int:
        """Length of the tape without the tracks that are dead."""
        return int(np.diff(self.starts.astype(np.int64))[~self.dead].sum())


def build_tape(recordings: Sequence[tuple[int, Landmarks]]) -> Tape:
    """Lay recordings, as (key, landmarks), end to end on one tape.

    Raises:
        ValueError: together they are longer than MAX_TAPE_FRAMES.
    """
    lengths = [int(marks.frame.max()) + 1 if len(marks) else 1 for _, marks in recordings]
    starts = _starts(lengths)
    hashes = _joined([marks.hash for _, marks in recordings])
    positions = _joined(
        [
            marks.frame.astype(np.uint64) + np.uint64(start)
            for (_, marks), start in zip(recordings, starts)
        ]
    )
    return _packed(hashes, positions, starts, np.array([key for key, _ in recordings], np.int64))


def merge_tapes(tapes: Sequence[Tape]) -> Tape:
    """Join tapes into one, leaving out what is dead.

    Raises:
        ValueError: together they are longer than MAX_TAPE_FRAMES.
    """
    hashes: list[NDArray[np.uint32]] = []
    positions: list[NDArray[np.int64]] = []
    keys: list[int] = []
    lengths: list[int] = []
    for tape in tapes:
        spans = np.diff(tape.starts.astype(np.int64))
        kept = np.where(tape.dead, 0, spans)
        shift = sum(lengths) + np.cumsum(kept) - kept - tape.starts[:-1].astype(np.int64)
        found, at = unpack_tape(tape)
        track = np.searchsorted(tape.starts, at, side="right") - 1
        live = ~tape.dead[track]
        hashes.append(found[live])
        positions.append(at[live] + shift[track[live]])
        keys += tape.keys[~tape.dead].tolist()
        lengths += spans[~tape.dead].tolist()
    return _packed(_joined(hashes), _joined(positions), _starts(lengths), np.array(keys, np.int64))


def unpack_tape(tape: Tape) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the hash and position of every posting, in the order of the entries."""
    entries = _unpack(np.asarray(tape.words), tape.postings, tape.width)
    buckets = np.repeat(
        np.arange(len(tape.directory) - 1, dtype=np.uint64),
        np.diff(tape.directory).astype(np.int64),
    )
    full = buckets << np.uint64(tape.width) | entries
    mask = np.uint64((1 << tape.position_bits) - 1)
    return (full >> np.uint64(tape.position_bits)).astype(np.uint32), (full & mask).astype(np.int64)


def bucket_of(tape: Tape, hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the directory's bucket of each hash."""
    return hashes >> np.uint32(HASH_BITS - tape.bucket_bits)


def lookup(
    tapes: Sequence[Tape], hashes: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32]]:
    """Return (hash, key, frame) of every live posting of the hashes, sorted.

    For tests and tools; queries scan the tapes in a kernel.
    """
    rows = []
    for tape in tapes:
        found, at = unpack_tape(tape)
        track = np.searchsorted(tape.starts, at, side="right") - 1
        wanted = np.isin(found, hashes) & ~tape.dead[track]
        frames = (at - tape.starts[track])[wanted].astype(np.int64)
        rows.append(np.stack([found[wanted].astype(np.int64), tape.keys[track[wanted]], frames]))
    joined = np.concatenate(rows, axis=1) if rows else np.empty((3, 0), np.int64)
    joined = joined[:, np.lexsort(joined[::-1])]
    return joined[0].astype(np.uint32), joined[1], joined[2].astype(np.uint32)


def _joined(parts: Sequence[NDArray[np.integer]]) -> NDArray[np.uint64]:
    # cast before joining: uint64 and int64 together would pass through float64
    return np.concatenate([np.empty(0, np.uint64), *(part.astype(np.uint64) for part in parts)])


def _starts(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _packed(
    hashes: NDArray[np.uint64],
    positions: NDArray[np.uint64],
    starts: NDArray[np.int64],
    keys: NDArray[np.int64],
) -> Tape:
    frames = int(starts[-1])
    if frames >= MAX_TAPE_FRAMES:
        message = f"{frames} frames are longer than a tape ({MAX_TAPE_FRAMES})"
        raise ValueError(message)
    position_bits = max(1, frames.bit_length())
    wanted = max(1, len(hashes) // ENTRIES_PER_BUCKET)
    bucket_bits = min(HASH_BITS, wanted.bit_length())
    width = HASH_BITS - bucket_bits + position_bits
    full = np.sort(hashes << np.uint64(position_bits) | positions)
    edges = np.arange((1 << bucket_bits) + 1, dtype=np.uint64) << np.uint64(width)
    return Tape(
        words=_pack(full, width),
        directory=np.searchsorted(full, edges).astype(np.uint32),
        starts=starts.astype(np.uint32),
        keys=keys.astype(np.int64),
        dead=np.zeros(len(keys), np.bool_),
        bucket_bits=bucket_bits,
        position_bits=position_bits,
    )


@kernel
def _pack(full: NDArray[np.uint64], width: int) -> NDArray[np.uint64]:
    """Pack the low `width` bits of each value, least significant bit first."""
    words = np.zeros((len(full) * width + 63) // 64 + 1, np.uint64)
    mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    for i in range(len(full)):
        bit = i * width
        word, shift = bit >> 6, np.uint64(bit & 63)
        entry = full[i] & mask
        words[word] |= entry << shift
        if shift + np.uint64(width) > np.uint64(64):
            words[word + 1] |= entry >> (np.uint64(64) - shift)
    return words


@kernel
def _unpack(words: NDArray[np.uint64], count: int, width: int) -> NDArray[np.uint64]:
    """Undo `_pack`."""
    entries = np.empty(count, np.uint64)
    mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    for i in range(count):
        bit = i * width
        word, shift = bit >> 6, np.uint64(bit & 63)
        entry = words[word] >> shift
        if shift > np.uint64(0):
            entry |= words[word + 1] << (np.uint64(64) - shift)
        entries[i] = entry & mask
    return entries
