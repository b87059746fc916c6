from __future__ import annotations

import pytest

from earmark.errors import UsageError
from earmark.stores.postgres.address import SCHEMA, is_address, parse, shown


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("postgresql://host/db", True),
        ("postgres://host/db", True),
        ("PostgreSQL://host/db", True),
        ("postgresql", False),
        ("folder/postgresql://x", False),
        ("sqlite:///file", False),
    ],
)
def test_an_address_is_told_from_a_folder(location: str, *, expected: bool) -> None:
    """By its scheme."""
    assert is_address(location) is expected


def test_our_options_are_taken_out() -> None:
    """PostgreSQL gets its own options only."""
    found = parse("postgresql://me@host:5433/db?schema=music&sslmode=require")
    assert (found.url, found.schema) == ("postgresql://me@host:5433/db?sslmode=require", "music")
    assert parse("postgresql://host/db").schema == SCHEMA
    assert parse("postgresql://host/db?schema=music").url == "postgresql://host/db"


@pytest.mark.parametrize("schema", ["", "a%22b", "1st", "a.b", "a" * 64, "sch%C3%B6n"])
def test_a_schema_has_a_plain_name(schema: str) -> None:
    """What would have to be quoted is refused, without a word of the password."""
    with pytest.raises(UsageError) as caught:
        parse(f"postgresql://me:secret@host/db?schema={schema}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("query", ["odd", "sslmode=require&odd", "a=1&&b=2"])
def test_options_have_names_and_values(query: str) -> None:
    """What is none is told as such, without a word of the password."""
    with pytest.raises(UsageError, match="NAME=VALUE") as caught:
        parse(f"postgresql://me:secret@host/db?{query}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("postgresql://me:se%20cret@host/db?schema=x", "postgresql://me@host/db?schema=x"),
        ("postgresql://me:secret/b@host/db", "postgresql://me@host/db"),
        ("postgresql://host/db?password=secret&user=me", "postgresql://host/db?user=me"),
        ("postgresql:///db?sslpassword=s", "postgresql:///db"),
        ("/music/a:b@c", "/music/a:b@c"),
    ],
)
def test_no_password_is_shown(location: str, expected: str) -> None:
    """Wherever it stands; folders stay as they are."""
    assert shown(location) == expected


def test_an_address_is_printed_without_its_password() -> None:
    """Not even for debugging."""
    found = parse("postgresql://me:sec%72et@host/db?password=other")
    assert "sec" not in repr(found)
    assert found.without_secrets("sec%72et secret other more") == "*** *** *** more"
