"""A snapshot of the index: which tracks of which segments are dead."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.stores.blocks import MappedFile
from earmark.stores.files import Files, publish
from earmark.stores.layout import segment_chunks
from earmark.stores.segment import Segment
from earmark.stores.snapshot import IndexSnapshot
from earmark.tape import laid, lookup
from tests.recordings import EVERY_HASH, make_recording


@pytest.fixture
def segments(tmp_path: Path) -> list[Segment]:
    """Two segments, with keys 1 and 2, and 3 and 4."""
    made = []
    for number, keys in ((1, (1, 2)), (2, (3, 4))):
        draft = laid([(key, make_recording(key).landmarks) for key in keys])
        path = tmp_path / f"{number}.segment"
        publish(Files(), path, segment_chunks(draft, "i-1"))
        blocks = MappedFile.open(Files(), path)
        made.append(Segment(blocks, path.name, "library", number, "i-1"))
    return made


def live(snapshot: IndexSnapshot) -> set[int]:
    """Return the keys that lookups give."""
    return set(lookup(snapshot.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())


def test_an_empty_index_has_no_tapes() -> None:
    """Nothing is found in nothing."""
    assert IndexSnapshot().tapes(EVERY_HASH) == []


def test_the_dead_are_marked_wherever_they_lie(segments: list[Segment]) -> None:
    """A key is dead in the segment that holds it."""
    assert live(IndexSnapshot(1, segments, [2, 3])) == {1, 4}


def test_more_dead_make_another_snapshot(segments: list[Segment]) -> None:
    """The snapshot that is left behind does not change."""
    before = IndexSnapshot(1, segments, [2])
    assert live(before.without([4])) == {1, 3}
    assert live(before) == {1, 3, 4}
