"""Sorted numbers in buckets, packed close to their entropy: the postings of a tape.

A posting is the number `hash << position_bits | position`; its highest bits name its bucket, and
the other `width` bits, its *rest*, stand in the bucket in ascending order as an Elias-Fano
sequence (P. Elias, "Efficient storage and retrieval by content and address of static files",
J. ACM 21, 1974). Of k rests in a bucket the low `l = max(0, width - ceil(log2 k))` bits stand side
by side, and after them the high bits in unary: bit `high + i` is set for rest number i.

    +------------------+------------------------------+
    |  k * l low bits  |  k + 2^(width - l) high bits  |
    +------------------+------------------------------+

Nothing else is stored: a bucket's size follows from its count. A posting costs half a bit more than
its entropy, given the counts. The arrays:

    words       the buckets, as a stream of bits, least significant bit first, in 64-bit words, with
                one word of zeros at the end
    directory   uint32, one more than there are buckets: how many postings lie before each bucket
    groups      uint64, one for each GROUP buckets: the bit at which the first of them begins
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import bit_length, kernel, trailing_zeros

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.kernels import Whole

GROUP_BITS = 5
GROUP = 1 << GROUP_BITS
"""Buckets whose places are added up from the place of the first."""

AT_ONCE = 64
"""Buckets that are read together: more, or half as many, are no faster."""

LINE_WORDS = 8
"""Words of a line of a processor's cache."""


@kernel
def _low_bits(count: Whole, width: Whole) -> Whole:
    """Return how many bits of each of `count` rests stand side by side."""
    return max(0, width - bit_length(np.uint64(max(count, 1) - 1)))


@kernel
def _size(count: Whole, width: Whole) -> Whole:
    """Return the bits that a bucket of `count` postings takes."""
    if count == 0:
        return 0
    low = _low_bits(count, width)
    return count * low + count + (1 << (width - low))


@kernel
def _place(
    directory: NDArray[np.uint32], groups: NDArray[np.uint64], bucket: Whole, width: Whole
) -> Whole:
    """Return the bit at which a bucket begins."""
    first = bucket >> GROUP_BITS << GROUP_BITS
    at = np.int64(groups[bucket >> GROUP_BITS])
    for other in range(first, bucket):
        at += _size(np.int64(directory[other + 1]) - np.int64(directory[other]), width)
    return at


@kernel
def _bits(words: NDArray[np.uint64], at: Whole, count: Whole) -> np.uint64:
    """Return `count` bits of the stream, fewer than 64."""
    word, shift = at >> 6, np.uint64(at & 63)
    # a shift by 64 is undefined: shift in two steps
    upper = (words[word + 1] << np.uint64(1)) << (np.uint64(63) - shift)
    value: np.uint64 = words[word] >> shift | upper
    return value & ((np.uint64(1) << np.uint64(count)) - np.uint64(1))


@kernel
def _write(words: NDArray[np.uint64], at: Whole, value: np.uint64) -> None:
    """Set the bits of a value in a stream of zeros."""
    word, shift = at >> 6, np.uint64(at & 63)
    words[word] |= value << shift
    words[word + 1] |= value >> np.uint64(1) >> (np.uint64(63) - shift)


@kernel
def pack(
    full: NDArray[np.uint64],
    first: Whole,
    end: Whole,
    width: Whole,
    bit: Whole,
    open_word: np.uint64,
    directory: NDArray[np.uint32],
    groups: NDArray[np.uint64],
) -> tuple[NDArray[np.uint64], Whole]:
    """Pack the buckets from `first` to `end`, and note in directory and groups where they lie.

    Returns the words from the one that holds `bit`, begun as `open_word`, and the bit behind them.
    """
    mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    begin = np.int64(0)
    at = np.int64(bit)
    for bucket in range(first, end):
        if bucket & (GROUP - 1) == 0:
            groups[bucket >> GROUP_BITS] = at
        after = begin
        while after < len(full) and np.int64(full[after] >> np.uint64(width)) == bucket:
            after += 1
        at += _size(after - begin, width)
        directory[bucket + 1] = directory[bucket] + np.uint32(after - begin)
        begin = after
    base = bit >> 6 << 6
    words = np.zeros(((at - base) >> 6) + 2, np.uint64)
    words[0] = open_word
    begin, place = np.int64(0), bit - base
    for bucket in range(first, end):
        count = np.int64(directory[bucket + 1]) - np.int64(directory[bucket])
        low = _low_bits(count, width)
        low_mask = (np.uint64(1) << np.uint64(low)) - np.uint64(1)
        high_at = place + count * low
        for i in range(count):
            rest = full[begin + i] & mask
            _write(words, place + i * low, rest & low_mask)
            high = high_at + np.int64(rest >> np.uint64(low)) + i
            words[high >> 6] |= np.uint64(1) << np.uint64(high & 63)
        begin += count
        place += _size(count, width)
    return words, at


@kernel
def interleave(
    full: NDArray[np.uint64],
    begins: NDArray[np.int64],
    position_bits: int,
    first: int,
    end: int,
) -> NDArray[np.uint64]:
    """Join runs of sorted postings, of hashes from `first` to `end`, into one.

    Of one hash, all postings of a run come before those of the next: its positions are lower.
    Run number i is `full[begins[i] : begins[i + 1]]`.
    """
    out = np.empty_like(full)
    at = begins[:-1].copy()
    size = 0
    for number in range(first, end):
        if size == len(full):
            break
        beyond = np.uint64(number + 1) << np.uint64(position_bits)
        for run in range(len(at)):
            while at[run] < begins[run + 1] and full[at[run]] < beyond:
                out[size] = full[at[run]]
                size += 1
                at[run] += 1
    return out


@kernel
def unpack(
    words: NDArray[np.uint64],
    directory: NDArray[np.uint32],
    groups: NDArray[np.uint64],
    width: Whole,
    first: Whole,
    end: Whole,
) -> NDArray[np.uint64]:
    """Return the postings of the buckets from `first` to `end`."""
    out = np.empty(np.int64(directory[end]) - np.int64(directory[first]), np.uint64)
    size = np.int64(0)
    place = _place(directory, groups, first, width) if first < end else 0
    for bucket in range(first, end):
        count = np.int64(directory[bucket + 1]) - np.int64(directory[bucket])
        _rests(words, place, count, width, out[size : size + count])
        high = np.uint64(bucket) << np.uint64(width)
        for i in range(size, size + count):
            out[i] |= high
        size += count
        place += _size(count, width)
    return out


@kernel
def _rests(
    words: NDArray[np.uint64], place: Whole, count: Whole, width: Whole, out: NDArray[np.uint64]
) -> None:
    """Write the rests of a bucket."""
    low = _low_bits(count, width)
    high_at = place + count * low
    number = high_at >> 6
    word = words[number] >> np.uint64(high_at & 63) << np.uint64(high_at & 63)
    for i in range(count):
        while word == 0 and number < len(words) - 1:
            number += 1
            word = words[number]
        high = (number << 6) + trailing_zeros(word) - high_at - i
        word &= word - np.uint64(1)
        out[i] = np.uint64(high) << np.uint64(low) | _bits(words, place + i * low, low)


@kernel
def add_lengths(
    directory: NDArray[np.uint32],
    sharing: Whole,
    hashes: NDArray[np.uint32],
    total: NDArray[np.int64],
) -> None:
    """Add to each total the mean count of the hash's bucket, rounded up.

    `sharing` is the logarithm, to base 2, of how many hashes share a bucket.
    """
    round_up = (np.int64(1) << sharing) - 1
    for i in range(len(hashes)):
        bucket = np.int64(hashes[i]) >> sharing
        count = np.int64(directory[bucket + 1]) - np.int64(directory[bucket])
        total[i] += (count + round_up) >> sharing


@kernel
def gather(
    words: NDArray[np.uint64],
    directory: NDArray[np.uint32],
    groups: NDArray[np.uint64],
    width: Whole,
    position_bits: Whole,
    hashes: NDArray[np.uint32],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of every hash's postings, one hash after the other, and their counts.

    `hashes` may come in any order, and repeat.
    """
    hash_bits = width - position_bits
    mask = (np.int64(1) << hash_bits) - 1
    span = np.int64(1) << position_bits
    counts, places = _located(directory, groups, width, hash_bits, hashes)
    room = counts.sum()
    positions = np.empty(room + 1, np.int64)
    read = np.uint64(0)
    size = np.int64(0)
    for begin in range(0, len(hashes), AT_ONCE):
        end = min(begin + AT_ONCE, len(hashes))
        read += _fetched(words, width, counts[begin:end], places[begin:end])
        for i in range(begin, end):
            if counts[i] > 0:
                first, out = (np.int64(hashes[i]) & mask) << position_bits, positions[size:]
                counts[i] = _between(words, places[i], counts[i], width, first, span, out)
                size += counts[i]
    positions[room] = np.int64(read)  # kept, or nothing would be read
    return positions[:size], counts


@kernel
def _located(
    directory: NDArray[np.uint32],
    groups: NDArray[np.uint64],
    width: Whole,
    hash_bits: Whole,
    hashes: NDArray[np.uint32],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many postings each hash's bucket has, and at which bit it begins."""
    counts = np.empty(len(hashes), np.int64)
    places = np.empty(len(hashes), np.int64)
    for i in range(len(hashes)):  # many reads of memory are under way at once
        bucket = np.int64(hashes[i]) >> hash_bits
        counts[i] = np.int64(directory[bucket + 1]) - np.int64(directory[bucket])
        places[i] = groups[bucket >> GROUP_BITS]
    for i in range(len(hashes)):
        places[i] = _place(directory, groups, np.int64(hashes[i]) >> hash_bits, width)
    return counts, places


@kernel
def _fetched(
    words: NDArray[np.uint64], width: Whole, counts: NDArray[np.int64], places: NDArray[np.int64]
) -> np.uint64:
    """Read all of some buckets, by loads that do not wait for one another, and return their sum.

    So a processor has many of them under way; a bucket that is decoded by itself waits for memory
    more than once.
    """
    read = np.uint64(0)
    for i in range(len(counts)):
        if counts[i] > 0:  # of an empty one nothing is stored, and its page need not be in memory
            high_at = places[i] + counts[i] * _low_bits(counts[i], width)
            read += words[high_at >> 6]
            for word in range(places[i] >> 6, high_at >> 6, LINE_WORDS):
                read += words[word]
    return read


@kernel
def _between(
    words: NDArray[np.uint64],
    place: Whole,
    count: Whole,
    width: Whole,
    first: Whole,
    span: Whole,
    out: NDArray[np.int64],
) -> int:
    """Write by how much the rests of a bucket exceed `first`, if by less than `span`."""
    low = _low_bits(count, width)
    high_at = place + count * low
    least, most = first >> low, (first + span - 1) >> low
    number = high_at >> 6
    word = words[number] >> np.uint64(high_at & 63) << np.uint64(high_at & 63)
    found = 0
    for i in range(count):
        while word == 0 and number < len(words) - 1:
            number += 1
            word = words[number]
        high = (number << 6) + trailing_zeros(word) - high_at - i
        if high > most:
            break
        word &= word - np.uint64(1)
        if high >= least:
            excess = (high << low | np.int64(_bits(words, place + i * low, low))) - first
            if 0 <= excess < span:
                out[found] = excess
                found += 1
    return found


@kernel
def extents(
    directory: NDArray[np.uint32],
    groups: NDArray[np.uint64],
    width: Whole,
    position_bits: Whole,
    hashes: NDArray[np.uint32],
) -> NDArray[np.int64]:
    """Return at which bit each hash's bucket begins and ends, shape (2, n)."""
    counts, places = _located(directory, groups, width, width - position_bits, hashes)
    out = np.empty((2, len(hashes)), np.int64)
    for i in range(len(hashes)):
        out[0, i] = places[i]
        out[1, i] = places[i] + _size(counts[i], width)
    return out
