from __future__ import annotations

import json

import pytest

from earmark.errors import UsageError
from earmark.server.replies import Reply, cursor_of, id_of, offset_of


def test_paths_that_are_no_text_are_written() -> None:
    """Bytes that are not UTF-8 come as lone surrogates, escaped."""
    body = bytes(Reply({"path": "a\udcff"}).body)
    assert body == b'{"path": "a\\udcff"}'
    assert json.loads(body)["path"] == "a\udcff"


def test_a_cursor_leads_back() -> None:
    """To the place that it was made of; none leads to the beginning."""
    assert offset_of(cursor_of(1234)) == 1234
    assert id_of(cursor_of("0197-x")) == "0197-x"
    assert (offset_of(None), id_of(None)) == (0, None)


@pytest.mark.parametrize("place", [-1, 10**10, "x", "\ud800"])
def test_a_place_that_is_none_is_refused(place: int | str) -> None:
    """Whoever made it up."""
    with pytest.raises(UsageError):
        offset_of(cursor_of(place))


@pytest.mark.parametrize("cursor", ["", "é", "====", "W1tb", "bnVsbA"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    """Be it not even JSON."""
    with pytest.raises(UsageError):
        id_of(cursor)
    with pytest.raises(UsageError):
        offset_of(cursor)
