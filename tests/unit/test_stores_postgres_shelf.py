from __future__ import annotations

from collections.abc import Iterator

import pytest

from earmark.params import Params
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.catalogue import Catalogue
from earmark.stores.postgres.home import PostgresHome
from earmark.stores.postgres.shelf import PostgresShelf
from earmark.stores.segmented import SegmentedStore
from tests.postgres import new_schema, server
from tests.recordings import landmarks_of


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    """The catalogue of an empty library, in a transaction that comes to nothing."""
    store = SegmentedStore.create(
        PostgresHome(parse(server().address(new_schema()))), Params(), landmarks_of
    )
    with store.home.catalogue() as made:
        made.begin_writing()
        yield made
        made.rollback()
    store.close()


def test_a_shelf_lists_whole_media_only(catalogue: Catalogue) -> None:
    """One whose chunks are not as many as they should be is not whole."""
    shelf = PostgresShelf(catalogue, 0, None)
    for name, size in (("whole", 3), ("part", 4)):
        shelf.keep_media(name, [b"abc"])
        catalogue.insert_media(name, size)
    assert shelf.media_names() == {"whole"}


def test_segments_are_numbered_one_after_the_other(catalogue: Catalogue) -> None:
    """The number of one that was published is free for no other."""
    shelf = PostgresShelf(catalogue, 0, None)
    number, size = shelf.publish([b"abc", b"de"])
    assert (number, size) == (catalogue.next_segment(), 5)
    assert b"".join(shelf.source.stream(number)) == b"abcde"
