from __future__ import annotations

import re
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from earmark.server.keys import Scope
from tests.serving import Running, bearer, make_key, make_options, running

DOCUMENT = Path(__file__).parents[2] / "docs" / "server.md"
EXAMPLES = 4
"""Of each operation, in the suite."""


def test_what_is_not_there_is_a_problem(server: Running) -> None:
    """An unknown address and a method that is not taken have the shape of all errors."""
    missing, refused = server.ask("GET", "/nothing"), server.ask("PUT", "/tracks")
    assert (missing.status_code, refused.status_code) == (404, 405)
    assert missing.json()["type"] == "urn:earmark:problem:not-found"
    assert refused.json()["type"] == "urn:earmark:problem:method-not-allowed"
    assert "GET" in refused.headers["allow"]


def test_the_document_names_every_route_that_it_should(server: Running) -> None:
    """What `docs/server.md` speaks of is there."""
    told = set(re.findall(r"`(GET|POST|PATCH|DELETE) (/[^`?]*)`", DOCUMENT.read_text()))
    paths = server.ask("GET", "/openapi.json").json()["paths"]
    there = {
        (method.upper(), re.sub(r"{\w+}", "{id}", path.removeprefix("/api/v1")))
        for path, methods in paths.items()
        for method in methods
    }
    roots = {("GET", "/api/v1/stats")}
    assert told - roots <= there
    assert ("GET", "/stats") in there


def test_no_request_makes_the_server_fail(tmp_path: Path) -> None:
    """Whatever fits or does not fit the schema: no answer has a status of 500 or above but 503."""
    options = make_options(tmp_path, limits={"queued": 50, "task_s": 20.0})
    key = bearer(make_key(options, Scope.ADMIN))
    with running(options) as server:
        schema = schemathesis.openapi.from_url(f"{server.api}/openapi.json", headers=key)
        statuses: set[int] = set()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(data: st.DataObject) -> None:
            case = data.draw(operation.as_strategy())
            statuses.add(case.call(headers=key, timeout=60).status_code)

        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            given(st.data())(ask)()
    assert {status for status in statuses if status >= 500} <= {503}
    assert {200, 404, 422} <= statuses


@pytest.mark.parametrize("path", ["/openapi.json"])
def test_the_schema_has_examples(server: Running, path: str) -> None:
    """At least of what cannot be guessed: base64 in JSON, and a change of a track."""
    text = server.ask("GET", path).text
    assert "UklGRg==" in text
    assert "Blue Kite" in text
