"""The description of the API: to what FastAPI finds in the routes, keys, scopes and examples.

The same look at a route tells which parameters it knows, so that one that is mistyped is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.requests import Request

from earmark.server.access import COOKIE, Allowing
from earmark.server.examples import EXAMPLES
from earmark.server.keys import Scope

SCHEMES: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key, as `earmark keys add` shows it: `em_...`.",
    },
    "header": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "The same key in a header of its own.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A browser's session, which `POST /session` begins.",
    },
}
NO_KEY: dict[str, list[str]] = {}
"""A server without keys wants none."""

REFERENCE = "#/components/schemas/"


def described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document; it is made once."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            separate_input_output_schemas=app.separate_input_output_schemas,
        )
        found.setdefault("components", {})["securitySchemes"] = SCHEMES
        for path, method, route in described_routes(app):
            operation = found["paths"][path][method]
            _secure(operation, scope_of(route))
            _exemplify(operation)
        app.openapi_schema = found
    return app.openapi_schema


class KnownParameters:
    """The dependency of every route: its parameters, and no others."""

    def __init__(self) -> None:
        """Begin without having looked at any route."""
        self._names: dict[int, frozenset[str]] = {}
        """By the route's identity: routes live as long as the application."""

    async def __call__(self, request: Request) -> None:
        """Refuse what a route does not know: it is mistyped, or of another version.

        Raises:
            RequestValidationError: there is such a parameter.
        """
        route = request.scope["route"]
        names = self._names.get(id(route))
        if names is None:
            names = self._names[id(route)] = parameters_of(route)
        unknown = sorted(request.query_params.keys() - names)
        if unknown:
            told = [{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown]
            raise RequestValidationError(told)


def parameters_of(route: APIRoute) -> frozenset[str]:
    """Return the names of all parameters that a route takes in its query."""
    names: set[str] = set()
    for one in route.dependant.query_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= {field.alias or name for name, field in kind.model_fields.items()}
        else:
            names.add(one.alias)
    return frozenset(names)


def scope_of(route: APIRoute) -> Scope | None:
    """Return what a key has to allow for a route; None for one that is open to all."""
    calls = (one.call for one in route.dependant.dependencies)
    scopes = [call.wanted for call in calls if isinstance(call, Allowing)]
    return max(scopes, key=list(Scope).index, default=None)


def described_routes(app: FastAPI) -> Iterator[tuple[str, str, APIRoute]]:
    """Yield every route that is described, with its address and its method."""
    for found in iter_route_contexts(app.routes):
        route = found.original_route
        if isinstance(route, APIRoute) and found.include_in_schema:
            for method in route.methods or ():
                yield found.path_format or "", method.lower(), route


def _secure(operation: dict[str, Any], scope: Scope | None) -> None:
    """Say which key an operation wants."""
    if scope is None:
        return
    operation["security"] = [*({name: []} for name in SCHEMES), NO_KEY]
    told = operation.get("description", "")
    wanted = f"Wants a key with the scope `{scope.value}`, if the server has keys."
    operation["description"] = f"{told}\n\n{wanted}".strip()


def _exemplify(operation: dict[str, Any]) -> None:
    """Give each answer in JSON an example."""
    for response in operation["responses"].values():
        for told in response.get("content", {}).values():
            shape = told.get("schema", {}).get("$ref", "").removeprefix(REFERENCE)
            if shape in EXAMPLES:
                told["example"] = EXAMPLES[shape]
