"""The contract suite runs over every backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.stores.base import Store
from tests.contract.backends import BACKENDS, Backend


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.name)
def backend(request: pytest.FixtureRequest) -> Backend:
    """One backend after the other."""
    found: Backend = request.param
    return found


@pytest.fixture
def store(backend: Backend, tmp_path: Path) -> Iterator[Store]:
    """A new, empty store."""
    made = backend.make(tmp_path)
    yield made
    made.close()
