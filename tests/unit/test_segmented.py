"""What is the same for every home: what follows a commit, and what a store refuses."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from earmark.params import IndexParams, Params
from earmark.stores.base import Store
from earmark.stores.segmented import Options, SegmentedStore
from earmark.tape import lookup
from tests.contract.workers import Place, add, home_of, places
from tests.postgres import new_schema, server
from tests.recordings import EVERY_HASH, landmarks_of

HOMES = ("directory", "sqlite", "postgres")


@pytest.fixture(params=HOMES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the library lies, in one home after the other."""
    if request.param == "postgres":
        return server().address(new_schema())
    return places(tmp_path / "library")[request.param]


def read_keys(store: Store) -> set[int]:
    """Return what the index of a library holds."""
    with store.read() as reader:
        return set(lookup(reader.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())


def test_a_merge_that_fails_leaves_the_commit(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong in the merge after a block, the block has ended well."""
    store = SegmentedStore.create(home_of(place), Params(), landmarks_of)

    def fail(*_: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr("earmark.stores.segmented.IndexWriter.merge_step", fail)
    add(store, 1)
    assert read_keys(store) == {1}
    store.close()


def test_a_rebuild_leads_to_other_parameters(place: Place) -> None:
    """The new index is read by who opens the library later, and found to be sound."""
    store = SegmentedStore.create(home_of(place), Params(), landmarks_of)
    add(store, 1, 2)
    store.close()
    other = Params(index=IndexParams(fanout=4))
    changed = SegmentedStore.open(home_of(place), other, landmarks_of, Options(for_rebuild=True))
    changed.rebuild()
    changed.close()
    again = SegmentedStore.open(home_of(place), None, landmarks_of)
    assert again.params == other
    assert read_keys(again) == {1, 2}
    assert again.check(deep=True) == []
    again.close()
