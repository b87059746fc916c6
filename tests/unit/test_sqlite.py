from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from earmark import jsonable
from earmark.errors import OperationsError
from earmark.live.events import Pulse
from earmark.operations import sqlite as module
from earmark.operations.base import Play, PlayQuery, TotalBy
from earmark.operations.recording import play_of
from earmark.operations.sql import migration_scripts
from earmark.operations.sqlite import SqliteOperations
from tests.live import ended, event, moment
from tests.schemas import misfits

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "airplay.schema.json").read_text())


def play(number: int = 0, **changes: object) -> Play:
    """A play of a minute, each five seconds after the one before."""
    made = play_of(ended())
    assert made is not None
    begun = made.started_at + timedelta(seconds=5 * number)
    ends = begun + timedelta(minutes=1)
    values = {"id": f"play-{number:03}", "started_at": begun, "ended_at": ends}
    return replace(made, **{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> SqliteOperations:
    """An empty store."""
    return SqliteOperations(tmp_path / "new" / "plays.sqlite")


def test_a_play_comes_back_as_it_was_written(store: SqliteOperations) -> None:
    """Every field, also when it is opened again."""
    store.write(play())
    store.close()
    with SqliteOperations(store.location) as again:
        assert list(again.plays(PlayQuery())) == [play()]


def test_a_play_is_written_again_when_it_ends(store: SqliteOperations) -> None:
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
    store: SqliteOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page after page."""
    monkeypatch.setattr(module, "PAGE_PLAYS", 3)
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
def test_plays_are_chosen(store: SqliteOperations, wanted: PlayQuery, numbers: list[int]) -> None:
    """By time, station, track and ISRC, and by several of these."""
    plays = [play(0), play(1, track_id="x", title="Red Boat", isrc=None), play(2, station="Jazz")]
    for one in plays:
        store.write(one)
    assert list(store.plays(wanted)) == [plays[number] for number in numbers]


def test_plays_are_counted(store: SqliteOperations) -> None:
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
def test_plays_are_counted_by_anything(
    store: SqliteOperations, by: TotalBy, keys: list[str]
) -> None:
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


def test_a_play_has_the_shape_of_its_schema() -> None:
    """While it plays and after it."""
    shape = SCHEMA["$defs"]["play"]
    for one in (play(), play(ended_at=None, track_end_s=None, speed=None)):
        assert misfits(jsonable.play(one), shape, {}) == []


def test_what_nobody_ended_is_ended(store: SqliteOperations) -> None:
    """Of one's own stations: another monitor may still listen to the others."""
    store.write(play(0, ended_at=None))
    store.write(play(1, ended_at=None, station="Jazz"))
    assert store.leave_open(["Rock", "Pop"]) == 1
    assert [one.duration_s for one in store.plays(PlayQuery())] == [0, None]


def test_old_plays_are_forgotten(store: SqliteOperations) -> None:
    """Those that began before a moment."""
    store.write(play(0))
    store.write(play(1))
    assert store.drop_before(moment(10)) == 1
    assert list(store.plays(PlayQuery())) == [play(1)]


def test_several_write_at_once(store: SqliteOperations) -> None:
    """Threads, and other processes."""
    with SqliteOperations(store.location) as other:
        threads = [
            threading.Thread(target=one.write, args=(play(number),))
            for number, one in enumerate([store, other] * 10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(other.plays(PlayQuery()))) == 20


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    """And left as it is."""
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as link:
        link.execute("CREATE TABLE cats (name)")
    link.close()
    before = path.read_bytes()
    with pytest.raises(OperationsError, match="another program's"):
        SqliteOperations(path)
    assert path.read_bytes() == before


def test_a_newer_store_is_refused(store: SqliteOperations) -> None:
    """This Earmark does not know what is in it."""
    store._file._link.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(OperationsError, match="newer Earmark"):
        SqliteOperations(store.location)


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    """As an error of Earmark's own."""
    path = tmp_path / "text.sqlite"
    path.write_text("words " * 1000)
    with pytest.raises(OperationsError, match="not a database"):
        SqliteOperations(path)


def test_what_was_heard_until_a_crash_ends_there(store: SqliteOperations) -> None:
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


def test_a_store_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """With the plays that are in it."""
    path = tmp_path / "old.sqlite"
    scripts = migration_scripts()
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(module, "migration_scripts", lambda: scripts[:1])
        SqliteOperations(path).write(play())
    with SqliteOperations(path) as store:
        store.write(play(1, ended_at=None))
        store.note_heard(Pulse("play-001", moment(30), 31.0))
        assert list(store.plays(PlayQuery())) == [play(), play(1, ended_at=None)]


def test_a_title_is_found_in_any_case(tmp_path: Path) -> None:
    """Of every alphabet."""
    with SqliteOperations(tmp_path / "plays.sqlite") as store:
        store.write(play(title="Ödipus ΩΜΈΓΑ"))
        wanted = PlayQuery(track="öDIPUS ωμέγα")
        assert len(list(store.plays(wanted))) == 1
        assert len(store.totals(wanted, TotalBy.TRACK)) == 1
