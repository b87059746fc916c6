from __future__ import annotations

import json
from datetime import datetime

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException

from earmark.errors import (
    EarmarkError,
    RateLimitedError,
    TooLargeError,
    TrackNotFoundError,
    UnauthorizedError,
)
from earmark.server.problems import MEDIA_TYPE, document, response
from earmark.types import TrackOrder


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


@pytest.mark.parametrize("status", [400, 404, 405, 418])
def test_what_starlette_refuses_is_told_in_our_words(status: int) -> None:
    """Its own say little, and change with its version."""
    _, told = document(HTTPException(status, "foreign words"), "17")
    assert "foreign" not in json.dumps(told)
    assert told["title"].endswith(".")
    assert told["detail"]


class Odd(BaseModel):
    """Values of many kinds."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(0, ge=1, le=9)
    share: float = Field(0.5, gt=0, lt=1)
    text: str = Field("", max_length=3)
    when: datetime | None = None
    order: TrackOrder = TrackOrder.ADDED
    inner: Odd | None = None
    many: dict[str, str] = {}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"number": "x"}, "body.number has to be a whole number"),
        ({"number": 1.5}, "body.number has to be a whole number"),
        ({"number": 0}, "body.number has to be 1 or more"),
        ({"number": 10}, "body.number has to be 9 or less"),
        ({"share": 0}, "body.share has to be more than 0"),
        ({"share": 1}, "body.share has to be less than 1"),
        ({"share": "x"}, "body.share has to be a number"),
        ({"text": "long"}, "body.text has more than 3 characters"),
        ({"text": 1}, "body.text has to be a text"),
        ({"when": "late"}, "body.when has to be a date with a time, as 2026-01-31T12:00:00Z"),
        ({"order": "x"}, "body.order is none of 'added', 'newest', 'title' or 'artist'"),
        ({"inner": []}, "body.inner has to be an object"),
        ({"many": 1}, "body.many has to be an object"),
        ({"colour": 1}, "body.colour is not known here"),
        ([], "body has to be an object"),
    ],
)
def test_what_does_not_fit_is_told_in_our_words(value: object, said: str) -> None:
    """What is wrong, and where."""
    with pytest.raises(ValidationError) as caught:
        Odd.model_validate(value)
    errors = [{**one, "loc": ("body", *one["loc"])} for one in caught.value.errors()]
    _, told = document(RequestValidationError(errors), "17")
    assert told["detail"] == said
    assert f"{told['errors'][0]['where']} {told['errors'][0]['what']}" == said


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
