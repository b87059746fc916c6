from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from earmark import jsonable
from earmark.evaluation.codecs import FLAC, encode
from earmark.evaluation.synthesis import catalogue
from earmark.server.schemas import TrackDetails
from tests.serving import Running

NOBODY = str(uuid.UUID(int=7))


@pytest.fixture(scope="module")
def sound() -> bytes:
    """A piece that is in no other test's library."""
    piece = next(iter(catalogue(1, seed=99, duration_s=8.0)))
    return encode(piece.samples, piece.sample_rate_hz, FLAC, {"title": "Late Arrival"})


@pytest.fixture
def added(server: Running, sound: bytes) -> Iterator[str]:
    """The id of a track that was added over the API, removed afterwards if it is still there."""
    task = server.ended(server.ask("POST", "/tracks?year=1999", content=sound))
    track_id: str = task["result"]["tracks"][0]["track"]["id"]
    yield track_id
    server.ask("DELETE", f"/tracks/{track_id}")


def test_a_recording_that_is_added_is_found(server: Running, added: str, sound: bytes) -> None:
    """With what was said of it, and its own tags."""
    found = server.ask("POST", "/identify", content=sound).json()["matches"][0]["track"]
    assert (found["id"], found["title"]) == (added, "Late Arrival")
    assert server.ask("GET", f"/tracks/{added}").json()["year"] == 1999


def test_a_track_has_the_shape_that_is_documented(server: Running, added: str) -> None:
    """The OpenAPI document says no more and no less."""
    found = server.ask("GET", f"/tracks/{added}").json()
    assert list(TrackDetails.model_validate(found).model_dump()) == list(found)
    with server.context.library.reading() as reader:
        track = reader.track(added)
    assert track is not None
    assert found == jsonable.track(track)


@pytest.mark.usefixtures("added")
def test_a_sound_that_is_there_is_not_added_again(server: Running, sound: bytes) -> None:
    """The task tells the track that has it; one bad file stops no other."""
    files = [("file", ("again.flac", sound)), ("file", ("bad.mp3", b"no music"))]
    result = server.ended(server.ask("POST", "/tracks", files=files))["result"]
    assert [(one["name"], one["is_new"]) for one in result["tracks"]] == [("again.flac", False)]
    assert not result["tracks"][0]["is_changed"]
    assert [(one["name"], one["type"]) for one in result["skipped"]] == [
        ("bad.mp3", "UnsupportedAudioError")
    ]


def test_what_is_said_of_a_sound_that_is_there_is_kept(
    server: Running, added: str, sound: bytes
) -> None:
    """Sent with the sound, as it would be with a new one."""
    task = server.ended(server.ask("POST", "/tracks?album=Weather", content=sound))
    assert task["result"]["tracks"][0]["is_changed"]
    found = server.ask("GET", f"/tracks/{added}").json()
    assert (found["album"], found["year"], found["title"]) == ("Weather", 1999, "Late Arrival")
    assert found["sha256"] == hashlib.sha256(sound).hexdigest()
    assert found["added_at"].endswith("Z")


def test_what_is_known_of_a_track_can_be_changed(server: Running, added: str) -> None:
    """Only what is sent changes; a field of one's own goes when it is null."""
    changes = {"artist": "Somebody", "fields": {"mood": "calm"}}
    assert server.ask("PATCH", f"/tracks/{added}", json=changes).status_code == 200
    server.ask("PATCH", f"/tracks/{added}", json={"fields": {"mood": None, "key": "C"}})
    found = server.ask("GET", f"/tracks/{added}").json()
    assert (found["title"], found["artist"]) == ("Late Arrival", "Somebody")
    assert found["fields"] == {"key": "C"}


def test_a_track_that_is_removed_is_gone(server: Running, added: str, sound: bytes) -> None:
    """Nothing finds it any more."""
    assert server.ask("DELETE", f"/tracks/{added}").json()["id"] == added
    assert server.ask("GET", f"/tracks/{added}").status_code == 404
    assert server.ask("POST", "/identify", content=sound).json()["status"] == "no_match"


def test_a_listing_comes_in_parts(server: Running) -> None:
    """Each part leads to the next, and all of them together are the whole."""
    whole = server.ask("GET", "/tracks?sort=title").json()
    parts: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        part = server.ask("GET", f"/tracks?sort=title&limit=2{cursor and '&cursor=' + cursor}")
        parts += part.json()["tracks"]
        cursor = part.json()["next_cursor"]
    assert parts == whole["tracks"]
    assert [one["title"] for one in parts] == sorted(one["title"] for one in parts)


def test_a_listing_begins_anywhere(server: Running) -> None:
    """So that a list is seen from its middle without all before it."""
    whole = server.ask("GET", "/tracks?sort=title").json()["tracks"]
    assert server.ask("GET", "/tracks?sort=title&skip=1&limit=1").json()["tracks"] == whole[1:2]
    assert server.ask("GET", "/tracks?skip=-1").status_code == 422


def test_a_listing_is_narrowed(server: Running) -> None:
    """To tracks with a text in title, artist or album."""
    first = server.ask("GET", "/tracks").json()["tracks"][0]
    found = server.ask("GET", "/tracks", params={"containing": first["title"].upper()}).json()
    assert [one["id"] for one in found["tracks"]] == [first["id"]]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "LTE", "Int9Ig", "%00", "WyJ4Il0"])
def test_a_made_up_cursor_is_refused(server: Running, cursor: str) -> None:
    """Whatever it stands for."""
    assert server.ask("GET", f"/tracks?cursor={cursor}").status_code == 400


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_no_track_is_named_by_a_path(server: Running, method: str) -> None:
    """A file of the library is none of a client's business, though the command line takes it."""
    path = server.context.library.page(limit=1)[0].source.file.decode()
    body: dict[str, Any] = {"json": {}} if method == "PATCH" else {}
    for wanted in (NOBODY, "0.flac", path.replace("/", "%2F"), "%ED%A0%80"):
        assert server.ask(method, f"/tracks/{wanted}", **body).status_code == 404


@pytest.mark.parametrize(
    "body", [{"year": "late"}, {"colour": "red"}, {"year": 123456}, {"title": None}, [], "x"]
)
def test_what_no_track_can_have_is_refused(server: Running, body: object) -> None:
    """And nothing is changed."""
    before = server.ask("GET", "/tracks?limit=1").json()["tracks"][0]
    answer = server.ask("PATCH", f"/tracks/{before['id']}", json=body)
    assert answer.status_code in {400, 422}
    assert server.ask("GET", f"/tracks/{before['id']}").json() == before


def test_json_is_no_recording(server: Running) -> None:
    """Where only sound is taken, the status says so."""
    assert server.ask("POST", "/tracks", json={}).status_code == 415


def test_an_empty_upload_is_refused(server: Running) -> None:
    """With or without a form, and no task is put for it."""
    assert server.ask("POST", "/tracks", content=b"").status_code == 400
    assert server.ask("POST", "/tracks", files={"other": (None, "x")}).status_code == 400
