from __future__ import annotations

from collections.abc import Iterator

import pytest

from earmark.duplicates import pairs
from earmark.duplicates.pairs import Shelf, pairs_between, pairs_within
from earmark.landmarks import reference_landmarks
from earmark.packing import pack
from earmark.stores.memory import MemoryStore
from earmark.types import Peaks
from tests.constellations import PARAMS, excerpt, make_peaks, thinned
from tests.duplicates import track

SONGS = [make_peaks(seed, seconds=40, per_second=30) for seed in range(4)]
COPY = thinned(SONGS[1], seed=1, kept=0.8)
FAST = excerpt(SONGS[2], 0, 40, tempo=1.02, pitch=1.02)


@pytest.fixture
def shelves() -> Iterator[list[Shelf]]:
    """Shelves with four songs, and with a copy of the second and a faster one of the third."""
    stores = [stored(*SONGS), stored(COPY, FAST)]
    with stores[0].read() as songs, stores[1].read() as others:
        yield [Shelf(songs), Shelf(others)]


def stored(*recordings: Peaks) -> MemoryStore:
    """A store with recordings; their keys are 1, 2 and so on."""
    store = MemoryStore()
    with store.write() as writer:
        for number, peaks in enumerate(recordings):
            writer.insert(track(number), pack(peaks), reference_landmarks(peaks, PARAMS))
    return store


def test_a_pair_is_told_once() -> None:
    """A copy finds its recording, and is not found again from there."""
    counted: list[int] = []
    with stored(*SONGS, COPY, FAST).read() as reader:
        found = list(pairs_within(Shelf(reader), PARAMS, counted.append))
    assert {frozenset((one.one, one.other)) for one in found} == {
        frozenset((2, 5)),
        frozenset((3, 6)),
    }
    assert len(found) == 2
    assert counted == [1, 2, 3, 4, 5, 6]
    assert min(one.coverage for one in found) > 0.95


def test_pairs_between_stores_go_both_ways_in_speed(shelves: list[Shelf]) -> None:
    """Only one side is asked for: it may be the faster or the slower one."""
    for asked, index in (shelves, shelves[::-1]):
        found = pairs_between(asked, index, PARAMS, lambda _: None)
        speeds = sorted(one.spans[0].line.speed for one in found)
        assert len(speeds) == 2
        assert max(speeds[0] / speeds[1], speeds[1] / speeds[0]) == pytest.approx(1.02, abs=1e-3)


def test_strangers_make_no_pairs(shelves: list[Shelf]) -> None:
    """Four songs that share nothing."""
    assert list(pairs_within(shelves[0], PARAMS, lambda _: None)) == []


def test_a_shelf_keeps_the_latest(shelves: list[Shelf], monkeypatch: pytest.MonkeyPatch) -> None:
    """Constellations beyond the limit are let go of, the oldest first, and unpacked again."""
    monkeypatch.setattr(pairs, "MOST_HELD_PEAKS", 3000)
    first = shelves[0].constellation(1)
    for key in (2, 1, 3):
        assert shelves[0].constellation(key) is not None
    assert shelves[0].constellation(1) is first
    for key in (2, 3, 4):
        shelves[0].constellation(key)
    assert shelves[0].constellation(1) is not first


def test_what_is_gone_is_none(shelves: list[Shelf]) -> None:
    """A key without a track has no peaks."""
    assert shelves[0].constellation(99) is None
