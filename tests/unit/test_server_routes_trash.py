from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.server.keys import Scope
from earmark.server.schemas import DeletedPage, DeletedTrack
from tests.music import clip
from tests.serving import Running, bearer, make_key, make_options, running


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose tracks come and go."""
    with running(make_options(tmp_path_factory.mktemp("own"))) as server:
        yield server


def test_a_deletion_can_be_undone(own: Running) -> None:
    """A clip of the track is not known while it is deleted, and names it again afterwards."""
    track_id = own.ask("POST", "/identify", content=clip(1)).json()["matches"][0]["track"]["id"]
    before = own.ask("GET", f"/tracks/{track_id}").json()
    deleted = own.ask("DELETE", f"/tracks/{track_id}").json()
    assert DeletedTrack.model_validate(deleted).deleted_at < (deleted["expires_at"] or "")
    assert own.ask("POST", "/identify", content=clip(1)).json()["status"] == "no_match"
    listed = own.ask("GET", "/trash").json()
    assert DeletedPage.model_validate(listed).next_cursor is None
    assert listed["tracks"] == [deleted]
    assert own.ask("POST", f"/tracks/{track_id}/restore").json() == before
    answer = own.ask("POST", "/identify", content=clip(1)).json()
    assert answer["matches"][0]["track"]["id"] == track_id
    assert own.ask("GET", "/trash").json()["tracks"] == []


def test_what_was_not_deleted_cannot_be_restored(own: Running) -> None:
    """Nor can what was deleted for good."""
    track_id = own.ask("GET", "/tracks?limit=1").json()["tracks"][0]["id"]
    assert own.ask("POST", f"/tracks/{track_id}/restore").status_code == 404
    gone = own.ask("DELETE", f"/tracks/{track_id}?for_good=true").json()
    assert gone["expires_at"] is None
    answer = own.ask("POST", f"/tracks/{track_id}/restore")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:earmark:problem:not-deleted")


def test_the_trash_is_listed_in_parts(own: Running) -> None:
    """Each leads to the next."""
    for track in own.ask("GET", "/tracks").json()["tracks"]:
        own.ask("DELETE", f"/tracks/{track['id']}")
    whole = own.ask("GET", "/trash").json()["tracks"]
    first = own.ask("GET", "/trash?limit=1").json()
    second = own.ask("GET", f"/trash?limit=1&cursor={first['next_cursor']}").json()
    assert len(whole) == 2
    assert first["tracks"] + second["tracks"] == whole
    for track in whole:
        own.ask("POST", f"/tracks/{track['id']}/restore")


def test_whoever_may_only_read_deletes_nothing(tmp_path: Path) -> None:
    """And restores nothing."""
    options = make_options(tmp_path)
    key = bearer(make_key(options, Scope.READ))
    with running(options) as server:
        track = server.context.library.page(limit=1)[0]
        for method, path in (("DELETE", ""), ("POST", "/restore")):
            answer = server.ask(method, f"/tracks/{track.id}{path}", headers=key)
            assert answer.status_code == 403
        assert server.context.library.track(track.id) == track
