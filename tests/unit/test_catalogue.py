"""The catalogue: rows as records, and SQLite's errors as Earmark's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest

from earmark.errors import CorruptCatalogueError, CorruptConstellationError, LibraryError
from earmark.params import Axis, Params, PeakParams
from earmark.stores import upgrading
from earmark.stores.sqlite import catalogue as module
from earmark.stores.sqlite.catalogue import Catalogue
from earmark.types import Metadata
from tests.recordings import make_recording

PARAMS = Params(PeakParams(axis=Axis.MEL, silence_db=-80.5))


@pytest.fixture
def link() -> Iterator[sqlite3.Connection]:
    """A database in memory."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.row_factory = sqlite3.Row
    yield made
    made.close()


@pytest.fixture
def catalogue(link: sqlite3.Connection) -> Catalogue:
    """A new catalogue."""
    made = Catalogue(link, "library")
    made.begin_new(PARAMS)
    return made


def insert(catalogue: Catalogue, seed: int) -> int:
    """Insert the recording of this number."""
    one = make_recording(seed)
    return catalogue.insert(one.track, one.constellation)


def test_a_new_catalogue_knows_its_state(catalogue: Catalogue) -> None:
    """Ids, generation and version are there from the start."""
    state = catalogue.state()
    ids = PARAMS.peaks_id, PARAMS.index_id
    assert (state.peaks_id, state.index_id, state.generation) == (*ids, 1)
    assert catalogue.params() == PARAMS
    assert catalogue.version() == catalogue.newest_version()


def test_a_new_catalogue_is_made_whole_or_not_at_all(link: sqlite3.Connection) -> None:
    """If making it fails, the database is as empty as before."""
    made = Catalogue(link, "library")
    with pytest.raises(AttributeError):
        made.begin_new(None)  # type: ignore[arg-type]
    assert link.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    assert made.version() == 0


def test_a_change_of_the_index_raises_the_generation(catalogue: Catalogue) -> None:
    """Readers can tell by one number."""
    catalogue.advance()
    assert catalogue.state().generation == 2


def test_fields_of_any_text_come_back(catalogue: Catalogue) -> None:
    """Free fields keep names and values of any script."""
    one = make_recording(1)
    metadata = Metadata("t", fields={"Stimmung": "blåå \N{MUSICAL NOTE}", "": '"\n'})
    key = catalogue.insert(replace(one.track, metadata=metadata), one.constellation)
    found = catalogue.track(key)
    assert found
    assert found.metadata == metadata


def test_listing_crosses_pages(catalogue: Catalogue) -> None:
    """All tracks come, once and in order, however many there are."""
    keys = [insert(catalogue, seed) for seed in range(1100)]
    assert [track.key for track in catalogue.all_tracks()] == keys


def test_a_row_without_sense_is_damage(catalogue: Catalogue, link: sqlite3.Connection) -> None:
    """A row that is no record is a typed error, not one of JSON."""
    insert(catalogue, 1)
    link.execute("UPDATE tracks SET fields = '{'")
    with pytest.raises(CorruptCatalogueError, match="makes no sense"):
        catalogue.track(1)


@pytest.mark.parametrize("harm", ["DELETE FROM state", "DROP TABLE state"])
def test_a_lost_state_is_damage(catalogue: Catalogue, link: sqlite3.Connection, harm: str) -> None:
    """Without ids and generation nothing of a catalogue can be trusted."""
    link.execute(harm)
    with pytest.raises(LibraryError, match=r"lost its state|no such table"):
        catalogue.state()


def test_a_flipped_bit_in_a_constellation_is_found(
    catalogue: Catalogue, link: sqlite3.Connection
) -> None:
    """A constellation that does not have its checksum is never given."""
    one = make_recording(1)
    key = insert(catalogue, 1)
    spoiled = bytes([one.constellation[0] ^ 1]) + one.constellation[1:]
    link.execute("UPDATE constellations SET packed = ?", (spoiled,))
    with pytest.raises(CorruptConstellationError, match=one.track.id):
        catalogue.constellation(key)


def test_a_database_without_its_tables_is_a_typed_error(link: sqlite3.Connection) -> None:
    """What SQLite cannot do is a `LibraryError` that says why."""
    with pytest.raises(LibraryError, match="no such table"):
        Catalogue(link, "library").state()


def test_rolling_back_without_a_transaction_is_harmless(catalogue: Catalogue) -> None:
    """SQLite may have rolled back by itself."""
    catalogue.begin_writing()
    insert(catalogue, 1)
    catalogue.rollback()
    catalogue.rollback()
    assert catalogue.live_keys() == []


def test_media_stay_while_a_track_names_them(catalogue: Catalogue) -> None:
    """Only a file that no track names is forgotten."""
    one = make_recording(1)
    catalogue.insert(replace(one.track, media_file="a.opus"), one.constellation)
    catalogue.insert_media("a.opus", 7)
    catalogue.insert_media("b.opus", 5)
    assert [catalogue.forget_media(name) for name in ("a.opus", "b.opus")] == [False, True]
    assert (catalogue.media_names(), catalogue.media_bytes()) == ({"a.opus"}, 7)


def test_an_older_catalogue_that_may_only_be_read_can_be_searched(
    catalogue: Catalogue, link: sqlite3.Connection
) -> None:
    """Without an index of trigrams all names are looked through: the same is found."""
    key = insert(catalogue, 1)
    indexed = catalogue.resembling([" pi", "xyz"], 5)
    for table in ("search_trigrams", "search", "search_texts"):
        link.execute(f"DROP TABLE {table}")
    assert catalogue.resembling([" pi", "xyz"], 5) == indexed
    assert list(indexed) == [key]


def test_an_older_catalogue_is_made_searchable(
    catalogue: Catalogue,
    link: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Page by page, every track once; if they are many, that is told before it begins."""
    keys = {insert(catalogue, number) for number in range(5)}
    found = catalogue.resembling([" pi"], 9)
    for table in ("search_trigrams", "search", "search_texts"):
        link.execute(f"DROP TABLE {table}")
    link.execute("PRAGMA user_version = 3")
    monkeypatch.setattr(module, "_PAGE_TRACKS", 2)
    monkeypatch.setattr(upgrading, "MANY_TRACKS", len(keys))
    catalogue.migrate()
    assert catalogue.resembling([" pi"], 9) == found
    assert set(found) == keys
    assert "library library is of an older version; making its 5 tracks" in caplog.text
