"""Catalogues as older Earmarks left them."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from earmark.sqlfiles import statements_of
from earmark.stores.sqlite.sql import migration_scripts


def age(file: Path, version: int) -> None:
    """Make a catalogue one of an older version: without the tables that came later."""
    with contextlib.closing(sqlite3.connect(file)) as link, link:
        kept = _tables_of(version)
        for table in _tables(link):
            if table not in kept and table in set(_tables(link)):  # some go with others
                link.execute(f"DROP TABLE {table}")
        link.execute(f"PRAGMA user_version = {version}")


def _tables_of(version: int) -> set[str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as link:
        for script in migration_scripts()[:version]:
            for statement in statements_of(script):
                link.execute(statement)
        return set(_tables(link))


def _tables(link: sqlite3.Connection) -> list[str]:
    rows = link.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in rows if not name.startswith("sqlite_")]
