from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from earmark.params import Params
from earmark.stores.blocks import BLOCK_BYTES
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import PostgresHome
from earmark.stores.postgres.pieces import ROW_BYTES, Pieces
from earmark.stores.segmented import SegmentedStore
from tests.postgres import new_schema, server
from tests.recordings import landmarks_of

SIZE = 3 * ROW_BYTES + 2 * BLOCK_BYTES + 100
DATA = np.random.default_rng(1).bytes(SIZE)


@pytest.fixture(scope="module")
def schema() -> str:
    """The schema of a library."""
    return new_schema()


@pytest.fixture
def pieces(schema: str) -> Iterator[Pieces]:
    """A place for segments, in a transaction that comes to nothing."""
    store = SegmentedStore.create(
        PostgresHome(parse(server().address(schema))), Params(), landmarks_of
    )
    with store.home.catalogue() as catalogue:
        catalogue.begin_writing()
        yield Pieces(catalogue.transaction, 0)
        catalogue.rollback()
    store.close()


def block(number: int) -> bytes:
    """Return what a block holds."""
    return DATA[number * BLOCK_BYTES : (number + 1) * BLOCK_BYTES]


def test_bytes_come_back_in_order(pieces: Pieces) -> None:
    """However they were cut when they were written."""
    assert pieces.write(3, (DATA[at : at + 1000] for at in range(0, SIZE, 1000))) == SIZE
    assert b"".join(pieces.stream(3)) == DATA
    assert list(pieces.stream(4)) == []


def test_blocks_are_fetched_from_anywhere(pieces: Pieces) -> None:
    """Alone, in stretches, across rows, of several segments, and the short one at the end."""
    pieces.write(3, [DATA])
    pieces.write(4, [DATA[:5000]])
    wanted = {3: np.array([0, 1, 2, 15, 16, 17, 40, 50]), 4: np.array([0, 1])}
    found = {(segment, number): data for segment, number, data in pieces.fetch(wanted)}
    assert found == {
        **{(3, number): block(number) for number in wanted[3].tolist()},
        (4, 0): block(0),
        (4, 1): DATA[BLOCK_BYTES:5000],
    }


def test_lost_blocks_are_left_out(pieces: Pieces) -> None:
    """Of a segment that is gone, and beyond the end of one."""
    pieces.write(3, [DATA[:BLOCK_BYTES]])
    wanted = {3: np.array([0, 1, 99]), 8: np.array([0])}
    assert [(one, number) for one, number, _ in pieces.fetch(wanted)] == [(3, 0)]
