"""The server's SQL: `queries.sql` by name, and its migrations."""

from __future__ import annotations

from earmark.sqlfiles import migrations_of, queries_of

QUERIES = queries_of(__name__)
"""Each statement of `queries.sql` by its name."""


def migration_scripts() -> list[str]:
    """Return the migrations in the order of their numbers."""
    return migrations_of(__name__)
