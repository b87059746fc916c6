"""A block of a directory store keeps its changes to itself until it is finished."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.params import Params
from earmark.stores.location import located
from earmark.stores.segmented import SegmentedStore
from earmark.stores.sqlite.folder import folder_home
from tests.faults import CountingFiles
from tests.homes import OnDisk
from tests.recordings import EVERY_HASH, landmarks_of, make_recording


@pytest.fixture
def files() -> CountingFiles:
    """A file layer that counts."""
    return CountingFiles()


@pytest.fixture
def store(tmp_path: Path, files: CountingFiles) -> Iterator[OnDisk]:
    """An empty library."""
    made = SegmentedStore.create(folder_home(located(tmp_path), files), Params(), landmarks_of)
    yield made
    made.close()


def test_a_block_writes_its_segment_at_its_end(store: OnDisk, files: CountingFiles) -> None:
    """Landmarks wait in memory, so that one block makes one file."""
    before = files.written
    with store.write() as writer:
        for seed in range(5):
            one = make_recording(seed)
            writer.insert(one.track, one.constellation, one.landmarks)
        assert files.written == before
    with store.read() as reader:
        assert reader.stats().tapes == 1


def test_a_track_that_comes_and_goes_leaves_nothing(store: OnDisk, files: CountingFiles) -> None:
    """What was inserted and removed within one block is in no file."""
    before = files.written
    with store.write() as writer:
        one = make_recording(1)
        writer.remove([writer.insert(one.track, one.constellation, one.landmarks)])
    assert files.written == before


def test_the_tapes_of_a_block_are_built_once(store: OnDisk) -> None:
    """Between changes, lookups in a block share one tape of what is new."""
    with store.write() as writer:
        one = make_recording(1)
        writer.insert(one.track, one.constellation, one.landmarks)
        first, second = writer.tapes(EVERY_HASH), writer.tapes(EVERY_HASH)
    assert first[0] is second[0]


@pytest.mark.parametrize("error", [OSError(errno.EIO, "source"), ValueError("source")])
def test_an_error_of_the_source_is_not_the_librarys(store: OnDisk, error: Exception) -> None:
    """What reading the chunks raises comes out as it is."""

    def chunks() -> Iterator[bytes]:
        yield b"sound"
        raise error

    with pytest.raises(type(error)) as caught, store.write() as writer:
        writer.attach_media(chunks(), ".opus")
    assert caught.value is error


def test_media_of_a_failed_block_are_deleted(store: OnDisk, tmp_path: Path) -> None:
    """A file that was attached goes when the block fails."""

    def fail() -> None:
        with store.write() as writer:
            writer.attach_media([b"sound"], ".opus")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list((tmp_path / "media").iterdir()) == []
