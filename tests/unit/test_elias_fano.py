"""Packed buckets of sorted numbers: what goes in comes out, and little is touched for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.elias_fano import GROUP, extents, gather, pack, unpack

Packed = tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint64]]

BUCKET_BITS = 6


def packed(full: NDArray[np.uint64], width: int) -> Packed:
    """Pack in one go; the words end with one of zeros, as on a tape."""
    buckets = 1 << BUCKET_BITS
    directory = np.zeros(buckets + 1, np.uint32)
    groups = np.zeros(buckets // GROUP, np.uint64)
    words, bit = pack(full, 0, buckets, width, 0, np.uint64(0), directory, groups)
    return np.append(words[: (int(bit) + 63) // 64], np.uint64(0)), directory, groups


@settings(deadline=None)
@given(st.integers(1, 54), st.data())
def test_what_was_packed_comes_back(width: int, data: st.DataObject) -> None:
    """Any numbers, repeats among them, in any buckets, with rests of any width."""
    highest = (1 << (BUCKET_BITS + width)) - 1
    near = st.integers(0, min(highest, 300))
    numbers = data.draw(st.lists(st.one_of(near, st.integers(0, highest)), max_size=80))
    full = np.array(sorted(numbers), np.uint64)
    found = unpack(*packed(full, width), width, 0, 1 << BUCKET_BITS)
    assert found.tolist() == full.tolist()


@pytest.mark.parametrize(("first", "end"), [(0, 0), (5, 9), (GROUP - 1, GROUP + 1), (63, 64)])
def test_a_part_comes_back_alone(first: int, end: int) -> None:
    """Any range of buckets is unpacked by itself."""
    rng = np.random.default_rng(1)
    full = np.sort(rng.integers(0, 1 << (BUCKET_BITS + 20), 700).astype(np.uint64))
    bucket = full >> np.uint64(20)
    part = full[(bucket >= first) & (bucket < end)]
    assert unpack(*packed(full, 20), 20, first, end).tolist() == part.tolist()


@pytest.mark.parametrize("count", [1, 2, 3, 64, 1000, 4096])
def test_a_number_costs_little_more_than_its_entropy(count: int) -> None:
    """Numbers drawn evenly need 2 bits above the logarithm of their mean distance, at most."""
    width = 24
    full = np.sort(np.random.default_rng(2).integers(0, 1 << width, count).astype(np.uint64))
    words, directory, groups = packed(full, width)
    begin, end = extents(directory, groups, width, width, np.zeros(1, np.uint32))
    assert (end - begin)[0] <= count * (np.log2(2**width / count) + 2.1)
    assert len(words) == -(-int(end[0]) // 64) + 1


def test_spoiled_words_end_in_nonsense_not_beyond_them() -> None:
    """Without a single bit set, the search for the next one stops at the end of the words."""
    full = np.sort(np.random.default_rng(3).integers(0, 1 << 26, 500).astype(np.uint64))
    words, directory, groups = packed(full, 20)
    nothing = np.zeros_like(words)
    assert len(unpack(nothing, directory, groups, 20, 0, 1 << BUCKET_BITS)) == len(full)
    hashes = np.arange(1 << BUCKET_BITS, dtype=np.uint32)
    found, counts = gather(nothing, directory, groups, 20, 20, hashes)
    assert len(found) == counts.sum() <= len(full)
