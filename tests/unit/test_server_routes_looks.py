from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from earmark.operations.base import Play
from earmark.operations.sqlite import SqliteOperations
from earmark.server.schemas import ExplanationShape, PlayPage, TotalList
from tests.music import clip, song, title
from tests.serving import Running, make_options, running


def test_a_clip_is_explained(server: Running) -> None:
    """In the words of the command line, and for one track if that is asked."""
    told = server.ask("POST", "/explain", content=clip(1)).json()
    assert ExplanationShape.model_validate(told).best is not None
    other = server.ask("GET", "/tracks?limit=1").json()["tracks"][0]["id"]
    told = server.ask("POST", f"/explain?track={other}", content=clip(1)).json()
    assert told["status"] == "no_match"
    assert server.ask("POST", "/explain?track=17", content=clip(1)).status_code == 404


def test_a_recording_is_scanned(server: Running) -> None:
    """The task's result is its timeline."""
    task = server.ended(server.ask("POST", "/scans?name=mix", content=song(2)))
    spans = [one for one in task["result"]["spans"] if one["track"]]
    assert task["result"]["file"] == "mix"
    assert [one["track"]["title"] for one in spans] == [title(2)]


def test_what_an_explanation_is_drawn_from_is_told_if_asked(server: Running) -> None:
    """Unasked it would be a burden."""
    assert server.ask("POST", "/explain", content=clip(1)).json()["exhibit"] is None
    told = server.ask("POST", "/explain?exhibit=true", content=clip(1)).json()
    shown = ExplanationShape.model_validate(told).exhibit
    assert shown is not None
    assert sum(shown.track_peaks.heard) == told["best"]["found"]
    assert len(shown.clip_peaks.time_s) == told["peaks"]


def test_duplicates_are_looked_for(server: Running) -> None:
    """Among songs that differ there are none."""
    task = server.ended(server.ask("POST", "/duplicates"))
    assert task["result"] == {"groups": []}


def test_a_server_without_plays_says_so(server: Running) -> None:
    """And how to give it some."""
    assert "--operations" in server.ask("GET", "/airplay").json()["detail"]


def test_plays_are_told_and_counted(tmp_path: Path) -> None:
    """Those that fit, as the command line tells them."""
    began = datetime(2026, 1, 31, 12, tzinfo=UTC)
    with SqliteOperations(tmp_path / "plays.sqlite") as plays:
        plays.write(
            Play("p1", "Rock", began, began, "t1", "Blue Kite", None, None, None, None, 0, 9, 1, 1)
        )
    options = make_options(tmp_path, operations=str(tmp_path / "plays.sqlite"))
    with running(options) as server:
        told = server.ask("GET", "/airplay?since=2026-01-31T12:00:00").json()
        counted = server.ask("GET", "/airplay/totals?by=station").json()
        none = server.ask("GET", "/airplay", params={"until": began.isoformat()}).json()
    assert [one.track.title for one in PlayPage.model_validate(told).plays] == ["Blue Kite"]
    assert TotalList.model_validate(counted).totals[0].key == "Rock"
    assert none == {"plays": [], "is_complete": True}
