from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

import earmark
from earmark.duplicates import records
from earmark.duplicates.groups import grouped
from tests.duplicates import link, member


def test_records_of_duplicates_are_public_and_frozen() -> None:
    """A script finds them at the top, and changes none of them."""
    (group,) = grouped([member(0), member(1)], [link(0, 1)])
    for record in (group, group.copies[0], group.pairs[0], group.pairs[0].spans[0]):
        name = type(record).__name__
        assert getattr(earmark, name) is getattr(records, name)
        with pytest.raises(FrozenInstanceError):
            setattr(record, fields(record)[0].name, None)
