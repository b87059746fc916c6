from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from earmark.server.keys import Scope
from earmark.server.schemas import EventList, MonitorList, MonitorShape, MonitorsNow
from tests.live import until
from tests.music import song, title
from tests.servers import ok, serving
from tests.serving import PATIENCE_S, Running, bearer, make_key, make_options, running


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that may listen to stations on this machine, and has a store of plays."""
    folder = tmp_path_factory.mktemp("near")
    plays = str(folder / "plays.sqlite")
    with running(make_options(folder, monitor_private=True, operations=plays)) as server:
        yield server


@pytest.fixture
def station(near: Running) -> Iterator[dict[str, Any]]:
    """A monitor of a station that plays one song; its address has a secret."""
    with serving({"rock": ok(song(1), "Content-Type: audio/flac")}) as radio:
        wanted = {"url": radio.to("rock?token=hush"), "name": "Rock"}
        begun = near.ask("POST", "/monitors", json=wanted)
        assert begun.status_code == 201, begun.text
        told: dict[str, Any] = begun.json()
        yield told
        near.ask("DELETE", f"/monitors/{told['id']}")


def events_of(server: Running, monitor_id: str, kind: str) -> list[dict[str, Any]]:
    """The events of one kind."""
    told = server.ask("GET", f"/monitors/{monitor_id}/events").json()
    return [one for one in EventList.model_validate(told).events if one["kind"] == kind]


def test_a_station_is_listened_to(near: Running, station: dict[str, Any]) -> None:
    """What it plays is told and written down; a monitor that is removed ends what plays."""
    monitor_id = station["id"]
    assert until(lambda: events_of(near, monitor_id, "track_started"), PATIENCE_S)
    (started,) = events_of(near, monitor_id, "track_started")
    assert (started["station"], started["match"]["track"]["title"]) == ("Rock", title(1))
    removed = near.ask("DELETE", f"/monitors/{monitor_id}").json()
    assert (removed["id"], removed["is_over"], removed["playing"]) == (monitor_id, True, [])
    for path in ("", "/events", "/stream"):
        assert near.ask("GET", f"/monitors/{monitor_id}{path}").status_code == 404
    (play,) = near.ask("GET", "/airplay").json()["plays"]
    assert play["track"]["title"] == title(1)
    assert play["ended_at"] is not None
    track_id = play["track"]["id"]
    assert near.ask("GET", f"/tracks/{track_id}/airplay").json()["plays"] == [play]


def test_a_monitor_is_shown_without_secrets(near: Running, station: dict[str, Any]) -> None:
    """Alone and in the list."""
    shown = near.ask("GET", f"/monitors/{station['id']}").text
    listed = near.ask("GET", "/monitors").text
    assert MonitorShape.model_validate_json(shown).source.endswith("/rock?***")
    assert station["id"] in [one.id for one in MonitorList.model_validate_json(listed).monitors]
    assert "hush" not in shown + listed


def test_events_are_sent_as_they_happen(near: Running, station: dict[str, Any]) -> None:
    """A browser that was cut off is told what follows the last that it had."""
    url = f"{near.api}/monitors/{station['id']}/stream"
    first = _sent(url, 2)
    assert [one["event"] for one in first] == ["connected", "track_started"]
    (second,) = _sent(url, 1, {"Last-Event-ID": first[0]["id"]})
    assert second == first[1]
    assert json.loads(second["data"])["match"]["track"]["title"] == title(1)


def test_all_stations_are_told_with_what_they_play(near: Running, station: dict[str, Any]) -> None:
    """The list has the same, with the moment since when."""
    assert (station["state"], station["playing"]) == ("connecting", [])
    for told in _lists(near):
        (shown,) = MonitorsNow.model_validate(told).monitors
        if shown.playing:
            break
    assert shown.playing[0].match.track.title == title(1)
    assert shown.since is not None
    assert shown.since >= shown.playing[0].started_at
    listed = MonitorList.model_validate(near.ask("GET", "/monitors").json())
    assert [one.name for one in listed.monitors] == ["Rock"]


def test_who_watches_all_stations_hears_of_a_new_one(near: Running) -> None:
    """And of one that is removed; what does not change is not told again."""
    lists = (told["monitors"] for told in _lists(near))
    assert next(lists) == []
    begun = near.ask("POST", "/monitors", json={"url": "http://127.0.0.1:9/"}).json()
    assert [one["id"] for one in next(lists)] == [begun["id"]]
    near.ask("DELETE", f"/monitors/{begun['id']}")
    assert [] in lists


def test_a_stream_ends_with_its_monitor(near: Running, station: dict[str, Any]) -> None:
    """It does not wait for a station that nobody listens to any more."""
    path = f"/monitors/{station['id']}"
    with httpx.stream("GET", f"{near.api}{path}/stream", timeout=PATIENCE_S) as told:
        lines = told.iter_lines()
        assert next(lines) == ": listening"
        near.ask("DELETE", path)
        assert len(list(lines)) > 0
    assert told.headers["content-type"].startswith("text/event-stream")


def test_a_stream_ends_whole_with_the_server(tmp_path: Path) -> None:
    """A server that is told to end does not wait for those who listen, nor cut them off."""
    with ExitStack() as client:
        with running(make_options(tmp_path)) as server:
            begun = server.ask("POST", "/monitors", json={"url": "http://127.0.0.1:9/"}).json()
            url = f"{server.api}/monitors/{begun['id']}/stream"
            told = client.enter_context(httpx.stream("GET", url, timeout=PATIENCE_S))
            lines = told.iter_lines()
            assert next(lines) == ": listening"
        assert len(list(lines)) > 0  # what is cut off is an error here


def test_no_client_leads_the_server_into_a_private_network(server: Running) -> None:
    """Unless it was started so; the event says why nothing is heard."""
    begun = server.ask("POST", "/monitors", json={"url": "http://127.0.0.1:9/"}).json()
    path = f"/monitors/{begun['id']}"
    assert until(lambda: server.ask("GET", path).json()["is_over"])
    (failed,) = events_of(server, begun["id"], "failed")
    assert "private" in failed["text"]
    assert server.ask("DELETE", path).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "/etc/passwd"},
        {"url": "http://"},
        {"url": "http://\ud800/"},
        {"url": "udp://127.0.0.1:7"},
        [],
    ],
)
def test_what_is_no_station_begins_no_monitor(server: Running, body: object) -> None:
    """The answer says so at once; nobody is an admin where there are no keys."""
    sent = json.dumps(body)
    answer = server.ask(
        "POST", "/monitors", content=sent, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 403, 422}
    assert server.ask("GET", "/monitors").json() == {"monitors": []}


def test_who_may_begin_monitors(tmp_path: Path) -> None:
    """Whoever may write; of protocols that go past Earmark's own client, keys of admins only."""
    options = make_options(tmp_path)
    read, write = (bearer(make_key(options, scope)) for scope in (Scope.READ, Scope.WRITE))
    wanted = {"url": "rtsp://192.0.2.1/x"}
    with running(options) as server:
        assert server.ask("POST", "/monitors", json=wanted, headers=read).status_code == 403
        refused = server.ask("POST", "/monitors", json=wanted, headers=write)
        assert "scope admin" in refused.json()["detail"]
        assert server.ask("GET", "/monitors", headers=read).json() == {"monitors": []}


def _sent(url: str, count: int, headers: dict[str, str] | None = None) -> list[dict[str, str]]:
    """The first server-sent events of a stream."""
    found: list[dict[str, str]] = [{}]
    with httpx.stream("GET", url, headers=headers, timeout=PATIENCE_S) as told:
        for line in told.iter_lines():
            name, _, value = line.partition(": ")
            if line and name:
                found[-1][name] = value
            elif found[-1]:
                found.append({})
                if len(found) > count:
                    break
    return found[:-1]


def _lists(server: Running) -> Iterator[dict[str, Any]]:
    """What whoever watches all stations is told."""
    with httpx.stream("GET", f"{server.api}/monitors/stream", timeout=PATIENCE_S) as told:
        for line in told.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))
