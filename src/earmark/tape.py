"""The tape: many recordings end to end on one time line, and an inverted index of their landmarks.

Every track starts at its own position (a frame number) of the tape, so that a posting is one
position, and position minus query frame is the alignment itself; which track it was is looked up
only for the few alignments that win.

Layout of the inverted index (arrays are little-endian, contiguous, and usable from a memory map):

    words, directory, groups
                the postings, in buckets; `elias_fano.py` draws them
    starts      uint32, shape (tracks + 1,): first position of each track, and the tape's end
    keys        int64, shape (tracks,): the store's key of each track
    dead        bool, shape (tracks,): removed since the tape was made

The highest `bucket_bits` bits of a hash name its bucket: on a large tape every hash has its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark import elias_fano
from earmark.elias_fano import GROUP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.types import Landmarks

HASH_BITS = 22
"""Bits of a landmark hash; `landmarks.py` draws them."""

MAX_TAPE_FRAMES = 1 << 32
"""Positions are 32 bits."""

POSTINGS_PER_BUCKET = 32
"""On a tape too small for a bucket a hash: the directory costs a bit a posting then."""

CHUNK_POSTINGS = 1 << 21
"""That are held unpacked at once, of all tapes that are read together: 32 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """An inverted index over some tracks; the arrays are drawn at the head of this module."""

    words: NDArray[np.uint64]
    directory: NDArray[np.uint32]
    groups: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    keys: NDArray[np.int64]
    dead: NDArray[np.bool_]
    bucket_bits: int
    position_bits: int

    @property
    def width(self) -> int:
        """Bits of a posting within its bucket."""
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

    @property
    def nbytes(self) -> int:
        """Size of the index: words, directory and groups."""
        return self.words.nbytes + self.directory.nbytes + self.groups.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """All of a tape but its words."""

    directory: NDArray[np.uint32]
    groups: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    keys: NDArray[np.int64]
    bucket_bits: int
    position_bits: int


class Draft:
    """A tape in the making: its words come in pieces, so that it never need be in memory whole."""

    def __init__(
        self,
        keys: NDArray[np.int64],
        lengths: NDArray[np.int64],
        postings: int,
        chunks: Iterable[NDArray[np.uint64]],
    ) -> None:
        """Plan a tape.

        Args:
            keys: of the tracks, in their order.
            lengths: of the tracks, in frames.
            postings: how many there will be.
            chunks: all of them as `hash << position_bits | position`, sorted, in any number of
                pieces.

        Raises:
            ValueError: the tracks are longer together than MAX_TAPE_FRAMES.
        """
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.position_bits = _position_bits(int(starts[-1]))
        self.bucket_bits = _bucket_bits(postings)
        self.starts = starts.astype(np.uint32)
        self.keys = keys
        self.postings = postings
        self._chunks = chunks
        self._directory = np.zeros((1 << self.bucket_bits) + 1, np.uint32)
        self._groups = np.zeros(groups_of(1 << self.bucket_bits), np.uint64)

    def words(self) -> Iterator[NDArray[np.uint64]]:
        """Yield the words, once, in pieces."""
        width = HASH_BITS - self.bucket_bits + self.position_bits
        bucket, bit, open_word = 0, 0, np.uint64(0)
        for full, end in self._in_buckets(width):
            words, bit_after = elias_fano.pack(
                full, bucket, end, width, bit, open_word, self._directory, self._groups
            )
            whole = (int(bit_after) >> 6) - (bit >> 6)
            yield words[:whole]
            bucket, bit, open_word = end, int(bit_after), words[whole]
        yield np.array([open_word, 0] if bit & 63 else [0], np.uint64)

    def _in_buckets(self, width: int) -> Iterator[tuple[NDArray[np.uint64], int]]:
        """Yield postings cut where a bucket begins, and that bucket's number."""
        open_bucket = np.empty(0, np.uint64)
        for chunk in self._chunks:
            full = np.concatenate([open_bucket, chunk])
            if len(full):
                bucket = full[-1] >> np.uint64(width)
                edge = np.searchsorted(full, bucket << np.uint64(width))
                open_bucket = full[edge:]
                yield full[:edge], int(bucket)
        yield open_bucket, 1 << self.bucket_bits

    def head(self) -> Head:
        """Return the rest of the tape, when all words were taken."""
        return Head(
            self._directory,
            self._groups,
            self.starts,
            self.keys,
            self.bucket_bits,
            self.position_bits,
        )


def laid(recordings: Sequence[tuple[int, Landmarks]]) -> Draft:
    """Plan a tape with recordings, as (key, landmarks), end to end; takes 24 bytes a posting.

    Raises:
        ValueError: together they are longer than MAX_TAPE_FRAMES.
    """
    lengths = np.array([frames_of(marks) for _, marks in recordings], np.int64)
    starts = np.cumsum(lengths) - lengths
    position_bits = np.uint64(_position_bits(int(lengths.sum())))
    full = [np.empty(0, np.uint64)]
    for (_, marks), start in zip(recordings, starts, strict=True):
        position = marks.frame.astype(np.uint64) + np.uint64(start)
        full.append(marks.hash.astype(np.uint64) << position_bits | position)
    joined = np.concatenate(full)
    joined.sort()
    return Draft(np.array([key for key, _ in recordings], np.int64), lengths, len(joined), [joined])


def merged(tapes: Sequence[Tape]) -> Draft:
    """Plan a tape of all that lives on several, in bounded memory.

    Raises:
        ValueError: together they are longer than MAX_TAPE_FRAMES.
    """
    spans = [np.diff(tape.starts.astype(np.int64)) for tape in tapes]
    nothing = np.empty(0, np.int64)
    lengths = np.concatenate([nothing, *(s[~t.dead] for s, t in zip(spans, tapes, strict=True))])
    keys = np.concatenate([nothing, *(tape.keys[~tape.dead] for tape in tapes)])
    postings = sum(_live_postings(tape) for tape in tapes)
    position_bits = _position_bits(int(lengths.sum()))
    return Draft(keys, lengths, postings, _merged_chunks(tapes, position_bits))


def assembled(draft: Draft) -> Tape:
    """Make a tape in memory."""
    words = np.concatenate(list(draft.words()))
    head = draft.head()
    return Tape(
        words=words,
        directory=head.directory,
        groups=head.groups,
        starts=head.starts,
        keys=head.keys,
        dead=np.zeros(len(head.keys), np.bool_),
        bucket_bits=head.bucket_bits,
        position_bits=head.position_bits,
    )


def build_tape(recordings: Sequence[tuple[int, Landmarks]]) -> Tape:
    """Lay recordings, as (key, landmarks), end to end on one tape in memory.

    Raises:
        ValueError: together they are longer than MAX_TAPE_FRAMES.
    """
    return assembled(laid(recordings))


@dataclass(frozen=True, slots=True)
class Tapes:
    """Tapes at hand, as an index to look into (`matching.candidates.Index`)."""

    every: Sequence[Tape]

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,)."""
        return list_lengths(self.every, hashes)

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:  # noqa: ARG002 - all at hand
        """Return all tapes."""
        return self.every


def frames_of(marks: Landmarks) -> int:
    """Return how long a recording is on a tape: to its last landmark, and at least one frame."""
    return int(marks.frame.max()) + 1 if len(marks) else 1


def postings_in_chunks(tape: Tape) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.int64]]]:
    """Yield (hashes, positions) of all postings, the dead included, sorted, in bounded memory."""
    for first, end in _bucket_ranges(tape, CHUNK_POSTINGS):
        full = elias_fano.unpack(*_arrays(tape), first, end)
        yield _split(full, tape.position_bits)


def groups_of(buckets: int) -> int:
    """Return how many groups so many buckets make."""
    return -(-buckets // GROUP)


def bucket_of(tape: Tape, hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the directory's bucket of each hash."""
    return hashes >> np.uint32(HASH_BITS - tape.bucket_bits)


def list_lengths(tapes: Sequence[Tape], hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return about how many postings each hash has, shape (n,), the dead among them.

    Exact where a hash has a bucket of its own; else its bucket's mean, rounded up.
    """
    total = np.zeros(len(hashes), np.int64)
    for tape in tapes:
        elias_fano.add_lengths(tape.directory, HASH_BITS - tape.bucket_bits, hashes, total)
    return total


def gather(tape: Tape, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of every hash's postings, one hash after the other, and their counts.

    Shapes: (sum of the counts,) and (n,). The dead are included.
    """
    return elias_fano.gather(*_arrays(tape), tape.position_bits, hashes)


def extents(tape: Tape, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each hash's bucket begins and ends in the words: bits, each of shape (n,)."""
    _, directory, groups, width = _arrays(tape)
    begin, end = elias_fano.extents(directory, groups, width, tape.position_bits, hashes)
    return begin, end


def lookup(
    tapes: Sequence[Tape], hashes: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32]]:
    """Return (hash, key, frame) of every live posting of the hashes, sorted.

    For tests and tools; queries take alignments, and look up few keys.
    """
    wanted = np.unique(hashes)
    rows = [np.empty((3, 0), np.int64)]
    for tape in tapes:
        position, counts = gather(tape, wanted)
        found = np.repeat(wanted, counts)
        track = np.searchsorted(tape.starts, position, side="right") - 1
        live = ~tape.dead[track]
        frame = position - tape.starts[track]
        rows.append(np.stack([found, tape.keys[track], frame])[:, live].astype(np.int64))
    joined = np.concatenate(rows, axis=1)
    joined = joined[:, np.lexsort(joined[::-1])]
    return joined[0].astype(np.uint32), joined[1], joined[2].astype(np.uint32)


def _arrays(
    tape: Tape,
) -> tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint64], int]:
    """Return what the kernels read of a tape."""
    return tape.words, tape.directory, tape.groups, tape.width


def _split(
    full: NDArray[np.uint64], position_bits: int
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    mask = np.uint64((1 << position_bits) - 1)
    return (full >> np.uint64(position_bits)).astype(np.uint32), (full & mask).astype(np.int64)


def _position_bits(frames: int) -> int:
    if frames >= MAX_TAPE_FRAMES:
        message = f"{frames} frames are longer than a tape ({MAX_TAPE_FRAMES})"
        raise ValueError(message)
    return max(1, frames.bit_length())


def _bucket_bits(postings: int) -> int:
    return min(HASH_BITS, max(1, postings // POSTINGS_PER_BUCKET).bit_length())


def _bucket_ranges(tape: Tape, size: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of buckets that hold about so many postings each, or are one bucket."""
    first, buckets = 0, len(tape.directory) - 1
    while first < buckets:
        full = np.uint32(min(int(tape.directory[first]) + size, tape.postings))
        end = int(np.searchsorted(tape.directory, full, side="right")) - 1
        end = min(max(end, first + 1), buckets)
        yield first, end
        first = end


def _live_postings(tape: Tape) -> int:
    if not tape.dead.any():
        return tape.postings
    return sum(
        int((~tape.dead[_tracks(tape, position)]).sum()) for _, position in postings_in_chunks(tape)
    )


def _tracks(tape: Tape, position: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.searchsorted(tape.starts, position, side="right") - 1


def _merged_chunks(tapes: Sequence[Tape], position_bits: int) -> Iterator[NDArray[np.uint64]]:
    """Yield the live postings of several tapes laid end to end; see `Draft`."""
    queues = []
    base = 0
    for tape in tapes:
        queues.append(_Queue(tape, base, position_bits, CHUNK_POSTINGS // len(tapes)))
        base += tape.live_frames
    hashes = 1 << HASH_BITS
    done = 0
    while done < hashes:
        upto = min((queue.complete_to() for queue in queues), default=hashes)
        parts = [queue.take(upto) for queue in queues]
        begins = np.cumsum([0, *map(len, parts)])
        joined = np.concatenate([np.empty(0, np.uint64), *parts])
        yield elias_fano.interleave(joined, begins, position_bits, done, upto)
        done = upto


class _Queue:
    """The live postings of one tape, shifted to where they lie on the merged one, hash by hash."""

    def __init__(self, tape: Tape, base: int, position_bits: int, size: int) -> None:
        self._tape = tape
        self._position_bits = np.uint64(position_bits)
        self._shift = base
        self._shifts: NDArray[np.int64] | None = None
        if tape.dead.any():
            spans = np.diff(tape.starts.astype(np.int64))
            kept = np.where(tape.dead, 0, spans)
            self._shifts = base + np.cumsum(kept) - kept - tape.starts[:-1].astype(np.int64)
        self._ranges = _bucket_ranges(tape, size)
        self._waiting = np.empty(0, np.uint64)
        self._hash_end = 0

    def complete_to(self) -> int:
        """Return the hash up to which all postings are at hand, having read some if none is."""
        if not len(self._waiting):
            self._read()
        return self._hash_end

    def take(self, upto: int) -> NDArray[np.uint64]:
        """Return the postings of the hashes below one for which all are at hand."""
        edge = np.searchsorted(self._waiting, np.uint64(upto) << self._position_bits)
        taken, self._waiting = self._waiting[:edge], self._waiting[edge:]
        return taken

    def _read(self) -> None:
        """Read on until there is something, or the end."""
        tape = self._tape
        for first, end in self._ranges:
            self._hash_end = end << (HASH_BITS - tape.bucket_bits)
            full = elias_fano.unpack(*_arrays(tape), first, end)
            found, position = _split(full, tape.position_bits)
            if self._shifts is None:
                position += self._shift
            else:
                track = _tracks(tape, position)
                live = ~tape.dead[track]
                found, position = found[live], (position + self._shifts[track])[live]
            if len(found):
                joined = found.astype(np.uint64) << self._position_bits
                self._waiting = joined | position.astype(np.uint64)
                return
        self._hash_end = 1 << HASH_BITS
