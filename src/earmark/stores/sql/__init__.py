"""The catalogue's SQL: `queries.sql` by name, and the migrations that lead to `schema.sql`."""

from __future__ import annotations

import re
from importlib.resources import files

_NAMED = re.compile(r"^-- name: (\w+)\n-- (.+)\n", re.MULTILINE)


def named_queries(text: str) -> dict[str, str]:
    """Split a file of `-- name:` blocks into statements by name."""
    parts = _NAMED.split(text)
    return {name: statement.strip() for name, statement in zip(parts[1::3], parts[3::3])}


def migration_scripts() -> list[str]:
    """Return the migrations in the order of their numbers; the first makes a catalogue."""
    folder = files(__name__) / "migrations"
    found = sorted((entry for entry in folder.iterdir()), key=lambda entry: entry.name)
    return [entry.read_text("utf-8") for entry in found if entry.name.endswith(".sql")]


def schema() -> str:
    """Return the script of the catalogue as it is today."""
    return (files(__name__) / "schema.sql").read_text("utf-8")


QUERIES = named_queries((files(__name__) / "queries.sql").read_text("utf-8"))
"""Each statement of `queries.sql` by its name."""
