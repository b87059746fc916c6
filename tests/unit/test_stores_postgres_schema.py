from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import earmark.stores.postgres
from earmark.errors import LibraryBusyError, LibraryError, NotALibraryError, ReadOnlyLibraryError
from earmark.operations.postgres_sql import QUERIES as OPERATIONS
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.link import Link
from earmark.stores.postgres.schema import Schema, quoted
from earmark.stores.postgres.sql import QUERIES, migration_scripts, schema
from earmark.types import TrackOrder
from tests.postgres import Server, new_schema, server

SCRIPTS = ["CREATE TABLE {schema}.one (a integer);", "ALTER TABLE {schema}.one ADD b integer;"]


@pytest.fixture
def link() -> Iterator[Link]:
    """A connection as an administrator."""
    made = Link(parse(server().address("nobody")))
    yield made
    made.close()


def look(link: Link, name: str, scripts: list[str] = SCRIPTS, user: str = "postgres") -> Schema:
    """Look at a part called `test` in a schema."""
    return Schema(link, parse(server().address(name, user=user)), "test", scripts)


def structure(where: Server, name: str) -> list[tuple[object, ...]]:
    """Return every column and every index of a schema."""
    columns = where.run(
        "SELECT table_name, ordinal_position, column_name, data_type, is_nullable "
        f"FROM information_schema.columns WHERE table_schema = '{name}' ORDER BY 1, 2"
    )
    storage = where.run(
        "SELECT relname, attname, attstorage FROM pg_attribute JOIN pg_class ON attrelid = "
        f"pg_class.oid WHERE relnamespace = '{name}'::regnamespace AND attnum > 0 ORDER BY 1, 2"
    )
    indexes = where.run(
        f"SELECT replace(indexdef, '{name}', '') FROM pg_indexes WHERE schemaname = '{name}' "
        "ORDER BY 1"
    )
    return [*columns, *storage, *indexes]


def test_the_schema_is_all_migrations() -> None:
    """What `schema.sql` draws is what the migrations make."""
    found = []
    for scripts in (migration_scripts(), [schema()]):
        name = new_schema()
        server().run(f"CREATE SCHEMA {name}")
        for script in scripts:
            server().run(script.replace("{schema}", quoted(name)))
        found.append(structure(server(), name))
    assert found[0] == found[1]


def test_every_statement_is_named_and_described() -> None:
    """There is no statement outside the named blocks."""
    folder = Path(earmark.stores.postgres.__file__).parent / "sql"
    text = (folder / "queries.sql").read_text("utf-8")
    assert text.count(";\n") == text.count("-- name: ") == len(QUERIES)


def test_every_query_is_used() -> None:
    """Each name stands somewhere in the code."""
    folder = Path(earmark.stores.postgres.__file__).parent
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    code += (folder.parent / "session.py").read_text("utf-8")
    unused = {name for name in QUERIES if f'"{name}"' not in code}
    assert unused == {f"page_by_{order}" for order in TrackOrder}
    assert OPERATIONS


def test_nothing_but_keys_is_unique() -> None:
    """So that every table can be spread over servers by the first column of its key."""
    assert not re.search(r"\bUNIQUE\b", schema())


def test_a_part_is_made_once(link: Link) -> None:
    """Its migrations are counted, and none is applied twice."""
    name = new_schema()
    assert look(link, name).version() == 0
    look(link, name, SCRIPTS[:1]).migrate(5)
    assert look(link, name).version() == 1
    look(link, name).migrate(5)
    look(link, name).migrate(5)
    assert look(link, name).version() == 2


def test_several_parts_share_a_schema(link: Link) -> None:
    """Each has its own count."""
    name = new_schema()
    look(link, name).migrate(5)
    other = Schema(link, parse(server().address(name)), "other", ["CREATE TABLE {schema}.two ()"])
    assert other.version() == 0
    other.migrate(5)
    assert (look(link, name).version(), other.version()) == (2, 1)


def test_a_migration_is_whole_or_not_at_all(link: Link) -> None:
    """One that fails leaves nothing behind."""
    name = new_schema()
    with pytest.raises(LibraryError):
        look(link, name, [*SCRIPTS, "NONSENSE"]).migrate(5)
    assert look(link, name).version() == 0
    assert server().run(f"SELECT 1 FROM pg_namespace WHERE nspname = '{name}'") == []


def test_another_programs_schema_is_refused(link: Link) -> None:
    """And left as it is."""
    name = new_schema()
    server().run(f"CREATE SCHEMA {name}")
    server().run(f"CREATE TABLE {name}.cats (name text)")
    with pytest.raises(NotALibraryError, match="another program's"):
        look(link, name).version()
    with pytest.raises(NotALibraryError):
        look(link, name).migrate(5)


def test_a_newer_one_is_refused(link: Link) -> None:
    """This Earmark does not know what is in it."""
    name = new_schema()
    look(link, name).migrate(5)
    with pytest.raises(NotALibraryError, match="newer Earmark"):
        look(link, name, SCRIPTS[:1]).version()


def test_an_ordinary_user_makes_everything_in_a_schema_of_its_own() -> None:
    """No superuser is needed, and no right to make schemas where one is there."""
    name = new_schema()
    server().run(f"CREATE ROLE {name} LOGIN")
    own = Link(parse(server().address(name, user=name)))
    with pytest.raises(ReadOnlyLibraryError, match="permission denied"):
        look(own, name, user=name).migrate(5)
    server().run(f"CREATE SCHEMA AUTHORIZATION {name}")
    look(own, name, user=name).migrate(5)
    assert look(own, name, user=name).version() == 2
    own.close()


def test_who_makes_the_same_is_waited_for_only_so_long(link: Link) -> None:
    """Then it is a typed error."""
    name = new_schema()
    other = Link(parse(server().address(name)))
    look(other, name)._begin(5)
    with pytest.raises(LibraryBusyError):
        look(link, name).migrate(0.05)
    other.close()
