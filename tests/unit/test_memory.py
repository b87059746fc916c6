"""The memory store beyond the contract: it keeps what it was given, and shares nothing."""

from __future__ import annotations

import pytest

from earmark.stores.memory import MemoryStore
from tests.recordings import EVERY_HASH, make_recording


def test_stores_share_nothing() -> None:
    """Two stores in one process are two libraries."""
    first, second = MemoryStore(), MemoryStore()
    with first.write() as writer:
        one = make_recording(1)
        writer.insert(one.track, one.constellation, one.landmarks)
    with second.read() as reader:
        assert list(reader.all_tracks()) == []


def test_a_state_is_one_tape() -> None:
    """Views of one state share the tape."""
    store = MemoryStore()
    with store.read() as first, store.read() as second:
        assert first.tapes(EVERY_HASH)[0] is second.tapes(EVERY_HASH)[0]


def test_media_come_in_chunks_that_may_fail() -> None:
    """An error of who gives the sound passes through, and nothing is kept."""
    store = MemoryStore()

    def attach() -> None:
        with store.write() as writer:
            writer.attach_media((bytes([1 // n]) for n in (1, 0)), ".opus")

    with pytest.raises(ZeroDivisionError):
        attach()
    with store.read() as reader:
        assert reader.stats().media_bytes == 0
