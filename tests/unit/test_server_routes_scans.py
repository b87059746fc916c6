from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from earmark.evaluation.codecs import decode
from earmark.server import app as application
from earmark.server.submitting import folder_of
from earmark.server.tasks import supervisor
from tests.music import song, title
from tests.serving import Running, make_options, running


@pytest.fixture(scope="module")
def scan(server: Running) -> dict[str, Any]:
    """A scan that is done, of one of the songs."""
    return server.ended(server.ask("POST", "/scans?name=my%20mix.flac", content=song(2)))


@pytest.fixture(scope="module")
def failed(server: Running) -> dict[str, Any]:
    """A scan of what is no music: its timeline says so, and has nothing."""
    return server.ended(server.ask("POST", "/scans", content=b"not at all music" * 99))


def test_a_scan_is_told_by_its_id(server: Running, scan: dict[str, Any]) -> None:
    """As its task is; a task of another kind is no scan."""
    assert server.ask("GET", f"/scans/{scan['id']}").json() == scan
    assert scan["result"]["spans"][0]["track"]["title"] == title(2)
    other = server.ended(server.ask("POST", "/duplicates"))
    for wanted in (other["id"], "none", "..%2F..%2Fserver.sqlite"):
        for what in ("", "/audio", "/spectrogram", "/export?format=csv"):
            assert server.ask("GET", f"/scans/{wanted}{what}").status_code == 404


@pytest.mark.parametrize("form", ["jsonl", "csv", "cue"])
def test_a_timeline_becomes_a_file(server: Running, scan: dict[str, Any], form: str) -> None:
    """With the title in it, and a name to be saved under."""
    answer = server.ask("GET", f"/scans/{scan['id']}/export?format={form}")
    assert title(2) in answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="scan.{form}"'


def test_what_is_exported_is_what_was_found(server: Running, scan: dict[str, Any]) -> None:
    """In lines of JSON all of it, in CSV a row for each span."""
    spans = scan["result"]["spans"]
    address = f"/scans/{scan['id']}/export"
    lines = server.ask("GET", f"{address}?format=jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == spans
    rows = list(csv.DictReader(server.ask("GET", f"{address}?format=csv").text.splitlines()))
    assert [float(row["start_s"]) for row in rows] == [span["start_s"] for span in spans]


def test_no_other_form_is_known(server: Running, scan: dict[str, Any]) -> None:
    """And one has to be asked for."""
    for query in ("", "?format=xml"):
        answer = server.ask("GET", f"/scans/{scan['id']}/export{query}")
        assert (answer.status_code, "query.format" in answer.json()["detail"]) == (422, True)


def test_the_recording_of_a_scan_is_kept(server: Running, scan: dict[str, Any]) -> None:
    """As it was sent, and in parts, and to be looked at."""
    whole = server.ask("GET", f"/scans/{scan['id']}/audio")
    assert (whole.content, whole.headers["content-type"]) == (song(2), "audio/flac")
    part = server.ask("GET", f"/scans/{scan['id']}/audio?start_s=3&duration_s=2")
    found, there = decode(part.content, 8000), decode(song(2), 8000)[24_000:40_000]
    assert np.corrcoef(found, there)[0, 1] > 0.99
    picture = server.ask("GET", f"/scans/{scan['id']}/spectrogram?width=50")
    assert picture.content.startswith(b"\x89PNG")


def test_what_was_no_music_has_an_empty_file(server: Running, failed: dict[str, Any]) -> None:
    """Nothing was heard in it."""
    answer = server.ask("GET", f"/scans/{failed['id']}/export?format=cue")
    assert (answer.status_code, answer.text) == (200, "")
    audio = server.ask("GET", f"/scans/{failed['id']}/audio?start_s=0")
    assert audio.json()["type"] == "urn:earmark:problem:unsupported-audio"


@pytest.fixture
def small(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """A server that keeps no recordings, and tidies up all the time."""
    monkeypatch.setattr(supervisor, "TIDY_S", 0.0)
    monkeypatch.setattr(supervisor, "LOOK_S", 0.05)
    monkeypatch.setattr(application, "TIDY_S", 0.05)
    options = make_options(tmp_path_factory.mktemp("small"), limits={"scans_mb": 0})
    with running(options) as server:
        yield server


def test_a_recording_that_must_make_room_says_so(small: Running) -> None:
    """The timeline is kept without it."""
    task = small.ended(small.ask("POST", "/scans", content=song(2)))
    folder = folder_of(small.context.options.state, task["id"])
    while folder.exists():
        small.ask("GET", "/ping")
    problem = small.ask("GET", f"/scans/{task['id']}/audio").json()
    assert problem["type"] == "urn:earmark:problem:sound-gone"
    assert "make room" in problem["detail"]
    exported = small.ask("GET", f"/scans/{task['id']}/export?format=csv")
    assert title(2) in exported.text
