"""What is searched in PostgreSQL: texts that every library has, and an index where it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from earmark.params import Params
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import NO_INDEX, PostgresHome
from earmark.stores.postgres.link import Link
from earmark.stores.postgres.search import SearchIndex, fill, pattern_of
from earmark.stores.postgres.sql import QUERIES
from earmark.stores.segmented import SegmentedStore
from earmark.types import Metadata
from tests.homes import InPostgres
from tests.postgres import new_schema, server
from tests.recordings import landmarks_of, make_recording

HAS_TRIGRAMS = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"


@pytest.fixture
def schema() -> str:
    """The schema of a library of three tracks."""
    name = new_schema()
    store = opened(name)
    with store.write() as writer:
        for number, title in enumerate(["Killer Queen", "Help", "A Queer Day"]):
            one = make_recording(number)
            track = replace(one.track, metadata=Metadata(title, "Somebody"))
            writer.insert(track, one.constellation, one.landmarks)
    store.close()
    return name


@pytest.fixture
def link() -> Iterator[Link]:
    """A connection of the server's owner."""
    made = Link(parse(server().address("none")))
    yield made
    made.close()


def opened(schema: str, user: str = "postgres") -> InPostgres:
    """Open, or make, the library of a schema."""
    home = PostgresHome(parse(server().address(schema, user=user)))
    return SegmentedStore.create(home, Params(), landmarks_of)


def found(schema: str) -> list[int]:
    """Return what a search begins with."""
    store = opened(schema)
    with store.read() as reader:
        keys = list(reader.resembling([" qu", "que"], 10))
    store.close()
    return keys


def test_an_older_library_is_made_searchable(schema: str, link: Link) -> None:
    """Tracks that were there before there was a search are found afterwards."""
    expected = found(schema)
    assert len(expected) == 2
    server().run(f"DELETE FROM {schema}.search_texts WHERE key > 1")
    assert found(schema) == expected[:1]
    server().run(f"DROP TABLE {schema}.search_texts")
    server().run(f"UPDATE {schema}.migrations SET version = 1 WHERE part = 'library'")
    assert found(schema) == expected
    fill(link, parse(server().address(schema)))  # there is nothing more to do
    assert found(schema) == expected


def test_the_answers_are_the_same_without_the_index(schema: str, link: Link) -> None:
    """It makes searches fast, and changes nothing else."""
    store = opened(schema)
    answers = []
    for statement in ("SELECT 1", f"DROP INDEX IF EXISTS {schema}.search_by_trigram"):
        server().run(statement)
        with store.read() as reader:
            answers.append(list(reader.resembling([" qu", "que"], 10)))
    assert answers[0] == answers[1] == [1, 3]
    assert not SearchIndex(link, schema, schema).is_there()
    store.close()


def test_an_index_is_made_where_it_can_be(schema: str, link: Link) -> None:
    """With the extension at hand it is there from the beginning, and is made again on opening."""
    index, possible = SearchIndex(link, schema, schema), bool(server().run(HAS_TRIGRAMS))
    assert index.is_there() is possible
    server().run(f"DROP INDEX IF EXISTS {schema}.search_by_trigram")
    store = opened(schema)
    assert index.is_there() is possible
    assert store.notes() == ([] if possible else [NO_INDEX])
    store.close()


def test_the_index_serves_the_search(schema: str) -> None:
    """The statement is one that it can be used for, by every trigram of its own."""
    statement = QUERIES["resembling"].replace("{schema}", schema)
    with server().connect() as link:
        link.execute("SET enable_seqscan = off")
        asked = {"patterns": ["%que%", "% qu%"], "most": 10}
        plan = "\n".join(str(row[0]) for row in link.execute(f"EXPLAIN {statement}", asked))
    possible = bool(server().run(HAS_TRIGRAMS))
    assert ("Bitmap Index Scan on search_by_trigram" in plan) is possible


def test_who_may_not_make_an_index_searches_without(schema: str, link: Link) -> None:
    """No right is missed on opening; the note tells what would be faster."""
    server().run(f"DROP INDEX IF EXISTS {schema}.search_by_trigram")
    server().run(f"CREATE ROLE {schema} LOGIN")
    server().run(f"GRANT USAGE ON SCHEMA {schema} TO {schema}")
    server().run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {schema}")
    store = opened(schema, user=schema)
    with store.read() as reader:
        assert len(reader.resembling(["que"], 10)) == 2
    assert store.notes() == [NO_INDEX]
    assert not store.may_write()
    store.close()
    assert not SearchIndex(link, schema, schema).is_there()


@pytest.mark.parametrize(
    ("trigram", "pattern"), [("que", "%que%"), ("a_b", r"%a\_b%"), ("%\\ ", "%\\%\\\\ %")]
)
def test_a_trigram_is_looked_for_as_it_is(trigram: str, pattern: str) -> None:
    """Signs that mean something in a pattern mean themselves."""
    assert pattern_of(trigram) == pattern
