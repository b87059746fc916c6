"""Errors as problem documents (RFC 9457): one shape, whatever went wrong.

    {
      "type": "urn:earmark:problem:track-not-found",
      "title": "No track of the library answers to this id, path or title.",
      "status": 404,
      "detail": "no track '42' in the library; `earmark list` shows what is there",
      "request_id": "0197..."
    }

A request whose parameters do not fit has `errors`, too: what is wrong, and where.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.websockets import WebSocket

from earmark import jsonable
from earmark.errors import EarmarkError, RequestError, UnauthorizedError

MEDIA_TYPE = "application/problem+json"

FOREIGN = {
    400: (
        "The body cannot be read.",
        "the form is damaged, or has more files or more and longer fields than are taken here",
    ),
    404: ("There is nothing at this address.", "/docs shows all addresses of the API"),
    405: ("This address does not take this method.", "`Allow` names those that it takes"),
}
"""The title and the detail of what Starlette refuses, by its status."""

UNNAMED = ("The request is refused.", "it is none that this server takes")

MISFITS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "json_invalid": "is no JSON",
    "enum": "is none of {expected}",
    "literal_error": "is none of {expected}",
    "greater_than": "has to be more than {gt}",
    "greater_than_equal": "has to be {ge} or more",
    "less_than": "has to be less than {lt}",
    "less_than_equal": "has to be {le} or less",
    "finite_number": "has to be a finite number",
    "string_too_long": "has more than {max_length} characters",
    "string_type": "has to be a text",
    "model_attributes_type": "has to be an object",
    "model_type": "has to be an object",
    "dict_type": "has to be an object",
    "int_parsing_size": "is too large",
}
"""What is said of a value that does not fit, by pydantic's name of the reason."""

KINDS = {
    "int": "has to be a whole number",
    "float": "has to be a number",
    "bool": "has to be true or false",
    "datetime": "has to be a date with a time, as 2026-01-31T12:00:00Z",
    "date": "has to be a date",
}
"""The same, by how that name begins."""
NAMESPACE = "urn:earmark:problem:"


def document(error: Exception, request_id: str) -> tuple[int, jsonable.Object]:
    """Return the status and the document of an error; of an unforeseen one nothing is told."""
    match error:
        case EarmarkError():
            status, kind, title = error.http_status, _kind(type(error)), _title(type(error))
            detail = str(error)
        case RequestValidationError() | WebSocketRequestValidationError():
            status, kind, title = 422, "invalid-request", "The request does not fit the schema."
            detail = "; ".join(_told(one) for one in error.errors())
        case HTTPException():
            status = error.status_code
            kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
            title, detail = FOREIGN.get(status, UNNAMED)
        case _:
            status, kind, title = 500, "internal", "Something went wrong that should not."
            detail = "the server's log tells more under this request_id"
    told: jsonable.Object = {
        "type": NAMESPACE + kind,
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }
    if isinstance(error, RequestValidationError | WebSocketRequestValidationError):
        told["errors"] = [_place(one) for one in error.errors()]
    return status, told


def response(error: Exception, request_id: str) -> Response:
    """Return the answer to a request that went wrong."""
    status, told = document(error, request_id)
    body = jsonable.dumps(told).encode()
    return Response(body, status, _headers(error), media_type=MEDIA_TYPE)


async def handle(connection: HTTPConnection, error: Exception) -> Response | None:
    """Answer for FastAPI; what was to become a WebSocket is refused with the same document."""
    if isinstance(error.__cause__, RequestError):  # FastAPI calls all that befalls a body a 400
        error = error.__cause__
    answer = response(error, connection.scope["state"]["request_id"])
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(answer)
        return None
    return answer


def _headers(error: Exception) -> dict[str, str]:
    headers: dict[str, str] = {}
    if isinstance(error, HTTPException) and error.headers:
        headers |= dict(error.headers)
    if isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RequestError) and error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    return headers


def _kind(cls: type[EarmarkError]) -> str:
    """`TrackNotFoundError` becomes `track-not-found`."""
    words = re.findall("[A-Z][a-z]*", cls.__name__.removesuffix("Error"))
    return "-".join(words).lower()


def _title(cls: type[EarmarkError]) -> str:
    return (cls.__doc__ or "").split("\n", 1)[0]


def _told(one: Mapping[str, Any]) -> str:
    return f"{_pointer(one['loc'])} {_misfit(one)}"


def _place(one: Mapping[str, Any]) -> jsonable.Object:
    return {"where": _pointer(one["loc"]), "what": _misfit(one)}


def _misfit(one: Mapping[str, Any]) -> str:
    """Say in our own words why a value does not fit."""
    kind = str(one["type"])
    if kind in MISFITS:
        context = one.get("ctx", {})
        plain = {name: f"{v:g}" if isinstance(v, float) else v for name, v in context.items()}
        return MISFITS[kind].format_map(plain)
    return KINDS.get(kind.split("_", maxsplit=1)[0], "does not fit")


def _pointer(loc: Sequence[object]) -> str:
    return ".".join(map(str, loc))
