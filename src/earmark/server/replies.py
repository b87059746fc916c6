"""Answers as JSON, in the very shapes that the command line prints."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from earmark import jsonable
from earmark.errors import UsageError

MOST_CURSOR = 10**9


class Reply(Response):
    """An object as JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - as Starlette has it
        """Write the object in ASCII: paths may hold what is not Unicode."""
        return jsonable.dumps(content).encode()


def page_of(name: str, rows: Sequence[jsonable.Object], following: int | None) -> Reply:
    """Return part of a listing, with what leads to the next part, if there is one."""
    next_cursor = None if following is None else cursor_of(following)
    return Reply({name: list(rows), "next_cursor": next_cursor})


def cursor_of(place: int) -> str:
    """Return a place in a listing as clients see it: nothing to read anything into."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> int | None:
    """Return the place that a cursor stands for; None for none.

    Raises:
        UsageError: it is none of ours.
    """
    if cursor is None:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise _no_cursor() from None
    if type(place) is not int or not 0 <= place <= MOST_CURSOR:
        raise _no_cursor()
    return place


def _no_cursor() -> UsageError:
    return UsageError("this cursor is none that the server gave")
