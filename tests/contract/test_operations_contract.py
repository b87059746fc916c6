"""The laws of `operations.base`, for every store of plays."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from earmark import jsonable
from earmark.live.events import Pulse
from earmark.operations.base import PlayQuery, TotalBy
from earmark.operations.opening import open_operations
from earmark.operations.postgres import PostgresOperations
from earmark.operations.recording import play_of
from earmark.operations.sqlite import SqliteOperations
from tests.live import ended, event, moment
from tests.plays import play
from tests.postgres import new_schema, server
from tests.schemas import misfits

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "airplay.schema.json").read_text())
Store: TypeAlias = SqliteOperations | PostgresOperations


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    is_file = request.param == "sqlite"
    location = str(tmp_path / "new" / "plays") if is_file else server().address(new_schema())
    with open_operations(location) as made:
        yield made


def again(store: Store) -> Store:
    """Open a store once more."""
    return open_operations(store.location)


def test_a_play_comes_back_as_it_was_written(store: Store) -> None:
    """Every field, also when it is opened again."""
    store.write(play())
    store.close()
    with again(store) as later:
        assert list(later.plays(PlayQuery())) == [play()]


def test_a_play_is_written_again_when_it_ends(store: Store) -> None:
    """It is known by its id."""
    begun = play_of(event())
    over = play_of(ended())
    assert begun is not None
    assert over is not None
    assert begun.duration_s is None
    store.write(begun)
    assert [one.ended_at for one in store.plays(PlayQuery())] == [None]
    store.write(over)
    assert list(store.plays(PlayQuery())) == [over]
    assert over.duration_s == 60


def test_plays_come_in_their_order_however_many(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page after page."""
    monkeypatch.setattr(sys.modules[type(store).__module__], "PAGE_PLAYS", 3)
    wanted = [play(number // 2, id=f"play-{number}") for number in range(8)]
    for one in reversed(wanted):
        store.write(one)
    assert list(store.plays(PlayQuery())) == wanted


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (PlayQuery(since=moment(10)), [1, 2]),
        (PlayQuery(until=moment(10)), [0]),
        (PlayQuery(station="Jazz"), [2]),
        (PlayQuery(track="track-1"), [0, 2]),
        (PlayQuery(track="Red Boat"), [1]),
        (PlayQuery(isrc="GBAYE0601498", station="Rock"), [0]),
    ],
)
def test_plays_are_chosen(store: Store, wanted: PlayQuery, numbers: list[int]) -> None:
    """By time, station, track and ISRC, and by several of these."""
    plays = [play(0), play(1, track_id="x", title="Red Boat", isrc=None), play(2, station="Jazz")]
    for one in plays:
        store.write(one)
    assert list(store.plays(wanted)) == [plays[number] for number in numbers]


def test_plays_are_counted(store: Store) -> None:
    """By track, the longest played first; plays that have not ended count, but last nothing yet."""
    for one in (play(0), play(1), play(2, track_id="x", title="Red Boat", artist=None)):
        store.write(one)
    store.write(play(3, ended_at=None))
    first, second = store.totals(PlayQuery(), TotalBy.TRACK)
    assert (first.key, first.name, first.plays) == ("track-1", "Blue Kite — Band", 3)
    assert first.duration_s == pytest.approx(120, abs=0.01)
    assert (first.first_at, first.last_at) == (play(0).started_at, play(3).started_at)
    assert (second.name, second.plays) == ("Red Boat", 1)


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (TotalBy.DAY, ["2026-01-31", "2026-02-01"]),
        (TotalBy.STATION, ["Rock", "Jazz"]),
        (TotalBy.ISRC, ["GBAYE0601498", ""]),
    ],
)
def test_plays_are_counted_by_anything(store: Store, by: TotalBy, keys: list[str]) -> None:
    """Days come in their order; tracks without an ISRC are counted together."""
    tomorrow = moment(0) + timedelta(days=1)
    store.write(play(0))
    store.write(play(1))
    later = play(2, started_at=tomorrow, station="Jazz", isrc=None)
    store.write(replace(later, ended_at=tomorrow + timedelta(seconds=10)))
    totals = store.totals(PlayQuery(), by)
    assert [total.key for total in totals] == keys
    shape = SCHEMA["$defs"]["total"]
    assert [misfit for one in totals for misfit in misfits(jsonable.total(one), shape, {})] == []


def test_what_nobody_ended_is_ended(store: Store) -> None:
    """Of one's own stations: another monitor may still listen to the others."""
    store.write(play(0, ended_at=None))
    store.write(play(1, ended_at=None, station="Jazz"))
    assert store.leave_open(["Rock", "Pop"]) == 1
    assert [one.duration_s for one in store.plays(PlayQuery())] == [0, None]


def test_old_plays_are_forgotten(store: Store) -> None:
    """Those that began before a moment."""
    store.write(play(0))
    store.write(play(1))
    assert store.drop_before(moment(10)) == 1
    assert list(store.plays(PlayQuery())) == [play(1)]


def test_several_write_at_once(store: Store) -> None:
    """Threads, and other processes."""
    with again(store) as other:
        threads = [
            threading.Thread(target=one.write, args=(play(number),))
            for number, one in enumerate([store, other] * 10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(other.plays(PlayQuery()))) == 20


def test_what_was_heard_until_a_crash_ends_there(store: Store) -> None:
    """By the latest note of it; of what has ended, a note that is late changes nothing."""
    store.write(play(0, ended_at=None, track_end_s=None))
    store.write(play(1))
    for second in (20, 30):
        store.note_heard(Pulse("play-000", moment(second), 1.0 + second))
        store.note_heard(Pulse("play-001", moment(second), 1.0 + second))
    assert [one.ended_at for one in store.plays(PlayQuery())] == [None, play(1).ended_at]
    assert store.leave_open(["Rock"]) == 1
    crashed, ended_well = store.plays(PlayQuery())
    assert (crashed.ended_at, crashed.track_end_s) == (moment(30), 31.0)
    assert ended_well == play(1)


def test_a_title_is_found_in_any_case(store: Store) -> None:
    """Of every alphabet."""
    store.write(play(title="Ödipus ΩΜΈΓΑ"))
    wanted = PlayQuery(track="öDIPUS ωμέγα")
    assert len(list(store.plays(wanted))) == 1
    assert len(store.totals(wanted, TotalBy.TRACK)) == 1
