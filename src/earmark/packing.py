"""Constellations as bytes, close to their entropy; many are unpacked in one call.

Of each peak two numbers are coded: the *gap* since the peak before it, and the *band* of eight
steps that it lies in. Each constellation brings two Huffman codes of its own, so that they suit the
music, whatever the frequency axis and the density. Long gaps share a symbol with others of their
size and bring their low bits; so does every peak with its place in the band. Low bits that all
times, or all frequencies, have in common are stored once: the coarser the grid on which a
constellation lies (`PeakParams.reference_parts`), the less it takes. Nothing is lost.

    offset  bytes  field, little-endian
         0      1  form, 1
         1      1  low bits that all times have in common: how many, and << 2 which
         2      1  the same of frequencies
         3      1  gap symbols, g
         4      4  peaks
         8      4  band symbols, b
        12      4  bit at which the bands begin
        16         4 bits for each of the g + b symbols: how long its code is, 0 for one unused
                   of each peak: the code of its gap, then its low bits if it is a long one
                   of each peak: the code of its band, then its place in the band
                   zeros up to a multiple of 8 bytes

Behind the header all is a row of bits, in words of 64, the highest bit of each first. Codes are
canonical: shorter before longer, of one length by symbol. Gaps and bands lie apart because then a
processor decodes both at once.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import bit_length, kernel
from earmark.params import POSITIONS
from earmark.types import Constellation, Constellations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.kernels import Whole

FORM = 1

BAND_BITS = 3
"""A band has 2^3 steps. Bands of 16 steps took 0.20 bits a peak more, of 32 steps 0.44 (118 tracks
of the open corpus): a piece of music has its own notes."""

BANDS = POSITIONS >> BAND_BITS

SHORT_GAPS = 16
"""Gaps below have a symbol each; of longer ones those that agree in their highest two bits."""

LONG_GAPS = 8
"""Of a longer gap, with n low bits left out, the symbol is this, and 2 n, and its highest two."""

GAP_SYMBOLS = 72
"""As many as gaps below 2^32 need."""

LONGEST_CODE = 12
"""Bits. A table of 8 KB decodes a symbol in one step."""

MOST_COMMON_BITS = BAND_BITS

_LENGTH_BITS = 4
_HEADER = struct.Struct("<BBBBIII")
_HEADER_WORDS = 2
_WORD_BYTES = 8


def pack(constellation: Constellation) -> bytes:
    """Return the packed form, drawn at the head of this module; the same for the same peaks."""
    time, frequency = constellation.time.astype(np.int64), constellation.frequency.astype(np.int64)
    common_time, common_frequency = _common_bits(time), _common_bits(frequency)
    gaps = np.diff(time >> common_time, prepend=0)
    gap_lengths = _code_lengths(_gap_counts(gaps))
    band_lengths = _code_lengths(np.bincount(frequency >> BAND_BITS, minlength=BANDS))
    words, begin = _written(gaps, frequency, gap_lengths, band_lengths, common_frequency)
    header = _HEADER.pack(
        FORM,
        _common(time, common_time),
        _common(frequency, common_frequency),
        len(gap_lengths),
        len(time),
        len(band_lengths),
        begin,
    )
    return header + words[_HEADER_WORDS:].tobytes()


def unpack(packed: bytes) -> Constellation:
    """Undo `pack`.

    Raises:
        ValueError: these bytes are no packed constellation.
    """
    found, sound = _unpack_joined([packed])
    if not sound.all():
        message = f"these {len(packed)} bytes are no packed constellation"
        raise ValueError(message)
    return found.of(0)


def unpack_all(packed: Sequence[bytes]) -> Constellations:
    """Unpack many, without the GIL; what is no packed constellation has no peaks."""
    return _unpack_joined(packed)[0]


def joined(some: Constellations, others: Constellations) -> Constellations:
    """Return both, one after the other."""
    return Constellations(
        np.concatenate([some.time, others.time]),
        np.concatenate([some.frequency, others.frequency]),
        np.concatenate([some.begins, others.begins[1:] + some.begins[-1]]),
    )


def _unpack_joined(packed: Sequence[bytes]) -> tuple[Constellations, NDArray[np.bool_]]:
    """Return constellations, and which of them were sound."""
    whole = [one if len(one) % _WORD_BYTES == 0 else b"" for one in packed]
    begins = np.cumsum([0, *(len(one) // _WORD_BYTES for one in whole)])
    # two more words: a bit is read together with the 63 behind it
    words = np.frombuffer(b"".join([*whole, bytes(2 * _WORD_BYTES)]), "<u8")
    time, frequency, first, sound = _unpack(words, begins)
    return Constellations(time, frequency, first), sound


def _common_bits(values: NDArray[np.int64]) -> int:
    """Return how many low bits all values have in common, of those that may be stored once."""
    differing = int(np.bitwise_or.reduce(values ^ values[:1], initial=1 << MOST_COMMON_BITS))
    return (differing & -differing).bit_length() - 1


def _common(values: NDArray[np.int64], bits: int) -> int:
    """Return the header's field: how many low bits are in common, and which."""
    which = int(values[0]) & ((1 << bits) - 1) if len(values) else 0
    return bits | which << 2


@kernel
def _gap_counts(gaps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count how often each symbol of a gap is needed."""
    counts = np.zeros(GAP_SYMBOLS, np.int64)
    for gap in gaps:
        counts[_gap_symbol(gap)[0]] += 1
    return counts


@kernel
def _gap_symbol(gap: Whole) -> tuple[Whole, Whole]:
    """Return the symbol of a gap, and how many low bits it leaves out."""
    if gap < SHORT_GAPS:
        return gap, 0
    left_out = bit_length(np.uint64(gap)) - 2
    return LONG_GAPS + 2 * left_out + (gap >> left_out), left_out


@kernel
def _code_lengths(counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the lengths, up to the last that is used, of a Huffman code for these counts.

    Where a code would be too long, the counts are halved, which brings them closer together.
    """
    used = np.flatnonzero(counts)
    lengths = np.zeros(used[-1] + 1 if len(used) else 0, np.uint8)
    weights = counts[used]
    while len(used):
        order = np.argsort(weights, kind="mergesort")
        depth = _depths(weights[order])
        if depth.max() <= LONGEST_CODE:
            lengths[used[order]] = depth
            break
        weights = (weights + 1) // 2
    return lengths


@kernel
def _depths(weights: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return how deep ascending weights lie in Huffman's tree; one alone has a depth of 1.

    The two lightest are joined until one is left. What was joined is heavier than all before, so
    that the lightest are always the next of the weights or of the joined.
    """
    n = len(weights)
    if n == 1:
        return np.ones(1, np.uint8)
    total = np.concatenate((weights, np.zeros(n - 1, np.int64)))
    parent = np.zeros(2 * n - 1, np.int64)
    leaf, inner = 0, n
    for new in range(n, 2 * n - 1):
        for _ in range(2):
            if inner >= new or (leaf < n and total[leaf] <= total[inner]):
                lightest, leaf = leaf, leaf + 1
            else:
                lightest, inner = inner, inner + 1
            total[new] += total[lightest]
            parent[lightest] = new
    depth = np.zeros(2 * n - 1, np.uint8)
    for node in range(2 * n - 3, -1, -1):
        depth[node] = depth[parent[node]] + 1
    return depth[:n]


@kernel
def _written(
    gaps: NDArray[np.int64],
    frequencies: NDArray[np.int64],
    gap_lengths: NDArray[np.uint8],
    band_lengths: NDArray[np.uint8],
    common: int,
) -> tuple[NDArray[np.uint64], Whole]:
    """Return all words, the header's still zero, and the bit at which the bands begin."""
    lengths = np.concatenate((gap_lengths, band_lengths))
    bits: Whole = 64 * _HEADER_WORDS + _LENGTH_BITS * len(lengths)
    for gap, frequency in zip(gaps, frequencies):
        symbol, left_out = _gap_symbol(gap)
        bits += gap_lengths[symbol] + left_out
        bits += band_lengths[frequency >> BAND_BITS] + BAND_BITS - common
    words = np.zeros((bits + 63) // 64 + 1, np.uint64)
    at: Whole = 64 * _HEADER_WORDS
    for length in lengths:
        at = _put(words, at, length, _LENGTH_BITS)
    codes = _codes(gap_lengths)
    for gap in gaps:
        symbol, left_out = _gap_symbol(gap)
        at = _put(words, at, codes[symbol], gap_lengths[symbol])
        at = _put(words, at, gap & ((1 << left_out) - 1), left_out)
    begin = at
    codes = _codes(band_lengths)
    for frequency in frequencies:
        band = frequency >> BAND_BITS
        at = _put(words, at, codes[band], band_lengths[band])
        place = (frequency & ((1 << BAND_BITS) - 1)) >> common
        at = _put(words, at, place, BAND_BITS - common)
    return words[:-1], begin


@kernel
def _put(words: NDArray[np.uint64], at: Whole, value: Whole, bits: Whole) -> Whole:
    """Write the low bits of a value behind the bit `at`; return where the next follow."""
    if bits > 0:
        high = np.uint64(value) << np.uint64(64 - bits)
        words[at >> 6] |= high >> np.uint64(at & 63)
        words[(at >> 6) + 1] |= (high << np.uint64(1)) << np.uint64(63 - (at & 63))
    return at + bits


@kernel
def _codes(lengths: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the canonical codes of symbols whose codes are so long."""
    codes = np.zeros(len(lengths), np.int64)
    code = 0
    for length in range(1, LONGEST_CODE + 1):
        code <<= 1
        for symbol in np.flatnonzero(lengths == length):
            codes[symbol] = code
            code += 1
    return codes


@kernel
def _unpack(
    words: NDArray[np.uint64], begins: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.uint16], NDArray[np.int64], NDArray[np.bool_]]:
    """Return times, frequencies, where each constellation begins, and which are sound.

    Args:
        words: of all, one after the other, and two more.
        begins: shape (n + 1,), where those of each begin.
    """
    room: Whole = 0
    for i in range(len(begins) - 1):
        room += _claimed(words, begins[i], begins[i + 1])
    time, frequency = np.empty(room, np.int32), np.empty(room, np.uint16)
    first = np.zeros(len(begins), np.int64)
    sound = np.zeros(len(begins) - 1, np.bool_)
    gaps, bands = np.empty(1 << LONGEST_CODE, np.uint16), np.empty(1 << LONGEST_CODE, np.uint16)
    for i in range(len(begins) - 1):
        begin, end = first[i], first[i] + _claimed(words, begins[i], begins[i + 1])
        sound[i] = _decode(
            words, begins[i], begins[i + 1], gaps, bands, time[begin:end], frequency[begin:end]
        )
        first[i + 1] = end if sound[i] else begin
    return time[: first[-1]], frequency[: first[-1]], first, sound


@kernel
def _claimed(words: NDArray[np.uint64], begin: Whole, end: Whole) -> Whole:
    """Return how many peaks a header tells of; 0 if there is none or no room for so many."""
    if end - begin < _HEADER_WORDS:
        return 0
    peaks = np.int64(words[begin] >> np.uint64(32))
    return peaks if peaks <= 32 * (end - begin - _HEADER_WORDS) else 0


@kernel
def _decode(
    words: NDArray[np.uint64],
    begin: Whole,
    end: Whole,
    gaps: NDArray[np.uint16],
    bands: NDArray[np.uint16],
    time: NDArray[np.int32],
    frequency: NDArray[np.uint16],
) -> bool:
    """Decode one constellation; return whether it is sound.

    Args:
        words: of all.
        begin: its first word.
        end: the first word behind it.
        gaps: room for a table.
        bands: room for another.
        time: room for the peaks that it tells of.
        frequency: room for as many.
    """
    if end - begin < _HEADER_WORDS:
        return False
    fields, more = words[begin], words[begin + 1]
    gap_symbols = np.int64((fields >> np.uint64(24)) & np.uint64(255))
    band_symbols = np.int64(more & np.uint64(0xFFFFFFFF))
    gaps_at = 64 * (begin + _HEADER_WORDS) + _LENGTH_BITS * (gap_symbols + band_symbols)
    bands_at = 64 * begin + np.int64(more >> np.uint64(32))
    if (
        fields & np.uint64(255) != FORM
        or np.int64(fields >> np.uint64(32)) != len(time)
        or gap_symbols > GAP_SYMBOLS
        or band_symbols > BANDS
        or not gaps_at <= bands_at <= 64 * end
    ):
        return False
    lengths_at = 64 * (begin + _HEADER_WORDS)
    if not _fill(gaps, words, lengths_at, gap_symbols):
        return False
    if not _fill(bands, words, lengths_at + _LENGTH_BITS * gap_symbols, band_symbols):
        return False
    return _peaks(words, gaps_at, bands_at, 64 * end, gaps, bands, fields, time, frequency)


@kernel
def _fill(table: NDArray[np.uint16], words: NDArray[np.uint64], at: Whole, symbols: Whole) -> bool:
    """Fill the table that tells of the next bits `symbol << 4 | length`, 0 where no code is.

    Return whether the lengths, 4 bits each from the bit `at`, are those of a code.
    """
    count = np.zeros(1 << _LENGTH_BITS, np.int64)
    for symbol in range(symbols):
        count[_length(words, at, symbol)] += 1
    if count[LONGEST_CODE + 1 :].any():
        return False
    first = np.zeros(LONGEST_CODE + 1, np.int64)
    end = 0
    for length in range(1, LONGEST_CODE + 1):
        first[length] = end
        end += count[length] << (LONGEST_CODE - length)
    if end > len(table):
        return False
    for symbol in range(symbols):
        bits = _length(words, at, symbol)
        if bits > 0:
            begin = first[bits]
            first[bits] += 1 << (LONGEST_CODE - bits)
            table[begin : first[bits]] = symbol << _LENGTH_BITS | bits
    table[end:] = 0
    return True


@kernel
def _length(words: NDArray[np.uint64], at: Whole, symbol: Whole) -> Whole:
    """Return how long the code of a symbol is."""
    return np.int64(_next_bits(words, at + _LENGTH_BITS * symbol) >> np.uint64(64 - _LENGTH_BITS))


@kernel
def _next_bits(words: NDArray[np.uint64], at: Whole) -> np.uint64:
    """Return the 64 bits from the bit `at`."""
    word, bit = np.uint64(at) >> np.uint64(6), np.uint64(at & 63)
    after = words[word + np.uint64(1)] >> np.uint64(1)
    bits: np.uint64 = words[word] << bit | after >> (np.uint64(63) - bit)
    return bits


@kernel
def _peaks(
    words: NDArray[np.uint64],
    gaps_at: Whole,
    bands_at: Whole,
    end: Whole,
    gaps: NDArray[np.uint16],
    bands: NDArray[np.uint16],
    fields: np.uint64,
    time: NDArray[np.int32],
    frequency: NDArray[np.uint16],
) -> bool:
    """Decode the peaks, gaps and bands side by side; return whether they are sound.

    Both begin at their bits and must not go beyond `end`.
    """
    flags = np.int64(fields)
    common, times_have = (flags >> 8) & 3, (flags >> 10) & 7
    lacking, frequencies_have = BAND_BITS - ((flags >> 16) & 3), (flags >> 18) & 7
    latest = ((1 << 31) - 1) >> common
    now = np.int64(0)
    for i in range(len(time)):
        bits = _next_bits(words, gaps_at)
        entry = np.int64(gaps[bits >> np.uint64(64 - LONGEST_CODE)])
        known = entry & 15
        gap = entry >> _LENGTH_BITS
        gaps_at += known
        if gap >= SHORT_GAPS:
            left_out = (gap - LONG_GAPS - 2) >> 1
            rest = (bits << np.uint64(known)) >> np.uint64(64 - left_out)
            gap = ((2 | (gap & 1)) << left_out) + np.int64(rest)
            gaps_at += left_out
        now += gap
        bits = _next_bits(words, bands_at)
        entry = np.int64(bands[bits >> np.uint64(64 - LONGEST_CODE)])
        length = entry & 15
        place = ((bits << np.uint64(length)) >> np.uint64(1)) >> np.uint64(63 - lacking)
        bands_at += length + lacking
        if known == 0 or length == 0 or now > latest or max(gaps_at, bands_at) > end:
            return False
        time[i] = now << common | times_have
        frequency[i] = (
            (entry >> _LENGTH_BITS) << BAND_BITS
            | np.int64(place) << (BAND_BITS - lacking)
            | frequencies_have
        )
    return True
