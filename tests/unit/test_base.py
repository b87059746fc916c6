"""Every backend has all of the promise, and no method of a reader or writer beyond it."""

from __future__ import annotations

import pytest

from earmark.stores.base import Reader, Store, Writer
from earmark.stores.memory import MemoryReader, MemoryStore, MemoryWriter
from earmark.stores.segmented import SegmentedStore
from earmark.stores.session import CatalogueReader, CatalogueWriter


def methods(kind: type) -> set[str]:
    """Return the public methods of a class."""
    return {
        name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))
    }


@pytest.mark.parametrize("reader", [CatalogueReader, MemoryReader])
def test_readers_have_the_promised_methods(reader: type) -> None:
    """No more and no less."""
    assert methods(reader) == methods(Reader)


@pytest.mark.parametrize("writer", [CatalogueWriter, MemoryWriter])
def test_writers_have_the_promised_methods(writer: type) -> None:
    """Besides `finish`, with which a store ends its own block."""
    assert methods(writer) - {"finish"} == methods(Writer)


@pytest.mark.parametrize("store", [SegmentedStore, MemoryStore])
def test_stores_have_the_promised_methods(store: type) -> None:
    """Besides the ways to make one."""
    assert methods(store) - {"create", "open"} == methods(Store)
