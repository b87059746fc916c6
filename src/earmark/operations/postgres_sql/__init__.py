"""The SQL of plays in PostgreSQL: `queries.sql` by name, and the migrations."""

from __future__ import annotations

from earmark.sqlfiles import migrations_of, queries_of


def migration_scripts() -> list[str]:
    """Return the migrations in the order of their numbers; the first makes a store."""
    return migrations_of(__name__)


QUERIES = queries_of(__name__)
"""Each statement of `queries.sql` by its name."""
