"""Tests of earmark.sqlfiles."""

from __future__ import annotations

import pytest

from earmark.sqlfiles import migrations_of, named_queries, queries_of, statements_of


def test_named_blocks_are_split() -> None:
    """Name and statement are kept, description and white space are not."""
    text = (
        "-- head\n\n-- name: one\n-- The first.\nSELECT 1;\n\n-- name: two\n-- More.\nSELECT\n2;\n"
    )
    assert named_queries(text) == {"one": "SELECT 1;", "two": "SELECT\n2;"}


@pytest.mark.parametrize("package", ["earmark.stores.sqlite.sql", "earmark.operations.sql"])
def test_every_database_has_its_files(package: str) -> None:
    """Statements by name, and the migration that makes it first of all."""
    assert queries_of(package)
    assert "CREATE TABLE" in migrations_of(package)[0]


def test_a_script_is_split_into_statements() -> None:
    """However they are laid out; there is none after the last."""
    assert [one.strip() for one in statements_of("A\n(b);C; \n")] == ["A\n(b)", "C"]
