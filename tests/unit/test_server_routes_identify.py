from __future__ import annotations

import base64
import io
import json
import wave
from pathlib import Path

import pytest

from earmark.clip_peaks import ClipPeaks, take_peaks
from earmark.server.schemas import PeaksRule
from tests.music import clip, pieces, title
from tests.schemas import misfits
from tests.serving import Running

AS_JSON = {"Content-Type": "application/json"}
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "identify.schema.json").read_text())


def test_a_body_of_any_audio_is_named(server: Running) -> None:
    """As curl sends it, whatever type it says that it has."""
    answer = server.ask("POST", "/identify", content=clip(1))
    found = answer.json()
    assert (answer.status_code, found["status"]) == (200, "identified")
    assert found["matches"][0]["track"]["title"] == title(1)


def test_the_answer_has_the_shape_of_the_command_line(server: Running) -> None:
    """The same document describes both."""
    found = server.ask("POST", "/identify", content=clip(0)).json()
    assert misfits(found, SCHEMA, SCHEMA["$defs"]) == []


def test_a_file_in_a_form_is_named(server: Running) -> None:
    """The answer calls it what the form does, without folders."""
    files = {"file": ("../up/evil.flac", clip(2), "audio/flac")}
    found = server.ask("POST", "/identify", files=files).json()
    assert (found["status"], found["clip"]) == ("identified", "evil.flac")


def test_base64_in_json_is_named(server: Running) -> None:
    """For those who can send nothing else."""
    body = {"audio": base64.b64encode(clip(1)).decode(), "name": "mine"}
    found = server.ask("POST", "/identify", json=body).json()
    assert (found["status"], found["clip"]) == ("identified", "mine")


def test_a_stranger_is_no_error(server: Running) -> None:
    """What is not known has a status of its own."""
    answer = server.ask("POST", "/identify?ladder=off", content=clip(3))
    assert (answer.status_code, answer.json()["status"]) == (200, "no_match")


def test_a_plain_wave_and_the_same_in_flac_are_the_same(server: Running) -> None:
    """Whether it is read here or decoded elsewhere: place and score agree."""
    piece = pieces()[1]
    rate = piece.sample_rate_hz
    samples = (piece.samples[3 * rate : 9 * rate] * 32767).astype("<i2")
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setparams((1, 2, rate, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())
    found = [
        server.ask("POST", "/identify", content=body).json()["matches"][0]
        for body in (target.getvalue(), clip(1))
    ]
    assert found[0]["track"] == found[1]["track"]
    assert found[0]["offset_s"] == pytest.approx(found[1]["offset_s"], abs=0.02)
    assert found[0]["score"] == pytest.approx(found[1]["score"], rel=0.1)


@pytest.mark.parametrize(
    ("content", "headers", "status", "kind"),
    [
        (b"not at all music\n" * 100, {}, 422, "unsupported-audio"),
        (b"", {}, 400, "usage"),
        (b"{", {"Content-Type": "application/json"}, 400, "usage"),
        (b'{"audio": "*"}', {"Content-Type": "application/json"}, 400, "usage"),
        (b"x", {"Content-Type": "multipart/form-data"}, 400, "bad-request"),
        (b"x", {"Content-Type": "multipart/form-data; boundary=y"}, 400, "bad-request"),
    ],
)
def test_what_cannot_be_heard_is_a_problem(
    server: Running, content: bytes, headers: dict[str, str], status: int, kind: str
) -> None:
    """Each says what is wrong with it in the one shape that all errors have."""
    answer = server.ask("POST", "/identify", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert answer.json()["type"] == f"urn:earmark:problem:{kind}"


def test_who_does_not_wait_gets_a_task(server: Running) -> None:
    """Its result is the answer."""
    accepted = server.ask("POST", "/identify?wait=false", content=clip(1))
    assert accepted.headers["location"] == f"/api/v1/tasks/{accepted.json()['id']}"
    task = server.ended(accepted)
    assert task["result"]["matches"][0]["track"]["title"] == title(1)


def by_peaks(number: int) -> ClipPeaks:
    """The peaks of a clip."""
    return take_peaks(io.BytesIO(clip(number)), name="mine")


def test_peaks_are_named_as_their_sound(server: Running) -> None:
    """The same recording at the same place; no sound was sent."""
    sent = server.ask("POST", "/identify", content=by_peaks(1).to_json(), headers=AS_JSON).json()
    whole = server.ask("POST", "/identify", content=clip(1)).json()
    assert (sent["clip"], sent["status"]) == ("mine", "identified")
    (one, other) = (answer["matches"][0] for answer in (sent, whole))
    assert one["track"] == other["track"]
    assert one["offset_s"] == pytest.approx(other["offset_s"], abs=0.02)


def test_a_stranger_by_peaks_is_not_named(server: Running) -> None:
    """Peaks are no excuse."""
    sent = by_peaks(3).to_json()
    answer = server.ask("POST", "/identify?ladder=off", content=sent, headers=AS_JSON)
    assert (answer.status_code, answer.json()["status"]) == (200, "no_match")


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"format": "earmark-peaks-9"}, 422, "clip-peaks"),
        ({"time": [1]}, 422, "clip-peaks"),
        ({"frames": 1}, 422, "clip-peaks"),
        ({"peaks_id": "p-0123456789ab"}, 409, "foreign-peaks"),
    ],
    ids=["format", "columns", "end", "id"],
)
def test_peaks_that_do_not_fit_are_a_problem(
    server: Running, changes: dict[str, object], status: int, kind: str
) -> None:
    """Those found by another rule, too: the problem tells both ids."""
    sent = json.loads(by_peaks(1).to_json()) | changes
    answer = server.ask("POST", "/identify", json=sent)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:earmark:problem:{kind}")


def test_who_sends_peaks_need_not_wait(server: Running) -> None:
    """A worker names them, as it does sound."""
    body = by_peaks(1).to_json()
    accepted = server.ask("POST", "/identify?wait=false", content=body, headers=AS_JSON)
    assert server.ended(accepted)["result"]["matches"][0]["track"]["title"] == title(1)


def test_a_client_is_told_how_peaks_are_found(server: Running) -> None:
    """With the id that it has to send."""
    rule = server.ask("GET", "/peaks").json()
    PeaksRule.model_validate(rule)
    assert rule["peaks_id"] == by_peaks(1).peaks_id


def test_peaks_cannot_be_explained(server: Running) -> None:
    """What is drawn of a clip is not in them."""
    answer = server.ask("POST", "/explain", content=by_peaks(1).to_json(), headers=AS_JSON)
    assert (answer.status_code, answer.json()["type"]) == (
        415,
        "urn:earmark:problem:unsupported-body",
    )
