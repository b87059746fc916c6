"""Files of SQL beside the code: statements by name, and migrations by number."""

from __future__ import annotations

import re
from importlib.resources import files

_NAMED = re.compile(r"^-- name: (\w+)\n-- (.+)\n", re.MULTILINE)


def named_queries(text: str) -> dict[str, str]:
    """Split a file of `-- name:` blocks into statements by name."""
    parts = _NAMED.split(text)
    return {name: statement.strip() for name, statement in zip(parts[1::3], parts[3::3])}


def queries_of(package: str) -> dict[str, str]:
    """Return each statement of a package's `queries.sql` by its name."""
    return named_queries((files(package) / "queries.sql").read_text("utf-8"))


def migrations_of(package: str) -> list[str]:
    """Return a package's migrations in the order of their numbers; the first makes a database."""
    found = sorted((files(package) / "migrations").iterdir(), key=lambda entry: entry.name)
    return [entry.read_text("utf-8") for entry in found if entry.name.endswith(".sql")]


def statements_of(script: str) -> list[str]:
    """Split a migration; none of ours has a semicolon within a statement."""
    return [statement for statement in script.split(";") if statement.strip()]
