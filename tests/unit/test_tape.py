from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.tape import (
    HASH_BITS,
    MAX_TAPE_FRAMES,
    Tape,
    bucket_of,
    build_tape,
    lookup,
    merge_tapes,
    unpack_tape,
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


def found(*tapes: Tape) -> list[tuple[int, int, int]]:
    """All that the tapes hold, as sorted rows (hash, key, frame)."""
    everything = [unpack_tape(tape)[0] for tape in tapes]
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
    assert found(merge_tapes(tapes)) == found(*tapes) == expected(one + other)


@settings(deadline=None)
@given(catalogues, st.sets(st.integers(0, 5)))
def test_removed_tracks_are_not_found_and_not_merged(
    catalogue: list[list[Posting]], removed: set[int]
) -> None:
    """A dead track answers nothing; merged, it leaves neither postings nor frames."""
    tape = without(tape_of(catalogue), *removed)
    kept = [row for row in expected(catalogue) if row[1] not in removed]
    assert found(tape) == kept
    merged = merge_tapes([tape])
    assert found(merged) == kept
    assert merged.frames == tape.live_frames
    assert merged.keys.tolist() == [k for k in range(len(catalogue)) if k not in removed]


@settings(deadline=None)
@given(catalogues, catalogues)
def test_a_merged_tape_is_the_tape_built_at_once(
    one: list[list[Posting]], other: list[list[Posting]]
) -> None:
    """The bits do not tell how a tape came about."""
    merged = merge_tapes([tape_of(one), tape_of(other, len(one))])
    built = tape_of(one + other)
    assert np.array_equal(merged.words, built.words)
    assert np.array_equal(merged.directory, built.directory)
    assert np.array_equal(merged.starts, built.starts)


def test_an_empty_tape_holds_nothing() -> None:
    """No tracks, no postings, no frames; and merging nothing gives it, too."""
    for tape in (build_tape([]), merge_tapes([])):
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
    assert len(tape.directory) > 256
    assert np.array_equal(which, bucket_of(tape, unpack_tape(tape)[0]))


def test_a_posting_costs_few_bytes() -> None:
    """An hour of music, 31 landmarks a second, takes less than 4 bytes a landmark, all included."""
    rng = np.random.default_rng(2)
    count, frames = 31 * 3600, 225_000
    postings = list(zip(rng.integers(0, 1 << HASH_BITS, count), rng.integers(0, frames, count)))
    tape = tape_of([postings])
    assert tape.words.nbytes + tape.directory.nbytes < 4 * count
