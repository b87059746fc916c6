"""Segments and media as rows: cut into pieces, fetched in runs, read from anywhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from earmark.params import Params
from earmark.stores.blocks import BLOCK_BYTES, pieces
from earmark.stores.location import located
from earmark.stores.lock import WriterLock
from earmark.stores.segmented import SegmentedStore
from earmark.stores.sqlite.catalogue import Catalogue
from earmark.stores.sqlite.connections import Connections
from earmark.stores.sqlite.single_file import file_home
from earmark.stores.sqlite.tables import CHUNK_BYTES, MediaStream, Tables
from tests.homes import OnDisk
from tests.recordings import landmarks_of, make_recording

SOUND = bytes(np.random.default_rng(1).integers(0, 256, 3 * CHUNK_BYTES + 77, np.uint8))


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[Connections]:
    """Connections to an empty catalogue."""
    lock = WriterLock(tmp_path, "library", 1)
    made = Connections(tmp_path / "music.db", "library", lock)
    (tmp_path / "music.db").touch()
    with lock.exclusive(), made.writing() as link:
        catalogue = Catalogue(link, "library")
        catalogue.prepare_file()
        catalogue.begin_new(Params())
    yield made
    made.close()


@pytest.fixture
def catalogue(connections: Connections) -> Iterator[Catalogue]:
    """It, with a transaction begun that writes."""
    with connections.writing() as link:
        made = Catalogue(link, "library")
        made.begin_writing()
        yield made
        made.rollback()


def tables(catalogue: Catalogue, connections: Connections) -> Tables:
    """Return a shelf of the catalogue's transaction."""
    return Tables("music.db", catalogue, connections, 1 << 20)


@pytest.mark.parametrize("cut", [1, 7, 4096, 5000, 1 << 20])
def test_pieces_are_the_same_bytes(cut: int) -> None:
    """However bytes come, they are cut alike."""
    data = SOUND[:20_000]
    chunks = [data[at : at + cut] for at in range(0, len(data), cut)]
    found = list(pieces(chunks, BLOCK_BYTES))
    assert b"".join(found) == data
    assert {len(piece) for piece in found[:-1]} == {BLOCK_BYTES}


def test_nothing_has_no_pieces() -> None:
    """Of nothing there is no piece, not even an empty one."""
    assert list(pieces([b"", b""], BLOCK_BYTES)) == []


def test_a_segment_comes_back_in_blocks(catalogue: Catalogue, connections: Connections) -> None:
    """What was published can be fetched by number, and streamed."""
    shelf = tables(catalogue, connections)
    number, size = shelf.publish([SOUND[:10_000], SOUND[10_000:20_000]])
    wanted = {number: np.array([0, 1, 4])}
    found = {block: data for _, block, data in shelf.source.fetch(wanted)}
    assert found == {
        block: SOUND[:20_000][block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES]
        for block in (0, 1, 4)
    }
    assert (b"".join(shelf.source.stream(number)), size) == (SOUND[:20_000], 20_000)


def test_blocks_of_other_segments_stay_apart(
    catalogue: Catalogue, connections: Connections
) -> None:
    """One trip brings blocks of several segments, each under its own number."""
    shelf = tables(catalogue, connections)
    catalogue.insert_blocks((number << 32 | 0, b"%d" % number) for number in (1, 2, 3))
    found = shelf.source.fetch({1: np.array([0]), 3: np.array([0, 1])})
    assert sorted(found) == [(1, 0, b"1"), (3, 0, b"3")]


def test_a_dropped_segment_has_no_blocks(catalogue: Catalogue, connections: Connections) -> None:
    """Blocks go with their segment."""
    shelf = tables(catalogue, connections)
    number, _ = shelf.publish([SOUND])
    catalogue.delete_segment(number)
    assert list(shelf.source.stream(number)) == []


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[tuple[OnDisk, str]]:
    """A library of one track, and the name of its media file."""
    made = SegmentedStore.create(
        file_home(located(f"sqlite:///{tmp_path}/library.db")), Params(), landmarks_of
    )
    one = make_recording(1)
    with made.write() as writer:
        name = writer.attach_media([SOUND], ".opus")
        writer.insert(replace(one.track, media_file=name), one.constellation, one.landmarks)
    yield made, name
    made.close()


def test_media_are_read_as_any_file(stored: tuple[OnDisk, str]) -> None:
    """Reading, seeking and telling agree with the same bytes in memory, over all chunks."""
    store, name = stored
    rng = np.random.default_rng(2)
    with store.read() as reader, reader.open_media(name) as stream:
        model = io.BytesIO(SOUND)
        for _ in range(200):
            at, size = (int(one) for one in rng.integers(0, len(SOUND) + 9, 2))
            assert stream.seek(at) == model.seek(at)
            assert stream.read(size) == model.read(size)
        assert stream.seek(-5, io.SEEK_END) == len(SOUND) - 5
        assert (stream.read(), stream.tell()) == (SOUND[-5:], len(SOUND))


def test_nothing_is_before_the_beginning(stored: tuple[OnDisk, str]) -> None:
    """Seeking there is an error."""
    store, name = stored
    stream = MediaStream(name, "library", store.home._connections)
    with pytest.raises(ValueError, match="nothing at -1"):
        stream.seek(-1)
    stream.close()


def test_an_open_stream_outlives_its_track(stored: tuple[OnDisk, str]) -> None:
    """What is open stays good when the track goes, and the room is used by another."""
    store, name = stored
    with store.read() as reader:
        stream = reader.open_media(name)
    with store.write() as writer:
        writer.remove([1])
        writer.attach_media([bytes(len(SOUND))], ".opus")
    assert stream.read() == SOUND
    stream.close()


def test_a_closed_stream_gives_its_connection_back(stored: tuple[OnDisk, str]) -> None:
    """Streams that follow one another share a connection."""
    store, name = stored
    for _ in range(3):
        with store.read() as reader, reader.open_media(name) as stream:
            stream.read(1)
    assert len(store.home._connections._idle) == 2


def test_a_block_reads_the_media_that_it_attached(stored: tuple[OnDisk, str]) -> None:
    """Before the commit, too, and though no other connection sees it."""
    store, _ = stored
    with store.write() as writer:
        name = writer.attach_media([SOUND[:9], SOUND[9:]], ".opus")
        with writer.open_media(name) as stream:
            assert stream.seek(5) == 5
            assert stream.read() == SOUND[5:]
