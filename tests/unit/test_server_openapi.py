from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute

from earmark.server.keys import Scope
from earmark.server.openapi import described_routes, parameters_of, scope_of
from tests.serving import Running

JSON = "application/json"


@pytest.fixture(scope="module")
def routes(server: Running) -> dict[tuple[str, str], APIRoute]:
    """Every route of a server that is described, by its method and address."""
    return {(method, path): route for path, method, route in described_routes(server.app)}


@pytest.fixture(scope="module")
def document(server: Running) -> dict[str, Any]:
    """What is told of them."""
    found: dict[str, Any] = server.ask("GET", "/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation by its method and address."""
    return {
        (method, path): told
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    }


def test_a_route_knows_the_parameters_that_are_documented(
    document: dict[str, Any], routes: dict[tuple[str, str], APIRoute]
) -> None:
    """No others: what is not documented is refused."""
    told = operations(document)
    assert told.keys() == routes.keys()
    for key, operation in told.items():
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert named == parameters_of(routes[key]), key


def test_every_operation_says_which_key_it_wants(
    document: dict[str, Any], routes: dict[tuple[str, str], APIRoute]
) -> None:
    """In words and for programs; open to all is whether it lives, and who asks."""
    for key, operation in operations(document).items():
        scope = scope_of(routes[key])
        assert ("security" in operation) is (scope is not None)
        if scope is not None:
            assert f"scope `{scope.value}`" in operation["description"]
            assert set().union(*operation["security"]) == {"bearer", "header", "cookie"}
    open_to_all = {path for (_, path), route in routes.items() if scope_of(route) is None}
    assert open_to_all == {"/health", "/ready", "/api/v1/ping", "/api/v1/session"}
    assert scope_of(routes["delete", "/api/v1/tracks/{track_id}"]) is Scope.WRITE
    assert scope_of(routes["get", "/api/v1/tasks"]) is Scope.ADMIN


def test_every_answer_in_json_has_an_example(document: dict[str, Any]) -> None:
    """So that nobody has to ask first to see what comes."""
    for key, operation in operations(document).items():
        for status, response in operation["responses"].items():
            told = response.get("content", {}).get(JSON, {})
            if told.get("schema"):
                assert "example" in told, (key, status)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/tracks?contianing=kite", "contianing"),
        ("/stats?limit=1", "limit"),
        ("/tasks?stat=done&state=done", "stat"),
    ],
)
def test_a_parameter_that_is_mistyped_is_refused(server: Running, path: str, name: str) -> None:
    """With its name, and no other."""
    answer = server.ask("GET", path)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"where": f"query.{name}", "what": "is not known here"}]


def test_a_clip_with_a_mistyped_parameter_is_not_heard(server: Running) -> None:
    """Whatever is wrong with a request is told before its body is read."""
    answer = server.ask("POST", "/identify?lader=off", content=b"RIFF")
    assert answer.status_code == 422
    assert "query.lader" in answer.json()["detail"]
