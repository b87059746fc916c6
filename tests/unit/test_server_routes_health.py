from __future__ import annotations

from types import SimpleNamespace

import pytest

from earmark.library import Library
from earmark.server.routes.health import _writable
from earmark.server.schemas import Readiness, StatsShape
from tests.postgres import new_schema
from tests.postgres import server as postgres
from tests.serving import Running


def test_readiness_tells_of_each_part(server: Running) -> None:
    """Library, folder, disk, queue and kernels, each with its time."""
    answer = server.ask("GET", "/ready")
    told = Readiness.model_validate(answer.json())
    assert list(told.checks) == ["library", "writable", "disk", "queue", "kernels"]
    assert answer.status_code == (200 if all(c.ok for c in told.checks.values()) else 503)


def test_a_database_that_takes_no_changes_is_told() -> None:
    """What decides is the right of the server's user, and no path."""
    schema = new_schema()
    postgres().run(f"CREATE ROLE {schema} LOGIN")
    with Library.open(postgres().address(schema)) as library:
        assert _writable(SimpleNamespace(library=library)) is None  # type: ignore[arg-type]
    postgres().run(f"GRANT USAGE ON SCHEMA {schema} TO {schema}")
    postgres().run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {schema}")
    with Library.open(postgres().address(schema, user=schema)) as library:
        assert _writable(SimpleNamespace(library=library)) is not None  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/health", "/ping"])
def test_life_is_told(server: Running, path: str) -> None:
    """Without asking anything of the library."""
    assert server.ask("GET", path).json() == {"status": "ok"}


def test_the_library_is_counted(server: Running) -> None:
    """As `earmark stats --json` does."""
    told = server.ask("GET", "/stats").json()
    assert StatsShape.model_validate(told).tracks >= 3


def test_the_metrics_count_requests_by_route(server: Running) -> None:
    """Addresses that clients make up are one line together."""
    server.ask("GET", "/nothing/17")
    server.ask("GET", "/tracks")
    text = server.ask("GET", "/metrics").text
    assert 'earmark_requests_total{method="GET",route="/tracks",status="200"}' in text
    assert "earmark_tracks 3" in text
    assert 'route="unmatched"' in text
    assert "nothing" not in text
