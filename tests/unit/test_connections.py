"""Connections are made when needed, lent, and used again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from earmark.errors import CorruptCatalogueError, LibraryError, ReadOnlyLibraryError
from earmark.stores.lock import WriterLock
from earmark.stores.sqlite.connections import Connections


@pytest.fixture
def connections(tmp_path: Path) -> Connections:
    """The connections to a database of one table, in WAL mode."""
    with sqlite3.connect(tmp_path / "c.sqlite") as link:
        link.execute("PRAGMA journal_mode = WAL")
        link.execute("CREATE TABLE t (x)")
    link.close()
    with WriterLock(tmp_path, "library", 1).exclusive():
        pass
    return lend(tmp_path / "c.sqlite")


def lend(path: Path) -> Connections:
    """Return the connections to a catalogue."""
    return Connections(path, "library", WriterLock(path.parent, "library", 1))


def test_a_connection_is_used_again(connections: Connections) -> None:
    """One block after the other gets the same connection."""
    with connections.reading() as first:
        pass
    with connections.writing() as second:
        assert second is first
    connections.close()


def test_blocks_at_once_have_their_own(connections: Connections) -> None:
    """A connection is lent to one block only."""
    with connections.reading() as first, connections.reading() as second:
        assert first is not second
    connections.close()


def test_every_commit_is_synced(connections: Connections) -> None:
    """A connection that did not sync each commit would lose power-safe changes."""
    with connections.writing() as link:
        assert link.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert link.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connections.close()


def test_after_closing_nothing_is_lent(connections: Connections) -> None:
    """A closed store cannot be read."""
    connections.close()
    with pytest.raises(LibraryError, match="closed"), connections.reading():
        pass


def test_what_is_lent_while_closing_is_closed_when_it_comes_back(
    connections: Connections,
) -> None:
    """Closing waits for nobody, and leaves nothing open."""
    with connections.reading() as link:
        connections.close()
        assert link.execute("SELECT count(*) FROM t").fetchone()[0] == 0
    with pytest.raises(sqlite3.ProgrammingError):
        link.execute("SELECT 1")


def test_garbage_is_a_damaged_catalogue(tmp_path: Path) -> None:
    """A file that is no database is a typed error."""
    (tmp_path / "c.sqlite").write_bytes(b"no database at all" * 99)
    with pytest.raises(CorruptCatalogueError), lend(tmp_path / "c.sqlite").reading():
        pass


def test_what_cannot_be_opened_is_not_called_read_only(tmp_path: Path) -> None:
    """A file that is gone, or one file too many, is no matter of permissions."""
    with pytest.raises(LibraryError) as caught, lend(tmp_path / "none.sqlite").writing():
        pass
    assert not isinstance(caught.value, ReadOnlyLibraryError)


def test_a_connection_left_in_a_transaction_is_not_used_again(connections: Connections) -> None:
    """The next block gets one that it can begin with."""
    with connections.writing() as first:
        first.execute("BEGIN")
    with connections.writing() as second:
        assert second is not first
    connections.close()


def test_a_replaced_file_is_not_read_again(connections: Connections, tmp_path: Path) -> None:
    """Once another file has the name, blocks that begin get connections to that one."""
    with sqlite3.connect(tmp_path / "d.sqlite") as link:
        link.execute("CREATE TABLE other (x)")
    link.close()
    with connections.reading() as before:
        (tmp_path / "d.sqlite").rename(tmp_path / "c.sqlite")
        assert before.place != connections.place()
    with connections.reading() as after:
        assert after.place == connections.place()
        assert [name for (name,) in after.execute("SELECT name FROM sqlite_schema")] == ["other"]
    connections.close()


def test_a_file_that_is_gone_is_nowhere(connections: Connections, tmp_path: Path) -> None:
    """It is an error, and no connection to what it was."""
    with connections.reading():
        pass
    (tmp_path / "c.sqlite").unlink()
    with pytest.raises(LibraryError), connections.reading():
        pass
    connections.close()
