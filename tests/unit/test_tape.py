from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark import tape as module
from earmark.elias_fano import GROUP
from earmark.tape import (
    HASH_BITS,
    MAX_TAPE_FRAMES,
    Draft,
    Tape,
    Tapes,
    assembled,
    bucket_of,
    build_tape,
    extents,
    gather,
    list_lengths,
    lookup,
    merged,
    postings_in_chunks,
)
from earmark.types import Landmarks

Posting = tuple[int, int]
"""(hash, frame)."""

EVERY_HASH = (1 << HASH_BITS) - 1

hashes = st.one_of(st.integers(0, 40), st.integers(EVERY_HASH - 3, EVERY_HASH))
recordings = st.lists(st.tuples(hashes, st.integers(0, 100_000)), max_size=30)
catalogues = st.lists(recordings, max_size=6)


def marks(postings: list[Posting]) -> Landmarks:
    """Landmarks with these hashes and frames, in order."""
    rows = np.array(sorted(postings), np.uint32).reshape(-1, 2)
    return Landmarks(rows[:, 0].copy(), rows[:, 1].copy())


def tape_of(catalogue: list[list[Posting]], first_key: int = 0) -> Tape:
    """A tape of recordings with the keys from `first_key` on."""
    return build_tape([(first_key + i, marks(postings)) for i, postings in enumerate(catalogue)])


def without(tape: Tape, *keys: int) -> Tape:
    """The tape with these tracks removed."""
    return replace(tape, dead=tape.dead | np.isin(tape.keys, keys))


def hashes_of(tape: Tape) -> NDArray[np.uint32]:
    """The hash of every posting."""
    return np.concatenate([np.empty(0, np.uint32), *(h for h, _ in postings_in_chunks(tape))])


def found(*tapes: Tape) -> list[tuple[int, int, int]]:
    """All that the tapes hold, as sorted rows (hash, key, frame)."""
    everything = [hashes_of(tape) for tape in tapes]
    columns = lookup(tapes, np.concatenate([np.empty(0, np.uint32), *everything]))
    return list(zip(*(column.tolist() for column in columns)))


def expected(catalogue: list[list[Posting]], first_key: int = 0) -> list[tuple[int, int, int]]:
    """The same, from a dictionary."""
    index = defaultdict(list)
    for key, postings in enumerate(catalogue, first_key):
        for value, frame in postings:
            index[value].append((key, frame))
    return [(value, key, frame) for value in sorted(index) for key, frame in sorted(index[value])]


@settings(deadline=None)
@given(catalogues)
def test_a_tape_holds_what_was_laid_on_it(catalogue: list[list[Posting]]) -> None:
    """A tape answers like a dictionary from hash to (key, frame)."""
    tape = tape_of(catalogue)
    assert found(tape) == expected(catalogue)
    assert tape.postings == sum(map(len, catalogue))


@settings(deadline=None)
@given(catalogues, catalogues)
def test_merging_changes_nothing(one: list[list[Posting]], other: list[list[Posting]]) -> None:
    """Two tapes and their merger give the same answers."""
    tapes = tape_of(one), tape_of(other, len(one))
    assert found(assembled(merged(tapes))) == found(*tapes) == expected(one + other)


@settings(deadline=None)
@given(catalogues, st.sets(st.integers(0, 5)))
def test_removed_tracks_are_not_found_and_not_merged(
    catalogue: list[list[Posting]], removed: set[int]
) -> None:
    """A dead track answers nothing; merged, it leaves neither postings nor frames."""
    tape = without(tape_of(catalogue), *removed)
    kept = [row for row in expected(catalogue) if row[1] not in removed]
    assert found(tape) == kept
    anew = assembled(merged([tape]))
    assert found(anew) == kept
    assert anew.frames == tape.live_frames
    assert anew.keys.tolist() == [k for k in range(len(catalogue)) if k not in removed]


@settings(deadline=None)
@given(catalogues, catalogues)
def test_a_merged_tape_is_the_tape_built_at_once(
    one: list[list[Posting]], other: list[list[Posting]]
) -> None:
    """The bits do not tell how a tape came about."""
    joined = assembled(merged([tape_of(one), tape_of(other, len(one))]))
    assert same(joined, tape_of(one + other))


def test_an_empty_tape_holds_nothing() -> None:
    """No tracks, no postings, no frames; and merging nothing gives it, too."""
    for tape in (build_tape([]), assembled(merged([]))):
        assert (tape.postings, tape.frames, len(tape.keys)) == (0, 0, 0)
        assert found(tape) == []


def test_a_track_without_landmarks_keeps_its_place() -> None:
    """It takes one frame, so that every track has a start of its own."""
    tape = tape_of([[(1, 5)], [], [(2, 7)]])
    assert tape.starts.tolist() == [0, 6, 7, 15]


def test_a_tape_may_be_as_long_as_positions_allow() -> None:
    """Two days of frames at the far end of 32 bits come back whole; one more is refused."""
    far = MAX_TAPE_FRAMES - 2
    assert found(tape_of([[(3, far), (EVERY_HASH, 0)]])) == [(3, 0, far), (EVERY_HASH, 0, 0)]
    with pytest.raises(ValueError, match="longer than a tape"):
        tape_of([[(3, far)], [(3, 0)]])


def test_a_full_tape_spreads_over_buckets() -> None:
    """Many postings make many buckets, each of which holds the hashes of its high bits."""
    rng = np.random.default_rng(1)
    postings = list(zip(rng.integers(0, 1 << HASH_BITS, 5000), rng.integers(0, 9000, 5000)))
    tape = tape_of([postings])
    which = np.repeat(np.arange(len(tape.directory) - 1), np.diff(tape.directory))
    assert len(tape.directory) > 2 * GROUP
    assert np.array_equal(which, bucket_of(tape, hashes_of(tape)))


def test_a_posting_costs_little_more_than_its_entropy() -> None:
    """An hour of music, 31 landmarks a second, takes within a tenth of what theory asks for."""
    rng = np.random.default_rng(2)
    count, frames = 31 * 3600, 225_000
    postings = list(zip(rng.integers(0, 1 << HASH_BITS, count), rng.integers(0, frames, count)))
    entropy = np.log2((1 << HASH_BITS) * frames * np.e / count)
    assert 8 * tape_of([postings]).nbytes < 1.1 * entropy * count


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tapes are read in pieces of a few postings."""
    monkeypatch.setattr(module, "CHUNK_POSTINGS", 40)


@pytest.mark.usefixtures("_small_chunks")
def test_pieces_make_the_same_tape() -> None:
    """Read and merged in many pieces, tapes of different sizes are what they are in one."""
    rng = np.random.default_rng(3)
    catalogue = [
        list(zip(rng.integers(0, 1 << HASH_BITS, size), rng.integers(0, 900, size)))
        for size in (700, 3, 0, 2500, 90)
    ]
    whole = tape_of(catalogue)
    parts = [tape_of(catalogue[:1]), tape_of(catalogue[1:3], 1), tape_of(catalogue[3:], 3)]
    draft = merged(parts)
    pieces = list(draft.words())
    assert len(pieces) > 20
    assert np.array_equal(np.concatenate(pieces), whole.words)
    assert np.array_equal(draft.head().groups, whole.groups)
    dead = without(parts[2], 3)
    assert found(assembled(merged([parts[0], dead]))) == found(parts[0], dead)


def test_a_draft_takes_empty_pieces() -> None:
    """Where nothing lives, a piece may be empty, also the first and the last."""
    full = np.array([5 << 4 | 3, 9 << 4 | 1], np.uint64)
    nothing = full[:0]
    keys, lengths = np.array([1]), np.array([10])
    tapes = [
        assembled(Draft(keys, lengths, 2, pieces))
        for pieces in ([full], [nothing, full[:1], nothing, full[1:], nothing])
    ]
    assert same(*tapes)
    assert found(tapes[0]) == [(5, 1, 3), (9, 1, 1)]


def test_a_hash_may_have_very_many_postings() -> None:
    """Most of a tape may be one list; its neighbours are found beside it."""
    common = [(77, frame) for frame in range(5000)]
    tape = tape_of([[*common, (76, 9), (78, 8)]])
    assert found(tape) == expected([[*common, (76, 9), (78, 8)]])


@settings(deadline=None)
@given(catalogues, st.lists(hashes, max_size=20))
def test_gathered_are_all_postings_of_every_hash(
    catalogue: list[list[Posting]], wanted: list[int]
) -> None:
    """Also of those asked for twice, or not there; and never more than their buckets hold."""
    tape = tape_of(catalogue)
    asked = np.array(wanted, np.uint32)
    position, counts = gather(tape, asked)
    parts = np.split(position, np.cumsum(counts)[:-1]) if wanted else []
    for value, part in zip(wanted, parts, strict=True):
        there = [
            int(tape.starts[key]) + frame for h, key, frame in expected(catalogue) if h == value
        ]
        assert part.tolist() == there
    lengths = Tapes([tape, tape]).list_lengths(asked)
    assert (lengths[counts > 0] >= 2).all()
    assert (lengths <= 2 * tape.postings).all()


def test_extents_are_where_a_hash_is_read() -> None:
    """Spoiled anywhere else, the words give the same postings of the hash."""
    rng = np.random.default_rng(4)
    postings = list(zip(rng.integers(0, 1 << HASH_BITS, 4000), rng.integers(0, 9000, 4000)))
    tape = tape_of([postings])
    wanted = np.array([postings[17][0]], np.uint32)
    begin, end = (int(bit[0]) for bit in extents(tape, wanted))
    spoiled = rng.integers(0, 1 << 63, len(tape.words)).astype(np.uint64)
    read = slice(begin >> 6, (end >> 6) + 1)
    spoiled[read] = tape.words[read]
    right, wrong = (gather(one, wanted)[0] for one in (tape, replace(tape, words=spoiled)))
    assert right.tolist() == wrong.tolist()


def test_lists_are_as_long_as_the_mean_of_their_bucket() -> None:
    """The sum over all hashes is what the tape holds, but for rounding up in every bucket."""
    rng = np.random.default_rng(5)
    hashes = rng.integers(0, 1 << HASH_BITS, 300_000)
    frames = rng.integers(0, 9000, len(hashes))
    tape = build_tape([(1, marks(list(zip(hashes, frames))))])
    lengths = list_lengths([tape], np.arange(1 << HASH_BITS, dtype=np.uint32))
    share = 1 << (HASH_BITS - tape.bucket_bits)
    assert share > 1
    assert set(lengths.tolist()) == {1}
    assert list_lengths([tape], hashes.astype(np.uint32)).sum() == len(hashes)


def same(one: Tape, other: Tape) -> bool:
    """Whether two tapes have the same bits."""
    names = ("words", "directory", "groups", "starts", "keys")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
