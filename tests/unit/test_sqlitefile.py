from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from earmark.errors import OperationsError
from earmark.sqlitefile import SqliteFile

QUERIES = {
    "put": "INSERT INTO words (word) VALUES (:word)",
    "all": "SELECT word, casefold(word) AS low FROM words",
    "bad": "SELECT * FROM nothing",
}
SCRIPTS = ["CREATE TABLE words (word TEXT)"]


def opened(path: Path, application_id: int = 7, scripts: list[str] = SCRIPTS) -> SqliteFile:
    """Open a file of words."""
    return SqliteFile(path, application_id, scripts, QUERIES, OperationsError)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Also by another who opens the file; missing folders are made."""
    first = opened(tmp_path / "new" / "words.sqlite")
    assert first.changed("put", word="Étude") == 1
    second = opened(tmp_path / "new" / "words.sqlite")
    assert [tuple(row) for row in second.rows("all")] == [("Étude", "étude")]
    first.close()
    first.close()
    second.close()


def test_a_file_is_brought_to_todays_version(tmp_path: Path) -> None:
    """What was in it stays."""
    path = tmp_path / "words.sqlite"
    old = opened(path)
    old.changed("put", word="a")
    old.close()
    new = opened(path, scripts=[*SCRIPTS, "ALTER TABLE words ADD COLUMN year INTEGER"])
    assert [row["word"] for row in new.rows("all")] == ["a"]
    new.close()
    with pytest.raises(OperationsError, match="newer"):
        opened(path)


def test_a_foreign_file_is_left_alone(tmp_path: Path) -> None:
    """Another program's, or none of a database at all."""
    opened(tmp_path / "words.sqlite", application_id=8).close()
    with pytest.raises(OperationsError, match="another program"):
        opened(tmp_path / "words.sqlite")
    (tmp_path / "text").write_text("x" * 5000)
    with pytest.raises(OperationsError, match=r"it is no database$"):
        opened(tmp_path / "text")


def test_what_cannot_be_opened_is_told_in_words(tmp_path: Path) -> None:
    """A folder, a file in the place of a folder, and a file that nobody may make."""
    with pytest.raises(OperationsError, match=r"it is a folder$"):
        opened(tmp_path)
    (tmp_path / "text").touch()
    with pytest.raises(OperationsError, match=r"its folder is a file$"):
        opened(tmp_path / "text" / "words.sqlite")
    with pytest.raises(OperationsError, match="it may not be opened"):
        opened(Path("/proc/words.sqlite"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_FULL, "no room left"),
        (sqlite3.SQLITE_READONLY, "not written"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "another program holds it"),
        (sqlite3.SQLITE_CORRUPT, "it is damaged"),
    ],
)
def test_what_sqlite_says_is_told_in_our_words(tmp_path: Path, code: int, words: str) -> None:
    """Also of its extended codes; its own text is for the traceback."""
    file = opened(tmp_path / "words.sqlite")
    said = sqlite3.OperationalError("as SQLite says")
    said.sqlite_errorcode = code
    with pytest.raises(OperationsError, match=words) as caught, file._translated():
        raise said
    assert "as SQLite says" not in str(caught.value)
    file.close()


def test_what_goes_wrong_is_the_callers_error(tmp_path: Path) -> None:
    """With the place in it."""
    file = opened(tmp_path / "words.sqlite")
    with pytest.raises(OperationsError, match="nothing"):
        file.rows("bad")
    file.close()
