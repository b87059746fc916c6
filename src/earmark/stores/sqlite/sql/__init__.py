"""The catalogue's SQL: `queries.sql` by name, and the migrations that lead to `schema.sql`."""

from __future__ import annotations

from importlib.resources import files

from earmark.sqlfiles import migrations_of, queries_of


def migration_scripts() -> list[str]:
    """Return the migrations in the order of their numbers; the first makes a catalogue."""
    return migrations_of(__name__)


def schema() -> str:
    """Return the script of the catalogue as it is today."""
    return (files(__name__) / "schema.sql").read_text("utf-8")


QUERIES = queries_of(__name__)
"""Each statement of `queries.sql` by its name."""
