from __future__ import annotations

from tests.serving import Running


def test_every_answer_has_safe_headers_and_an_id(server: Running) -> None:
    """Also one that went wrong: the id is that of the document."""
    for path in ("/ping", "/nothing", "/tracks?limit=x"):
        answer = server.ask("GET", path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers
        if answer.is_error:
            assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_ids_are_never_the_same(server: Running) -> None:
    """Whatever a client sends as one."""
    headers = {"X-Request-Id": "mine"}
    ids = {server.ask("GET", "/ping", headers=headers).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert "mine" not in ids
