"""Blocks of a database: fetched once, in one trip for all segments, and never too many kept."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.errors import CorruptSegmentError
from earmark.stores.blocks import (
    BLOCK_BYTES,
    FetchedBlocks,
    LostFile,
    MappedFile,
    NoSource,
    Steps,
    Wanted,
    fulfilled,
)
from earmark.stores.files import Files
from earmark.stores.layout import segment_chunks
from earmark.stores.segment import Segment
from earmark.stores.snapshot import IndexSnapshot
from earmark.tape import HASH_BITS, laid, lookup
from earmark.types import Landmarks

INDEX_ID = "i-1"
SOME = np.arange(0, 1 << HASH_BITS, 1 << 12, dtype=np.uint32)
OTHERS = SOME + np.uint32(1 << 11)


class Shelf:
    """A database of segments that counts its trips."""

    def __init__(self, segments: Mapping[int, bytes], budget_bytes: int = 1 << 30) -> None:
        self.segments = dict(segments)
        self.budget_bytes = budget_bytes
        self.trips: list[int] = []
        """How many blocks each of them brought."""

    def fetch(self, wanted: Mapping[int, NDArray[np.intp]]) -> Iterable[tuple[int, int, bytes]]:
        """Return blocks, those of the last segment first."""
        self.trips.append(sum(len(numbers) for numbers in wanted.values()))
        for segment, numbers in reversed(list(wanted.items())):
            for number in numbers.tolist():
                at = number * BLOCK_BYTES
                yield segment, number, self.segments[segment][at : at + BLOCK_BYTES]

    def stream(self, segment: int) -> Iterator[bytes]:
        """Yield the bytes of a segment in two pieces."""
        yield self.segments[segment][:5000]
        yield self.segments[segment][5000:]


def recorded(key: int) -> tuple[int, Landmarks]:
    """Make a track whose postings fill many blocks."""
    rng = np.random.default_rng(key)
    hashes = np.sort(rng.choice(np.concatenate([SOME, OTHERS]), 50_000))
    return key, Landmarks(hashes, rng.integers(0, 50_000, len(hashes)).astype(np.uint32))


@pytest.fixture(scope="module")
def stored() -> dict[int, bytes]:
    """The bytes of two segments of a track each."""
    drafts = {key: laid([recorded(key)]) for key in (1, 2)}
    return {key: b"".join(segment_chunks(draft, INDEX_ID)) for key, draft in drafts.items()}


def index(shelf: Shelf) -> IndexSnapshot:
    """Return the index of what lies on a shelf."""
    segments = [
        Segment(FetchedBlocks(number, len(raw)), f"segment {number}", "library", number, INDEX_ID)
        for number, raw in shelf.segments.items()
    ]
    return IndexSnapshot(1, segments).through(shelf)


def found(snapshot: IndexSnapshot, hashes: NDArray[np.uint32]) -> list[list[int]]:
    """Return what an index has of some hashes."""
    return [column.tolist() for column in lookup(snapshot.tapes(hashes), hashes)]


def expected(hashes: NDArray[np.uint32]) -> list[list[int]]:
    """Return what the two tracks have of them."""
    rows = set()
    for key in (1, 2):
        _, marks = recorded(key)
        chosen = np.isin(marks.hash, hashes)
        rows |= {
            (one, key, frame)
            for one, frame in zip(
                marks.hash[chosen].tolist(), marks.frame[chosen].tolist(), strict=True
            )
        }
    return [list(column) for column in zip(*sorted(rows), strict=True)]


def test_what_is_fetched_is_what_was_stored(stored: dict[int, bytes]) -> None:
    """An index in a database gives every posting of the hashes that are asked for."""
    one = Shelf(stored)
    assert sorted(set(zip(*found(index(one), SOME[:40]), strict=True))) == list(
        zip(*expected(SOME[:40]), strict=True)
    )


def test_all_segments_share_each_trip(stored: dict[int, bytes]) -> None:
    """The ends come in one trip, the directories in another, the words in a third."""
    shelf = Shelf(stored)
    found(index(shelf), SOME)
    assert len(shelf.trips) == 3


def test_a_later_query_needs_one_trip(stored: dict[int, bytes]) -> None:
    """Only words that were never asked for are fetched, those of all segments at once."""
    shelf = Shelf(stored)
    snapshot = index(shelf)
    found(snapshot, SOME[:9])
    del shelf.trips[:]
    snapshot.list_lengths(SOME)
    snapshot.tapes(SOME)
    assert len(shelf.trips) == 1


def test_what_was_fetched_is_kept(stored: dict[int, bytes]) -> None:
    """The same question again needs no trip, in another transaction either."""
    shelf, later = Shelf(stored), Shelf(stored)
    snapshot = index(shelf)
    first = found(snapshot, SOME)
    assert found(snapshot.through(later), SOME) == first
    assert later.trips == []


def test_no_more_is_kept_than_the_budget_allows(stored: dict[int, bytes]) -> None:
    """Beyond the budget words are forgotten; a tape that is in use keeps its own."""
    shelf = Shelf(stored, budget_bytes=8 * BLOCK_BYTES)
    snapshot = index(shelf)
    tapes = snapshot.tapes(SOME)
    assert sum(segment.held_bytes() for segment in snapshot.segments) <= shelf.budget_bytes
    right = [column.tolist() for column in lookup(tapes, SOME)]
    assert found(snapshot, OTHERS) != right
    assert [column.tolist() for column in lookup(tapes, SOME)] == right
    assert found(snapshot, SOME) == right


def test_directories_stay_when_words_are_forgotten(stored: dict[int, bytes]) -> None:
    """What every query needs is not fetched twice."""
    shelf = Shelf(stored, budget_bytes=0)
    snapshot = index(shelf)
    found(snapshot, SOME)
    del shelf.trips[:]
    snapshot.list_lengths(SOME)
    assert shelf.trips == []


def test_a_lost_block_is_damage(stored: dict[int, bytes]) -> None:
    """A block that does not come, or comes cut short, is named."""
    shelf = Shelf(stored | {2: stored[2][:-200]})
    whole = Shelf(stored)
    with pytest.raises(CorruptSegmentError, match=r"segment 2.*block \d+ is gone"):
        index(whole).through(shelf).tapes(SOME)
    with pytest.raises(CorruptSegmentError, match="is gone"):
        index(whole).through(NoSource()).tapes(SOME)


def test_a_damaged_block_is_named(stored: dict[int, bytes]) -> None:
    """A block without its checksum is an error, not an answer."""
    spoiled = stored[1][:5000] + bytes([stored[1][5000] ^ 1]) + stored[1][5001:]
    with pytest.raises(CorruptSegmentError, match=r"segment 1.*block 1 does not"):
        index(Shelf(stored | {1: spoiled})).tapes(np.concatenate([SOME, OTHERS]))


@pytest.mark.parametrize("size", [0, 100, 1 << 62, -1])
def test_an_impossible_length_is_damage(stored: dict[int, bytes], size: int) -> None:
    """A catalogue that tells nonsense of a segment leads to an error with its name."""
    segment = Segment(FetchedBlocks(1, size), "segment 1", "library", 1, INDEX_ID)
    with pytest.raises(CorruptSegmentError, match="segment 1"):
        IndexSnapshot(1, [segment]).through(Shelf(stored)).tapes(SOME)


def test_a_whole_tape_is_streamed(stored: dict[int, bytes]) -> None:
    """Who reads all of a segment fetches no more than its list of tracks block by block."""
    shelf = Shelf(stored)
    snapshot = index(shelf)
    tape = snapshot.whole_tape(snapshot.segments[0])
    assert len(shelf.trips) == 2
    assert set(lookup([tape], SOME)[1].tolist()) == {1}


def test_threads_share_what_is_fetched(stored: dict[int, bytes]) -> None:
    """Threads that ask for the first time together all get the right answer."""
    snapshot = index(Shelf(stored, budget_bytes=64 * BLOCK_BYTES))
    right = found(index(Shelf(stored)), SOME)
    together = threading.Barrier(4, timeout=10)
    answers: list[bool] = []

    def search() -> None:
        own = snapshot.through(Shelf(stored, budget_bytes=64 * BLOCK_BYTES))
        together.wait()
        answers.append(found(own, SOME) == right)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 4


def test_a_lost_file_says_so(tmp_path: Path) -> None:
    """What stands for a lost file fails when it is read, and not before."""
    segment = Segment(LostFile(), "segment 1", "library", 1, INDEX_ID)
    with pytest.raises(CorruptSegmentError, match="its file is gone"):
        IndexSnapshot(1, [segment]).tapes(SOME)
    with pytest.raises(FileNotFoundError):
        MappedFile.open(Files(), tmp_path / "nothing")


def test_results_come_in_the_order_of_the_tasks() -> None:
    """A task that is done at once does not overtake one that waits."""

    def waiting(blocks: FetchedBlocks) -> Steps[str]:
        yield Wanted(blocks, np.array([0]))
        return "late"

    def ready() -> Steps[str]:
        yield from ()
        return "early"

    tasks = [waiting(FetchedBlocks(1, 10)), ready()]
    assert fulfilled(tasks, Shelf({1: bytes(10)})) == ["late", "early"]
