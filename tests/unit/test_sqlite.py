from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from earmark import jsonable
from earmark.errors import OperationsError
from earmark.live.events import Pulse
from earmark.operations import sqlite as module
from earmark.operations.base import PlayQuery
from earmark.operations.sql import migration_scripts
from earmark.operations.sqlite import SqliteOperations
from tests.live import moment
from tests.plays import play
from tests.schemas import misfits

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "airplay.schema.json").read_text())


@pytest.fixture
def store(tmp_path: Path) -> SqliteOperations:
    """An empty store."""
    return SqliteOperations(tmp_path / "new" / "plays.sqlite")


def test_a_play_has_the_shape_of_its_schema() -> None:
    """While it plays and after it."""
    shape = SCHEMA["$defs"]["play"]
    for one in (play(), play(ended_at=None, track_end_s=None, speed=None)):
        assert misfits(jsonable.play(one), shape, {}) == []


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
    with pytest.raises(OperationsError, match="it is no database"):
        SqliteOperations(path)


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
