from __future__ import annotations

import json

import pytest

from earmark.errors import UsageError
from earmark.server.replies import Reply, cursor_of, page_of, place_of


def test_paths_that_are_no_text_are_written() -> None:
    """Bytes that are not UTF-8 come as lone surrogates, escaped."""
    body = bytes(Reply({"path": "a\udcff"}).body)
    assert body == b'{"path": "a\\udcff"}'
    assert json.loads(body)["path"] == "a\udcff"


def test_a_cursor_leads_back() -> None:
    """To the place that it was made of; the end of a listing has none."""
    assert place_of(cursor_of(1234)) == 1234
    assert place_of(None) is None
    assert json.loads(bytes(page_of("tracks", [], None).body))["next_cursor"] is None


@pytest.mark.parametrize("place", [-1, 10**10])
def test_a_place_that_is_none_is_refused(place: int) -> None:
    """Whoever made it up."""
    with pytest.raises(UsageError):
        place_of(cursor_of(place))


@pytest.mark.parametrize("cursor", ["", "é", "====", "W1tb", "bnVsbA", "IngiCg", "dHJ1ZQ"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    """Be it not even JSON, or no number."""
    with pytest.raises(UsageError):
        place_of(cursor)
