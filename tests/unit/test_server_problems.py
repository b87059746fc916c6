from __future__ import annotations

import json

import pytest
from starlette.exceptions import HTTPException

from earmark.errors import (
    EarmarkError,
    RateLimitedError,
    TooLargeError,
    TrackNotFoundError,
    UnauthorizedError,
)
from earmark.server.problems import MEDIA_TYPE, document, response


def test_an_error_becomes_a_document() -> None:
    """Its type is a name that stays, its title is what the class says of itself."""
    assert document(TrackNotFoundError("x"), "17") == (
        404,
        {
            "type": "urn:earmark:problem:track-not-found",
            "title": "No track of the library answers to this id, path or title.",
            "status": 404,
            "detail": "no track 'x' in the library; `earmark list` shows what is there",
            "request_id": "17",
        },
    )


def test_what_was_not_foreseen_tells_nothing() -> None:
    """A message may hold what is nobody's business."""
    status, told = document(ValueError("the password is swordfish"), "17")
    assert status == 500
    assert "swordfish" not in json.dumps(told)


@pytest.mark.parametrize(
    ("error", "name", "value"),
    [
        (RateLimitedError("slow down", 0.2), "retry-after", "1"),
        (UnauthorizedError("who?"), "www-authenticate", "Bearer"),
        (HTTPException(405, headers={"Allow": "GET"}), "allow", "GET"),
    ],
)
def test_headers_say_what_to_do(error: Exception, name: str, value: str) -> None:
    """When to come again, what to send, what is allowed."""
    answer = response(error, "17")
    assert answer.headers[name] == value
    assert answer.headers["content-type"] == MEDIA_TYPE


def test_every_error_has_a_title() -> None:
    """One line, and a type without spaces."""
    for cls in (EarmarkError, TooLargeError):
        _, told = document(cls("x"), "17")
        assert told["title"]
        assert " " not in told["type"]
