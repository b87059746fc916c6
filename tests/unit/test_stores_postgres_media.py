from __future__ import annotations

from collections.abc import Iterator

import pytest

from earmark.params import Params
from earmark.stores.postgres import media as module
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import PostgresHome
from earmark.stores.postgres.media import Media
from earmark.stores.segmented import SegmentedStore
from tests.homes import InPostgres
from tests.postgres import new_schema, server
from tests.recordings import landmarks_of


@pytest.fixture
def store() -> Iterator[InPostgres]:
    """An empty library."""
    made = SegmentedStore.create(
        PostgresHome(parse(server().address(new_schema()))), Params(), landmarks_of
    )
    yield made
    made.close()


def test_large_media_come_back(store: InPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """In chunks, of which few are in memory at once; the stream outlives the block."""
    monkeypatch.setattr(module, "_CHUNK_BYTES", 100)
    monkeypatch.setattr(module, "_CHUNKS_AT_ONCE", 3)
    data = bytes(range(256)) * 5
    with store.home.catalogue() as catalogue:
        catalogue.begin_writing()
        media = Media(catalogue.transaction)
        assert media.attach("name", [data[:700], data[700:]]) == len(data)
        catalogue.insert_media("name", len(data))
        stream = media.open("name")
        catalogue.rollback()
    with stream:
        stream.seek(-10, 2)
        assert stream.read() == data[-10:]
        stream.seek(0)
        assert stream.read() == data
