"""The catalogue's SQL is named, described, sound and used."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import earmark.stores
from earmark.params import Params
from earmark.stores.sqlite.sql import QUERIES, migration_scripts, schema
from earmark.types import TrackOrder


@pytest.fixture
def link() -> Iterator[sqlite3.Connection]:
    """A new catalogue in memory."""
    made = sqlite3.connect(":memory:")
    for script in migration_scripts():
        made.executescript(script)
    yield made
    made.close()


def structure(link: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return type, name and statement of all that a database has."""
    return link.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()


def test_the_schema_is_all_migrations(link: sqlite3.Connection) -> None:
    """What `schema.sql` draws is what the migrations make."""
    drawn = sqlite3.connect(":memory:")
    drawn.executescript(schema())
    assert structure(drawn) == structure(link)
    drawn.close()


def test_the_first_parameters_are_known_as_other_ones() -> None:
    """What the second migration writes can be read; its ids are no more those of its time."""
    first = Params.from_json(migration_scripts()[1].split("'")[1])
    assert first.index.fanout == 2
    assert {first.peaks_id, first.index_id}.isdisjoint({"p-67608ddadaa5", "i-ad3e0b1b3a00"})


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_fits_the_schema(link: sqlite3.Connection, name: str) -> None:
    """Each statement compiles."""
    values: defaultdict[str, None] = defaultdict(lambda: None)
    assert link.execute(f"EXPLAIN {QUERIES[name]}", values).fetchall()


def test_every_statement_is_named_and_described() -> None:
    """There is no statement outside the named blocks."""
    text = (files("earmark.stores.sqlite.sql") / "queries.sql").read_text("utf-8")
    assert text.count(";\n") == text.count("-- name: ") == len(QUERIES)


def test_every_query_is_used() -> None:
    """Each name stands somewhere in the code."""
    folder = Path(earmark.stores.__file__).parent
    sources = [*folder.glob("sqlite/*.py"), folder / "session.py"]
    code = "".join(path.read_text("utf-8") for path in sources)
    unused = {name for name in QUERIES if f'"{name}"' not in code}
    assert unused == {f"page_by_{order}" for order in TrackOrder}


@pytest.mark.parametrize(
    "name",
    [
        "track_by_id",
        "track_by_file",
        "tracks_by_sha256",
        "tracks_by_constellation",
        "tracks_by_isrc",
        "tracks_by_external_id",
        "delete_unnamed_media",
        "page_by_title",
        "page_by_artist",
    ],
)
def test_no_search_reads_and_no_listing_sorts_all_tracks(
    link: sqlite3.Connection, name: str
) -> None:
    """Every query by a property has its index, and every order, too."""
    values: defaultdict[str, None] = defaultdict(lambda: None)
    plan = link.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]}", values).fetchall()
    for *_, detail in plan:
        assert "TEMP B-TREE" not in detail
        assert "USING" in detail or not detail.startswith(("SCAN", "SEARCH"))
