from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.packing import (
    BAND_BITS,
    FORM,
    LONGEST_CODE,
    SHORT_GAPS,
    pack,
    unpack,
    unpack_all,
)
from earmark.params import POSITIONS
from earmark.types import Constellation
from tests.constellations import make_peaks, sorted_peaks

EMPTY = Constellation(np.empty(0, np.int32), np.empty(0, np.uint16))

gaps = st.one_of(
    st.integers(0, 40),
    st.integers(0, 30).flatmap(lambda bits: st.integers((1 << bits) - 1, (1 << bits) + 1)),
    st.integers(0, 2_000_000),
)
rows = st.lists(st.tuples(gaps, st.integers(0, POSITIONS - 1)), max_size=40)


def constellation(rows: list[tuple[int, int]]) -> Constellation:
    """Make peaks of rows (gap, frequency), in steps; those too late for 32 bits are left out."""
    columns = np.array(rows, np.int64).reshape(-1, 2)
    time = np.cumsum(columns[:, 0])
    early = time < 1 << 31
    return Constellation(time[early].astype(np.int32), columns[early, 1].astype(np.uint16))


def same(one: Constellation, other: Constellation) -> bool:
    """Whether two constellations have the same peaks."""
    times, frequencies = (one.time, other.time), (one.frequency, other.frequency)
    return np.array_equal(*times) and np.array_equal(*frequencies)


def entropy_bits(values: NDArray[np.number]) -> float:
    """The bits that all values need, if a coder knows how often each occurs."""
    counts = np.unique(values, return_counts=True)[1]
    return float(-(counts * np.log2(counts / counts.sum())).sum())


@settings(deadline=None)
@given(rows)
def test_packing_loses_nothing(rows: list[tuple[int, int]]) -> None:
    """Unpacked, a constellation is what it was, whatever silence lies between two peaks."""
    peaks = constellation(rows)
    assert same(unpack(pack(peaks)), peaks)


@settings(deadline=None)
@given(rows, st.integers(0, 3), st.integers(0, 3))
def test_packing_loses_nothing_of_what_lies_on_a_grid(
    rows: list[tuple[int, int]], time_bits: int, frequency_bits: int
) -> None:
    """However many low bits all times or frequencies have in common, and whatever they are."""
    found = constellation(rows)
    time = (found.time >> time_bits << time_bits) + (1 << time_bits) // 2
    frequency = (found.frequency >> frequency_bits << frequency_bits) + (1 << frequency_bits) // 2
    peaks = Constellation(time.astype(np.int32), frequency.astype(np.uint16))
    assert same(unpack(pack(peaks)), peaks)


@settings(deadline=None)
@given(st.lists(rows, max_size=6))
def test_many_are_unpacked_as_each_alone(many: list[list[tuple[int, int]]]) -> None:
    """Together they lie one after the other, in order, the empty ones among them."""
    tracks = [constellation(rows) for rows in many]
    found = unpack_all([pack(track) for track in tracks])
    assert len(found) == len(tracks)
    assert all(same(found.of(number), track) for number, track in enumerate(tracks))


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_are_too_strange_to_be_unpacked(noise: bytes, at: int, value: int) -> None:
    """Noise and spoiled constellations are refused or have some peaks; others keep theirs."""
    sound = pack(make_peaks(1, 5))
    spoiled = sound[:at] + bytes([value]) + sound[at + 1 :]
    torn = sound[: len(noise) * 8]
    tail = bytes([FORM]) + noise
    found = unpack_all([noise, spoiled, tail, tail[: len(tail) // 8 * 8], torn, sound])
    assert same(found.of(5), unpack(sound))
    assert (np.diff(found.of(1).time.astype(np.int64)) >= 0).all()
    assert len(found.time) <= 32 * 6 * (len(sound) + len(noise))


@pytest.mark.parametrize(
    "torn",
    [b"", b"\1", bytes(16), pack(make_peaks(1, 5))[:-8], pack(make_peaks(1, 5))[:-1], b"\7" * 64],
    ids=["nothing", "one byte", "zeros", "a word less", "a byte less", "sevens"],
)
def test_what_is_no_constellation_is_refused(torn: bytes) -> None:
    """Alone it is an error, among others it has no peaks."""
    with pytest.raises(ValueError, match="no packed constellation"):
        unpack(torn)
    assert len(unpack_all([torn]).time) == 0


def test_another_form_is_refused() -> None:
    """The first byte says how to read the others."""
    packed = pack(make_peaks(1, 5))
    with pytest.raises(ValueError, match="no packed constellation"):
        unpack(bytes([FORM + 1]) + packed[1:])


def test_a_header_cannot_ask_for_more_memory_than_its_bits_could_fill() -> None:
    """Four thousand million peaks in a few bytes are refused before there is room for them."""
    packed = pack(make_peaks(1, 5))
    with pytest.raises(ValueError, match="no packed constellation"):
        unpack(packed[:4] + b"\xff" * 4 + packed[8:])


def test_the_header_is_laid_out_as_drawn() -> None:
    """Two peaks, one frame apart, on a grid of 4 by 8 steps: every field has its place."""
    peaks = Constellation(np.array([6, 14], np.int32), np.array([803, 811], np.uint16))
    packed = pack(peaks)
    symbols = 3 + (811 >> BAND_BITS) + 1
    begin = 128 + 4 * symbols + 2
    assert packed[:4] == bytes([FORM, 3 | 6 << 2, 3 | 3 << 2, 2])
    words = np.frombuffer(packed[:16], "<u4").tolist()
    assert words[1:] == [2, symbols - 3, begin - 4]


def test_an_empty_constellation_is_a_header() -> None:
    """No peaks have no codes."""
    packed = pack(EMPTY)
    assert len(packed) == 16
    assert len(unpack(packed)) == 0


def test_a_long_gap_takes_a_bit_for_each_power_of_two() -> None:
    """Silence is cheap: an hour of it takes some bits more than a second."""
    short, long = (
        Constellation(np.array([0, gap], np.int32), np.array([800, 900], np.uint16))
        for gap in (8 * SHORT_GAPS + 1, 1_800_001)
    )
    assert len(pack(long)) - len(pack(short)) <= 32


def test_what_all_have_in_common_is_stored_once() -> None:
    """On a grid of four by four steps, peaks take four bits less."""
    rng = np.random.default_rng(1)
    coarse, fine = (
        sorted_peaks(rng.integers(0, span, 20_000) * step, rng.integers(0, high, 20_000) * step)
        for span, high, step in ((125_000, 1000, 4), (500_000, 4000, 1))
    )
    saved = 8 * (len(pack(fine)) - len(pack(coarse))) / 20_000
    assert saved == pytest.approx(4, abs=0.2)


def test_packed_peaks_come_near_to_their_entropy() -> None:
    """Made of notes of a few pitches, peaks take hardly more than a coder that knew them before."""
    rng = np.random.default_rng(2)
    notes = rng.integers(130, 3500, 60)
    frequency = notes[rng.zipf(1.5, 8000) % 60]
    peaks = sorted_peaks(np.cumsum(rng.geometric(0.25, 8000)), frequency)
    bands, places = peaks.frequency >> BAND_BITS, peaks.frequency & 7
    bits = entropy_bits(np.diff(peaks.time, prepend=0)) + entropy_bits(bands) + 3 * len(places)
    assert bits < 8 * len(pack(peaks)) < 1.06 * bits


def test_a_rare_symbol_among_very_many_others_has_a_code_that_a_table_can_hold() -> None:
    """Counts that grow like Fibonacci's numbers would make Huffman's codes too long."""
    counts = [1, 1]
    while len(counts) < 22:
        counts.append(counts[-1] + counts[-2])
    assert len(counts) > LONGEST_CODE
    frequency = np.repeat(np.arange(22) * 8 + 800, counts)
    time = np.random.default_rng(3).permutation(len(frequency))
    peaks = sorted_peaks(time, frequency)
    assert same(unpack(pack(peaks)), peaks)


def test_unpacked_arrays_have_the_types_that_kernels_expect() -> None:
    """Two types would compile, and hold, two versions of every kernel."""
    for tracks in ([], [EMPTY], [make_peaks(1), make_peaks(2)]):
        found = unpack_all([pack(track) for track in tracks])
        names = [column.dtype.name for column in (found.time, found.frequency, found.begins)]
        assert names == ["int32", "uint16", "int64"]
