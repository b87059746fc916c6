from __future__ import annotations

from earmark.server.schemas import TaskShape
from tests.music import clip
from tests.serving import Running


def test_a_task_has_the_shape_that_is_documented(server: Running) -> None:
    """From its beginning to its end."""
    accepted = server.ask("POST", "/identify?wait=false", files={"file": ("memo.flac", clip(1))})
    assert TaskShape.model_validate(accepted.json()).files == ["memo.flac"]
    assert TaskShape.model_validate(server.ended(accepted)).state == "done"


def test_tasks_are_listed_part_by_part(server: Running) -> None:
    """Latest first, by state and kind."""
    ids = [
        server.ended(server.ask("POST", "/identify?wait=false", content=clip(0)))["id"]
        for _ in range(2)
    ]
    first = server.ask("GET", "/tasks?limit=1&state=done&kind=identify").json()
    rest = server.ask("GET", f"/tasks?limit=1&cursor={first['next_cursor']}").json()
    assert [first["tasks"][0]["id"], rest["tasks"][0]["id"]] == ids[::-1]


def test_a_task_that_is_not_there_is_a_problem(server: Running) -> None:
    """Nor can it be cancelled."""
    for method in ("GET", "DELETE"):
        answer = server.ask(method, "/tasks/17")
        assert answer.json()["type"] == "urn:earmark:problem:task-not-found"


def test_a_recording_that_cannot_be_read_is_told_in_the_result(server: Running) -> None:
    """The task itself was done."""
    task = server.ended(server.ask("POST", "/scans", content=b"no music" * 100))
    assert task["state"] == "done"
    assert task["result"]["error"]["type"] == "UnsupportedAudioError"
